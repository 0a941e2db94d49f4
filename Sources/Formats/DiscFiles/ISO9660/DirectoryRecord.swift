import Evidence
import OpticalDisc

/// A record of a folder (ECMA-119 9.1), or of High Sierra, which has its flags one byte earlier.
struct DirectoryRecord {
  /// Bytes of the shortest record.
  static let shortest = 34

  /// Block of the extent.
  let block: UInt32
  /// Blocks of an extended attribute record at its beginning.
  let attributeBlocks: UInt8
  /// Bytes.
  let size: UInt32
  /// Years since 1900, month, day, hour, minute, second, quarters of an hour from UTC.
  let date: [UInt8]
  let flags: UInt8
  /// Blocks of a unit and of the gap behind it, where it is interleaved; 0 otherwise.
  let unit: UInt8
  let gap: UInt8
  let name: [UInt8]
  private(set) var systemUse: [UInt8]
  /// Bytes up to what stands behind the name.
  let shortestLength: Int

  var isHidden: Bool { flags & 1 != 0 }
  var isFolder: Bool { flags & 2 != 0 }
  var isAssociated: Bool { flags & 4 != 0 }
  var goesOn: Bool { flags & 0x80 != 0 }
  /// That of the folder itself, or of the one above.
  var isDot: Bool { name == [0] || name == [1] }

  /// - Parameters:
  ///   - bytes: from its first byte to the end of the sector.
  ///   - isStrict: both copies of each number must be equal too; for where a record is only guessed to begin.
  /// - Returns: `nil` where it does not fit.
  init?(_ bytes: ArraySlice<UInt8>, isHighSierra: Bool, isStrict: Bool = false) {
    guard let length = bytes.first.map(Int.init), length >= Self.shortest, length <= bytes.count else {
      return nil
    }
    let record = Array(bytes.prefix(length))
    let nameLength = Int(record[32])
    guard nameLength > 0, 33 + nameLength <= length else { return nil }
    let span = record.span.bytes
    guard let block = span.littleEndian(at: 2, as: UInt32.self),
      let size = span.littleEndian(at: 10, as: UInt32.self)
    else { return nil }
    if isStrict {
      guard length % 2 == 0, span.bigEndian(at: 6, as: UInt32.self) == block,
        span.bigEndian(at: 14, as: UInt32.self) == size
      else { return nil }
    }
    self.block = block
    self.size = size
    self.attributeBlocks = record[1]
    self.date = isHighSierra ? record[18..<24] + [0] : Array(record[18..<25])
    self.flags = record[isHighSierra ? 24 : 25]
    self.unit = record[26]
    self.gap = record[27]
    self.name = Array(record[33..<33 + nameLength])
    let padded = 33 + nameLength + (nameLength % 2 == 0 ? 1 : 0)
    self.systemUse = Array(record.dropFirst(padded))
    self.shortestLength = padded
  }

  /// The same without what stands behind the name: its length is wrong.
  func shortened() -> DirectoryRecord {
    var copy = self
    copy.systemUse = []
    return copy
  }

  /// Seconds since 1970.
  /// - Returns: `nil` and no text where no time is stated; `nil` and its digits where it cannot be one.
  var time: (seconds: Int64?, impossible: String?) { Self.time(date) }

  static func time(_ date: [UInt8]) -> (seconds: Int64?, impossible: String?) {
    guard date.count == 7, date.prefix(6).contains(where: { $0 != 0 }) else { return (nil, nil) }
    func two(_ number: UInt8) -> String { number < 10 ? "0\(number)" : "\(number)" }
    let text =
      "\(1900 + Int(date[0]))-\(two(date[1]))-\(two(date[2]))T\(two(date[3])):\(two(date[4])):\(two(date[5]))"
    let zone = Int64(Int8(bitPattern: date[6]))
    guard let time = Timestamp("\(text).000000Z"), abs(zone) <= 56 else {
      return (nil, text.replacing("T", with: " "))
    }
    return (time.microseconds / 1_000_000 - zone * 900, nil)
  }
}
