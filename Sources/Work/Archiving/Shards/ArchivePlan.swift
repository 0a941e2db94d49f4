import CanonicalJSON
import CaseRecords
import Digests
import Evidence
import SystemIO
import SystemPackage

/// A run of an archive, divided into shards that other machines verify. `Docs/formats/archive-plan.md` has the format.
package struct ArchivePlan: Sendable {
  static let format = "exhibit-archive-plan"
  static let version: UInt64 = 1
  /// Most shards of a plan: as many as an engine takes indexes.
  package static let mostShards = 100_000
  /// Most bytes of the first line.
  static let largestHead = 32 << 20
  /// Most bytes of the holdings of a shard.
  static let largestShard: UInt64 = 512 << 20

  /// Where the holdings of a shard are in the file, and how much they are.
  struct Shard: Hashable, Sendable {
    var holdings: UInt64 = 0
    /// Of evidence.
    var bytes: UInt64 = 0
    /// Of its lines, from the end of the first line.
    var offset: UInt64 = 0
    var length: UInt64 = 0
    /// SHA-256 of its lines.
    var digest = Digest(.sha256, [UInt8](repeating: 0, count: 32))
  }

  /// The archive's case.
  let archiveIdentifier: String
  let archiveNumber: String
  /// The folder of the catalogue on the machine that planned; the others need not reach it.
  let folder: String
  let run: RecordIdentifier
  let planned: Timestamp
  package let level: ArchiveLevel
  let selection: String
  var shards: [Shard]

  /// How many shards there are, at least 1.
  package var count: Int { shards.count }

  var head: JSONValue {
    .fields([
      "format": .string(Self.format), "version": JSONValue(Self.version),
      "archive": .fields([
        "id": .string(archiveIdentifier), "number": .string(archiveNumber), "folder": .string(folder),
      ]),
      "run": .string(run.description), "planned": .string(planned.description),
      "level": .string(level.rawValue), "selection": .string(selection),
      "shards": .array(
        shards.map { shard in
          .fields([
            "holdings": JSONValue(shard.holdings),
            "bytes": JSONValue(min(shard.bytes, UInt64(JSONValue.largestInteger))),
            "offset": JSONValue(shard.offset), "length": JSONValue(shard.length),
            "sha256": .string(shard.digest.hex),
          ])
        }),
      "tool": .fields(["name": .string(ToolVersion.name), "version": .string(ToolVersion.current)]),
    ])
  }

  private static let opening = Array("{\"head\":".utf8)
  private static let closing = Array(",\"holdings\":[".utf8)
  /// After the last holding.
  static let end = Array("]}\n".utf8)

  /// The first line: all of the file is one JSON object, and each holding has a line of its own.
  /// - Parameter length: filled up with spaces to this many bytes.
  func firstLine(length: Int = 0) -> [UInt8] {
    let line = Self.opening + head.canonicalBytes + Self.closing
    return line + [UInt8](repeating: 0x20, count: max(0, length - line.count - 1)) + [0x0a]
  }

  /// Bytes of the first line, whatever its numbers come to be.
  var longestFirstLine: Int {
    var other = self
    let most = UInt64(JSONValue.largestInteger)
    for index in other.shards.indices {
      other.shards[index].holdings = most
      other.shards[index].bytes = most
      other.shards[index].offset = most
      other.shards[index].length = most
    }
    return other.firstLine().count
  }

  /// - Throws: `planMalformed`.
  fileprivate init(firstLine line: [UInt8], name: String) throws(EvidenceError) {
    let document = StrictObject.Document(.planMalformed, name: name)
    let text = line.dropLast().reversed().drop { $0 == 0x20 }.reversed()
    guard line.last == 0x0a, text.starts(with: Self.opening), Array(text).hasSuffix(Self.closing) else {
      throw document.failure("", "it does not begin as a plan does")
    }
    let json: JSONValue
    do throws(EvidenceError) {
      json = try JSONValue(
        parsingCanonical: Array(text.dropFirst(Self.opening.count).dropLast(Self.closing.count)), name: name)
    } catch { throw document.failure("", error.detail) }
    var object = try StrictObject(json, of: document)
    guard try object.text("format") == Self.format else {
      throw object.failure("format", "not \(Self.format)")
    }
    _ = try object.quantity("version", in: Self.version...Self.version)
    var archive = try object.object("archive")
    archiveIdentifier = try archive.text("id")
    archiveNumber = try archive.text("number")
    folder = try archive.text("folder")
    try archive.finish()
    guard let run = RecordIdentifier(try object.text("run")) else {
      throw object.failure("run", "not an identifier")
    }
    self.run = run
    planned = try object.time("planned")
    level = try object.choice("level")
    selection = try object.text("selection")
    shards = try object.list("shards", atLeast: 1) { (value, path) throws(EvidenceError) in
      var shard = try StrictObject(value, at: path, of: document)
      let read = Shard(
        holdings: try shard.quantity("holdings"), bytes: try shard.quantity("bytes"),
        offset: try shard.quantity("offset"), length: try shard.quantity("length"),
        digest: try shard.digest("sha256", .sha256))
      try shard.finish()
      return read
    }
    var tool = try object.object("tool")
    _ = try tool.text("name")
    _ = try tool.text("version")
    try tool.finish()
    try object.finish()
  }

  init(
    archiveIdentifier: String, archiveNumber: String, folder: String, run: RecordIdentifier,
    planned: Timestamp, level: ArchiveLevel, selection: String, shards: Int
  ) {
    self.archiveIdentifier = archiveIdentifier
    self.archiveNumber = archiveNumber
    self.folder = folder
    self.run = run
    self.planned = planned
    self.level = level
    self.selection = selection
    self.shards = [Shard](repeating: Shard(), count: shards)
  }
}

