import CanonicalJSON
import CaseRecords
import CaseStore
import Digests
import Evidence
import Verification

/// What is known so far of a holding that is being verified.
struct HoldingComparison {
  /// Its name, as findings on its contents name it.
  let holding: String
  var findings: [Finding] = []
  /// Of the contents, by name of the image.
  var computed: [String: DigestSet] = [:]
  /// Of files, by name and algorithm.
  var files: [String: [String: [UInt8]]] = [:]
  var bytes: UInt64 = 0
  var reading = ArchiveReading.dropped
  private(set) var compared: UInt64 = 0
  /// To be kept where nothing is wrong.
  var pieces: HoldingPieces?
  private var checks: [JSONValue] = []
  private var remembered: [NewReference] = []
  /// A good verdict of something that compares with more than references.
  private var hasOtherReference = false
  private var worst: VerificationVerdict?
  /// Files that a digest of theirs was compared of.
  private var covered: Set<String> = []
  /// A digest of everything was compared.
  private var isWholeCovered = false
  private var uncovered = 0

  init(holding: String) { self.holding = holding }

  static let contents = "the contents"

  /// Most checks that are listed in the log.
  private static let mostChecks = 200

  private mutating func note(_ name: String, _ outcome: String, _ against: String) {
    guard checks.count < Self.mostChecks else { return }
    checks.append(
      .fields([
        "name": .string(HumanText.singleLine(name)), "outcome": .string(outcome),
        "against": .string(HumanText.singleLine(against)),
      ]))
  }

  /// A check whose findings are added already.
  mutating func take(_ name: String, against: String) {
    note(name, findings.contains { $0.severity == .failure } ? "failed" : "passed", against)
  }

  mutating func skip(_ name: String, because reason: String) { note(name, "notChecked", reason) }

  mutating func fail(_ name: String, _ error: EvidenceError) {
    let isDamage = [.imageMalformed, .segmentMissing, .manifestMalformed, .bagMalformed].contains(error.code)
    findings.append(
      Finding(
        isDamage ? .structureDamaged : .fileUnreadable, subject: name, expected: "readable", observed: error))
    note(name, "failed", error.description)
  }

  mutating func take(_ result: FilePass.Result) {
    findings += result.findings
    // What was read in both ways was read in the lesser one.
    reading = bytes > 0 ? .dropped : result.reading
    bytes += result.bytes
  }

  mutating func absorb(_ report: VerificationReport, level: ArchiveLevel) {
    // Of what nothing was recorded inside, the references of the catalogue may still tell.
    findings += report.findings.filter { $0.code != .noStoredDigest }
    computed.merge(report.computed) { first, _ in first }
    for check in report.checks { note(check.name, check.outcome.rawValue, check.against) }
    let hasChecksums = report.checks.contains { $0.outcome == .passed && $0.against == "its own checksums" }
    hasOtherReference = hasOtherReference || report.hasReference || level == .chunks && hasChecksums
    if ![.verified, .noReference].contains(report.verdict) {
      worst = max(worst ?? report.verdict, report.verdict)
    }
  }

  /// - Parameters:
  ///   - value: as computed; `nil` where it could not be.
  ///   - isSuspect: whether a difference says nothing.
  mutating func compare(
    _ reference: HoldingReferenceRecord, with value: [UInt8]?, what: String, _ code: FindingCode,
    isSuspect: (HoldingReferenceRecord) -> Bool
  ) {
    let name = "\(Self.title(reference.algorithm)) of \(what)"
    let subject = reference.target ?? holding
    let against = Self.origin(reference)
    guard let value else {
      note("\(subject): \(name)", "failed", against)
      if !findings.contains(where: { [.fileMissing, .fileUnreadable].contains($0.code) }) {
        findings.append(
          Finding(
            code, subject: subject,
            expected: "\(Self.title(reference.algorithm)) \(reference.value) (\(against))",
            observed: "not computed"))
      }
      return
    }
    let observed = Hex.encode(value)
    if observed == reference.value {
      compared += 1
      cover(reference, what)
      return note("\(subject): \(name)", "passed", against)
    }
    if isSuspect(reference) {
      findings.append(
        Finding(
          .referenceSuspect, .warning, subject: subject,
          expected: "\(Self.title(reference.algorithm)) \(reference.value) (\(against))", observed: observed))
      return note(
        "\(subject): \(name)", "notChecked",
        "\(against): its total is not that of the data where it met read errors")
    }
    compared += 1
    cover(reference, what)
    findings.append(
      Finding(
        code, subject: subject,
        expected: "\(Self.title(reference.algorithm)) \(reference.value) (\(against))",
        observed: "\(Self.title(reference.algorithm)) \(observed)"))
    note("\(subject): \(name)", "failed", against)
  }

  private mutating func cover(_ reference: HoldingReferenceRecord, _ what: String) {
    if reference.scope == "contents" || what == Self.contents {
      isWholeCovered = true
    } else {
      covered.insert(reference.target ?? holding)
    }
  }

