import Evidence
import SystemIO

/// A time as somebody states it: RFC 3339, in UTC or with the offset of local time.
package struct StatedTime: Hashable, Sendable {
  package let time: Timestamp
  /// Minutes that local time was ahead of UTC; `nil` where it was stated in UTC.
  package let utcOffset: Int64?

  /// - Parameter field: what it is the time of.
  /// - Throws: `argumentInvalid`, also of a time that does not exist.
  package init(_ text: String, of field: RequestField) throws(EvidenceError) {
    let failure = EvidenceError(
      invalid: field, text,
      "RFC 3339 such as 2026-01-31T09:15:00Z or 2026-01-31T10:15:00+01:00")
    var local = Substring(text)
    var offset: Int64?
    if local.hasSuffix("Z") {
      local = local.dropLast()
    } else {
      guard let minutes = Self.offset(local.suffix(6)) else { throw failure }
      offset = minutes
      local = local.dropLast(6)
    }
    // Whole seconds are what people type; the stored form has microseconds.
    guard let stamp = Timestamp(local.count == 19 ? local + ".000000Z" : local + "Z") else { throw failure }
    self.time = Timestamp(microseconds: stamp.microseconds - (offset ?? 0) * 60_000_000)
    self.utcOffset = offset
  }

  /// `+01:00` in minutes.
  private static func offset(_ text: Substring) -> Int64? {
    let characters = Array(text)
    guard characters.count == 6, characters[3] == ":", let sign = ["+": 1, "-": -1][characters[0]] as Int64?,
      characters[1...2].allSatisfy(\.isASCII), characters[4...5].allSatisfy(\.isASCII),
      let hours = Int64(String(characters[1...2])), let minutes = Int64(String(characters[4...5])),
      (0...23).contains(hours), (0...59).contains(minutes)
    else { return nil }
    return sign * (hours * 60 + minutes)
  }

  /// The time where it can have been: not before 1970, as no exhibit of this kind was handled then, and not in the
  /// future.
  /// - Throws: `argumentInvalid`.
  package func past(_ field: RequestField) throws(EvidenceError) -> StatedTime {
    guard time >= Timestamp(microseconds: 0) else {
      throw EvidenceError(invalid: field, "\(time)", "it lies before 1970")
    }
    guard time <= Host.now() else {
      throw EvidenceError(invalid: field, "\(time)", "it lies in the future")
    }
    return self
  }
}

extension Timestamp {
  private init?(_ text: Substring) { self.init(String(text)) }
}
