import ArgumentParser
import Evidence

/// What was probably meant where a command or an option does not exist.
enum Suggestions {
  /// One line that says which word is wrong and which it may have been; `nil` where the parser says more.
  /// - Parameter arguments: without the name of the program.
  static func sentence(for arguments: [String], of program: any ParsableCommand.Type) -> String? {
    var command = program
    var path = [name(program)]
    var rest = arguments[...]
    if rest.first == "help" { rest.removeFirst() }
    while let word = rest.first, !word.hasPrefix("-") {
      let children = subcommands(command)
      guard !children.isEmpty else { break }
      guard let child = children.first(where: { name($0) == word }) else {
        return sentence(
          "command", (path + [word]).joined(separator: " "), guess(word, children.map(name)), path)
      }
      command = child
      path.append(word)
      rest.removeFirst()
    }
    let known = options(of: command, in: program)
    let given = rest.prefix { $0 != "--" }.filter { $0.hasPrefix("--") }
      .map { String($0.prefix { $0 != "=" }) }
    guard let wrong = given.first(where: { !known.contains($0) }) else { return nil }
    return sentence("option of `\(path.joined(separator: " "))`", wrong, guess(wrong, known), path)
  }

  private static func sentence(_ kind: String, _ word: String, _ guesses: [String], _ path: [String])
    -> String
  {
    let list = guesses.map { "`\($0)`" }.joined(separator: " or ")
    let hint = list.isEmpty ? "" : " Did you mean \(list)?"
    return
      "no such \(kind): \(HumanText.singleLine(word)).\(hint) See `\(path.joined(separator: " ")) --help`."
  }

  static func subcommands(_ command: any ParsableCommand.Type) -> [any ParsableCommand.Type] {
    let configuration = command.configuration
    return configuration.groupedSubcommands.flatMap(\.subcommands) + configuration.ungroupedSubcommands
  }

  static func name(_ command: any ParsableCommand.Type) -> String { command.configuration.commandName ?? "" }

  /// Its long options, as its help lists them.
  private static func options(
    of command: any ParsableCommand.Type, in program: any ParsableCommand.Type
  ) -> [String] {
    let shown = command.configuration.defaultSubcommand ?? command
    let lines = program.helpMessage(for: shown, columns: 500).split(separator: "\n")
    let named = lines.map { $0.drop { $0 == " " } }.filter { $0.hasPrefix("-") }
    return named.flatMap { line in
      line.split { " ,/".contains($0) }.prefix { $0.hasPrefix("-") || $0.hasPrefix("<") }
        .filter { $0.hasPrefix("--") }.map(String.init)
    }
  }

  /// Those nearest to a word, where they are near.
  private static func guess(_ word: String, _ known: [String]) -> [String] {
    let letters = word.filter { $0 != "-" }.count
    let distances = known.map { ($0, distance(Array(word.utf8), Array($0.utf8))) }
    guard let least = distances.map(\.1).min(), least <= max(1, letters / 3) else {
      return letters > 2 ? known.filter { $0.hasPrefix(word) } : []
    }
    return distances.filter { $0.1 == least }.map(\.0)
  }

  /// Letters to insert, remove, replace or swap with their neighbour.
  static func distance(_ one: [UInt8], _ other: [UInt8]) -> Int {
    var rows = [Array(0...other.count)]
    for i in one.indices {
      var row = [i + 1]
      for j in other.indices {
        var least = min(rows[i][j + 1] + 1, row[j] + 1, rows[i][j] + (one[i] == other[j] ? 0 : 1))
        if i > 0, j > 0, one[i] == other[j - 1], one[i - 1] == other[j] {
          least = min(least, rows[i - 1][j - 1] + 1)
        }
        row.append(least)
      }
      rows.append(row)
    }
    return rows[one.count][other.count]
  }
}
