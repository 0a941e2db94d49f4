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

  /// - Parameter bytes: from its first byte to the end of the sector.
  /// - Returns: `nil` where it does not fit.
  init?(_ bytes: ArraySlice<UInt8>, isHighSierra: Bool) {
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

  /// A time that cannot be, as it is stored: month, day, hour, minute and second behind the year.
  static func digits(_ year: Int, _ rest: ArraySlice<UInt8>) -> String {
    func padded(_ number: Int, _ width: Int) -> String {
      let digits = String(number)
      return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
    let parts = rest.map { padded(Int($0), 2) }
    return "\(padded(year, 4))-\(parts[0])-\(parts[1]) \(parts[2]):\(parts[3]):\(parts[4])"
  }

  static func time(_ date: [UInt8]) -> (seconds: Int64?, impossible: String?) {
    guard date.count == 7, date.prefix(6).contains(where: { $0 != 0 }) else { return (nil, nil) }
    let (year, zone) = (1900 + Int(date[0]), Int64(Int8(bitPattern: date[6])))
    let time = Timestamp(
      year: year, month: Int(date[1]), day: Int(date[2]), hour: Int(date[3]), minute: Int(date[4]),
      second: Int(date[5]))
    guard let time, abs(zone) <= 56 else { return (nil, digits(year, date[1..<6])) }
    return (time.microseconds / 1_000_000 - zone * 900, nil)
  }
}
