import CanonicalJSON
import Digests
import Evidence
import Manifests
import Signing
import SystemIO
import SystemPackage

/// Verifies the export of an audit log: form, chain, signed checkpoints, end, and heads that are known from elsewhere;
/// and tells which events none of these covers.
///
/// `Docs/formats/audit-log.md` has the format, of both versions. Shares no code with what writes it.
package struct AuditLogVerification {
  /// What the log must be at one event, as something outside of it says.
  package struct Head: Hashable, Sendable {
    package let position: AuditHead
    /// Who says so, e.g. the name of a manifest.
    package let source: String
    /// Identifier of the acquisition whose manifest says so; where the log tells that it was taken in from another
    /// case, it is of the log of that case.
    package let acquisition: String?

    package init(_ position: AuditHead, source: String, acquisition: String? = nil) {
      self.position = position
      self.source = source
      self.acquisition = acquisition
    }
  }

  private let path: FilePath
  private let settings: VerificationSettings
  private let heads: [Head]

  private static let format = "exhibit-audit-log"
  private static let versions: ClosedRange<Int64> = 1...2

  package init(_ path: FilePath, _ settings: VerificationSettings, heads: [Head] = []) {
    self.path = path
    self.settings = settings
    self.heads = heads
  }

  /// Blocks until done.
  /// - Parameter progress: bytes done and bytes in all.
  /// - Throws: `fileMissing`, `readFailed`; `jsonMalformed` where the file is no export at all.
  package func perform(
    progress: @escaping @Sendable (UInt64, UInt64) -> Void
  ) throws(EvidenceError) -> VerificationReport { try examine(progress: progress).report }

  /// As ``perform(progress:)``; also which events something covers.
  package func examine(
    progress: @escaping @Sendable (UInt64, UInt64) -> Void
  ) throws(EvidenceError) -> (report: VerificationReport, coverage: LogCoverage) {
    let name = path.lastComponent?.string ?? path.string
    var report = VerificationReport(subject: path.string)
    let lines = try FileLines(path)
    guard let first = try lines.next(), let header = try? JSONValue(parsingCanonical: first, name: name),
      header["format"]?.stringValue == Self.format, let version = header["version"]?.integerValue,
      Self.versions.contains(version)
    else {
      throw EvidenceError(
        .jsonMalformed, path.string,
        "no export of an audit log of version \(Self.versions.lowerBound) or \(Self.versions.upperBound) in its first line"
      )
    }
    var chain = Chain(name: name, identity: header["case"], heads: heads)
    var problem: Finding?
    while problem == nil, !settings.stop.isRaised, let line = try lines.next() {
      problem = try chain.take(line, number: lines.number, ended: lines.isCut, settings)
      progress(lines.position, lines.size)
    }
    guard !settings.stop.isRaised else {
      report.wasStopped = true
      report.skip("\(name): chain", because: "the verification was stopped")
      return (report, LogCoverage())
    }
    if problem == nil, !chain.isEnded {
      problem = chain.broken("the end", "missing: the export was cut off")
    }
    if problem == nil, version > 1, chain.coverage.whole < chain.signed || chain.checkpoints == 0 {
      problem = chain.broken(
        "the end", "no checkpoint signs the digests of all events, as this version demands")
    }
    report.take(
      "\(name): form and chain of \(chain.sequence) events", against: "the digests in it",
      problem.map { [$0] } ?? [])
    chain.signatures.add(to: &report, log: name, settings)
    for head in heads where head.acquisition.map(chain.imported.contains) ?? false {
      report.skip("\(name): event of \(head.source)", because: "it is of the log of another case")
    }
    let heads = heads.filter { !($0.acquisition.map(chain.imported.contains) ?? false) }
    for head in heads {
      let observed = chain.observed[head.position.sequence]
      if observed == head.position.digest { chain.coverage.fix(head.position.sequence) }
      report.take(
        "\(name): event \(head.position.sequence)", against: head.source,
        observed == head.position.digest
          ? []
          : [
            Finding(
              head.position.sequence > chain.sequence ? .auditEventMissing : .auditHeadMismatch,
              subject: "\(name): event \(head.position.sequence)",
              expected: "SHA-256 \(head.position.digest)",
              observed: observed.map { "SHA-256 \($0)" } ?? "no such event")
          ])
    }
    // A chain that nothing from outside refers to, and nobody signed, can be written anew by anybody.
    report.hasReference = chain.checkpoints > 0 || !heads.isEmpty
    let fixed = max(chain.signed, heads.map(\.position.sequence).max() ?? 0)
    if fixed < chain.sequence {
      report.skip(
        "\(name): events after \(fixed)",
        because: "no checkpoint and no head known from elsewhere covers them")
    }
    let open = chain.coverage.open(upTo: fixed)
    if !open.isEmpty {
      let which = "\(name): events \(LogCoverage.text(open))"
      report.skip(
        which,
        because:
          "an event behind them is withheld, so that nothing signed covers them: they could have been rewritten"
      )
      report.findings.append(
        Finding(
          .auditEventUnbound, .warning, subject: which,
          expected: "a checkpoint that signs the digests of all events",
          observed: "none"))
    }
    if chain.withheld > 0 {
      report.skip(
        "\(name): contents of \(chain.withheld) events",
        because: "withheld; of these the export has only the digests")
    }
    return (report, chain.coverage)
  }
}

