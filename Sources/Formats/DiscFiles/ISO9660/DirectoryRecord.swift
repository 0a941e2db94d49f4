import Evidence
import OpticalDisc

/// A record of a folder (ECMA-119 9.1), or of High Sierra, which has its flags one byte earlier.
struct DirectoryRecord {
  /// Bytes of the shortest record.
  static let shortest = 34

  /// Block of the extent.
  private(set) var block: UInt32
  /// Blocks of an extended attribute record at its beginning.
  let attributeBlocks: UInt8
  /// Bytes.
  private(set) var size: UInt32
  /// The same as the copies with the most significant byte first have them.
  private let copies: (block: UInt32, size: UInt32)
  let flags: UInt8
  /// Blocks of a unit and of the gap behind it, where it is interleaved; 0 otherwise.
  let unit: UInt8
  let gap: UInt8
  /// Bytes up to what stands behind the name.
  let shortestLength: Int
  /// It and what stands around it: one reference for all of its parts, since there are many records.
  private let bytes: ArraySlice<UInt8>
  private let dateLength: Int
  private let nameLength: Int
  private var length: Int

  /// Years since 1900, month, day, hour, minute, second, quarters of an hour from UTC.
  var date: ArraySlice<UInt8> { part(18, dateLength) }
  var name: ArraySlice<UInt8> { part(33, nameLength) }
  /// What stands behind the name.
  var systemUse: ArraySlice<UInt8> { part(min(shortestLength, length), max(0, length - shortestLength)) }

  private func part(_ offset: Int, _ count: Int) -> ArraySlice<UInt8> {
    bytes.dropFirst(offset).prefix(count)
  }

  var isHidden: Bool { flags & 1 != 0 }
  var isFolder: Bool { flags & 2 != 0 }
  var isAssociated: Bool { flags & 4 != 0 }
  var isInterleaved: Bool { unit > 0 && gap > 0 && size > 0 }
  var goesOn: Bool { flags & 0x80 != 0 }
  /// That of the folder itself, or of the one above.
  var isDot: Bool { nameLength == 1 && bytes[bytes.startIndex + 33] <= 1 }

  /// As its other copies of place and size say.
  var byCopies: DirectoryRecord {
    var other = self
    (other.block, other.size) = copies
    return other
  }

  /// Place and size as they can be, where their two copies differ; copies that nobody wrote are zero.
  /// - Parameter blocks: that there are.
  /// - Returns: what is to be said of it, a clause.
  mutating func settle(within blocks: UInt64) -> String? {
    let (first, second) = (block, copies.block)
    let differ = (copies.block != 0 && block != copies.block) || (copies.size != 0 && size != copies.size)
    guard differ else { return nil }
    let text =
      "its record says two things: \(size) bytes from block \(first), and \(copies.size) from block \(second)"
    func fits(_ block: UInt32, _ size: UInt32) -> Bool { UInt64(block) + UInt64(size) / 2048 <= blocks }
    if !fits(block, size), fits(copies.block, copies.size) {
      self = byCopies
      return text + ", which was read"
    }
    return text + "; the first was read"
  }

  /// Whether what stands there fits, and both copies of each number are equal: for where a record is only guessed to begin.
  static func seemsToBegin(at place: Int, in bytes: [UInt8], before end: Int) -> Bool {
    guard place + shortest <= end else { return false }
    let length = Int(bytes[place])
    guard length >= shortest, length % 2 == 0, place + length <= end else { return false }
    let nameLength = Int(bytes[place + 32])
    guard nameLength > 0, 33 + nameLength <= length else { return false }
    return [2, 10].allSatisfy { field in
      (0..<4).allSatisfy { bytes[place + field + $0] == bytes[place + field + 7 - $0] }
    }
  }

  /// That of a descriptor that has none.
  static let none = DirectoryRecord()
  var isNone: Bool { nameLength == 0 }

  private init() {
    (block, size, copies) = (0, 0, (0, 0))
    (attributeBlocks, flags, unit, gap, shortestLength) = (0, 0, 0, 0, 0)
    (bytes, dateLength, nameLength, length) = ([], 0, 0, 0)
  }

  /// - Parameter bytes: from its first byte to the end of the sector.
  /// - Returns: `nil` where it does not fit.
  init?(_ bytes: ArraySlice<UInt8>, isHighSierra: Bool) {
    guard let length = bytes.first.map(Int.init), length >= Self.shortest, length <= bytes.count else {
      return nil
    }
    let at = bytes.startIndex
    nameLength = Int(bytes[at + 32])
    guard nameLength > 0, 33 + nameLength <= length else { return nil }
    func number(_ place: Int) -> UInt32 {
      UInt32(bytes[place]) | UInt32(bytes[place + 1]) << 8 | UInt32(bytes[place + 2]) << 16
        | UInt32(bytes[place + 3]) << 24
    }
    func copy(_ place: Int) -> UInt32 { (0..<4).reduce(0) { $0 << 8 | UInt32(bytes[place + $1]) } }
    block = number(at + 2)
    size = number(at + 10)
    copies = (copy(at + 6), copy(at + 14))
    attributeBlocks = bytes[at + 1]
    dateLength = isHighSierra ? 6 : 7
    flags = bytes[at + (isHighSierra ? 24 : 25)]
    unit = bytes[at + 26]
    gap = bytes[at + 27]
    shortestLength = 33 + nameLength + (nameLength % 2 == 0 ? 1 : 0)
    self.length = length
    self.bytes = bytes
  }

  /// The same without what stands behind the name: its length is wrong.
  func shortened() -> DirectoryRecord {
    var copy = self
    copy.length = min(shortestLength, length)
    return copy
  }
}
