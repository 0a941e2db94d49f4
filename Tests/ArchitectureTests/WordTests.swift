import Testing

/// Texts below the command line that name flags or commands all the same, and why.
private let exceptions: [String: String] = [
  "Sources/Work/Casework/HandOver/HandOverGuide.swift": "VERIFY.md tells the other side what to type",
  "Sources/Work/Casework/HandOver/ProofGuide.swift": "VERIFY.md tells the other side what to type",
  "Sources/Work/Casework/Cases/ItemLabels.swift": "arguments of rsvg-convert and zbarimg",
  "Sources/Work/CourtReport/Certificates/CertificateKinds.swift":
    "commands a reader of the certificate can run",
  "Sources/Work/CourtReport/Certificates/CertificateDraft.swift": "what to run before the draft is signed",
  "Sources/Work/CourtReport/Document/ClosingSections.swift": "commands a reader of the report can run",
  "Sources/Work/Validation/Bench.swift": "arguments of losetup, blockdev and umount",
  "Sources/Work/Validation/Checks/DestinationChecks.swift": "arguments of losetup",
  "Sources/Work/Validation/Checks/MediumChecks.swift": "arguments of losetup",
  "Sources/Work/Validation/Checks/RecordChecks.swift": "arguments of sha256sum",
]

/// Below `Front` errors and findings carry codes and values; how something is typed is known to the command line alone.
@Suite struct WordTests {
  /// What `exhibit` is told to do first.
  private static let commands =
    "setup|equipment|image|case|person|authority|item|devices|acquire|acquisition|resume|custody|audit|verify|manifest|key|report|certificate|info"
    + "|archive|convert|disc|make-iso|recover|prove|export|import|validate"

  private static func namesCommandLine(_ text: String) throws -> Bool {
    // Most texts are done with at once; a regular expression takes its time.
    guard text.contains("--") || text.contains("exhibit") || text.contains("`") else { return false }
    let patterns = [
      "(^|[\\s(`\"'])--[a-z…]", "`exhibit", "(^|[^A-Za-z.-])exhibit (\(commands))([^A-Za-z]|$)",
      "`(\(commands))( [a-z]+)?`",
    ]
    return try patterns.contains { text.firstMatch(of: try Regex($0)) != nil }
  }

  @Test func knowsTheCommandsThereAre() throws {
    let program = try #require(SourceTree.files.first { $0.path.hasSuffix("ExhibitCommands/Program.swift") })
    let listed = program.lines.joined(separator: "\n").matches(of: /([A-Z][A-Za-z]+?)Commands?\.self/).map {
      $0.output.1.lowercased()
    }
    let known = Self.commands.split(separator: "|").map { $0.filter { $0 != "-" } }
    #expect(listed.sorted() == known.sorted())
  }

  @Test(
    arguments: SourceTree.swiftFiles.filter { $0.layer != "Front" && exceptions[$0.path] == nil })
  func nothingBelowTheCommandLineNamesFlagsOrCommands(file: SourceTree.File) throws {
    for literal in StringLiterals(of: file.lines.joined(separator: "\n")).all {
      #expect(try !Self.namesCommandLine(literal.text), "\(file.path):\(literal.line): \(literal.text)")
    }
  }

  @Test(arguments: exceptions.keys.sorted())
  func everyExceptionIsNeeded(path: String) throws {
    let file = try #require(SourceTree.files.first { $0.path == path })
    let literals = StringLiterals(of: file.lines.joined(separator: "\n")).all
    #expect(try literals.contains { try Self.namesCommandLine($0.text) })
  }

  @Test(arguments: [
    ("use --track 1", true), ("--track", true), ("(--split)", true), ("see `verify`", true),
    ("go on with `exhibit resume`", true), ("run exhibit verify", true),
    ("`exhibit case create` makes it", true),
    ("cd -- x", false), ("a -- b", false), ("exhibit-verify", false), ("exhibit-validation", false),
    ("Exhibit manifest", false), ("-----BEGIN KEY-----", false), ("`libewf`", false), ("…-…-draft", false),
    ("--… is empty", true),
  ])
  func whatNamesFlagsAndCommands(text: String, isFound: Bool) throws {
    #expect(try Self.namesCommandLine(text) == isFound)
  }

  @Test func literalsAreReadAsTheCompilerReadsThem() {
    let source = ##"""
      // "no"
      let a = "one \(b("two", (c))) three\"" /* "no" */
      let d = #"raw "e" \#(f("four"))"#
      let g = """
        five "quoted"
        \(h) six
        """
      """##
    let texts = StringLiterals(of: source).all.map { "\($0.line) \($0.text)" }
    #expect(
      texts.sorted() == [
        #"2 one … three\""#, "2 two", "3 four", #"3 raw "e" …"#, "4 \n  five \"quoted\"\n  … six\n  ",
      ])
  }
}