/// What the lines of an export must be, one after the other.
private struct Chain: ~Copyable {
  let name: String
  let identity: JSONValue?
  private(set) var sequence: UInt64 = 0
  private var head = Digest(.sha256, [UInt8](repeating: 0, count: 32))
  private var before: JSONValue?
  private(set) var checkpoints = 0
  /// Events of which only the digest is there.
  private(set) var withheld = 0
  private(set) var signatures = CheckpointSignatures()
  /// Acquisitions that were taken in from another case.
  private(set) var imported: Set<String> = []
  /// The last event that a checkpoint signs.
  private(set) var signed: UInt64 = 0
  private(set) var isEnded = false
  var coverage = LogCoverage()
  /// Over the digests of all events so far.
  private var digests = StreamingDigest(.sha256)
  /// Digests of the events that somebody asked for.
  private(set) var observed: [UInt64: Digest] = [:]
  private let wanted: Set<UInt64>

  private static let eventKeys: Set<String> = ["actor", "kind", "payload", "previous", "sequence", "time"]

  init(name: String, identity: JSONValue?, heads: [AuditLogVerification.Head]) {
    self.name = name
    self.identity = identity
    self.wanted = Set(heads.map(\.position.sequence))
  }

  func broken(_ place: String, _ reason: String) -> Finding {
    Finding(.auditChainBroken, subject: "\(name): \(place)", observed: reason)
  }

  /// - Returns: what is wrong; nothing that follows can be judged then.
  mutating func take(
    _ line: [UInt8], number: Int, ended isCut: Bool, _ settings: VerificationSettings
  ) throws(EvidenceError) -> Finding? {
    let place = "line \(number)"
    guard !isCut else { return broken(place, "it is cut off") }
    guard let value = try? JSONValue(parsingCanonical: line, name: name), let object = value.objectValue
    else {
      return broken(place, "not an object in canonical form")
    }
    guard !isEnded else { return broken(place, "something follows the end") }
    if object["kind"] != nil { return takeEvent(value, line, place) }
    if let document = object["checkpoint"] {
      return try takeCheckpoint(document, value, settings)
    }
    if let withheld = value["withheld"] { return takeWithheld(withheld, place) }
    let end: JSONValue = .fields([
      "end": .fields(["sequence": JSONValue(sequence), "head": .string(head.hex)])
    ])
    guard value == end else { return broken(place, "not the end of this log") }
    isEnded = true
    return nil
  }

  private mutating func takeEvent(_ value: JSONValue, _ line: [UInt8], _ place: String) -> Finding? {
    guard Set(value.objectValue?.keys ?? [:].keys) == Self.eventKeys else {
      return broken(place, "not the keys of an event")
    }
    guard value["sequence"]?.integerValue == Int64(sequence + 1) else {
      return broken(place, "not event \(sequence + 1), which must stand there")
    }
    guard value["previous"]?.stringValue == head.hex else {
      return broken("event \(sequence + 1)", "it does not follow the event before")
    }
    follow(Digest.of(line, .sha256))
    coverage.show(sequence)
    if value["kind"]?.stringValue == "acquisition.imported" {
      for record in value["payload"]?["records"]?["acquisition"]?.arrayValue ?? [] {
        if let identifier = record["id"]?.stringValue { imported.insert(identifier) }
      }
    }
    return nil
  }

