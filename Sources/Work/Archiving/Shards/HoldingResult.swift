import CanonicalJSON
import CaseRecords
import CaseStore
import Digests
import Evidence
import Signing
import SystemIO
import SystemPackage
import Verification

/// What a worker says of one holding of a plan, signed. `Docs/formats/archive-plan.md` has the format.
struct HoldingResult: Sendable {
  static let format = "exhibit-archive-result"
  static let version: UInt64 = 1
  /// Most bytes of such a file: the digests of 65 536 pieces are the most of it.
  static let largestFile = 32 << 20
  private static let ending = ".json"
  private static let other = ".other"

  /// Digest of the plan.
  let plan: Digest
  let run: RecordIdentifier
  let shard: UInt64
  let holding: UInt64
  /// The machine.
  let host: String
  let outcome: HoldingOutcome

  // MARK: Names

  /// Where the result of a holding lies: everyone who verifies it makes the same name of it.
  /// - Parameter isOther: one that says something else than a result that was there before.
  static func name(of holding: UInt64, plan: Digest, isOther: Bool = false) -> String {
    "\(plan.hex.prefix(16))-\(holding)\(isOther ? other : "")\(ending)"
  }

  /// The holding of a name of a result, and the beginning of its plan's digest; `nil` for another file.
  static func parts(of name: String) -> (plan: String, holding: UInt64, isOther: Bool)? {
    guard name.hasSuffix(ending) else { return nil }
    let stem = name.dropLast(ending.count)
    let isOther = stem.hasSuffix(other)
    let parts = (isOther ? stem.dropLast(other.count) : stem).split(
      separator: "-", omittingEmptySubsequences: false)
    guard parts.count == 2, parts[0].count == 16, Hex.decode(String(parts[0])) != nil,
      let holding = UInt64(parts[1]), String(holding) == parts[1]
    else { return nil }
    return (String(parts[0]), holding, isOther)
  }

  // MARK: The document

  private var json: JSONValue {
    .fields([
      "format": .string(Self.format), "version": JSONValue(Self.version), "plan": .string(plan.hex),
      "run": .string(run.description), "shard": JSONValue(shard), "holding": JSONValue(holding),
      "host": .string(host), "started": .string(outcome.started.description),
      "ended": outcome.ended.map { .string($0.description) }, "level": .string(outcome.level.rawValue),
      "verdict": .string(outcome.verdict.rawValue), "reading": .string(outcome.reading.rawValue),
      "bytes": Self.number(outcome.bytes), "compared": Self.number(outcome.compared),
      "findingCount": Self.number(UInt64(outcome.findings.count)),
      "findings": .array(outcome.findings.prefix(FindingRecord.largestCount).map(Self.json)),
      "checks": outcome.details["checks"] ?? .array([]),
      "computed": .array(
        outcome.computed.map { reference in
          .fields([
            "algorithm": .string(reference.algorithm), "value": .string(reference.value),
            "scope": .string(reference.scope), "target": reference.target.map { .string($0) },
          ])
        }),
      "pieces": outcome.pieces.map { pieces in
        .fields([
          "size": Self.number(pieces.size), "sha256": .array(pieces.digests.map { .string($0.hex) }),
        ])
      },
      "tool": .fields(["name": .string(ToolVersion.name), "version": .string(ToolVersion.current)]),
    ])
  }

  private static func number(_ value: UInt64) -> JSONValue {
    JSONValue(min(value, UInt64(JSONValue.largestInteger)))
  }

  private static func json(_ finding: Finding) -> JSONValue {
    .fields([
      "code": .string(finding.code.rawValue), "severity": .string(finding.severity.rawValue),
      "subject": .string(HumanText.singleLine(finding.subject)),
      "expected": finding.expected.map { .string(HumanText.singleLine($0)) },
      "observed": finding.observed.map { .string(HumanText.singleLine($0)) },
      "sectors": finding.sectors.map { .fields(["first": number($0.first), "count": number($0.count)]) },
    ])
  }

