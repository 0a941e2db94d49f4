import Evidence

/// How far work is, as one line that fits the terminal: what matters most is kept, in few words where there is no room
/// for more.
struct ProgressLine {
  /// Seconds of work before which nothing can be said of the time left.
  private static let settling = 5.0

  /// What is done, and what to: `Acquiring 001 from /dev/sdb`, then shorter.
  var names: [String]
  var done: UInt64
  /// 0 where it is not known.
  var total: UInt64
  var isBytes = true
  var unreadableSectors: UInt64 = 0
  /// Bytes per second; `nil` where nothing was measured yet.
  var rate: Double?
  /// Seconds since the work began.
  var elapsed: Double

  /// - Parameter cells: room there is.
  func text(cells: Int) -> String {
    let fields = [unreadable, percent, speed, left, amount, names].map { $0.filter { !$0.isEmpty } }
    var chosen = [String?](repeating: nil, count: fields.count)
    func width() -> Int { Self.joined(chosen).map(TextCells.count) ?? 0 }
    func take(_ field: Int, _ choices: some Collection<String>) {
      let before = chosen[field]
      for choice in choices {
        chosen[field] = choice
        if width() <= cells { return }
      }
      chosen[field] = before
    }
    // First the shortest of each, then whatever has room besides.
    for field in Self.byNeed { take(field, fields[field].suffix(1)) }
    for field in Self.byNeed { take(field, fields[field]) }
    if chosen == [String?](repeating: nil, count: fields.count), let name = names.last {
      return TextCells.suffix(name, cells: cells)
    }
    return Self.joined(chosen) ?? ""
  }

  /// Indexes of the fields, what is needed most first: the name of the item goes before the rate.
  private static let byNeed = [0, 1, 5, 3, 2, 4]

  private static func joined(_ fields: [String?]) -> String? {
    let present = fields.compactMap { $0 }
    return present.isEmpty ? nil : present.joined(separator: "  ")
  }

  /// Everything, as a line of a file.
  var plain: String {
    let fields = [unreadable, percent, speed, left, amount].compactMap(\.first)
    return "\(names.first ?? ""): \(fields.joined(separator: ", "))"
  }

  private var unreadable: [String] {
    guard unreadableSectors > 0 else { return [] }
    return [
      "\(unreadableSectors) unreadable sector\(unreadableSectors == 1 ? "" : "s")",
      "\(unreadableSectors) unreadable",
    ]
  }

  /// Never 100 before the end.
  private var percent: [String] {
    guard total > 0 else { return [] }
    let value = Double(min(done, total)) / Double(total) * 100
    return ["\(HumanText.decimal(done >= total ? 100 : min(value, 99.9))) %"]
  }

  private var speed: [String] {
    guard isBytes, let rate, rate.isFinite, rate >= 0, rate < 1e18 else { return [] }
    return ["\(HumanText.size(UInt64(rate)))/s"]
  }

  private var left: [String] {
    guard isBytes, let rate, rate > 0, elapsed >= Self.settling, done < total else { return [] }
    let time = HumanText.duration(seconds: Double(total - done) / rate)
    return time == "?" ? [] : ["\(time) left"]
  }

  private var amount: [String] {
    guard total > 0 else { return isBytes ? [HumanText.size(done)] : [] }
    return isBytes ? ["\(HumanText.size(done)) of \(HumanText.size(total))"] : ["\(done) of \(total)"]
  }
}
