import ArgumentParser
import CanonicalJSON
import Evidence
import Glibc
import SystemIO

/// The end of a command that is no error but not plain success either.
package struct EndedWith: Error {
  let status: ExitStatus
  package init(status: ExitStatus) { self.status = status }
}

/// What every command prints, and how it ends.
package enum Rendering {
  /// Parses the arguments, runs the command, and ends the process with the documented exit status.
  package static func runAndExit<Program: ParsableCommand>(_ program: Program.Type) -> Never {
    let arguments = Array(CommandLine.arguments.dropFirst())
    do {
      var command = try Program.parseAsRoot(arguments)
      try command.run()
      end(.complete)
    } catch let ended as EndedWith {
      end(ended.status)
    } catch let stopped as StoppedEarly {
      Terminal.writeError("\(Program.configuration.commandName ?? "exhibit"): \(stopped.reason)\n")
      end(.incomplete)
    } catch let error as EvidenceError {
      let name = Program.configuration.commandName ?? "exhibit"
      Terminal.writeError("\(name): \(error)\n")
      if arguments.contains("--json") { print(json(of: error).indentedText) }
      end(error.exitStatus)
    } catch {
      // The parser's own words: help and version to standard output, mistakes to standard error.
      let message = Program.fullMessage(for: error)
      guard Program.exitCode(for: error) == .success else {
        Terminal.writeError(message + "\n")
        end(.usage)
      }
      print(message)
      end(.complete)
    }
  }

  /// One line on standard error that is no failure of the command.
  package static func warn(_ text: String) { Terminal.writeError("note: \(HumanText.singleLine(text))\n") }

  private static func end(_ status: ExitStatus) -> Never {
    fflush(nil)
    exit(status.rawValue)
  }

  static func json(of error: EvidenceError) -> JSONValue {
    .fields([
      "error": .fields([
        "code": .string(error.code.rawValue), "message": .string(error.code.summary),
        "subject": .string(error.subject), "detail": error.detail.isEmpty ? nil : .string(error.detail),
        "remedy": .string(error.code.remedy), "exitStatus": JSONValue(error.exitStatus.rawValue),
      ])
    ])
  }

  /// One finding on one line: `failure digest.mismatch 001.raw: a digest … (expected …, observed …)`.
  package static func line(_ finding: Finding) -> String {
    var parts: [String] = []
    if let sectors = finding.sectors { parts.append("sectors \(sectors)") }
    if let expected = finding.expected { parts.append("expected \(expected)") }
    if let observed = finding.observed { parts.append("observed \(observed)") }
    let details = parts.isEmpty ? "" : " (\(parts.joined(separator: ", ")))"
    return HumanText.singleLine(
      "\(finding.severity.rawValue)  \(finding.code.rawValue)  \(finding.subject): \(finding.code.meaning)\(details)"
    )
  }

  /// A number that a foreign file may have chosen: past the range of exact JSON integers, its digits as a string.
  package static func number(_ value: UInt64) -> JSONValue {
    value <= UInt64(JSONValue.largestInteger) ? JSONValue(value) : .string(String(value))
  }

  /// Ranges as pairs of first sector and count.
  package static func json(_ ranges: [SectorRange]) -> JSONValue {
    .array(ranges.map { [number($0.first), number($0.count)] })
  }

  package static func json(_ digests: DigestSet) -> JSONValue {
    .object(
      Dictionary(uniqueKeysWithValues: digests.all.map { ($0.algorithm.rawValue, .string($0.hex)) }))
  }

  package static func json(_ finding: Finding) -> JSONValue {
    .fields([
      "code": .string(finding.code.rawValue), "severity": .string(finding.severity.rawValue),
      "subject": .string(finding.subject), "meaning": .string(finding.code.meaning),
      "expected": finding.expected.map { .string($0) }, "observed": finding.observed.map { .string($0) },
      "sectors": finding.sectors.map {
        .fields(["first": number($0.first), "count": number($0.count)])
      },
    ])
  }
}

/// Work that ended early after its summary was shown: the reason goes to standard error, the status is that of
/// an incomplete acquisition whatever the reason.
package struct StoppedEarly: Error {
  let reason: EvidenceError
  package init(_ reason: EvidenceError) { self.reason = reason }
}
