import CanonicalJSON
import Evidence

/// A row that an event says was written with it.
package struct ExpectedRow {
  /// Index among the tables that are compared.
  package let table: Int
  /// Where its canonical JSON stands.
  package let place: Range<Int>
}

/// Reads stored events that are as they should be, without making values of them.
///
/// It knows the one order that canonical JSON gives the keys of an event. What it does not take as read may still be an
/// event: ``AuditEvent/init(canonical:name:)`` decides.
package struct EventScanner {
  // What the last event held. Ranges are places in its bytes.
  package private(set) var sequence: Int64 = 0
  /// For the caller to compare with a digest; it may be any text.
  package private(set) var previous = 0..<0
  package private(set) var time = 0..<0
  package private(set) var rows: [ExpectedRow] = []

  private let tables: [[UInt8]]
  // Seen to be an actor, and a date and hour: most events repeat those of the one before.
  private var knownActor: [UInt8] = []
  private var knownHour: [UInt8] = []

  /// - Parameter tables: names of the tables that are compared.
  package init(tables: [String]) { self.tables = tables.map { Array($0.utf8) } }

  /// - Returns: whether the bytes are certainly an event in canonical form, whose rows are of known tables.
  package mutating func read(_ bytes: UnsafeRawBufferPointer) -> Bool {
    var scanner = CanonicalScanner(bytes)
    rows.removeAll(keepingCapacity: true)
    guard scanner.take(#"{"actor":"#), takeActor(bytes, &scanner),
      scanner.take(#","kind":"#), scanner.string() != nil,
      scanner.take(#","payload":{"details":"#), scanner.value() != nil,
      scanner.take(#","records":"#), readRecords(bytes, &scanner),
      scanner.take(#"},"previous":"#), let previous = scanner.string(),
      scanner.take(#","sequence":"#), let sequence = scanner.integer(),
      scanner.take(#","time":"#), let time = scanner.string(), isTime(bytes, time),
      scanner.take("}"), scanner.isAtEnd
    else { return false }
    guard !scanner.hasNonASCII || String(validating: bytes, as: UTF8.self) != nil else { return false }
    (self.sequence, self.previous, self.time) = (sequence, previous, time)
    return true
  }

  private mutating func readRecords(_ bytes: UnsafeRawBufferPointer, _ scanner: inout CanonicalScanner)
    -> Bool
  {
    guard scanner.take("{") else { return false }
    if scanner.take("}") { return true }
    var before: Range<Int>?
    repeat {
      guard let key = scanner.key(after: before),
        let table = tables.firstIndex(where: { bytes[key].holds($0) }), scanner.take("[")
      else { return false }
      before = key
      repeat {
        guard let row = scanner.value() else { return false }
        rows.append(ExpectedRow(table: table, place: row))
      } while scanner.take(",")
      guard scanner.take("]") else { return false }
    } while scanner.take(",")
    return scanner.take("}")
  }

  private mutating func takeActor(_ bytes: UnsafeRawBufferPointer, _ scanner: inout CanonicalScanner) -> Bool
  {
    // What is an object from its first to its last byte can be the beginning of no other value.
    if scanner.take(knownActor) { return true }
    guard let place = scanner.value() else { return false }
    let actor = Array(bytes[place])
    guard let json = try? JSONValue(parsingCanonical: actor, name: "actor"), AuditActor(json) != nil else {
      return false
    }
    knownActor = actor
    return true
  }

  /// Bytes of `2026-01-31T09:` in a time.
  private static let hourLength = 14

  private mutating func isTime(_ bytes: UnsafeRawBufferPointer, _ place: Range<Int>) -> Bool {
    guard place.count == Timestamp.textLength else { return false }
    let hour = place.prefix(Self.hourLength)
    if !bytes[hour].holds(knownHour) {
      guard Timestamp(String(decoding: bytes[place], as: UTF8.self)) != nil else { return false }
      knownHour = Array(bytes[hour])
      return true
    }
    // 15:04.000000Z
    func digit(_ offset: Int, below limit: UInt8 = 10) -> Bool {
      bytes[place.lowerBound + Self.hourLength + offset] &- UInt8(ascii: "0") < limit
    }
    func isAt(_ offset: Int, _ character: UInt8) -> Bool {
      bytes[place.lowerBound + Self.hourLength + offset] == character
    }
    return digit(0, below: 6) && digit(1) && isAt(2, UInt8(ascii: ":")) && digit(3, below: 6) && digit(4)
      && isAt(5, UInt8(ascii: ".")) && (6..<12).allSatisfy { digit($0) } && isAt(12, UInt8(ascii: "Z"))
  }
}