  /// A piece of the contents against a digest of that piece.
  mutating func comparePiece(
    _ bytes: Range<UInt64>, _ algorithm: String, expected: String, observed: [UInt8]?, isCut: Bool,
    _ against: String
  ) {
    guard observed != nil || isCut else { return }
    let found = observed.map { Hex.encode($0) }
    guard found != expected else { return }
    findings.append(
      Finding(
        .chunkDigestMismatch, subject: "bytes \(bytes.lowerBound) to \(bytes.upperBound - 1)",
        expected: "\(Self.title(algorithm)) \(expected) (\(against))",
        observed: found.map { "\(Self.title(algorithm)) \($0)" } ?? "a part of it is missing",
        sectors: Self.sectors(of: bytes)))
  }

  /// All there is of it is there, and its digest is another one.
  var isWholeDamaged: Bool {
    let codes = Set(findings.filter { $0.severity == .failure }.map(\.code))
    return !codes.isDisjoint(with: [.digestMismatch, .fileDigestMismatch])
      && codes.isDisjoint(with: [.fileMissing, .fileSizeMismatch, .fileUnreadable])
  }

  /// What is in no piece, where all pieces match and the whole does not.
  mutating func blameGap(_ bytes: Range<UInt64>) {
    findings.append(
      Finding(
        .chunkDigestMismatch, subject: "bytes \(bytes.lowerBound) to \(bytes.upperBound - 1)",
        expected: "the pieces around it match, and the whole does not", observed: "in no piece",
        sectors: Self.sectors(of: bytes)))
  }

  private static func sectors(of bytes: Range<UInt64>) -> SectorRange {
    SectorRange(
      first: bytes.lowerBound / 512, count: (bytes.upperBound - 1) / 512 + 1 - bytes.lowerBound / 512)
  }

  /// What was found of a parity file; the evidence is none the worse for it.
  mutating func note(parity path: String, _ problem: String?) {
    note("parity \(path)", problem == nil ? "passed" : "failed", "the catalogue")
    guard let problem else { return }
    findings.append(
      Finding(.parityDamaged, .warning, subject: path, expected: "as it was written", observed: problem))
  }

  /// Pieces that cover everything stand for one digest of the whole.
  mutating func countPieces() {
    compared += 1
    isWholeCovered = true
  }

  /// Files of which nothing was compared are not verified with the others.
  mutating func noteUncovered(_ files: [String]) {
    guard compared > 0, !isWholeCovered, !hasOtherReference else { return }
    for name in files where !covered.contains(name) {
      uncovered += 1
      findings.append(
        Finding(.fileUnlisted, .warning, subject: name, expected: "a reference hash value", observed: "none"))
    }
  }

  mutating func cannotCompare(_ reference: HoldingReferenceRecord) {
    findings.append(
      Finding(
        .referenceNotComputed, .note, subject: reference.target ?? holding,
        expected: "\(reference.algorithm) \(reference.value) (\(Self.origin(reference)))"))
    skip("\(reference.target ?? holding): \(reference.algorithm)", because: "Exhibit does not compute it")
  }

  /// Keeps a digest for later verifications.
  mutating func remember(_ digest: Digest, of target: String?, scope: String) {
    remembered.append(
      NewReference(
        algorithm: digest.algorithm.rawValue, value: digest.hex, scope: scope, target: target,
        kind: "verification",
        origin: "", bound: "name"))
  }

  var isGood: Bool { worst == nil && !findings.contains { $0.severity == .failure } }

  private var verdict: VerificationVerdict {
    let found = findings.filter { $0.severity == .failure }.map(\.code.consequence).max()
    if let bad = [found, worst].compactMap(\.self).max() { return bad }
    return (compared > 0 || hasOtherReference) && uncovered == 0 ? .verified : .noReference
  }

  func outcome(_ started: Timestamp, _ level: ArchiveLevel, _ reading: ArchiveReading) -> HoldingOutcome {
    let verdict = level == .structure && isGood ? VerificationVerdict.verified : verdict
    var outcome = HoldingOutcome(
      started: started, level: level, verdict: verdict, reading: reading, bytes: bytes, compared: compared,
      findings: findings, details: .fields(["checks": .array(checks)]), computed: isGood ? remembered : [])
    outcome.pieces = isGood ? pieces : nil
    return outcome
  }

  static func title(_ algorithm: String) -> String {
    DigestAlgorithm(rawValue: algorithm)?.title ?? algorithm.uppercased()
  }

  /// As findings and lists name it.
  static func origin(_ reference: HoldingReferenceRecord) -> String {
    switch reference.kind {
    case "verification": "verification \(reference.origin)"
    case "image": "stored in the image"
    case "catalogue": "the catalogue"
    default: reference.line.map { "\(reference.origin), line \($0)" } ?? reference.origin
    }
  }
}
