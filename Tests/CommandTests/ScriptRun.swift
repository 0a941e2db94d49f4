import EvidenceTestKit
import Foundation
import SystemPackage

/// Runs one script in a fresh folder.
struct ScriptRun {
  private let script: CommandScript
  private let scratch: TemporaryFolder
  private var folder: FilePath
  private var environment: [String: String]
  private var last: (place: String, command: String, result: ToolResult)?
  /// The status of the last command is still to be looked at.
  private var statusIsOpen = false
  private var cleanups: [String] = []

  /// The documents of the project, some of which are programs.
  private static let documents = FilePath(#filePath).removingLastComponent().removingLastComponent()
    .removingLastComponent().appending("Docs").string

  init(_ script: CommandScript) throws {
    self.script = script
    self.scratch = try TemporaryFolder()
    self.folder = scratch.path
    let path = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"
    // No setting of the machine speaks in a test; empty counts as not set.
    self.environment = [
      "PATH": "\(try Programs.folder()):\(path):/usr/sbin:/sbin", "WORK": scratch.path.string, "LC_ALL": "C",
      "DOCS": Self.documents, "TZ": "UTC", "NO_COLOR": "1", "EXHIBIT_CASE": "", "EXHIBIT_PASSPHRASE_FILE": "",
      "EXHIBIT_PROFILE": "none", "HOME": scratch.path.string, "XDG_CONFIG_HOME": "",
    ]
    if script.lines.contains(where: { $0.arguments.contains { $0.contains("EXHIBIT_FAULT=") } }) {
      environment["FAULTS"] = try FaultLibrary.path()
    }
    for (name, contents) in script.files {
      try TestFiles.write(Array(contents.utf8), to: scratch.appending(name))
    }
  }

  /// - Throws: `ScriptFailure` with place and output, `ScriptSkipped`.
  mutating func perform() throws {
    let outcome = Result { try performLines() }
    for command in cleanups.reversed() {
      _ = try? Tool.run("bash", ["-c", command], in: scratch.path, environment: environment)
    }
    try outcome.get()
  }

  private mutating func performLines() throws {
    for line in script.lines {
      if statusIsOpen, line.word != "status" { try expectStatus(0) }
      do { try perform(line) } catch let failure as ScriptFailure {
        throw ScriptFailure(description: "\(line.place): \(failure)\n\(report)")
      }
    }
    if statusIsOpen { try expectStatus(0) }
  }

  private var report: String {
    guard let last else { return "nothing was run yet" }
    return """
      after \(last.place): \(last.command)
      status \(last.result.status)
      --- standard output
      \(last.result.output)
      --- standard error
      \(last.result.errors)
      """
  }

  private mutating func perform(_ line: CommandScript.Line) throws {
    let arguments = line.arguments
    switch line.word {
    case "run": try run(line, program: arguments.first ?? "", Array(arguments.dropFirst()))
    case "sh": try run(line, program: "bash", ["-c", arguments.joined(separator: " ")])
    case "status":
      guard let status = arguments.first.flatMap({ Int32($0) }) else { throw unclear(line) }
      try expectStatus(status)
    case "stdout": try match(arguments, try output().output, "standard output")
    case "stderr": try match(arguments, try output().errors, "standard error")
    case "no-stdout": try match(arguments, try output().output, "standard output", isWanted: false)
    case "no-stderr": try match(arguments, try output().errors, "standard error", isWanted: false)
    case "error": try expectOneError(arguments)
    case "json": try expectJSON()
    case "exists": for path in arguments where expand(path).isEmpty { throw missing(path, "is not there") }
    case "absent":
      for path in arguments {
        if let found = expand(path).first { throw missing(found, "is there") }
      }
    case "cd": folder = scratch.path.pushing(FilePath(arguments.first ?? "."))
    case "env":
      for setting in arguments {
        let parts = setting.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2 else { throw unclear(line) }
        environment[String(parts[0])] = parts[1].replacingOccurrences(of: "$WORK", with: scratch.path.string)
      }
    case "cleanup": cleanups.append(arguments.joined(separator: " "))
    case "skip-unless":
      for need in arguments where !Self.isMet(need) { throw ScriptSkipped(reason: "needs \(need)") }
    default: throw unclear(line)
    }
  }

  private mutating func run(_ line: CommandScript.Line, program: String, _ arguments: [String]) throws {
    let arguments = arguments.map {
      $0.replacingOccurrences(of: "$WORK", with: scratch.path.string)
        .replacingOccurrences(of: "$DOCS", with: Self.documents)
    }
    let result = try Tool.run(program, arguments, in: folder, environment: environment)
    last = (line.place, ([program] + arguments).joined(separator: " "), result)
    statusIsOpen = true
  }

  private mutating func expectStatus(_ status: Int32) throws {
    statusIsOpen = false
    let result = try output()
    guard result.status == status else {
      throw ScriptFailure(description: "status \(result.status) instead of \(status)\n\(report)")
    }
  }

  private func output() throws -> ToolResult {
    guard let last else { throw ScriptFailure(description: "nothing was run yet") }
    return last.result
  }

  private func match(_ patterns: [String], _ text: String, _ what: String, isWanted: Bool = true) throws {
    for pattern in patterns {
      let regex = try Regex(pattern).anchorsMatchLineEndings()
      guard text.contains(regex) == isWanted else {
        throw ScriptFailure(description: "\(what) \(isWanted ? "lacks" : "has") /\(pattern)/")
      }
    }
  }

  /// Standard error has, besides progress, one line that names the program, ends as a sentence and says what is
  /// wanted.
  private func expectOneError(_ patterns: [String]) throws {
    let lines = try output().errors.split(separator: "\n").filter { line in
      !["Acquiring", "Exporting", "Importing", "Proving", "Verifying", "note"].contains {
        line.hasPrefix("\($0) ") || line.hasPrefix("\($0): ")
      }
    }
    guard lines.count == 1, let line = lines.first else {
      throw ScriptFailure(description: "\(lines.count) lines of error instead of one")
    }
    try match([#"^exhibit(-verify)?: \S.*\.$"#] + patterns, String(line), "the error")
  }

  private func expectJSON() throws {
    let command = last?.command ?? ""
    // Of a line of bash, the last command in it.
    guard
      let words = command.matches(of: /exhibit(-verify)?( [^\s;|&>]+)*/).last?.output.0.split(separator: " ")
    else { throw ScriptFailure(description: "no command of this program: \(command)") }
    do { try OutputSchema.hold(try output().output, of: words.map(String.init)) } catch let problem
      as ToolFailure
    {
      throw ScriptFailure(description: "not the JSON of the schema: \(problem)")
    }
  }

  /// Paths, with `*` as the shell knows it, that exist.
  private func expand(_ pattern: String) -> [String] {
    let pattern = pattern.replacingOccurrences(of: "$WORK", with: scratch.path.string)
    let full = pattern.hasPrefix("/") ? pattern : folder.appending(pattern).string
    var found = glob_t()
    defer { globfree(&found) }
    guard glob(full, 0, nil, &found) == 0 else { return [] }
    return (0..<Int(found.gl_pathc)).compactMap { found.gl_pathv[$0].map { String(cString: $0) } }
  }

  private func missing(_ path: String, _ what: String) -> ScriptFailure {
    let list = (try? Tool.run("find", [".", "-maxdepth", "4"], in: scratch.path).output) ?? ""
    return ScriptFailure(description: "\(path) \(what); there are:\n\(list)")
  }

  private func unclear(_ line: CommandScript.Line) -> ScriptFailure {
    ScriptFailure(description: "not understood: \(line.word) \(line.arguments)")
  }

  private static func isMet(_ need: String) -> Bool {
    switch need {
    case "root": getuid() == 0
    // Takes long: `Tests/run --all`.
    case "all": ProcessInfo.processInfo.environment["EXHIBIT_FAULTS"] == "all"
    case "loop":
      // Containers often have no loop devices although the tool is there.
      (try? Tool.run("losetup", ["-f"]))?.status == 0
    default: Tool.exists(need)
    }
  }
}
