import StrictTOML

/// Settings: what is accepted is written again and read as the same values.
enum TOMLTarget {
  static func problem(with input: [UInt8]) -> String? {
    guard let entries = try? TOMLDocument(parsing: input).entries else { return nil }
    var text = ""
    var table = ""
    for entry in entries {
      if entry.table != table {
        table = entry.table
        text += "[\(table)]\n"
      }
      text += "\(entry.key) = \(entry.value.text)\n"
    }
    // Escapes may be longer than what they stand for.
    guard text.utf8.count <= TOMLDocument.largest,
      text.split(separator: "\n").allSatisfy({ $0.utf8.count <= TOMLDocument.longestLine })
    else { return nil }
    guard let again = try? TOMLDocument(parsing: Array(text.utf8)).entries else {
      return "what is written is refused"
    }
    let isSame =
      again.map { [$0.table, $0.key, $0.value.text] } == entries.map { [$0.table, $0.key, $0.value.text] }
    return isSame ? nil : "written with other values than it was read with"
  }
}
