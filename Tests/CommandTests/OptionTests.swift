import EvidenceTestKit
import Foundation
import SystemPackage
import Testing

/// One word for one thing: the options of all commands, in `Docs/options.md`.
@Suite struct OptionTests {
  private struct Use {
    let command: String
    let isFlag: Bool
    let text: String
  }

  /// What options mean whose help differs between commands, because it names what is particular to each. An option
  /// with differing helps has to stand here: whoever adds one says in one sentence what it means everywhere.
  private static let meanings: [String: String] = OptionMeanings.all

  private static func uses() throws -> [String: [Use]] {
    var uses: [String: [Use]] = [:]
    try CommandTree.visit { name, arguments in
      for argument in arguments where argument.kind != "positional" && argument.shouldDisplay != false {
        for option in argument.options where !["help", "version"].contains(option) {
          uses[option, default: []].append(
            Use(command: name, isFlag: argument.kind == "flag", text: argument.abstract ?? ""))
        }
      }
    }
    return uses
  }

  @Test func oneNameHasOneMeaning() throws {
    let uses = try Self.uses()
    #expect(uses.count > 100)
    for (name, all) in uses {
      #expect(Set(all.map(\.isFlag)).count == 1, "--\(name) is a flag here and takes a value there: \(all)")
      #expect(
        Set(all.map(\.text)).count == 1 || Self.meanings[name] != nil,
        "--\(name) is explained differently, and OptionMeanings does not say what it means everywhere: \(all)"
      )
    }
    for name in Self.meanings.keys {
      #expect(Set((uses[name] ?? []).map(\.text)).count > 1, "--\(name) needs no entry of its own")
    }
  }

  @Test func theDocumentIsCurrent() throws {
    let most = 6
    let rows = try Self.uses().sorted { $0.key < $1.key }.map { name, all in
      let meaning = Self.meanings[name] ?? all[0].text
      let commands =
        all.count > most ? "\(all.count) commands" : all.map { "`\($0.command)`" }.joined(separator: ", ")
      return "| `--\(name)` | \(meaning.replacing("|", with: "\\|")) | \(commands) |"
    }
    let text =
      """
      # Options

      Every option of every command of `exhibit`; made by a test, which also holds that one name has one meaning.

      | option | meaning | commands |
      |---|---|---|
      \(rows.joined(separator: "\n"))

      """
    let path = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appending(path: "Docs/options.md")
    if ProcessInfo.processInfo.environment["EXHIBIT_UPDATE_DOCS"] == "1" {
      try text.write(to: path, atomically: true, encoding: .utf8)
    }
    #expect(try String(contentsOf: path, encoding: .utf8) == text, "run with EXHIBIT_UPDATE_DOCS=1")
  }
}
