import EvidenceTestKit
import Foundation
import SystemPackage
import Testing

/// Runs programs on what is made to take too much memory or time.
enum Hostile {
  /// Runs a program under limits, on two processors: what a process has for threads grows with their number.
  static func run(_ arguments: [String], in folder: FilePath, _ environment: [String: String] = [:])
    throws
    -> ToolResult
  {
    let program = Exhibit.program.deletingLastPathComponent().appending(path: arguments[0]).path
    // For `Docs/validation/hostile-corpus.md`: what each run took is appended to the file that is named.
    let figures = ProcessInfo.processInfo.environment["EXHIBIT_HOSTILE_FIGURES"]
    let timer = figures.map { "/usr/bin/time -q -a -o '\($0)' -f '%U %S %M %x %C' " } ?? ""
    let limits = "ulimit -v 1048576 && ulimit -t 60 && exec \(timer)taskset -c \"$CPUS\" \"$@\""
    return try Tool.run(
      "bash", ["-c", limits, "sh", program] + arguments.dropFirst(), in: folder,
      environment: environment.merging(["CPUS": processors, "SWIFT_BACKTRACE": "enable=no"]) { $1 })
  }

  /// The first two that this process may use.
  private static let processors: String = {
    let all = (try? Tool.run("sh", ["-c", "taskset -cp $$ | sed 's/.*: //'"]))?.output ?? "0"
    let numbers = all.split { ",\n".contains($0) }.flatMap { part -> [Int] in
      let ends = part.split(separator: "-").compactMap { Int($0.trimmingCharacters(in: .whitespaces)) }
      return ends.count == 2 ? Array(ends[0]...ends[1]) : ends
    }
    return numbers.prefix(2).map(String.init).joined(separator: ",")
  }()

  static func expectAnswer(
    _ commands: [[String]], in folder: FilePath, _ environment: [String: String] = [:],
    location: SourceLocation = #_sourceLocation
  ) throws {
    for command in commands {
      let result = try run(command, in: folder, environment)
      let what = Comment(rawValue: "\(command): \(result.status) \(result.errors.prefix(300))")
      #expect(!result.wasKilled && (0...7).contains(result.status), what, sourceLocation: location)
      #expect(!result.errors.contains("ended by signal"), what, sourceLocation: location)
      #expect(
        !result.errors.contains("no such option") && !result.errors.contains("Missing expected"), what,
        sourceLocation: location)
      if command.contains("verify") || command[0] == "exhibit-verify" {
        #expect(result.status != 0 && !result.output.contains("\nVerified"), what, sourceLocation: location)
      }
    }
  }
}
