import Evidence
import SystemIO

/// The order of the numbers in a date such as 03/04/2026.
package enum DateOrder: String, Hashable, Sendable, CaseIterable {
  case dayFirst = "dmy"
  case monthFirst = "mdy"

  /// What the laboratory has set; `nil` where it has set nothing.
  /// - Throws: `argumentInvalid` for anything but the raw values.
  package static func ofLaboratory() throws(EvidenceError) -> DateOrder? {
    let name = "EXHIBIT_DATE_ORDER"
    guard let text = Environment.value(name) else { return nil }
    guard let order = DateOrder(rawValue: text.lowercased()) else {
      throw EvidenceError(.argumentInvalid, "\(name)=\(text)", "dmy or mdy")
    }
    return order
  }
}

/// A time as somebody states it: RFC 3339, or `2026-11-27 09:15`, `2026-11-27`, `27/11/2026 09:15`, `27.11.2026`, each
/// with `Z` or an offset such as `+01:00`, or else in the time zone of the workstation.
package struct StatedTime: Hashable, Sendable {
  package let time: Timestamp
  /// Minutes that local time was ahead of UTC; `nil` where it was stated in UTC, or the workstation keeps UTC.
  package let utcOffset: Int64?

  private static let forms =
    "write it as 2026-01-31 09:15 (time of this workstation), 2026-01-31 09:15 +01:00 or 2026-01-31T09:15:00Z"

  /// - Parameters:
  ///   - field: what it is the time of.
  ///   - order: of the numbers in dates with slashes; what the laboratory has set where `nil`.
  ///   - endsDay: a date without a time is the end of that day, and not its beginning.
  /// - Throws: `argumentInvalid`, also of a time that does not exist, or can be two.
  package init(
    _ text: String, of field: RequestField, order: DateOrder? = nil, endsDay: Bool = false
  ) throws(EvidenceError) {
    func failure(_ why: String) -> EvidenceError {
      EvidenceError(invalid: field, text, "\(why); \(Self.forms)")
    }
    var local = Substring(text)
    var offset: Int64?
    var isUTC = false
    if local.hasSuffix("Z") || local.hasSuffix("z") {
      local = local.dropLast()
      isUTC = true
    } else if let minutes = Self.offset(local.suffix(6)) {
      offset = minutes
      local = local.dropLast(6)
    }
    let parts = local.split { $0 == " " || $0 == "T" || $0 == "t" }
    guard (1...2).contains(parts.count), parts.count == 2 || !(isUTC || offset != nil) else {
      throw failure("not a date and time")
    }
    let known = if let order { order } else { try DateOrder.ofLaboratory() }
    let day = try Self.day(parts[0], order: known, failure)
    let clock = parts.count == 2 ? Self.clock(parts[1]) : endsDay ? "23:59:59.000000" : "00:00:00.000000"
    guard let clock, let wall = Timestamp("\(day)T\(clock)Z") else {
      throw failure("no such date and time")
    }
    if !isUTC, offset == nil {
      let possible = Host.utcOffsets(ofLocal: wall)
      guard let minutes = possible.first else {
        throw failure("the clocks went forward and this time did not occur")
      }
      guard possible.count == 1 else {
        throw failure("the clocks went back and this time occurred twice: state the offset")
      }
      offset = minutes == 0 ? nil : minutes
    }
    self.time = Timestamp(microseconds: wall.microseconds - (offset ?? 0) * 60_000_000)
    self.utcOffset = offset
  }

  /// A date as `YYYY-MM-DD`.
  private static func day(
    _ text: Substring, order: DateOrder?, _ failure: (String) -> EvidenceError
  ) throws(EvidenceError) -> String {
    for separator: Character in ["-", "/", "."] where text.contains(separator) {
      let numbers = text.split(separator: separator, omittingEmptySubsequences: false)
      guard numbers.count == 3, numbers.allSatisfy({ $0.allSatisfy { $0.isASCII && $0.isWholeNumber } })
      else { break }
      if numbers[0].count == 4, separator != ".", (1...2).contains(numbers[1].count),
        (1...2).contains(numbers[2].count)
      {
        return "\(numbers[0])-\(padded(numbers[1]))-\(padded(numbers[2]))"
      }
      guard separator != "-", numbers[2].count == 4, let first = Int(numbers[0]),
        let second = Int(numbers[1]),
        numbers[0].count <= 2, numbers[1].count <= 2
      else { break }
      // With dots the day is first wherever dates are written so.
      let known: DateOrder? =
        separator == "." ? .dayFirst : order ?? (first > 12 ? .dayFirst : second > 12 ? .monthFirst : nil)
      guard let known = known ?? (first == second ? .dayFirst : nil) else {
        let year = numbers[2]
        throw failure(
          "ambiguous: \(year)-\(padded(numbers[1]))-\(padded(numbers[0])) or "
            + "\(year)-\(padded(numbers[0]))-\(padded(numbers[1])). Write one of these, or set EXHIBIT_DATE_ORDER to dmy or mdy"
        )
      }
      let (dayNumber, month) = known == .dayFirst ? (numbers[0], numbers[1]) : (numbers[1], numbers[0])
      guard let value = Int(month), (1...12).contains(value) else {
        throw failure("there is no month \(month), with the \(known == .dayFirst ? "day" : "month") first")
      }
      return "\(numbers[2])-\(padded(month))-\(padded(dayNumber))"
    }
    throw failure("not a date")
  }

  private static func padded(_ number: Substring) -> String {
    number.count == 1 ? "0\(number)" : String(number)
  }

  /// `9:15`, `09:15:00` or with microseconds, as the stored form has it.
  private static func clock(_ text: Substring) -> String? {
    var parts = text.split(separator: ":", omittingEmptySubsequences: false)
    guard (2...3).contains(parts.count), (1...2).contains(parts[0].count) else { return nil }
    let hour = padded(parts.removeFirst())
    let rest = parts.count == 1 ? "\(parts[0]):00" : parts.joined(separator: ":")
    // Whole seconds are what people type; the stored form has microseconds.
    return rest.count == 5 ? "\(hour):\(rest).000000" : "\(hour):\(rest)"
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