  /// - Throws: `resultMalformed`.
  private init(parsing bytes: [UInt8], name: String) throws(EvidenceError) {
    let document = StrictObject.Document(.resultMalformed, name: name)
    let json: JSONValue
    do throws(EvidenceError) { json = try JSONValue(parsingCanonical: bytes, name: name) } catch {
      throw document.failure("", error.detail)
    }
    var object = try StrictObject(json, of: document)
    guard try object.text("format") == Self.format else {
      throw object.failure("format", "not \(Self.format)")
    }
    _ = try object.quantity("version", in: Self.version...Self.version)
    plan = try object.digest("plan", .sha256)
    guard let run = RecordIdentifier(try object.text("run")) else {
      throw object.failure("run", "not an identifier")
    }
    self.run = run
    shard = try object.quantity("shard")
    holding = try object.quantity("holding", in: 1...UInt64(JSONValue.largestInteger))
    host = try object.text("host")
    let count = try object.quantity("findingCount")
    let findings = try object.list("findings") { (value, path) throws(EvidenceError) in
      try Self.finding(value, path, document)
    }
    guard findings.count <= FindingRecord.largestCount, count >= UInt64(findings.count) else {
      throw object.failure("findings", "not as many as stated")
    }
    let checks = try object.value("checks")
    var outcome = HoldingOutcome(
      started: try object.time("started"), level: try object.choice("level"),
      verdict: try object.choice("verdict"), reading: try object.choice("reading"),
      bytes: try object.quantity("bytes"), compared: try object.quantity("compared"), findings: findings,
      details: .fields(["checks": checks]))
    outcome.ended = try object.time("ended")
    outcome.unlisted = count - UInt64(findings.count)
    outcome.computed = try object.list("computed") { (value, path) throws(EvidenceError) in
      try Self.reference(value, path, document)
    }
    if var pieces = try object.optionalObject("pieces") {
      let size = try pieces.quantity("size", in: 1...UInt64(JSONValue.largestInteger))
      let digests = try pieces.list("sha256") { (value, path) throws(EvidenceError) in
        guard let digest = value.stringValue.flatMap({ Digest(.sha256, hex: $0) }) else {
          throw document.failure(path, "no SHA-256")
        }
        return digest
      }
      try pieces.finish()
      outcome.pieces = HoldingPieces(size: size, digests: digests)
    }
    self.outcome = outcome
    var tool = try object.object("tool")
    _ = try tool.text("name")
    _ = try tool.text("version")
    try tool.finish()
    try object.finish()
    // A good verdict with a failure among its findings is not one that a verification gives.
    if outcome.verdict == .verified, findings.contains(where: { $0.severity == .failure }) {
      throw document.failure("verdict", "it contradicts the findings")
    }
  }

  private static func finding(
    _ value: JSONValue, _ path: String, _ document: StrictObject.Document
  ) throws(EvidenceError) -> Finding {
    var object = try StrictObject(value, at: path, of: document)
    var sectors: SectorRange?
    if var range = try object.optionalObject("sectors") {
      // Both are below 2⁵³, so their sum cannot overflow.
      sectors = SectorRange(first: try range.quantity("first"), count: try range.quantity("count"))
      try range.finish()
    }
    let finding = Finding(
      try object.choice("code"), try object.choice("severity"), subject: try object.text("subject"),
      expected: try object.optionalText("expected"), observed: try object.optionalText("observed"),
      sectors: sectors)
    try object.finish()
    return finding
  }

  private static func reference(
    _ value: JSONValue, _ path: String, _ document: StrictObject.Document
  ) throws(EvidenceError) -> NewReference {
    var object = try StrictObject(value, at: path, of: document)
    let algorithm = try object.text("algorithm")
    let hex = try object.text("value")
    let scope = try object.text("scope")
    guard let known = DigestAlgorithm(rawValue: algorithm), Digest(known, hex: hex)?.hex == hex,
      ["file", "segment", "contents"].contains(scope)
    else { throw document.failure(path, "not a hash value of a verification") }
    let reference = NewReference(
      algorithm: algorithm, value: hex, scope: scope, target: try object.optionalText("target"),
      kind: "verification", origin: "", bound: "name")
    try object.finish()
    return reference
  }

  init(
    plan: Digest, run: RecordIdentifier, shard: UInt64, holding: UInt64, host: String,
    outcome: HoldingOutcome
  ) {
    self.plan = plan
    self.run = run
    self.shard = shard
    self.holding = holding
    self.host = host
    self.outcome = outcome
  }
}

// MARK: The file

extension HoldingResult {
  /// Two lines: the result, and the signature of that line.
  /// - Throws: what signing throws.
  func signed(by identity: SigningIdentity) throws(EvidenceError) -> [UInt8] {
    let line = json.canonicalBytes + [0x0a]
    let signature = try identity.sign(line, at: outcome.ended ?? Host.now())
    let second = JSONValue.fields(["signature": .string(Base64.encode(signature))])
    return line + second.canonicalBytes + [0x0a]
  }

  /// A result with what its signature is worth.
  struct Signed: Sendable {
    let result: HoldingResult
    let signature: SignatureReport
  }

  /// - Parameter trust: of whom a signature counts.
  /// - Throws: `resultMalformed`, `fileMissing`, `readFailed`; a signature that is worth nothing is in what is returned.
  static func read(_ path: FilePath, trust: Trust) throws(EvidenceError) -> Signed {
    let name = path.lastComponent?.string ?? path.string
    let bytes: [UInt8]
    do throws(EvidenceError) { bytes = try Files.ownContents(path, cap: largestFile) } catch
      where error.code == .fileTooLarge
    {
      throw EvidenceError(.resultMalformed, name, error.detail)
    }
    guard let end = bytes.firstIndex(of: 0x0a), bytes.last == 0x0a else {
      throw EvidenceError(.resultMalformed, name, "it is cut off")
    }
    let first = Array(bytes[...end])
    guard
      let second = try? JSONValue(parsingCanonical: Array(bytes[(end + 1)...].dropLast()), name: name),
      second.objectValue?.count == 1,
      let signature = second["signature"]?.stringValue.flatMap({ Base64Text.decode($0) })
    else { throw EvidenceError(.resultMalformed, name, "it is not signed") }
    let result = try HoldingResult(parsing: Array(first.dropLast()), name: name)
    return Signed(
      result: result,
      signature: try SignatureCheck.verify(signature: signature, content: first, trust: trust))
  }
}
