import Evidence
import SystemPackage

/// A time zone of the system's database (RFC 8536), such as `Europe/Berlin`: how far local time was ahead of UTC at a
/// moment of the past.
///
/// Only changes that are written out in the file count; databases write them out to 2037. After the last one its
/// state goes on.
package struct ZoneFile: Sendable {
  package let name: String
  private let changes: [Int64]
  private let states: [(secondsAhead: Int64, abbreviation: String)]
  /// Of each change, an index into `states`.
  private let stateAfter: [UInt8]

  private static let folder: FilePath = "/usr/share/zoneinfo"
  private static let largest = 1 << 20

  /// - Throws: `argumentInvalid` where the database has no such zone.
  package init(named name: String) throws(EvidenceError) {
    let parts = name.split(separator: "/", omittingEmptySubsequences: false)
    let isName =
      !parts.isEmpty
      && parts.allSatisfy { part in
        part.first.map { $0.isASCII && $0.isLetter } ?? false
          && part.utf8.allSatisfy {
            (0x30...0x39).contains($0) || (0x41...0x5a).contains($0) || (0x61...0x7a).contains($0)
              || $0 == 0x2d || $0 == 0x2b || $0 == 0x5f
          }
      }
    guard isName,
      let bytes = try? Files.contents(Self.folder.pushing(FilePath(name)), cap: Self.largest)
    else {
      throw EvidenceError(invalid: .timeZone, name, "a zone of the system such as Europe/Berlin or UTC")
    }
    try self.init(parsing: bytes, name: name)
  }

  /// - Throws: `argumentInvalid` for what is no zone file of version 2 or later.
  package init(parsing bytes: [UInt8], name: String) throws(EvidenceError) {
    guard let parsed = Self.parse(bytes) else {
      throw EvidenceError(invalid: .timeZone, name, "its file in the system's database cannot be read")
    }
    self.name = name
    (changes, stateAfter, states) = parsed
  }

  /// - Returns: how far local time was ahead of UTC, and what it was called.
  package func local(_ time: Timestamp) -> (secondsAhead: Int64, abbreviation: String) {
    let second =
      time.microseconds >= 0 ? time.microseconds / 1_000_000 : (time.microseconds - 999_999) / 1_000_000
    let later = changes.firstIndex { $0 > second } ?? changes.count
    return states[later == 0 ? 0 : Int(stateAfter[later - 1])]
  }

  private typealias Parsed = ([Int64], [UInt8], [(secondsAhead: Int64, abbreviation: String)])

  private static func parse(_ bytes: [UInt8]) -> Parsed? {
    let span = bytes.span.bytes
    /// Counts of a header: isutcnt, isstdcnt, leapcnt, timecnt, typecnt, charcnt.
    func header(_ start: Int) -> [Int]? {
      guard bytes.count - start >= 44, bytes[start..<start + 4].elementsEqual("TZif".utf8) else { return nil }
      let counts = (0..<6).compactMap { span.bigEndian(at: start + 20 + 4 * $0, as: UInt32.self) }
      return counts.allSatisfy { $0 < 1 << 16 } ? counts.map(Int.init) : nil
    }
    guard let first = header(0), bytes[4] >= UInt8(ascii: "2") else { return nil }
    // The block of version 1 has times of four bytes and is passed over.
    let second = 44 + first[3] * 5 + first[4] * 6 + first[5] + first[2] * 8 + first[1] + first[0]
    guard let counts = header(second) else { return nil }
    let (timeCount, typeCount, charCount) = (counts[3], counts[4], counts[5])
    let times = second + 44
    let indexes = times + 8 * timeCount
    let types = indexes + timeCount
    let names = types + 6 * typeCount
    guard typeCount > 0, bytes.count >= names + charCount else { return nil }
    let changes = (0..<timeCount).compactMap { span.bigEndian(at: times + 8 * $0, as: UInt64.self) }
      .map { Int64(bitPattern: $0) }
    let after = Array(bytes[indexes..<types])
    guard after.allSatisfy({ Int($0) < typeCount }), changes == changes.sorted() else { return nil }
    var states: [(Int64, String)] = []
    for type in 0..<typeCount {
      guard let ahead = span.bigEndian(at: types + 6 * type, as: UInt32.self).map({ Int32(bitPattern: $0) }),
        abs(Int64(ahead)) < 100_000, Int(bytes[types + 6 * type + 5]) < charCount
      else { return nil }
      let name = bytes[(names + Int(bytes[types + 6 * type + 5]))..<(names + charCount)].prefix { $0 != 0 }
      guard name.count < 16, name.allSatisfy({ (0x21...0x7e).contains($0) }) else { return nil }
      states.append((Int64(ahead), String(decoding: name, as: UTF8.self)))
    }
    return (changes, after, states)
  }
}
