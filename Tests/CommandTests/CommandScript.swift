import EvidenceTestKit
import Foundation
import SystemPackage
import Testing

/// One script of `Scripts/`: what to run, and what must come of it. `Scripts/README` lists the words.
struct CommandScript: Sendable, CustomTestStringConvertible {
  struct Line: Sendable {
    /// `NAME.txt:12`, as shown where it fails.
    let place: String
    let word: String
    let arguments: [String]
  }

  let name: String
  let lines: [Line]
  /// Files that lie in the folder before the first line runs, by name.
  let files: [(name: String, contents: String)]

  var testDescription: String { name }

  /// The folder of the scripts, beside this file.
  static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appending(path: "Scripts")

  static let asked = ProcessInfo.processInfo.environment["EXHIBIT_SCRIPTS"]?.split(separator: ",").map(
    String.init)

  /// Every script there is; of `EXHIBIT_SCRIPTS=a.txt,b.txt`, for whoever works on them, those alone.
  static let all: [CommandScript] = {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    return names.filter { $0.hasSuffix(".txt") && asked?.contains($0) ?? true }.sorted().map {
      CommandScript(file: $0)
    }
  }()

  /// Reads a script; what cannot be understood becomes a line that fails.
  init(file: String) {
    self.name = file
    let text = (try? String(contentsOf: Self.folder.appending(path: file), encoding: .utf8)) ?? "unreadable"
    var lines: [Line] = []
    var files: [(name: String, contents: String)] = []
    var included = files
    for (index, line) in text.components(separatedBy: "\n").enumerated() {
      if line.hasPrefix("-- "), line.hasSuffix(" --") {
        files.append((String(line.dropFirst(3).dropLast(3)), ""))
      } else if !files.isEmpty {
        files[files.count - 1].contents += line + "\n"
      } else if let words = Self.words(of: line), let word = words.first {
        if word == "include", words.count == 2 {
          let part = CommandScript(file: "parts/\(words[1]).txt")
          lines += part.lines
          included += part.files
        } else {
          lines.append(Line(place: "\(file):\(index + 1)", word: word, arguments: Array(words.dropFirst())))
        }
      }
    }
    self.lines = lines
    self.files = included + files.map { ($0.name, $0.contents.trimmingCharacters(in: .newlines) + "\n") }
  }

  /// Words separated by spaces; `'…'` keeps everything as it is, and so does `"…"`. `#` begins a comment.
  private static func words(of line: String) -> [String]? {
    var words: [String] = []
    var word: String?
    var quote: Character?
    for character in line {
      if let open = quote {
        if character == open { quote = nil } else { word?.append(character) }
      } else if character == "'" || character == "\"" {
        quote = character
        word = word ?? ""
      } else if character == " " {
        if let full = word { words.append(full) }
        word = nil
      } else if character == "#", word == nil {
        break
      } else {
        word = (word ?? "") + String(character)
      }
    }
    if let full = word { words.append(full) }
    return words.isEmpty ? nil : words
  }
}

/// Why a script did not pass.
struct ScriptFailure: Error, CustomStringConvertible {
  let description: String
}

/// What a script asks for is not on this machine.
struct ScriptSkipped: Error {
  let reason: String
}
