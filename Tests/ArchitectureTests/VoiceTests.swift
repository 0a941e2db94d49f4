import Foundation
import Testing

/// Habits that texts for people keep out of; `Docs/contributing/words.md` says what to write instead.
private let habits = [
  #"\bof ours\b"#, #"\bwhat lies\b"#, #"\bby its own account\b"#,
  #"\b(say|says|said) of (it|itself|themselves)\b"#,
  #"\b(is|are|was|were) no (?!longer\b)[a-z]+"#, #"\btakes? the place of\b"#, #"\bvouch"#,
  #"\bstand back\b"#, #"\bgo(es)? on with\b"#, #"\ball the same\b"#, #"\banew\b"#, #"\bnobody of\b"#,
  #"\basked for again\b"#, #"\bsomebody not\b"#, #"\bbelongs to nobody\b"#, #"\bheld against\b"#,
  #"\b(taken|takes?) in\b"#, #"\bgave it away\b"#, #"\bdoes not answer any more\b"#, #"\bdo not verify\b"#,
  #"\bmust come of\b"#, #"\ba stranger\b"#, #"\bwhoever would\b"#, #"\bis not what was\b"#,
]

@Suite struct VoiceTests {
  /// Those that hold texts for people and nothing else.
  private static let files = SourceTree.swiftFiles.filter { file in
    file.layer == "Front"
      || ["ErrorCode", "Finding", "Verdict", "ExitStatus"].contains {
        file.path == "Sources/Base/Evidence/\($0).swift"
      } || file.path.hasSuffix("HandOverGuide.swift") || file.path.hasSuffix("ProofGuide.swift")
  }

  private static let documents =
    ["README.md"]
    + ((try? FileManager.default.contentsOfDirectory(
      atPath: SourceTree.root.appending(path: "Docs/guides").path)) ?? []).sorted().map {
      "Docs/guides/\($0)"
    }

  private static func found(in text: String) throws -> [String] {
    let text = text.replacing(/[Tt]here (is|are|was|were) no/, with: "")
    return try habits.filter { text.firstMatch(of: try Regex($0).ignoresCase()) != nil }
  }

  @Test func thereAreTexts() {
    #expect(Self.files.count > 40)
    #expect(Self.documents.count > 8)
  }

  @Test(arguments: files)
  func sourcesKeepTheirVoice(file: SourceTree.File) throws {
    for literal in StringLiterals(of: file.lines.joined(separator: "\n")).all {
      #expect(try Self.found(in: literal.text) == [], "\(file.path):\(literal.line): \(literal.text)")
    }
  }

  @Test(arguments: documents)
  func documentsKeepTheirVoice(path: String) throws {
    let text = try String(contentsOf: SourceTree.root.appending(path: path), encoding: .utf8)
    for (number, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
      #expect(try Self.found(in: String(line)) == [], "\(path):\(number + 1)")
    }
  }

  @Test(arguments: [
    ("the folder is no bag", true), ("There is no terminal", false), ("that is no longer secure", false),
    ("It takes the place of the first", true), ("supersedes the first", false),
    ("what a device says of itself", true),
    ("Written anew", true), ("renewed", false), ("It goes on with `resume`", true),
  ])
  func whatIsAHabit(text: String, isFound: Bool) throws {
    #expect(try Self.found(in: text).isEmpty == !isFound)
  }
}
