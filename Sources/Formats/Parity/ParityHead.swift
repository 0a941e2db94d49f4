import CanonicalJSON
import Digests
import Evidence
import SystemIO

/// What a parity file says of itself and of the files it protects; it is signed, and stands in the file twice.
/// `Docs/formats/parity.md` describes every byte.
package struct ParityHead: Hashable, Sendable {
  package static let format = "exhibit-parity"
  package static let version: UInt64 = 1
  private static let code = "cauchy-gf256-11d"
  /// Largest text of a head, in bytes.
  package static let largestText = 4 << 20
  package static let mostFiles = 1 << 15
  private static let longestName = 4096

  package enum Kind: String, Hashable, Sendable, CaseIterable {
    /// Of one file: damaged places of it come back.
    case file
    /// Across files: a whole one comes back.
    case across
  }

  package struct File: Hashable, Sendable {
    /// Relative to the folder of the holding.
    package let name: String
    /// In bytes.
    package let size: UInt64
    /// When it was protected.
    package let sha256: Digest

    package init(name: String, size: UInt64, sha256: Digest) {
      self.name = name
      self.size = size
      self.sha256 = sha256
    }
  }

  package let kind: Kind
  /// The holding, as the archive names it.
  package let holding: String
  package let made: Timestamp
  package let tool: String
  package let files: [File]
  package let layout: ParityLayout
  /// SHA-256 of the table of digests.
  package let table: Digest

  package init(
    kind: Kind, holding: String, made: Timestamp, tool: String, files: [File], layout: ParityLayout,
    table: Digest
  ) {
    self.kind = kind
    self.holding = holding
    self.made = made
    self.tool = tool
    self.files = files
    self.layout = layout
    self.table = table
  }

  /// What is stored and signed.
  package var canonicalBytes: [UInt8] {
    JSONValue.fields([
      "format": .string(Self.format), "version": JSONValue(Self.version), "code": .string(Self.code),
      "kind": .string(kind.rawValue), "holding": .string(holding), "made": .string(made.description),
      "tool": .string(tool), "shardSize": JSONValue(layout.shardSize), "tableSha256": .string(table.hex),
      "files": .array(
        files.map {
          .fields([
            "name": .string($0.name), "size": JSONValue($0.size), "sha256": .string($0.sha256.hex),
          ])
        }),
      "groups": .array(
        layout.groups.map { group in
          .fields([
            "stripes": JSONValue(group.stripes), "parity": JSONValue(group.parity),
            "columns": .array(Self.runs(group).map { .array($0.map { JSONValue($0) }) }),
          ])
        }),
    ]).canonicalBytes
  }

  /// - Parameter name: what the file is called in errors.
  /// - Throws: `parityMalformed`.
  package init(parsing bytes: [UInt8], name file: String) throws(EvidenceError) {
    guard bytes.count <= Self.largestText else {
      throw EvidenceError(.parityMalformed, file, "a head of more than \(Self.largestText) bytes")
    }
    let document = StrictObject.Document(.parityMalformed, name: file)
    let value: JSONValue
    do throws(EvidenceError) { value = try JSONValue(parsingCanonical: bytes, name: file) } catch {
      throw EvidenceError(.parityMalformed, file, error.detail)
    }
    var object = try StrictObject(value, of: document)
    guard try object.text("format") == Self.format else {
      throw object.failure("format", "not '\(Self.format)'")
    }
    let version = try object.quantity("version", in: 1...UInt64.max)
    guard version == Self.version else {
      throw object.failure("version", "\(version), this program reads \(Self.version)")
    }
    guard try object.text("code") == Self.code else { throw object.failure("code", "not '\(Self.code)'") }
    kind = try object.choice("kind")
    holding = try object.text("holding")
    made = try object.time("made")
    tool = try object.text("tool")
    table = try object.digest("tableSha256", .sha256)
    let shardSize = Int(try object.quantity("shardSize", in: 1...UInt64(ParityLayout.shardSizes.upperBound)))
    files = try object.list("files", atLeast: 1) { (value, path) throws(EvidenceError) in
      var item = try StrictObject(value, at: path, of: document)
      let file = File(
        name: try item.text("name"), size: try item.quantity("size"),
        sha256: try item.digest("sha256", .sha256))
      try item.finish()
      guard Self.isSafe(file.name) else {
        throw document.failure("\(path).name", "a name that leads elsewhere")
      }
      return file
    }
    guard files.count <= Self.mostFiles, Set(files.map { Array($0.name.utf8) }).count == files.count else {
      throw object.failure("files", "a name twice, or more than \(Self.mostFiles)")
    }
    let groups = try object.list("groups") { (value, path) throws(EvidenceError) in
      try Self.group(value, path, document)
    }
    try object.finish()
    do throws(ParityLayout.Flaw) {
      layout = try ParityLayout(shardSize: shardSize, groups: groups, sizes: files.map(\.size))
    } catch { throw document.failure("groups", error.reason) }
  }

  /// Columns of one length that follow each other in a file are stated together: file, offset, length of all, length of each.
  private static func runs(_ group: ParityLayout.Group) -> [[UInt64]] {
    group.columns.reduce(into: []) { runs, column in
      if let last = runs.last, last[0] == UInt64(column.file), last[1] + last[2] == column.offset,
        last[2] % last[3] == 0, column.length <= last[3]
      {
        runs[runs.count - 1][2] += column.length
      } else {
        runs.append([UInt64(column.file), column.offset, column.length, column.length])
      }
    }
  }

  private static func group(
    _ value: JSONValue, _ path: String, _ document: StrictObject.Document
  ) throws(EvidenceError) -> ParityLayout.Group {
    var item = try StrictObject(value, at: path, of: document)
    let most = UInt64(ParityLayout.mostShards)
    let stripes = Int(try item.quantity("stripes", in: 1...most))
    let parity = Int(try item.quantity("parity", in: 1...UInt64(ErasureCode.mostShards)))
    var columns: [ParityLayout.Column] = []
    let runs = try item.list("columns", atLeast: 1) { (value, path) throws(EvidenceError) in
      let numbers = (value.arrayValue ?? []).compactMap { $0.integerValue.flatMap { UInt64(exactly: $0) } }
      guard numbers.count == 4, value.arrayValue?.count == 4, numbers[0] < UInt64(mostFiles), numbers[3] > 0,
        numbers[2] > 0, (numbers[2] - 1) / numbers[3] < UInt64(ErasureCode.mostShards)
      else { throw document.failure(path, "not [file, offset, length, length of a column]") }
      return numbers
    }
    for run in runs {
      for start in stride(from: 0, to: run[2], by: Int(run[3])) {
        columns.append(
          ParityLayout.Column(
            file: Int(run[0]), offset: run[1] + start, length: min(run[3], run[2] - start)))
      }
      guard columns.count < ErasureCode.mostShards else {
        throw document.failure(path, "more than \(ErasureCode.mostShards - 1) columns")
      }
    }
    let group = ParityLayout.Group(stripes: stripes, parity: parity, columns: columns)
    guard Self.runs(group) == runs else {
      throw document.failure(path, "columns that are not stated together")
    }
    try item.finish()
    return group
  }

  /// Whether a name stays in the folder of what it is of.
  package static func isSafe(_ name: String) -> Bool {
    guard !name.isEmpty, name.utf8.count <= longestName, !name.utf8.contains(0) else { return false }
    return name.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false).allSatisfy {
      !$0.isEmpty && !$0.elementsEqual(".".utf8) && !$0.elementsEqual("..".utf8)
    }
  }
}

