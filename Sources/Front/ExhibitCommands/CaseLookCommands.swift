import ArgumentParser
import CanonicalJSON
import Casework
import Evidence
import Rendering
import SystemPackage

struct CaseShowCommand: CaseCommand {
  static let configuration = CommandConfiguration(
    commandName: "show", abstract: "Show a summary of a case.",
    discussion: """
      Example:
        exhibit case show --case 2026-0142
      """)

  @OptionGroup var caseOptions: CaseOptions
  @OptionGroup var output: OutputOptions

  func run() throws {
    let glance = try CaseGlance.of(try caseOptions.folder())
    output.show(glance.facts.map { "\($0.name.padded(to: 14)) \($0.value)" }, json: glance.json)
  }
}

struct CaseListCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "List the cases in folders.",
    discussion: """
      Each folder is a case or contains cases. Listing a case does not add an event to its audit log.

      Example:
        exhibit case list /srv/cases
      """)

  @Argument(help: "Folders. Default: the current one.", completion: .directory) var folders: [String] = ["."]
  @OptionGroup var output: OutputOptions

  func run() throws {
    let found = try CaseGlance.list(try folders.map { FilePath(try required($0, "the folder")) })
    output.show(
      found.cases.isEmpty ? ["No cases found."] : found.cases.map(\.line),
      json: .fields(["cases": .array(found.cases.map(\.json))]))
    for problem in found.problems { Rendering.warn(Rendering.line(problem)) }
    if !found.problems.isEmpty { throw EndedWith(status: .failed) }
  }
}

struct CaseFindCommand: CaseCommand {
  static let configuration = CommandConfiguration(
    commandName: "find", abstract: "Search everything recorded in the case.",
    discussion: """
      Finds audit log events that contain every word or word beginning, newest first: items, people, custody,
      acquisitions, hash values, findings, commands. Ignores case and accents. Exhibit creates the index, search.sqlite,
      automatically; you can remove it at any time.

      Example:
        exhibit case find --case 2026-0142 courier A-0017
      """)

  @OptionGroup var caseOptions: CaseOptions
  @Argument(help: "Words to search for.") var words: [String]
  @Option(help: "Maximum number of events to show.") var limit = 50
  @OptionGroup var output: OutputOptions

  func run() throws {
    guard (1...100_000).contains(limit) else {
      throw EvidenceError(.argumentInvalid, "--limit \(limit)", "1 to 100000")
    }
    let found = try CaseGlance.find(words.joined(separator: " "), in: try caseOptions.folder(), limit: limit)
    output.show(
      found.lines.isEmpty ? ["Nothing found."] : found.lines,
      json: .fields(["events": .array(found.events), "more": .bool(found.hasMore)]))
    if found.hasMore { Rendering.warn("more events match: add words, or raise --limit") }
  }
}
