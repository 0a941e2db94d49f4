import Evidence
import OpticalDisc

/// The blocks of an MDS of version 1, as they are stored, little-endian.
struct MDSDescription {
  struct Session {
    let number: Int
    let leadOut: Int
    var blocks: [Block] = []
  }

  /// A track, or an entry of the table of contents without one.
  struct Block {
    let mode: UInt8
    let subchannel: UInt8
    let entry: FullTOC.Entry
    let sectorSize: Int
    let start: Int
    let offset: UInt64
    /// Sectors before `start` that are in no file.
    let pregap: Int
    let length: Int
    let files: [String]
  }

  static let signature = "MEDIA DESCRIPTOR"
  static let headerSize = 0x58
  static let sessionSize = 24
  static let blockSize = 80
  static let footerSize = 16
  static let structureSize = 4 + 2048 + 2048
  /// Largest description: with measurements of density of every 50th sector, a DVD takes less.
  static let sizeLimit = 16 << 20
  private static let mostSessions = 99
  /// Of all tracks together: blocks may name the same bytes again and again.
  private static let mostFiles = 4096
  private static let mostDensities = 64
  private static let longestName = 4096

  let isDVD: Bool
  private(set) var sessions: [Session] = []
  private(set) var structures: [RawStructures.DiscStructure: [UInt8]] = [:]
  private(set) var densities: [[UInt8]] = []
  private(set) var remarks: [String] = []
  private let bytes: [UInt8]
  private let name: String
  private var fileCount = 0

  /// The version that a header states; `nil` of what is no MDS.
  static func version(_ head: [UInt8]) -> (major: UInt8, minor: UInt8)? {
    guard head.count >= 18, head.starts(with: signature.utf8) else { return nil }
    return (head[16], head[17])
  }

  /// - Throws: `imageMalformed`.
  init(_ bytes: [UInt8], name: String) throws(EvidenceError) {
    self.bytes = bytes
    self.name = name
    let medium = bytes.span.bytes.littleEndian(at: 0x12, as: UInt16.self) ?? 0
    isDVD = medium >= 0x10
    guard Self.version(bytes)?.major == 1, bytes.count >= Self.headerSize else {
      throw EvidenceError(.imageMalformed, name, "its header is not whole")
    }
    let count = Int(try number(0x14, as: UInt16.self))
    guard (1...Self.mostSessions).contains(count) else { throw malformed("it has \(count) sessions") }
    let table = Int(try number(0x50, as: UInt32.self))
    for place in 0..<count { try readSession(table + place * Self.sessionSize) }
    readStructures()
    readDensities()
  }

  private func number<Integer: FixedWidthInteger & BitwiseCopyable>(
    _ offset: Int, as type: Integer.Type
  ) throws(EvidenceError) -> Integer {
    guard let value = bytes.span.bytes.littleEndian(at: offset, as: type) else {
      throw malformed("byte \(offset) does not lie in the \(bytes.count) bytes of the description")
    }
    return value
  }

  private mutating func readSession(_ at: Int) throws(EvidenceError) {
    let number = Int(try self.number(at + 8, as: UInt16.self))
    var session = Session(
      number: number, leadOut: Int(Int32(bitPattern: try self.number(at + 4, as: UInt32.self))))
    let count = Int(try self.number(at + 0x0A, as: UInt8.self))
    let table = Int(try self.number(at + 0x14, as: UInt32.self))
    for place in 0..<count {
      session.blocks.append(try block(table + place * Self.blockSize, UInt8(truncatingIfNeeded: number)))
    }
    sessions.append(session)
  }