/// The first bytes of each copy of the head, and the last of the file.
struct ParityPreamble: Hashable {
  static let size = 96
  static let trailerSize = 16
  static let magic = Array("EXHPAR1\n".utf8)
  static let largestSignature = 1 << 15
  static let page = 4096

  /// Bytes of a whole copy: preamble, text, table, signature, zeros up to a multiple of 4096.
  let length: UInt64
  let text: Int
  let table: Int
  let signature: Int
  /// SHA-256 of the text.
  let digest: [UInt8]

  init(text: [UInt8], table: Int, signature: Int, length: UInt64) {
    self.length = length
    self.text = text.count
    self.table = table
    self.signature = signature
    digest = Digest.of(text, .sha256).bytes
  }

  /// Room for every signature there can be.
  static func length(text: Int, table: Int) -> UInt64 {
    UInt64((size + text + table + largestSignature + page - 1) / page * page)
  }

  var bytes: [UInt8] {
    Self.magic + [length, UInt64(text), UInt64(table), UInt64(signature)].flatMap(Self.bigEndian) + digest
      + [UInt8](repeating: 0, count: Self.size - 72)
  }

  static func bigEndian(_ number: UInt64) -> [UInt8] {
    (0..<8).map { UInt8(truncatingIfNeeded: number >> (56 - 8 * UInt64($0))) }
  }

  static func number(_ bytes: ArraySlice<UInt8>) -> UInt64 { bytes.reduce(0) { $0 << 8 | UInt64($1) } }

  /// `nil` for what is none, or states lengths that cannot be.
  init?(_ bytes: [UInt8]) {
    guard bytes.count >= Self.size, bytes.starts(with: Self.magic) else { return nil }
    let numbers = (0..<4).map { Self.number(bytes[8 + 8 * $0..<16 + 8 * $0]) }
    guard numbers[0] % UInt64(Self.page) == 0, numbers[1] > 0, numbers[1] <= UInt64(ParityHead.largestText),
      numbers[2] <= UInt64(32 * ParityLayout.mostShards), numbers[2] % 32 == 0,
      numbers[3] <= UInt64(Self.largestSignature),
      numbers[0] >= UInt64(Self.size) + numbers[1] + numbers[2] + numbers[3]
    else { return nil }
    length = numbers[0]
    text = Int(numbers[1])
    table = Int(numbers[2])
    signature = Int(numbers[3])
    digest = Array(bytes[40..<72])
  }

  /// Where the head at the end begins, by the last bytes of a file of this size; `nil` where they are damaged.
  static func end(_ trailer: [UInt8], fileSize: UInt64) -> UInt64? {
    guard trailer.count == trailerSize, trailer[8...].elementsEqual(magic) else { return nil }
    let length = number(trailer[..<8])
    guard length >= UInt64(size), length <= fileSize, fileSize - length >= UInt64(trailerSize) else {
      return nil
    }
    return fileSize - UInt64(trailerSize) - length
  }
}
