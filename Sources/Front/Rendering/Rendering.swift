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
  /// Runs a program and ends the process with the documented exit status.
  /// - Parameters:
  ///   - asJSON: an error is also shown as one JSON object on standard output.
  ///   - otherwise: what is said of an error that is none of Exhibit's own, such as a parser's help, and whether it
  ///     is a mistake of whoever typed.
  ///   - ended: called once `body` has come to an end that is Exhibit's own; not for help.
  ///   - body: parses and works.
  package static func runAndExit(
    _ name: String, asJSON: Bool, otherwise: (any Error) -> (message: String, isMistake: Bool),
    ended: (ExitStatus, EvidenceError?) -> Void = { _, _ in }, _ body: () throws -> Void
  ) -> Never {
    StandardStreams.prepare()
    do {
      try body()
      ended(.complete, nil)
      end(.complete, of: name)
    } catch let end as EndedWith {
      ended(end.status, nil)
      Self.end(end.status, of: name)
    } catch let stopped as StoppedEarly {
      report(stopped.reason, by: name)
      ended(.incomplete, stopped.reason)
      end(.incomplete, of: name)
    } catch let error as EvidenceError {
      report(error, by: name)
      if asJSON { show(json: json(of: error)) }
      ended(error.exitStatus, error)
      end(error.exitStatus, of: name)
    } catch {
      // Help and version go to standard output, mistakes to standard error.
      let (message, isMistake) = otherwise(error)
      guard !isMistake else {
        Terminal.writeError(message + "\n")
        end(.usage, of: name)
      }
      show(message)
      end(.complete, of: name)
    }
  }

  /// One error as one line on standard error.
  package static func report(_ error: EvidenceError, by name: String) {
    ProgressDisplay.endLine()
    Terminal.writeError(Colours.error("\(name): \(line(error))") + "\n")
  }

  /// One line on standard error that is no failure of the command.
  package static func warn(_ text: String) {
    ProgressDisplay.endLine()
    Terminal.writeError("note: \(HumanText.singleLine(text))\n")
  }

  /// What the command does, for remedies that depend on it.
  package static var work: Work {
    get { currentWork.withLock { $0 } }
    set { currentWork.withLock { $0 = newValue } }
  }

  private static let currentWork = Monitor(Work.other)

  /// What the command did lies on disk when it is done, whether or not its output could be written.
  package static func keepResult() { resultIsKept.withLock { $0 = true } }

  private static let resultIsKept = Monitor(false)

  /// What could not be written to standard output.
  private static let outputFailure = Monitor<EvidenceError?>(nil)

  /// Of what `--json` prints: raised when a key changes its meaning or goes. New keys do not raise it.
  package static let outputVersion: Int64 = 1

  /// Writes an object to standard output, with the version of what it holds.
  package static func show(json object: JSONValue) {
    var values = object.objectValue ?? [:]
    values["outputVersion"] = .integer(outputVersion)
    show(JSONValue.object(values).indentedText)
  }

  /// Writes text and a newline to standard output. Where that fails the command goes on, because its work counts,
  /// but it does not end with success, unless its result lies on disk.
  package static func show(_ text: String) {
    do throws(EvidenceError) { try StandardStreams.write(text + "\n") } catch {
      outputFailure.withLock { $0 = error }
    }
  }

  /// Lines as they are meant to be read: foreign text in them cannot break a line or steer the terminal.
  package static func show(_ lines: [String]) {
    let isColoured = Colours.areInOutput
    show(lines.map { Colours.line(HumanText.singleLine($0), isColoured) }.joined(separator: "\n"))
  }

  /// A result that nobody could read is no success, unless it lies on disk; every other status says more than that.
  private static func end(_ status: ExitStatus, of name: String) -> Never {
    guard let failure = outputFailure.withLock({ $0 }) else { exit(status.rawValue) }
    guard status == .complete, !resultIsKept.withLock({ $0 }) else {
      warn(
        "not all of the output could be shown: \(failure.description); the exit status is that of the work")
      exit(status.rawValue)
    }
    report(failure, by: name)
    exit(failure.exitStatus.rawValue)
  }

  /// One error on one line: `not a case folder: /tmp/x (no case.sqlite in it). Name a folder made by …`
  package static func line(_ error: EvidenceError) -> String {
    let reason = error.detail.isEmpty ? "" : " (\(HumanText.singleLine(error.detail)))"
    return "\(error.code.summary): \(HumanText.singleLine(error.typedSubject))\(reason). \(error.remedy)"
  }

  package static func json(of error: EvidenceError) -> JSONValue {
    .fields([
      "error": .fields([
        "code": .string(error.code.rawValue), "message": .string(error.code.summary),
        "subject": .string(error.typedSubject), "detail": error.detail.isEmpty ? nil : .string(error.detail),
        "remedy": .string(error.remedy), "exitStatus": JSONValue(error.exitStatus.rawValue),
      ])
    ])
  }

  /// One finding on one line: `failure digest.mismatch 001.raw: a digest … (expected …, observed …)`.
  /// - Parameter length: characters of a value that are shown; all where `nil`.
  package static func line(_ finding: Finding, upTo length: Int? = nil) -> String {
    func shown(_ value: String) -> String {
      guard let length, value.count > length else { return value }
      return "\(value.prefix(length))…"
    }
    var parts: [String] = []
    if let sectors = finding.sectors { parts.append("sectors \(sectors)") }
    if let expected = finding.expected { parts.append("expected \(shown(expected))") }
    if let observed = finding.advisedObservation {
      parts.append("observed \(finding.cause == nil ? shown(observed) : observed)")
    }
    let details = parts.isEmpty ? "" : " (\(parts.joined(separator: ", ")))"
    return HumanText.singleLine(
      "\(finding.severity.rawValue)  \(finding.code.rawValue)  \(finding.subject): \(finding.advisedMeaning)\(details)"
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
      "subject": .string(finding.subject), "meaning": .string(finding.advisedMeaning),
      "expected": finding.expected.map { .string($0) },
      "observed": finding.advisedObservation.map { .string($0) },
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
