/// Rows in columns, as wide as their longest entry.
enum TextTable {
  /// - Parameter header: names of the columns; columns without any entry are left out.
  static func lines(_ header: [String], _ rows: [[String]]) -> [String] {
    let used = header.indices.filter { column in rows.contains { !$0[column].isEmpty } }
    let all = ([header] + rows).map { row in used.map { row[$0] } }
    let widths = used.indices.map { column in all.map { $0[column].count }.max() ?? 0 }
    return all.map { row in
      let cells = zip(row, widths).map { text, width in
        text + String(repeating: " ", count: width - text.count)
      }
      let line = cells.joined(separator: "  ")
      return String(line.reversed().drop { $0 == " " }.reversed())
    }
  }
}
