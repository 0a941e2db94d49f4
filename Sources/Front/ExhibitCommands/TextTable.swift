import Evidence

/// Rows in columns, as wide as their longest entry.
enum TextTable {
  /// - Parameter header: names of the columns; columns without any entry are left out.
  static func lines(_ header: [String], _ rows: [[String]]) -> [String] {
    let used = header.indices.filter { column in rows.contains { !$0[column].isEmpty } }
    let all = ([header] + rows).map { row in used.map { (text: row[$0], count: TextCells.count(row[$0])) } }
    let widths = used.indices.map { column in all.map { $0[column].count }.max() ?? 0 }
    return all.map { row in
      var line = ""
      // Spaces are written only before something that follows them.
      var spaces = 0
      for (cell, width) in zip(row, widths) {
        if !cell.text.isEmpty {
          line += String(repeating: " ", count: spaces) + cell.text
          spaces = 0
        }
        spaces += width - cell.count + 2
      }
      return line
    }
  }
}
