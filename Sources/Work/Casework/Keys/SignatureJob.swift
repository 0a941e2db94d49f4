import CaseFolders
import CaseRecords
import CaseStore
import Digests
import Evidence
import Manifests
import Signing
import SystemIO
import SystemPackage

/// Adds to the signature of a manifest: another signer, time stamps, their renewal.
///
/// Nothing that was signed changes. The signature file and `SHA256SUMS` are each replaced in one step; a run that was
/// cut off between the two is made whole by running any of this again.
package struct SignatureJob {
  private let path: FilePath
  private let trust: Trust

  /// - Parameters:
  ///   - path: `NAME.manifest.json`; all else lies beside it.
  ///   - trust: certificates of signers and authorities, PEM or DER files; without any, time stamps are taken from
  ///     whoever gives them, which the result says.
  package init(_ path: FilePath, trust: [FilePath] = []) throws(EvidenceError) {
    self.path = path
    self.trust = try Trust.read(certificates: trust)
  }

  /// What was done.
  package struct Outcome: Sendable {
    /// One sentence for each thing.
    package let sentences: [String]
    /// The file that was written.
    package let file: FilePath
  }

  private struct Record {
    let manifest: [UInt8]
    let signature: [UInt8]
    let report: SignatureReport
    let renewals: TimestampRenewals
  }

  private var name: String { path.lastComponent?.string ?? path.string }
  private var folder: FilePath { path.removingLastComponent() }
  private var signaturePath: FilePath { folder.appending(name + ".p7s") }

  private func load() throws(EvidenceError) -> Record {
    let bytes = try Files.ownContents(path, cap: Manifest.largestFile)
    _ = try Manifest(parsing: bytes, name: path.string)
    let signature = try Files.ownContents(signaturePath, cap: SignatureCheck.largestFile)
    let report = try SignatureCheck.verify(signature: signature, content: bytes, trust: trust)
    guard report.isIntact else {
      let reason = report.malformation ?? report.signers.compactMap(\.problem).first ?? "it is not intact"
      throw EvidenceError(.signatureUnusable, signaturePath.string, reason)
    }
    return Record(
      manifest: bytes, signature: signature, report: report,
      renewals: try TimestampRenewals.beside(signaturePath))
  }

  /// As `load`, for what changes the signature file.
  private func loadForChange() throws(EvidenceError) -> Record {
    let record = try load()
    if let renewal = record.renewals.renewals.first {
      throw EvidenceError(
        .signatureUnusable, signaturePath.string,
        "\(renewal.name) is a time stamp of the file as it is, which a change would undo")
    }
    return record
  }

  // MARK: Signers

  /// Adds a signature beside those that are there, which states `time`.
  /// - Throws: `signatureUnusable` where this certificate has signed already.
  package func sign(by identity: SigningIdentity, at time: Timestamp) throws(EvidenceError) -> Outcome {
    let record = try loadForChange()
    let subject = HumanText.singleLine(identity.certificate.subject)
    if record.report.signers.contains(where: { $0.certificate == identity.certificate }) {
      try updateSums()
      throw EvidenceError(.signatureUnusable, signaturePath.string, "\(subject) has signed already")
    }
    var assembly = try SignatureAssembly(record.signature, name: signaturePath.string)
    try assembly.add(try ManifestSignature.sign(record.manifest, by: identity, at: time))
    let sentence = "Signed by \(subject) at \(time)."
    try replaceSignature(assembly.der, of: record, .manifestSigned, sentence)
    return Outcome(sentences: [sentence], file: signaturePath)
  }

  // MARK: Time stamps

  /// Signature values without a time stamp, with their signers.
  private func unstamped(_ record: Record) throws(EvidenceError) -> [(signer: String, value: [UInt8])] {
    let values = try SignatureAssembly(record.signature, name: signaturePath.string).values
    let open = zip(record.report.signers, values).filter { $0.0.timestamps.isEmpty }
    return open.map { (HumanText.singleLine($0.0.certificate?.subject ?? ""), $0.1) }
  }

  /// Has an authority stamp every signature that has no time stamp yet (CAdES-T).
  /// - Throws: `nothingToStamp`; `networkFailed`, `timestampRefused`.
  package func stamp(by authority: TimestampAuthority) throws(EvidenceError) -> Outcome {
    let record = try loadForChange()
    let open = try unstamped(record)
    guard !open.isEmpty else { throw try allStamped() }
    var assembly = try SignatureAssembly(record.signature, name: signaturePath.string)
    var sentences: [String] = []
    for (signer, value) in open {
      let (token, report) = try authority.stamp(value, trust: trust)
      assembly.add(token, toSignerOf: value)
      sentences.append("Signature of \(signer): \(report.fullSentence)")
    }
    try replaceSignature(assembly.der, of: record, .manifestTimestamped, sentences.joined(separator: " "))
    return Outcome(sentences: sentences, file: signaturePath)
  }

  /// Writes a request for an authority that is reached by hand: of the next signature without a time stamp, or of the
  /// renewal. It has no nonce, since nothing would remember it.
  package func writeRequest(to file: FilePath, renewing: Bool) throws(EvidenceError) -> Outcome {
    let bytes: [UInt8]
    let what: String
    if renewing {
      let record = try load()
      bytes = record.renewals.newest(after: record.signature)
      what = record.renewals.renewals.last?.name ?? name + ".p7s"
    } else {
      guard let (signer, value) = try unstamped(try loadForChange()).first else { throw try allStamped() }
      bytes = value
      what = "the signature of \(signer)"
    }
    try DurableFile.write(TimestampRequest(for: bytes).der, to: file)
    try DurableFolder.sync(file.removingLastComponent())
    return Outcome(sentences: ["Request for a time stamp of \(what) written."], file: file)
  }

  /// Takes in the response to such a request; which signature it is of is found out.
  /// - Throws: `timestampRefused` where it is of none.
  package func take(response file: FilePath, renewing: Bool) throws(EvidenceError) -> Outcome {
    let bytes = try Files.contents(file, cap: TimestampToken.largestFile)
    let token = try TimestampToken(response: bytes, name: file.string)
    if renewing { return try renew(with: token, record: try load(), name: file.string) }
    let record = try loadForChange()
    let open = try unstamped(record)
    guard !open.isEmpty else { throw try allStamped() }
    for (signer, value) in open where try token.check(of: value, trust: trust).problem == nil {
      let report = try token.accept(for: value, trust: trust, name: file.string)
      var assembly = try SignatureAssembly(record.signature, name: signaturePath.string)
      assembly.add(token, toSignerOf: value)
      let sentence = "Signature of \(signer): \(report.fullSentence)"
      try replaceSignature(assembly.der, of: record, .manifestTimestamped, sentence)
      return Outcome(sentences: [sentence], file: signaturePath)
    }
    let reason = try token.check(of: open[0].value, trust: trust).problem ?? ""
    throw EvidenceError(.timestampRefused, file.string, reason)
  }

  /// Has an authority stamp the signature file as a whole, or the newest renewal of it.
  package func renew(by authority: TimestampAuthority) throws(EvidenceError) -> Outcome {
    let record = try load()
    let (token, _) = try authority.stamp(record.renewals.newest(after: record.signature), trust: trust)
    return try renew(with: token, record: record, name: authority.address.description)
  }

  private func renew(
    with token: TimestampToken, record: Record, name origin: String
  ) throws(EvidenceError) -> Outcome {
    let report = try token.accept(
      for: record.renewals.newest(after: record.signature), trust: trust, name: origin)
    let number = record.renewals.renewals.count + 1
    let file = folder.appending(RecordNames.renewal(of: name + ".p7s", number))
    try DurableFile.write(token.response, to: file)
    try DurableFolder.sync(folder)
    try updateSums()
    let what = record.renewals.renewals.last?.name ?? name + ".p7s"
    let sentence = "\(what): \(report.fullSentence)"
    try log(.manifestTimestamped, sentence, file: file, bytes: token.response)
    return Outcome(sentences: [sentence], file: file)
  }

  private func allStamped() throws(EvidenceError) -> EvidenceError {
    try updateSums()
    return EvidenceError(
      .signatureUnusable, signaturePath.string, "every signature has a time stamp already", consider: [.renew]
    )
  }

  // MARK: Files

  private func replaceSignature(
    _ bytes: [UInt8], of record: Record, _ kind: AuditKind, _ sentence: String
  ) throws(EvidenceError) {
    // What is about to be written is read as a stranger would.
    let report = try SignatureCheck.verify(signature: bytes, content: record.manifest, trust: trust)
    guard report.isIntact, bytes.count <= SignatureCheck.largestFile else {
      throw EvidenceError(.signatureUnusable, signaturePath.string, report.malformation ?? "too large")
    }
    // Before anything changes: a list that cannot be brought up to date stops it.
    _ = try sums()
    try DurableFile.replace(signaturePath, with: bytes)
    try updateSums()
    try log(kind, sentence, file: signaturePath, bytes: bytes)
  }

  private func sums() throws(EvidenceError) -> DigestList {
    let path = folder.appending(RecordNames.sums)
    return try DigestList(
      parsing: try Files.ownContents(path, cap: DigestList.largestFile), name: path.string)
  }

  /// `SHA256SUMS` names the signature file and the renewals as they are now.
  private func updateSums() throws(EvidenceError) {
    var list = try sums()
    let renewals = try TimestampRenewals.beside(signaturePath).renewals
    var current = [
      DigestList.Entry(
        name: name + ".p7s",
        sha256: Digest.of(
          try Files.ownContents(signaturePath, cap: SignatureCheck.largestFile), .sha256))
    ]
    current += renewals.map { DigestList.Entry(name: $0.name, sha256: Digest.of($0.bytes, .sha256)) }
    for entry in current {
      if let index = list.entries.firstIndex(where: { $0.name == entry.name }) {
        list.entries[index] = entry
      } else {
        list.entries.append(entry)
      }
    }
    guard list != (try sums()) else { return }
    try DurableFile.replace(folder.appending(RecordNames.sums), with: list.bytes)
  }

  // MARK: The record of it

  /// An event of the case the manifest lies in, where it lies in one.
  private func log(
    _ kind: AuditKind, _ sentence: String, file: FilePath, bytes: [UInt8]
  ) throws(EvidenceError) {
    guard let folder = enclosingCase() else { return }
    let store = try CaseStore.open(folder)
    try store.append(
      kind,
      details: .fields([
        "what": .string(sentence), "manifest": .string(folder.relative(absolute(path))),
        "file": .string(folder.relative(absolute(file))), "sha256": .string(Digest.of(bytes, .sha256).hex),
      ]))
    try store.close()
  }

  private func absolute(_ file: FilePath) -> FilePath {
    let parent = file.removingLastComponent()
    guard case .success(let resolved) = Syscalls.resolve(parent.isEmpty ? "." : parent) else { return file }
    return resolved.appending(file.lastComponent?.string ?? "")
  }

  private func enclosingCase() -> CaseFolder? {
    var folder = absolute(path)
    // evidence/NAME/NAME.manifest.json
    for _ in 0..<3 { folder.removeLastComponent() }
    guard let found = try? CaseFolder.at(folder), found.contains(path), found.isAmongEvidence(path) else {
      return nil
    }
    return found
  }
}
