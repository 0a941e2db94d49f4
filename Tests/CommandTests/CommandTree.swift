import EvidenceTestKit
import Foundation

/// The commands of `exhibit` as its parser tells them.
enum CommandTree {
  struct Argument: Decodable {
    struct Name: Decodable {
      let kind: String
      let name: String
    }

    let kind: String
    let names: [Name]?
    let abstract: String?
    let shouldDisplay: Bool?

    /// Long names.
    var options: [String] { (names ?? []).filter { $0.kind == "long" }.map(\.name) }
  }

  private struct Command: Decodable {
    let commandName: String
    let arguments: [Argument]?
    let subcommands: [Command]?
  }

  private struct Dump: Decodable { let command: Command }

  /// - Parameter body: receives the words of each command, groups too, and its arguments.
  static func visit(_ body: (String, [Argument]) -> Void) throws {
    try visit { name, arguments, _ in body(name, arguments) }
  }

  /// Commands that have none below them.
  static func leaves() throws -> [(name: String, options: Set<String>)] {
    var leaves: [(name: String, options: Set<String>)] = []
    try visit { name, arguments, isLeaf in
      if isLeaf { leaves.append((name, Set(arguments.flatMap(\.options)))) }
    }
    return leaves
  }

  private static func visit(_ body: (String, [Argument], Bool) -> Void) throws {
    let text = try Tool.run("\(try Programs.folder())/exhibit", ["--experimental-dump-help"]).output
    func visit(_ command: Command, _ path: [String]) {
      let below = (command.subcommands ?? []).filter { $0.commandName != "help" }
      body(path.joined(separator: " "), command.arguments ?? [], below.isEmpty)
      for child in below { visit(child, path + [child.commandName]) }
    }
    visit(try JSONDecoder().decode(Dump.self, from: Data(text.utf8)).command, [])
  }
}
