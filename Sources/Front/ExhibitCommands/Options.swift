import ArgumentParser
import CanonicalJSON
import CaseFolders
import Evidence
import Formats
import Manifests
import Rendering
import SystemIO
import SystemPackage

/// `--json`, which every command has.
struct OutputOptions: ParsableArguments {
  @Flag(help: "Print the result as one JSON object on standard output.")
  var json = false
  @Option(help: "Colours: auto (on a terminal, unless NO_COLOR is set), always, never.")
  var color = ColourChoice.auto

  func validate() throws { Colours.use(color) }

  /// Prints the lines, or the object where JSON was asked for.
  func show(_ lines: @autoclosure () -> [String], json object: @autoclosure () -> JSONValue) {
    if json { Rendering.show(json: object()) } else { Rendering.show(lines()) }
  }
}

extension ColourChoice: ExpressibleByArgument {}

/// `--as`: what a file is treated as.
struct InputOptions: ParsableArguments {
  @Option(
    name: .customLong("as"),
    help: """
      Treat the file as this format instead of detecting it: \(AcquireChoices.readable). `raw` uses the bytes as they \
      are.
      """)
  var takenAs: String?

  /// - Throws: `argumentInvalid`.
  func format() throws(EvidenceError) -> FormatID? {
    guard let takenAs else { return nil }
    guard let format = Formats.readable.first(where: { $0.id.rawValue == takenAs.lowercased() }) else {
      throw EvidenceError(
        .argumentInvalid, "--as \(takenAs)",
        "one of \(AcquireChoices.readable); to name the person acting, use --by")
    }
    return format.id
  }
}

/// `--all`.
struct FindingOptions: ParsableArguments {
  @Flag(help: "Show every check and every finding on a line of its own. JSON always has all.") var all = false
}

/// `--case`.
struct CaseOptions: ParsableArguments {
  @Option(
    name: .customLong("case"),
    help: "The case folder. Default: EXHIBIT_CASE, or the case folder you are in.")
  var path: String?

  @Option(
    name: .customLong("by"),
    help: "The person acting: name or identifier of a person in the case. Default: the examiner.")
  var person: String?

  /// The case, which learns in the end that the command ran.
  func folder() throws(EvidenceError) -> CaseFolder {
    var folder = try CaseFolder.locate(named: path)
    folder.actingAs = person
    CommandSession.work(on: folder)
    return folder
  }
}

/// Text given on the command line that must say something.
func required(_ text: String, _ option: String) throws(EvidenceError) -> String {
  guard text.contains(where: { !$0.isWhitespace }) else {
    throw EvidenceError(.argumentInvalid, option, "it is empty")
  }
  return text
}

func itemNumber(_ text: String) throws(EvidenceError) -> ItemNumber { try ItemNumber(text) }
