import CanonicalJSON
import Digests
import Evidence
import Manifests
import Signing
import SystemIO
import SystemPackage
import Verification

/// Hand-overs: what is verified is what was handed over, apart from what the report names as not checked.
///
/// Input: one byte of ``HandOverRepairs``, then edits: the number of a file, what is done with it, two bytes of length
/// (little-endian), as many bytes.
enum BagTarget {
  enum Edit: UInt8 {
    /// The bytes are the file.
    case replace
    /// Two bytes of position, two of how much goes; the others stand there then.
    case splice
    case remove
    /// The bytes are a file of another name.
    case add
    /// The bytes stand behind the file.
    case append
  }

  static let further = [
    "data/evidence/001/001-2.manifest.json", "data/evidence/002/002.manifest.json",
    "data/reports/001-report-1.txt.approval.p7s",
    "data/reports/other.txt", "data/reports/other.txt.p7s", "data/certificates/chain.pem",
    "data/attachments/x",
    "data/evidence/001/001.manifest.json.p7s.1.tsr", "data/002.proof.json", "fetch.txt", "hashdeep.txt",
    "extra",
  ]

  /// The hand-over is only ever one at a time in a process.
  nonisolated(unsafe) private static let tree = ScratchTree("bag")

  static func problem(with input: [UInt8]) -> String? {
    guard let flags = input.first else { return nil }
    let files = HandOver.repaired(edited(input.dropFirst()), HandOverRepairs(rawValue: flags))
    guard tree.hold(files) else { return "the scratch files were not written" }
    let settings = VerificationSettings(trust: Trust([Sample.examiner]))
    guard let report = try? VerificationSubject.bag(tree.folder).verify(settings, progress: { _, _ in }),
      report.verdict.exitStatus == .complete
    else { return nil }
    return HandOver.changed(files).lazy.compactMap { verified($0, files[$0], report) }.first
  }

  /// What is wrong with a good verdict although this file is not the one that was handed over.
  private static func verified(_ path: String, _ bytes: [UInt8]?, _ report: VerificationReport) -> String? {
    let name = path.split(separator: "/").last.map(String.init) ?? path
    let open = report.checks.filter { $0.outcome == .notChecked }.map(\.name)
    if HandOver.isNamed(path, report) { return nil }
    // What is missing is either nobody's word, or told by the log.
    if bytes == nil {
      if path.hasPrefix(Bag.certificatesFolder) || ["VERIFY.md", Bag.informationName].contains(path) {
        return nil
      }
      // Only events that something covers tell that there was one.
      let isLogOpen = open.contains {
        $0.hasPrefix("audit.jsonl: events after") && !$0.hasSuffix(" after 31")
      }
      if isLogOpen || open.contains("attachment \(name)") { return nil }
      if path.hasPrefix(Bag.reportsFolder), open.contains("report") || path.hasSuffix(".p7s") { return nil }
      if path.hasPrefix(Bag.evidenceFolder), open.contains(where: { $0.hasPrefix("acquisition") }) {
        return nil
      }
    }
    switch path {
    case Bag.auditLogName:
      guard let bytes else { return "verified without its audit log, which nothing names" }
      return AuditLogTarget.rewritten(bytes, heads: [])
    case _ where path.hasSuffix(".p7s") && bytes != nil:
      // What is not signed of a signature file may be another; who signed is the same.
      let isSame =
        !report.signers.isEmpty && report.signers.allSatisfy { $0.trust == .trusted && $0.isIntact }
      return isSame ? nil : "verified with another signature in \(path)"
    // The lists are what is signed, or are named with what they list.
    case Bag.payloadManifestName, Bag.tagManifestName, Bag.signatureName: return nil
    default: return "verified although \(path) is \(bytes == nil ? "gone" : "another")"
    }
  }

