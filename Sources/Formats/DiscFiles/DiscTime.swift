import Evidence

/// A time of a file as a disc states it.
package struct DiscTime: Hashable, Sendable {
  package enum Kind: String, Hashable, Sendable, CaseIterable {
    case created
    case modified
    case accessed
    /// Of the record, not of the contents.
    case attributes
    case backup
    case expires
    case effective
  }

  package let kind: Kind
  /// Since 1970, in UTC; `nil` where what is stored can be no time.
  package let microseconds: Int64?
  /// Minutes east of UTC of the clock it was read from; `nil` where the disc does not say.
  package let zone: Int16?
  /// What is stored, where it can be no time.
  package let impossible: String?

  /// The date of a record: years since 1900, month, day, hour, minute, second, quarters of an hour from UTC.
  /// - Parameter date: 7 bytes, or 6 of High Sierra, which has no zone.
  /// - Returns: `nil` where it is zero, which states none.
  static func of(record date: ArraySlice<UInt8>, _ kind: Kind) -> DiscTime? {
    guard date.count >= 6, date.prefix(6).contains(where: { $0 != 0 }) else { return nil }
    let at = date.startIndex
    let zone = date.count > 6 ? Int(Int8(bitPattern: date[at + 6])) : 0
    return of(
      kind, year: 1900 + Int(date[at]), date[at + 1..<at + 6], zone: zone * 15, isStated: date.count > 6,
      isZone: abs(zone) <= 56)
  }

  /// Sixteen digits, the last two hundredths of a second, and quarters of an hour from UTC.
  static func of(digits: ArraySlice<UInt8>, _ kind: Kind) -> DiscTime? {
    guard digits.count == 17, digits.dropLast().contains(where: { $0 != 0x30 && $0 != 0 }) else { return nil }
    let at = digits.startIndex
    let values = digits.prefix(16).map { Int($0) - 0x30 }
    guard values.allSatisfy({ (0...9).contains($0) }) else {
      let shown = NameText.shown(NameText.text(digits.prefix(16)))
      return DiscTime(kind: kind, microseconds: nil, zone: nil, impossible: shown)
    }
    func number(_ range: Range<Int>) -> Int { values[range].reduce(0) { $0 * 10 + $1 } }
    let rest = [number(4..<6), number(6..<8), number(8..<10), number(10..<12), number(12..<14)]
    let zone = Int(Int8(bitPattern: digits[at + 16]))
    return of(
      kind, year: number(0..<4), rest.map { UInt8($0) }[...], fraction: Int64(number(14..<16)) * 10_000,
      zone: zone * 15, isZone: abs(zone) <= 56)
  }

  /// A timestamp of UDF, of 12 bytes.
  static func of(udf bytes: ArraySlice<UInt8>, _ kind: Kind) -> DiscTime? {
    guard bytes.count == 12, bytes.contains(where: { $0 != 0 }) else { return nil }
    let at = bytes.startIndex
    var zone = Int(UInt16(bytes[at]) | UInt16(bytes[at + 1]) << 8) & 0x0FFF
    if zone >= 0x800 { zone -= 0x1000 }
    let year = Int16(bitPattern: UInt16(bytes[at + 2]) | UInt16(bytes[at + 3]) << 8)
    let parts = bytes[at + 9..<at + 12].map { Int64($0) }
    let fraction = parts.allSatisfy { $0 < 100 } ? parts[0] * 10_000 + parts[1] * 100 + parts[2] : 0
    // −2047: no zone is stated.
    let isStated = abs(zone) <= 1440
    return of(
      kind, year: Int(year), bytes[at + 4..<at + 9], fraction: fraction, zone: isStated ? zone : 0,
      isStated: isStated)
  }

  /// - Parameter rest: month, day, hour, minute, second.
  private static func of(
    _ kind: Kind, year: Int, _ rest: ArraySlice<UInt8>, fraction: Int64 = 0, zone: Int, isStated: Bool = true,
    isZone: Bool = true
  ) -> DiscTime {
    let at = rest.startIndex
    let time = Timestamp(
      year: year, month: Int(rest[at]), day: Int(rest[at + 1]), hour: Int(rest[at + 2]),
      minute: Int(rest[at + 3]), second: Int(rest[at + 4]))
    guard let time, isZone else {
      return DiscTime(kind: kind, microseconds: nil, zone: nil, impossible: digits(year, rest))
    }
    return DiscTime(
      kind: kind, microseconds: time.microseconds + fraction - Int64(zone) * 60_000_000,
      zone: isStated ? Int16(zone) : nil, impossible: nil)
  }

  private static func digits(_ year: Int, _ rest: ArraySlice<UInt8>) -> String {
    func padded(_ number: Int, _ width: Int) -> String {
      let digits = String(number)
      return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
    let parts = rest.map { padded(Int($0), 2) }
    return "\(padded(year, 4))-\(parts[0])-\(parts[1]) \(parts[2]):\(parts[3]):\(parts[4])"
  }
}
