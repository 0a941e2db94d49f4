import EvidenceTestKit
import Foundation
import SystemPackage
import Testing

/// What `--json` prints is held against `Docs/formats/output.schema.json`; python3-jsonschema is the judge.
///
/// With `EXHIBIT_UPDATE_DOCS` set, what the scripts print is kept in `.build/output-samples` instead, and
/// `Tests/CommandTests/Scripts/output-schema.py write` makes the schema of it.
enum OutputSchema {
  private static let project = (0..<3).reduce(FilePath(#filePath)) { path, _ in path.removingLastComponent() }
  static let path = project.appending("Docs/formats/output.schema.json").string
  static let program = project.appending("Tests/CommandTests/Scripts/output-schema.py").string
  private static let samples = project.appending(".build/output-samples")

  /// - Parameter words: the command, the name of the program first.
  static func hold(_ output: String, of words: [String]) throws {
    if ProcessInfo.processInfo.environment["EXHIBIT_UPDATE_DOCS"] == "1" {
      let object = try JSONSerialization.jsonObject(with: Data(output.utf8))
      let sample = try JSONSerialization.data(withJSONObject: ["command": words, "output": object])
      try FileManager.default.createDirectory(atPath: samples.string, withIntermediateDirectories: true)
      try sample.write(to: URL(fileURLWithPath: samples.appending("\(UUID().uuidString).json").string))
      return
    }
    // Debian's own Python, which is where its package of jsonschema belongs.
    let result = try Tool.run(
      "/usr/bin/python3", [program, "check", path] + words, input: Data(output.utf8))
    guard result.status == 0 else { throw ToolFailure(description: result.errors) }
  }
}

@Suite struct OutputSchemaTests {
  /// A command without an example has no schema, and so this fails.
  @Test func everyCommandHasASchema() throws {
    let listed = try Tool.run("/usr/bin/python3", [OutputSchema.program, "list", OutputSchema.path]).output
    let known = Set(listed.split(separator: "\n").map(String.init))
    let commands = try CommandTree.leaves().filter { $0.options.contains("json") }.map(\.name)
    #expect(commands.count > 50)
    #expect(Set(commands).subtracting(known) == [])
    #expect(known.subtracting(commands) == ["error", "exhibit-verify"])
  }

  @Test(arguments: [
    (#"{"outputVersion":1,"state":"closed"}"#, true), (#"{"outputVersion":2,"state":"closed"}"#, false),
    (#"{"state":"closed"}"#, false), (#"{"outputVersion":1,"state":7}"#, false),
    (#"{"outputVersion":1}"#, false), (#"{"outputVersion":1,"state":"closed","other":1}"#, false),
    ("[]", false),
  ])
  func theJudgeKnowsWhatIsWrong(_ output: String, isRight: Bool) throws {
    let result = try Tool.run(
      "/usr/bin/python3", [OutputSchema.program, "check", OutputSchema.path, "exhibit", "case", "close"],
      input: Data(output.utf8))
    #expect((result.status == 0) == isRight, "\(result.errors)")
  }
}
