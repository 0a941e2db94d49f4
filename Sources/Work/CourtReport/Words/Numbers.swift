import Evidence

/// Numbers and times as the language of a report writes them. Microseconds stand in data only.
extension Wording {
  /// With the digits in groups of three: `131,072`, `131.072`.
  package func number(_ number: UInt64) -> String {
    let digits = Array(String(number))
    let mark = self(.groupMark)
    var text = ""
    for (index, digit) in digits.enumerated() {
      if index > 0, (digits.count - index) % 3 == 0 { text += mark }
      text.append(digit)
    }
    return text
  }

  /// `29.8 GiB`, `29,8 GiB`.
  func size(_ bytes: UInt64) -> String {
    marked(HumanText.size(bytes))
  }

  /// With one digit behind the mark.
  func decimal(_ value: Double) -> String { marked(HumanText.decimal(value)) }

  private func marked(_ text: String) -> String {
    text.split(separator: ".", omittingEmptySubsequences: false).joined(separator: self(.decimalMark))
  }

  /// Bytes, and what that is in a larger unit.
  func length(_ bytes: UInt64) -> String {
    self(.bytes, number(bytes)) + (bytes < 1024 ? "" : " (\(size(bytes)))")
  }

  /// Percent, never rounded to all or nothing.
  func share(_ part: UInt64, of whole: UInt64) -> String {
    guard whole > 0, part > 0 else { return self(.percent, "0") }
    guard part < whole else { return self(.percent, "100") }
    let percent = Double(part) / Double(whole) * 100
    let mark = self(.decimalMark)
    if percent < 0.05 { return "< " + self(.percent, "0\(mark)1") }
    if percent > 99.94 { return "> " + self(.percent, "99\(mark)9") }
    return self(.percent, decimal(percent))
  }

  /// `28 November 2026`, in UTC.
  func day(_ time: Timestamp) -> String { day(written: time.description) }

  /// `28 November 2026, 23:04:09 UTC`; with the laboratory's own time behind it where a zone is set.
  package func time(_ time: Timestamp) -> String {
    let utc = moment(time.description, zone: "UTC")
    guard let local = zone?.local(time) else { return utc }
    let written = Timestamp(microseconds: time.microseconds + local.secondsAhead * 1_000_000).description
    return self(.withLocalTime, utc, moment(written, zone: local.abbreviation))
  }

  private func moment(_ written: String, zone: String) -> String {
    self(.moment, day(written: written), String(written.dropFirst(11).prefix(8)), zone)
  }

  /// - Parameter written: `2026-01-31T…`
  private func day(written: String) -> String {
    let months = self(.months).split(separator: " ").map(String.init)
    let parts = written.prefix(10).split(separator: "-").map(String.init)
    guard months.count == 12, parts.count == 3, let month = Int(parts[1]), (1...12).contains(month),
      let day = Int(parts[2])
    else { return String(written.prefix(10)) }
    return self(.date, "\(day)", months[month - 1], parts[0])
  }
}