/// A plan in a file. What is read of it is its first line, and the lines of one shard.
package struct ArchivePlanFile: ~Copyable, Sendable {
  package let plan: ArchivePlan
  /// SHA-256 of the first line, which has the digests of all others.
  package let digest: Digest
  private let file: OwnedDescriptor
  private let headLength: UInt64

  /// - Throws: `planMalformed`, `fileMissing`, `readFailed`.
  package init(_ path: FilePath) throws(EvidenceError) {
    let opened = try OwnedDescriptor.openFile(path)
    var line: [UInt8] = []
    while line.last != 0x0a {
      let bytes = try Self.read(opened, at: UInt64(line.count), 1 << 16)
      let end = bytes.firstIndex(of: 0x0a).map { $0 + 1 } ?? bytes.count
      guard end > 0, line.count + end <= ArchivePlan.largestHead else {
        throw EvidenceError(.planMalformed, path.string, "it does not begin as a plan does")
      }
      line += bytes[..<end]
    }
    plan = try ArchivePlan(firstLine: line, name: path.string)
    digest = Digest.of(line, .sha256)
    headLength = UInt64(line.count)
    file = opened
  }

  /// - Returns: fewer bytes only at the end of the file.
  private static func read(
    _ file: borrowing OwnedDescriptor, at offset: UInt64, _ count: Int
  ) throws(EvidenceError) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: count)
    let outcome: Result<Int, EvidenceError> = bytes.withUnsafeMutableBytes { memory in
      do throws(EvidenceError) { return .success(try file.read(into: memory, at: offset)) } catch {
        return .failure(error)
      }
    }
    bytes.removeLast(count - (try outcome.get()))
    return bytes
  }

  /// The holdings of a shard, in the order in which they are to be read.
  /// - Parameter index: from 0.
  /// - Throws: `planMalformed` also where they are not those that the first line binds.
  func holdings(ofShard index: Int) throws(EvidenceError) -> [PlannedHolding] {
    let shard = plan.shards[index]
    let document = StrictObject.Document(.planMalformed, name: file.path.string)
    let (start, overflow) = headLength.addingReportingOverflow(shard.offset)
    let size = try file.fileSize()
    guard !overflow, shard.length <= ArchivePlan.largestShard, start <= size, shard.length <= size - start
    else { throw document.failure("", "shard \(index) is not in the file") }
    let bytes = try Self.read(file, at: start, Int(shard.length))
    guard UInt64(bytes.count) == shard.length, Digest.of(bytes, .sha256) == shard.digest else {
      throw document.failure("", "shard \(index) is not what the first line binds")
    }
    var holdings: [PlannedHolding] = []
    for line in bytes.split(separator: 0x0a) {
      let text = line.last == UInt8(ascii: ",") ? line.dropLast() : line
      holdings.append(try PlannedHolding(parsing: Array(text), of: document))
    }
    guard UInt64(holdings.count) == shard.holdings else {
      throw document.failure("", "shard \(index) has \(holdings.count) holdings instead of \(shard.holdings)")
    }
    return holdings
  }
}

extension Array where Element == UInt8 {
  fileprivate func hasSuffix(_ other: [UInt8]) -> Bool { suffix(other.count).elementsEqual(other) }
}