  private mutating func block(_ at: Int, _ session: UInt8) throws(EvidenceError) -> Block {
    guard let head = bytes.span.bytes.array(at: at, count: Self.blockSize) else {
      throw malformed("the block of a track at byte \(at) does not lie in it")
    }
    let extra = Int(try number(at + 0x0C, as: UInt32.self))
    let isTrack = isDVD || (1...99).contains(head[4])
    var pregap = 0
    var length = 0
    if isTrack, isDVD {
      length = extra
    } else if isTrack {
      pregap = Int(try number(extra, as: UInt32.self))
      length = Int(try number(extra + 4, as: UInt32.self))
    }
    let size = try number(at + 0x10, as: UInt16.self)
    return Block(
      mode: head[0] & 7, subchannel: head[1],
      entry: FullTOC.Entry(
        session: session, adrControl: head[2], track: head[3], point: head[4], times: Array(head[5..<12])),
      sectorSize: Int(size), start: Int(Int32(bitPattern: try number(at + 0x24, as: UInt32.self))),
      offset: try number(at + 0x28, as: UInt64.self), pregap: pregap, length: length,
      files: isTrack
        ? try names(
          count: Int(try number(at + 0x30, as: UInt32.self)), at: Int(try number(at + 0x34, as: UInt32.self)))
        : [])
  }

  /// Names of the files that hold a track, in order.
  private mutating func names(count: Int, at footer: Int) throws(EvidenceError) -> [String] {
    guard count > 0, footer > 0 else { return ["*.mdf"] }
    fileCount += count
    guard fileCount <= Self.mostFiles else { throw malformed("tracks lie in \(fileCount) files or more") }
    return try (0..<count).map { $0 }.mapThrowing { place throws(EvidenceError) in
      let at = footer + place * Self.footerSize
      let offset = Int(try number(at, as: UInt32.self))
      let isWide = try number(at + 4, as: UInt32.self) != 0
      guard offset > 0, offset < bytes.count else {
        throw malformed("the name of a file lies at byte \(offset)")
      }
      let rest = bytes[offset...].prefix(Self.longestName)
      guard isWide else { return TextCoding.guess(Array(rest.prefix { $0 != 0 })).text }
      var end = rest.startIndex
      while end + 1 < rest.endIndex, rest[end] != 0 || rest[end + 1] != 0 { end += 2 }
      guard let text = TextCoding.utf16LittleEndian.decode(Array(rest[..<end])) else {
        throw malformed("the name of a file at byte \(offset) is not UTF-16")
      }
      return text
    }
  }

  // MARK: DVD

  /// Copyright, manufacturer and physical information of each layer; BCA.
  private mutating func readStructures() {
    let bytes = self.bytes
    let span = bytes.span.bytes
    let place = Int(span.littleEndian(at: 0x40, as: UInt32.self) ?? 0)
    var layers = place > 0 && isDVD ? 1 : 0
    var layer = 0
    while layer < layers {
      let at = place + layer * Self.structureSize
      guard let body = span.array(at: at, count: Self.structureSize) else {
        remarks.append("disc structures of layer \(layer) do not lie in the description")
        break
      }
      for (format, range) in [(UInt8(1), 0..<4), (4, 4..<2052), (0, 2052..<4100)] {
        structures[.init(format: format, layer: UInt8(layer))] = Array(body[range])
      }
      if layer == 0, body[2052 + 2] >> 5 & 3 == 1 { layers = 2 }
      layer += 1
    }
    let length = Int(span.littleEndian(at: 0x1A, as: UInt16.self) ?? 0)
    let area = Int(span.littleEndian(at: 0x24, as: UInt32.self) ?? 0)
    if length > 0, area > 0, let body = span.array(at: area, count: length) {
      structures[.init(format: 3, layer: 0)] = body
    }
  }

  /// Measurements of density: a count, places, and at each a number, first sector, distance, and a list with its length.
  private mutating func readDensities() {
    let bytes = self.bytes
    let span = bytes.span.bytes
    let place = Int(span.littleEndian(at: 0x54, as: UInt32.self) ?? 0)
    guard place > 0, let count = span.littleEndian(at: place, as: UInt32.self) else { return }
    guard count <= UInt32(Self.mostDensities) else {
      return remarks.append("\(count) measurements of density are announced, and passed over")
    }
    for number in 0..<Int(count) {
      guard let at = span.littleEndian(at: place + 4 + 4 * number, as: UInt32.self).map({ Int($0) }),
        let entries = span.littleEndian(at: at + 12, as: UInt32.self),
        let body = span.array(at: at, count: 16 + 4 * Int(entries))
      else {
        remarks.append("measurement of density \(number + 1) does not lie in the description")
        continue
      }
      densities.append(body)
    }
  }

  private func malformed(_ reason: String) -> EvidenceError { EvidenceError(.imageMalformed, name, reason) }
}
