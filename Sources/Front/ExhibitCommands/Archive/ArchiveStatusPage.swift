import Archiving
import CaseStore
import Evidence

/// The status of an archive as a page that stands alone: no script, nothing from elsewhere.
struct ArchiveStatusPage {
  enum Language: String { case en, de }

  private let status: ArchiveStatus
  private let archive: String
  private let language: Language

  init(_ status: ArchiveStatus, archive: String, _ language: Language) {
    self.status = status
    self.archive = archive
    self.language = language
  }

  private func say(_ english: String, _ german: String) -> String { language == .en ? english : german }

  private func word(_ state: HoldingStanding.State) -> String {
    switch state {
    case .failing: say("failing", "fehlerhaft")
    case .overdue: say("overdue", "überfällig")
    case .due: say("due", "fällig")
    case .neverVerified: say("never verified", "nie geprüft")
    case .open: say("no result", "ohne Ergebnis")
    case .verified: say("verified", "geprüft")
    }
  }

  private static func colour(_ state: HoldingStanding.State) -> String {
    switch state {
    case .failing: "#b00020"
    case .overdue: "#d9480f"
    case .due: "#e6a700"
    case .neverVerified: "#868e96"
    case .open: "#5f3dc4"
    case .verified: "#2b8a3e"
    }
  }

  private var headline: String {
    let failing = status.count(.failing)
    if failing > 0 {
      return say(
        "\(failing) of \(status.total.holdings) holdings failed verification.",
        "\(failing) von \(status.total.holdings) Beständen: Prüfung fehlgeschlagen.")
    }
    if status.total.holdings == 0 { return say("The catalogue is empty.", "Der Katalog ist leer.") }
    let waiting =
      status.count(.overdue) + status.count(.due) + status.count(.neverVerified) + status.count(.open)
    if waiting > 0 {
      return say(
        "\(waiting) of \(status.total.holdings) holdings to be verified.",
        "\(waiting) von \(status.total.holdings) Beständen zu prüfen.")
    }
    if status.missing.holdings > 0 {
      return say(
        "\(status.missing.holdings) of \(status.total.holdings) holdings not found where the catalogue says.",
        "\(status.missing.holdings) von \(status.total.holdings) Beständen nicht am verzeichneten Ort.")
    }
    return say(
      "All \(status.total.holdings) holdings are verified; none is due.",
      "Alle \(status.total.holdings) Bestände sind geprüft; keiner ist fällig.")
  }

  private func escaped(_ text: String) -> String {
    HumanText.singleLine(NameText.shown(text)).replacingEach([
      "&": "&amp;", "<": "&lt;", ">": "&gt;", "\"": "&quot;",
    ])
  }

  var html: String {
    let title = say("Evidence archive: status", "Beweismittelarchiv: Stand")
    return """
      <!DOCTYPE html>
      <html lang="\(language.rawValue)">
      <head><meta charset="utf-8"><title>\(title)</title>
      <style>
      body { font: 15px/1.5 sans-serif; max-width: 60em; margin: 2em auto; color: #212529; }
      h1 { font-size: 1.5em } h2 { font-size: 1.15em; margin-top: 2em }
      .head { font-size: 1.15em; font-weight: bold }
      table { border-collapse: collapse; width: 100% } th, td { text-align: left; padding: .3em .6em; border-bottom: 1px solid #dee2e6; vertical-align: top }
      td.n, th.n { text-align: right } .path { word-break: break-all; font-family: monospace; font-size: .9em }
      .dot { display: inline-block; width: .8em; height: .8em; border-radius: 50%; margin-right: .4em }
      </style></head>
      <body>
      <h1>\(title)</h1>
      <p>\(escaped(archive)), \(say("as of", "Stand")) \(moment(status.schedule.now))</p>
      <p class="head">\(headline)</p>
      \(bar)
      <table><tr><th>\(say("State", "Zustand"))</th><th class="n">\(say("Holdings", "Bestände"))</th><th class="n">\(say("Size", "Größe"))</th></tr>
      \(rows)
      </table>
      <p>\(facts)</p>
      <h2>\(say("Last good verification by month", "Letzte erfolgreiche Prüfung nach Monat"))</h2>
      \(months)
      <h2>\(say("Needs attention", "Zu beachten"))</h2>
      \(attention)
      </body></html>

      """
  }

  private func moment(_ time: Timestamp) -> String {
    "\(time.description.prefix(10)) \(time.description.dropFirst(11).prefix(5)) UTC"
  }