  private static func edited(_ input: ArraySlice<UInt8>) -> [String: [UInt8]] {
    var files = Sample.bag
    var rest = input
    while rest.count >= 4 {
      let head = Array(rest.prefix(4))
      let length = min(Int(head[2]) | Int(head[3]) << 8, rest.count - 4)
      let bytes = Array(rest.dropFirst(4).prefix(length))
      rest = rest.dropFirst(4 + length)
      let path = Sample.bagPaths[Int(head[0]) % Sample.bagPaths.count]
      switch Edit(rawValue: head[1] % 5) {
      case .replace: files[path] = bytes
      case .remove: files[path] = nil
      case .add: files[further[Int(head[0]) % further.count]] = bytes
      case .append: files[path]? += bytes
      default:
        guard let old = files[path], bytes.count >= 4 else { continue }
        let from = min(Int(bytes[0]) | Int(bytes[1]) << 8, old.count)
        let to = min(from + (Int(bytes[2]) | Int(bytes[3]) << 8), old.count)
        files[path] = Array(old[..<from]) + Array(bytes[4...]) + Array(old[to...])
      }
    }
    return files
  }

  static var seeds: [(String, [UInt8])] {
    let names = Sample.bagPaths
    func edit(_ name: String, _ kind: Edit, _ bytes: [UInt8]) -> [UInt8] {
      [
        UInt8(names.firstIndex(of: name) ?? 0), kind.rawValue, UInt8(bytes.count & 255),
        UInt8(bytes.count >> 8),
      ]
        + bytes
    }
    var seeds: [(String, [UInt8])] = [("untouched", [0])]
    for (number, name) in names.enumerated() {
      let size = Sample.bag[name]?.count ?? 0
      let middle: [UInt8] = [UInt8((size / 2) & 255), UInt8((size / 2) >> 8), 1, 0, 0x30]
      for flags in [0, 5, 15] as [UInt8] {
        seeds.append(("splice-\(number)-\(flags)", [flags] + edit(name, .splice, middle)))
      }
      seeds.append(("remove-\(number)", [15] + edit(name, .remove, [])))
      if size < 4000 {
        seeds.append(("replace-\(number)", [5] + edit(name, .replace, Sample.bag[name] ?? [])))
      }
    }
    for number in further.indices {
      for flags in [5, 15] as [UInt8] {
        seeds.append(
          ("add-\(number)-\(flags)", [flags, UInt8(number), Edit.add.rawValue, 5, 0] + Array("hello".utf8)))
      }
    }
    return seeds
  }
}

/// Exports of an audit log: every event that something covers is the one that was exported.
///
/// Input: one byte of flags, then the export. With flag 1 its chain is made right first, with flag 2 it loses its
/// checkpoints and says it is of version 1, with flag 4 the head that the manifest names is known.
enum AuditLogTarget {
  static let repairs: UInt8 = 1
  static let stripsCheckpoints: UInt8 = 2
  static let knowsHead: UInt8 = 4

  private static let log = Sample.bag[Bag.auditLogName] ?? []

  static func problem(with input: [UInt8]) -> String? {
    guard let flags = input.first else { return nil }
    var bytes = Array(input.dropFirst())
    if flags & (repairs | stripsCheckpoints) != 0 {
      bytes = repaired(bytes, withoutCheckpoints: flags & stripsCheckpoints != 0)
    }
    return rewritten(bytes, heads: flags & knowsHead != 0 ? [head] : [])
  }

  private static let head: AuditLogVerification.Head = {
    let name = "data/evidence/001/001.manifest.json"
    guard let manifest = try? Manifest(parsing: Sample.bag[name] ?? [], name: name) else { fatalError(name) }
    return AuditLogVerification.Head(manifest.audit, source: name)
  }()

  /// What is wrong with a good answer to a log: an event that something covers is another than was exported.
  static func rewritten(_ bytes: [UInt8], heads: [AuditLogVerification.Head]) -> String? {
    guard let path = Scratch.shared.write([bytes], as: ["audit.jsonl"]) else {
      return "the scratch file was not written"
    }
    let settings = VerificationSettings(trust: Trust([Sample.examiner]))
    let verification = AuditLogVerification(path, settings, heads: heads)
    guard let (found, coverage) = try? verification.examine(progress: { _, _ in }) else { return nil }
    var report = found
    report.scope = .auditLog
    if heads.isEmpty { report.demandSigner(from: settings.trust.certificates) }
    guard report.verdict.exitStatus == .complete else { return nil }
    let (now, then) = (events(bytes), events(log))
    for (sequence, event) in now where coverage.isFixed(UInt64(sequence)) {
      guard then[sequence] == event else { return "event \(sequence) is covered, and another" }
    }
    return identity(bytes) == identity(log) ? nil : "verified, and of another case"
  }

