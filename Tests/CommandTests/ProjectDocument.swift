import Foundation
import Testing

/// A Markdown document of the project.
struct ProjectDocument: CustomTestStringConvertible {
  /// From the root of the project.
  let path: String
  let text: String

  static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

  /// Those below `Docs` and `Tests`, and those of the root.
  static let all: [Self] = {
    let manager = FileManager.default
    let top = (try? manager.contentsOfDirectory(atPath: root.path)) ?? []
    let below = ["Docs", "Tests"].flatMap { folder in
      ((manager.enumerator(atPath: root.appending(path: folder).path)?.allObjects as? [String]) ?? []).map {
        "\(folder)/\($0)"
      }
    }
    return (top + below).filter { $0.hasSuffix(".md") }.sorted().compactMap { path in
      (try? String(contentsOf: root.appending(path: path), encoding: .utf8)).map {
        Self(path: path, text: $0)
      }
    }
  }()

  var url: URL { Self.root.appending(path: path) }
  var testDescription: String { path }

  /// Relative ones, without what follows `#`.
  var links: [String] {
    text.matches(of: /\]\(([^)#\s]+)(?:#[^)]*)?\)/).map { String($0.output.1) }.filter { !$0.contains(":") }
  }

  /// The contents of the fenced blocks of a language; `nil` for those of every language.
  func blocks(of language: String?) -> [String] {
    var blocks: [(language: Substring, lines: [Substring])] = []
    var isInside = false
    for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
      let fence = line.drop { $0 == " " }
      if fence.hasPrefix("```") {
        isInside.toggle()
        if isInside { blocks.append((fence.dropFirst(3), [])) }
      } else if isInside {
        blocks[blocks.count - 1].lines.append(line)
      }
    }
    return blocks.filter { language == nil || $0.language == language ?? "" }.map {
      $0.lines.joined(separator: "\n")
    }
  }

  /// What blocks tell the reader to type to `exhibit`, each on one line, without what the shell does with the result.
  var commands: [String] {
    blocks(of: nil).flatMap { block in
      block.replacing("\\\n", with: " ").split(separator: "\n").compactMap { line in
        var command = line.drop { $0 == " " || $0 == "$" || $0 == "#" }
        if command.hasPrefix("sudo ") { command = command.dropFirst(5) }
        guard command.hasPrefix("exhibit "), !command.hasPrefix("exhibit -->") else { return nil }
        let end = command.firstMatch(of: /;| \|| >| &&/)?.range.lowerBound ?? command.endIndex
        return command[..<end].trimmingCharacters(in: .whitespaces)
      }
    }
  }
}

/// Words as the shell takes them apart; nothing is expanded.
enum ShellWords {
  static func split(_ text: String) -> [String] {
    var words: [String] = []
    var word: String?
    var quote: Character?
    for character in text {
      switch (quote, character) {
      case (let open?, let close) where open == close: quote = nil
      case (nil, "'"), (nil, "\""):
        quote = character
        word = word ?? ""
      case (nil, " "):
        if let ended = word { words.append(ended) }
        word = nil
      default: word = (word ?? "") + String(character)
      }
    }
    return words + (word.map { [$0] } ?? [])
  }
}
