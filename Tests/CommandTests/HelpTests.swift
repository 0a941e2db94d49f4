import ArgumentParser
import EvidenceTestKit
import Foundation
import SystemPackage
import Testing

@testable import ExhibitCommands

/// What the program says of itself: helps, examples, names of options.
@Suite struct HelpTests {
  private struct Command {
    let path: String
    let type: any ParsableCommand.Type
  }

  private static func commands(
    below type: any ParsableCommand.Type = ExhibitProgram.self, _ path: [String] = []
  ) -> [Command] {
    let own = path + [Suggestions.name(type)]
    return [Command(path: own.joined(separator: " "), type: type)]
      + Suggestions.subcommands(type).flatMap { commands(below: $0, own) }
  }

  /// Lines of a help that begin with the program, each with the lines it goes on in.
  private static func examples(in text: String) -> [String] {
    let joined = text.replacing("\\\n", with: " ")
    return joined.split(separator: "\n").map { $0.trimmingCharacters(in: .whitespaces) }
      .filter { $0.hasPrefix("exhibit ") }
  }

  /// Words as a shell makes them of a line.
  private static func words(_ line: String) throws -> [String] {
    try Tool.run("bash", ["-c", "printf '%s\\n' \(line)"]).output.split(
      separator: "\n", omittingEmptySubsequences: false
    )
    .dropLast().map(String.init)
  }

  @Test func everyExampleIsUnderstood() throws {
    var count = 0
    for command in Self.commands() {
      for example in Self.examples(in: command.type.configuration.discussion) {
        count += 1
        let arguments = Array(try Self.words(example).dropFirst())
        #expect(throws: Never.self, "\(command.path): \(example)") {
          _ = try ExhibitProgram.parseAsRoot(arguments)
        }
        #expect(RenamedOptions.replaced(in: arguments) { _ in } == arguments, "\(example): an old name")
      }
    }
    #expect(count > 60)
  }

  @Test func theExampleOfAcquireComesBeforeItsOptions() throws {
    let help = ExhibitProgram.helpMessage(for: AcquireCommand.self, columns: 80)
    let example = try #require(help.range(of: "exhibit acquire /dev/sdb"))
    let item = try #require(help.range(of: "  --item"))
    let rare = try #require(help.range(of: "--error-granularity"))
    #expect(example.lowerBound < item.lowerBound && item.lowerBound < rare.lowerBound)
    #expect(help.split(separator: "\n").prefix(8).contains { $0.contains("exhibit acquire /dev/sdb") })
  }

  @Test func theFirstScreenFitsAScreen() {
    #expect(FirstScreen.lines.count <= 23)
    #expect(FirstScreen.lines.allSatisfy { $0.count <= 80 })
  }

  @Test func whatWasMeantIsSaid() {
    let said = { (line: String) in
      Suggestions.sentence(for: line.split(separator: " ").map(String.init), of: ExhibitProgram.self) ?? ""
    }
    #expect(said("acquier /dev/sdb").contains("Did you mean `acquire`?"))
    #expect(said("help verfy").contains("Did you mean `verify`?"))
    #expect(said("case shwo").contains("Did you mean `show`?"))
    #expect(said("acquire /dev/sdb --iten 001").contains("Did you mean `--item`?"))
    #expect(said("report --formt pdf").contains("Did you mean `--format`?"))
    #expect(!said("zzzzzz").contains("Did you mean"))
    #expect(said("acquire /dev/sdb --item 001").isEmpty)
  }

  @Test func everyOldNameLeadsToAnOptionThereIs() throws {
    let commands = Dictionary(uniqueKeysWithValues: Self.commands().map { ($0.path, $0.type) })
    for (path, names) in RenamedOptions.all {
      let type = try #require(commands["exhibit \(path)"])
      let help = ExhibitProgram.helpMessage(for: type, columns: 200)
      for (old, new) in names {
        #expect(help.contains("\(new) "), "\(path) \(new)")
        #expect(!help.contains("  \(old) "), "\(path) \(old)")
      }
    }
  }
}
