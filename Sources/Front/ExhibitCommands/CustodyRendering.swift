import Casework
import Evidence
import Rendering

/// The custody of an item as text: a table of its events, a timeline, who has it, what does not hold together.
enum CustodyRendering {
  static func lines(_ account: CustodyAccount, all: Bool) -> [String] {
    guard !account.lines.isEmpty else {
      return ["No custody events recorded for item \(account.item)."] + senders(account)
        + findings(account, all: all)
    }
    let table = TextTable.lines(
      ["event", "when (UTC)", "what", "from", "to", "where", "seal", "signed by"],
      account.lines.map {
        [
          "\($0.event)", moment($0.occurred), $0.type, clean($0.from), clean($0.to), clean($0.place),
          clean($0.seals), clean($0.signedBy.joined(separator: ", ")),
        ]
      })
    var lines = ["Chain of custody of item \(account.item)", table[0]]
    for (row, line) in zip(table.dropFirst(), account.lines) {
      lines.append(row)
      lines += notes(line)
    }
    if !account.periods.isEmpty {
      lines.append("Timeline")
      lines += TextTable.lines(
        ["from", "to", "lasting", "who"],
        account.periods.map { period in
          [
            moment(period.from), period.to.map(moment) ?? "now",
            period.to.map { lasting(from: period.from, to: $0) } ?? "",
            "\(clean(period.text)) (\(period.type), event \(period.event))",
          ]
        }
      ).map { "  \($0)" }
    }
    lines.append("Now: \(clean(account.now))")
    return lines + senders(account) + findings(account, all: all)
  }

  private static func findings(_ account: CustodyAccount, all: Bool) -> [String] {
    guard account.findings.isEmpty else {
      return ["Findings:"] + FindingRendering.lines(account.findings, all: all)
    }
    return account.periods.isEmpty ? [] : ["No gaps found."]
  }

  /// What the sender recorded stays the sender's: it is not custody in this case.
  private static func senders(_ account: CustodyAccount) -> [String] {
    account.senders.flatMap { sender in
      ["Sender's custody record (case \(clean(sender.caseNumber)), SHA-256 \(sender.sha256))"]
        + TextTable.lines(
          ["event", "when", "what", "from", "to", "where", "in the sender's audit log"],
          sender.lines.map {
            [
              "\($0.event)", clean($0.occurred), clean($0.type), clean($0.from), clean($0.to),
              clean($0.place),
              $0.isInLog ? "yes" : "no",
            ]
          }
        ).map { "  \($0)" }
    }
  }

  /// What the columns of the table leave out.
  private static func notes(_ line: CustodyLine) -> [String] {
    let shown: Set = [
      "place", "storage", "releasedBy", "receivedBy", "sealBefore", "sealAfter", "signedBy", "id",
    ]
    let rest = line.notes.filter { !shown.contains($0.label) }
    guard !rest.isEmpty else { return [] }
    return ["    " + rest.map { "\(HumanText.words($0.label)): \(clean($0.text))" }.joined(separator: "; ")]
  }

  private static func clean(_ text: String) -> String { HumanText.singleLine(text) }

  /// To the second: `2026-01-05 08:30:00`.
  static func moment(_ time: Timestamp) -> String {
    String(time.description.prefix(19).map { $0 == "T" ? " " : $0 })
  }

  private static func lasting(from: Timestamp, to: Timestamp) -> String {
    let seconds = Int64(to.seconds(since: from))
    return seconds >= 86_400
      ? "\(seconds / 86_400) d \(seconds % 86_400 / 3600) h"
      : HumanText.duration(seconds: Double(seconds))
  }
}