  /// Its digest is what the event after it, or a checkpoint, refers to.
  private mutating func takeWithheld(_ value: JSONValue, _ place: String) -> Finding? {
    guard value["sequence"]?.integerValue == Int64(sequence + 1), value.objectValue?.count == 2,
      let digest = value["digest"]?.stringValue.flatMap({ Digest(.sha256, hex: $0) })
    else { return broken(place, "not the digest of event \(sequence + 1), which must stand there") }
    withheld += 1
    follow(digest)
    return nil
  }

  private mutating func follow(_ digest: Digest) {
    sequence += 1
    coverage.end = sequence
    head = digest
    digests.update(digest.bytes.span.bytes)
    if wanted.contains(sequence) { observed[sequence] = head }
  }

  private mutating func takeCheckpoint(
    _ document: JSONValue, _ value: JSONValue, _ settings: VerificationSettings
  ) throws(EvidenceError) -> Finding? {
    let place = "checkpoint behind event \(sequence)"
    guard document["sequence"]?.integerValue == Int64(sequence), document["head"]?.stringValue == head.hex
    else {
      return broken(place, "it signs another event")
    }
    guard document["case"] == identity else { return broken(place, "it is of another case") }
    guard document["previous"] == before else { return broken(place, "it does not follow the one before") }
    guard let signature = value["signature"]?.stringValue.flatMap({ Base64Text.decode($0) }) else {
      return broken(place, "its signature is no base64")
    }
    let bytes = document.canonicalBytes
    var token: [UInt8]?
    if let text = value["token"] {
      token = text.stringValue.flatMap { Base64Text.decode($0) }
      guard token != nil else { return broken(place, "its time stamp is no base64") }
    }
    try signatures.take(
      signature, of: bytes, stampedBy: token, trust: settings.trust, subject: "\(name): \(place)")
    before = .fields(["sequence": JSONValue(sequence), "sha256": .string(Digest.of(bytes, .sha256).hex)])
    checkpoints += 1
    signed = sequence
    if let problem = takeDigests(document, place) { return problem }
    return nil
  }
}

extension Chain {
  /// A checkpoint of version 1 signs the digest of one event, one of version 2 those of all.
  private mutating func takeDigests(_ document: JSONValue, _ place: String) -> Finding? {
    switch document["version"]?.integerValue {
    case 1: coverage.fix(sequence)
    case 2:
      guard document["digests"]?.stringValue == digests.finish().hex else {
        return broken(place, "the digests of the events before it are not those it signs")
      }
      coverage.fixAll(upTo: sequence)
    default: return broken(place, "of a version that is not known here")
    }
    return nil
  }
}

/// The signatures of the checkpoints in an export, and the time stamps of these.
private struct CheckpointSignatures {
  private var count = 0
  private var tokens = 0
  private var signers: [SignerReport] = []
  private var findings: [Finding] = []
  private var tokenFindings: [Finding] = []

  /// - Parameter token: a time stamp of the signature.
  mutating func take(
    _ signature: [UInt8], of document: [UInt8], stampedBy token: [UInt8]?, trust: Trust, subject: String
  ) throws(EvidenceError) {
    let (report, found) = try ManifestSignature.check(
      manifest: document, signature: signature, trust: trust, subject: subject)
    count += 1
    findings += found
    // The newest stands for the others of the same certificate: there may be thousands.
    for signer in report?.signers ?? [] {
      signers.removeAll { $0.certificate?.fingerprint == signer.certificate?.fingerprint }
      signers.append(signer)
    }
    guard let token else { return }
    tokens += 1
    do throws(EvidenceError) {
      tokenFindings += try TimestampToken(der: token, name: subject).check(of: signature, trust: trust)
        .findings(subject: subject)
    } catch {
      tokenFindings.append(
        Finding(.timestampInvalid, subject: subject, expected: "a time stamp", observed: error))
    }
  }

  func add(to report: inout VerificationReport, log name: String, _ settings: VerificationSettings) {
    guard count > 0 else { return }
    report.signers += signers
    let trusted =
      settings.trust.isEmpty
      ? "the certificate inside the signature; none was given to trust" : "trusted certificates"
    report.take("\(name): \(count) signed checkpoint\(count == 1 ? "" : "s")", against: trusted, findings)
    guard tokens > 0 else { return }
    report.take(
      "\(name): \(tokens) time stamp\(tokens == 1 ? "" : "s") of checkpoints", against: trusted, tokenFindings
    )
  }
}