  private var rows: String {
    HoldingStanding.State.allCases.compactMap { state in
      guard let count = status.byState[state] else { return nil }
      return
        "<tr><td><span class=\"dot\" style=\"background:\(Self.colour(state))\"></span>\(word(state))</td>"
        + "<td class=\"n\">\(count.holdings)</td><td class=\"n\">\(HumanText.size(count.bytes))</td></tr>"
    }.joined(separator: "\n")
  }

  /// Shares of all holdings; what there is any of is at least to be seen.
  private var bar: String {
    var (parts, x) = ("", 0.0)
    let present = HoldingStanding.State.allCases.filter { status.count($0) > 0 }
    let least = 8.0
    let room = 900 - least * Double(present.count)
    for state in present {
      let width = least + room * Double(status.count(state)) / Double(max(1, status.total.holdings))
      parts +=
        "<rect x=\"\(Int(x))\" y=\"0\" width=\"\(Int(width.rounded(.up)))\" height=\"28\" fill=\"\(Self.colour(state))\"><title>\(word(state)): \(status.count(state))</title></rect>"
      x += width
    }
    return "<svg viewBox=\"0 0 900 28\" width=\"100%\" role=\"img\" aria-label=\"\(headline)\">\(parts)</svg>"
  }

  private var months: String {
    let shown = status.byMonth.sorted { $0.key < $1.key }.suffix(24)
    guard let most = shown.map(\.value).max() else { return "<p>\(say("None.", "Keine."))</p>" }
    let bars = shown.enumerated().map { index, month in
      let height = max(2, Int(Double(month.value) / Double(most) * 100))
      let x = 10 + index * 37
      return
        "<rect x=\"\(x)\" y=\"\(110 - height)\" width=\"28\" height=\"\(height)\" fill=\"#2b8a3e\"><title>\(month.key): \(month.value)</title></rect>"
        + "<text x=\"\(x + 14)\" y=\"124\" font-size=\"9\" text-anchor=\"middle\">\(month.key.dropFirst(2))</text>"
        + "<text x=\"\(x + 14)\" y=\"\(106 - height)\" font-size=\"9\" text-anchor=\"middle\">\(month.value)</text>"
    }.joined()
    return "<svg viewBox=\"0 0 900 130\" width=\"100%\" role=\"img\">\(bars)</svg>"
  }

  private var facts: String {
    var facts = [
      say("Oldest verification", "Älteste Prüfung")
        + ": \(status.oldestVerification.map(moment) ?? say("none", "keine"))"
    ]
    if status.missing.holdings > 0 {
      facts.append(
        say("Not found where the catalogue says", "Nicht am verzeichneten Ort")
          + ": \(status.missing.holdings)")
    }
    if status.onHold > 0 { facts.append(say("On legal hold", "Löschsperre") + ": \(status.onHold)") }
    if status.retentionEnded > 0 {
      facts.append(say("Retention ended", "Aufbewahrungsfrist abgelaufen") + ": \(status.retentionEnded)")
    }
    if let run = status.run, run.ended == nil {
      facts.append(say("The newest run has not ended", "Der letzte Lauf ist nicht beendet"))
    }
    return facts.joined(separator: " · ")
  }

  private var attention: String {
    guard !status.listed.isEmpty else { return "<p>\(say("Nothing.", "Nichts."))</p>" }
    let lines = status.listed.map { standing in
      let holding = standing.holding
      let missing = holding.presence == .missing ? " (\(say("not found", "nicht gefunden")))" : ""
      return
        "<tr><td class=\"n\">\(holding.number)</td><td><span class=\"dot\" style=\"background:\(Self.colour(standing.state))\"></span>\(word(standing.state))\(missing)</td>"
        + "<td>\(holding.verified.map { String($0.description.prefix(10)) } ?? say("never", "nie"))</td>"
        + "<td class=\"path\">\(escaped(holding.path))</td></tr>"
    }
    return
      "<table><tr><th class=\"n\">\(say("No.", "Nr."))</th><th>\(say("State", "Zustand"))</th><th>\(say("Last verified", "Zuletzt geprüft"))</th><th>\(say("Place", "Ort"))</th></tr>\n\(lines.joined(separator: "\n"))\n</table>"
  }
}

extension String {
  fileprivate func replacingEach(_ marks: [Character: String]) -> String {
    reduce(into: "") { text, character in text += marks[character] ?? String(character) }
  }
}
