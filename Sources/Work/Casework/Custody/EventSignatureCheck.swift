import CanonicalJSON
import CaseFolders
import CaseRecords
import CaseStore
import Evidence
import Signing

/// Checks the signatures of events, and that what two people must confirm was confirmed by two.
struct EventSignatureCheck {
  private let store: CaseStore
  private let holders: CertificateHolders
  private let names: [RecordIdentifier: String]
  /// A case of the first version did not ask for two.
  private let asksForTwo: Bool

  /// Somebody whose signature of an event holds.
  struct Signer: Hashable {
    let person: RecordIdentifier
    let publicKey: [UInt8]
  }

  private(set) var findings: [Finding] = []
  /// Whose signatures hold, by event.
  private(set) var signers: [UInt64: [Signer]] = [:]
  /// How many signatures were looked at.
  private(set) var count = 0

  /// - Parameter item: look at the custody of this item only.
  init(_ folder: CaseFolder, _ store: CaseStore, of item: ItemNumber? = nil) throws(EvidenceError) {
    self.store = store
    self.holders = try CertificateHolders(folder, store)
    self.names = Dictionary(try store.people().map { ($0.id, $0.details.name) }) { first, _ in first }
    self.asksForTwo =
      try store.event(1)?.payload["records"]?[PersonCredentialRecord.table.name] != nil
    for signed in try store.signatures(ofCustodyOf: item) { try check(signed) }
  }

  private mutating func check(_ signed: SignedEvent) throws(EvidenceError) {
    count += 1
    let signature = signed.signature
    let subject = "event \(signature.signedEvent), signed by \(names[signature.person] ?? "?")"
    func report(expected: String, observed: String) {
      findings.append(
        Finding(.eventSignatureInvalid, subject: subject, expected: expected, observed: observed))
    }
    guard let content = signed.content else {
      return report(expected: "the event", observed: "the log has none of this number")
    }
    guard
      let certificate = holders.certificate(
        signature.fingerprint, of: signature.person, before: signed.recordedBy)
    else {
      return report(
        expected: "a certificate that was recorded as this person's before",
        observed: signature.fingerprint.hex)
    }
    let checked = try SignatureCheck.verify(
      signature: signature.signature, content: content, trust: Trust([certificate]))
    let problems = checked.findings(subject: subject)
    if let problem = problems.first {
      return report(
        expected: problem.expected ?? "a signature", observed: problem.observed ?? problem.code.meaning)
    }
    guard checked.signers.count == 1, checked.signers[0].certificate?.fingerprint == signature.fingerprint
    else {
      return report(expected: "one signature, with the certificate named", observed: "another signer")
    }
    signers[signature.signedEvent, default: []].append(
      Signer(person: signature.person, publicKey: certificate.publicKey))
  }

  /// Finds disposals that were not confirmed by two.
  /// - Parameter item: those of this item only.
  mutating func checkDisposals(of item: ItemNumber? = nil) throws(EvidenceError) {
    for record in try store.disposals() where item == nil || record.record.item == item {
      checkTwo(record.event, "disposal of item \(record.record.item)")
    }
  }

  /// Finds closings of the case that were not confirmed by two.
  mutating func checkClosings() throws(EvidenceError) {
    for change in try store.stateChanges() where change.record.state == .closed {
      checkTwo(change.event, "closing of the case")
    }
  }

  private mutating func checkTwo(_ event: UInt64, _ what: String) {
    let valid = signers[event] ?? []
    guard Set(valid.map(\.person)).count < 2 || Set(valid.map(\.publicKey)).count < 2 else { return }
    findings.append(
      Finding(
        .custodyNotConfirmed, asksForTwo ? .failure : .warning, subject: "\(what) (event \(event))",
        expected: "signatures of two people, with two keys",
        observed: valid.isEmpty
          ? "none that holds"
          : "by \(Set(valid.map { names[$0.person] ?? "?" }).sorted().joined(separator: ", "))"))
  }
}
