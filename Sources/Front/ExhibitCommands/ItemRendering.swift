import Casework
import Evidence

/// An item as text.
enum ItemRendering {
  static func lines(_ item: Items.Item) -> [String] {
    var lines = ["Item \(item.number): \(HumanText.singleLine(item.description))"]
    var facts: [[String]] = []
    func add(_ label: String, _ text: String?) {
      if let text, !text.isEmpty { facts.append(["  \(label)", HumanText.singleLine(text)]) }
    }
    add("label serial", item.serial)
    add("part of", item.parent?.description)
    add("parts", item.parts.map(\.description).joined(separator: ", "))
    add("tags", item.tags.joined(separator: ", "))
    for fact in item.facts { add(HumanText.words(fact.label), fact.text) }
    add("custody", item.now)
    for acquisition in item.acquisitions {
      let marks = acquisition.marks.map {
        ", \(AcquisitionMarkCommand.text($0.state).uppercased()): \($0.reason)"
      }
      add("acquisition", "\(acquisition.name), \(acquisition.verdict)\(marks.joined())")
    }
    for authority in item.authorities {
      let end = authority.expires.map { ", expires \(CustodyRendering.moment($0))" } ?? ""
      add(
        "authority",
        "\(authority.kind): \(authority.reference)" + (authority.scope.map { ", \($0)" } ?? "") + end
          + (authority.hasExpired ? " (EXPIRED)" : ""))
    }
    for (kind, file) in item.attachments {
      add(kind, "\(file.name), \(HumanText.size(file.size)), SHA-256 \(file.sha256)")
    }
    let table = TextTable.lines(["  ", ""], facts)
    lines += table.dropFirst()
    return lines
  }
}
