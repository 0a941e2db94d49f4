import Evidence

/// The document of the attack table: what an attacker changed, and what verifying said.
struct AttackTable {
  struct Row {
    let what: String
    let outcomes: [AttackOutcome]
    /// The files alone do not tell it, or tell it as a warning only.
    var passes = false
  }

  struct Section {
    let title: String
    let text: String
    let columns: [String]
    var rows: [Row] = []
  }

  var sections: [Section] = []

  var text: String {
    var lines = [
      "# Attack table", "",
      """
      Every field of every structure of a record is changed in turn, then files are exchanged, taken away and replayed. \
      The tables say what a verifier who trusts examiner, reviewer and time-stamp authority is told: identifiers of \
      findings (failures and warnings) or of the error, as in [errors.md](../errors.md). "Verified" \
      stands where the exit status is that of success all the same; everywhere else it is not.
      """, "",
      """
      Written by `EXHIBIT_UPDATE_DOCS=1 swift test --filter AttackTableTests`; not edited by hand. A test fails where an \
      attack is not told, and where this page is not what it found. `SHA256SUMS` is always made to fit, as any attacker \
      would, unless it is what is attacked.
      """,
    ]
    for section in sections {
      lines += ["", "## \(section.title)", "", section.text, ""]
      lines.append("| " + section.columns.joined(separator: " | ") + " |")
      lines.append("|" + section.columns.map { _ in "---|" }.joined())
      for row in section.rows {
        lines.append("| \(row.what) | " + row.outcomes.map(\.text).joined(separator: " | ") + " |")
      }
    }
    return lines.joined(separator: "\n") + "\n"
  }
}

extension AttackOutcome {
  var text: String {
    let codes = codes.map { "`\($0)`" }.joined(separator: " ")
    if isRefused { return codes }
    let verified = codes.isEmpty ? "verified" : "verified, with \(codes)"
    return namesMore ? "\(verified); not checked" : verified
  }

  /// The codes of several attacks on one field together; told only where each of them was.
  static func union(_ all: [AttackOutcome]) -> AttackOutcome {
    AttackOutcome(
      codes: Set(all.flatMap(\.codes)).sorted(), isRefused: !all.isEmpty && all.allSatisfy(\.isRefused))
  }
}