  private static func identity(_ bytes: [UInt8]) -> JSONValue? {
    bytes.split(separator: 10).first.flatMap { try? JSONValue(parsing: Array($0), name: "header") }?["case"]
  }

  /// The digest of each event, by its number.
  private static func events(_ bytes: [UInt8]) -> [Int64: String] {
    var events: [Int64: String] = [:]
    for line in bytes.split(separator: 10) {
      guard let value = try? JSONValue(parsing: Array(line), name: "line") else { continue }
      if let withheld = value["withheld"], let sequence = withheld["sequence"]?.integerValue {
        events[sequence] = withheld["digest"]?.stringValue
      } else if value["kind"] != nil, let sequence = value["sequence"]?.integerValue {
        events[sequence] = Digest.of(Array(line), .sha256).hex
      }
    }
    return events
  }

  /// Numbers, links and the end made right, so that changes inside events get past them.
  static func repaired(_ bytes: [UInt8], withoutCheckpoints: Bool) -> [UInt8] {
    var (sequence, head) = (Int64(0), String(repeating: "0", count: 64))
    var out: [UInt8] = []
    for line in bytes.split(separator: 10) {
      guard case .object(var object) = try? JSONValue(parsing: Array(line), name: "line") else {
        out += line + [10]
        continue
      }
      if object["checkpoint"] != nil, withoutCheckpoints { continue }
      if object["format"] != nil, withoutCheckpoints { object["version"] = JSONValue(UInt64(1)) }
      if object["kind"] != nil {
        sequence += 1
        object["sequence"] = JSONValue(UInt64(sequence))
        object["previous"] = .string(head)
        head = Digest.of(JSONValue.object(object).canonicalBytes, .sha256).hex
      } else if case .object(var withheld) = object["withheld"], let digest = withheld["digest"]?.stringValue
      {
        sequence += 1
        withheld["sequence"] = JSONValue(UInt64(sequence))
        object["withheld"] = .object(withheld)
        head = digest
      } else if object["end"] != nil {
        object["end"] = .fields(["sequence": JSONValue(UInt64(sequence)), "head": .string(head)])
      }
      out += JSONValue.object(object).canonicalBytes + [10]
    }
    return out
  }

  static var seeds: [(String, [UInt8])] {
    let short = log.split(separator: 10).prefix(6).joined(separator: [10])
    let cut = Array(short) + Array("\n{\"end\":{}}\n".utf8)
    var seeds: [(String, [UInt8])] = []
    for flags in [0, 1, 3, 4, 5, 7] as [UInt8] {
      seeds.append(("log-\(flags)", [flags] + log))
      seeds.append(("short-\(flags)", [flags] + cut))
    }
    return seeds
  }
}

/// The custody list of a hand-over: where nothing is found, it says what was handed over.
enum CustodyTarget {
  nonisolated(unsafe) private static let tree = ScratchTree("custody")
  private static let list = Sample.bag[Bag.custodyName] ?? []

  static func problem(with input: [UInt8]) -> String? {
    var files = Sample.bag.filter { $0.key == Bag.auditLogName }
    files[Bag.custodyName] = input
    guard tree.hold(files) else { return "the scratch files were not written" }
    let settings = VerificationSettings(trust: Trust([Sample.examiner]))
    guard let report = try? BagVerification(tree.folder, settings).checkRecord(),
      !report.findings.contains(where: { $0.severity == .failure })
    else { return nil }
    return lines(input) == lines(list) ? nil : "another custody is told, and nothing found"
  }

  private static func lines(_ bytes: [UInt8]) -> Set<[UInt8]> {
    Set(bytes.split(separator: 10, omittingEmptySubsequences: false).map { Array($0) })
  }

  static var seeds: [(String, [UInt8])] {
    [("list", list), ("first", Array(list.prefix { $0 != 10 } + [10]))]
  }
}
