import CanonicalJSON
import Evidence
import Signing

/// What a validation leaves: which program ran on which machine, and what came of every check.
///
/// Stored as canonical JSON in `validation.json` and signed; `Docs/formats/validation-record.md` describes it.
package struct ValidationRecord: Hashable, Sendable {
  /// Value of the field `format`.
  package static let format = "exhibit-validation"
  /// Value of the field `version`.
  package static let version = 1

  package let identifier: RecordIdentifier
  package let started: Timestamp
  package let ended: Timestamp
  /// Common name in the certificate of whoever signs.
  package let examiner: String
  package let machine: MachineFacts
  /// In the order of the assertions, those that are not claimed among them.
  package let checks: [CheckResult]

  /// What the record cannot say, in the record.
  package static let limits = """
    Loop devices and scripted media stand for drives here: they show what Exhibit does with what the kernel's block \
    layer offers, not what a certain adapter, bridge or drive does before that. Drives have to be tested with a \
    reference drive of the laboratory, behind the write blocker that is used. The assertions are NIST's, in words of \
    our own. No court and no accreditation body is bound by this record; it says what was done here and what was seen.
    """

  package func count(_ outcome: CheckOutcome) -> Int { checks.count { $0.outcome == outcome } }

  package var exitStatus: ExitStatus { count(.failed) == 0 ? .complete : .mismatch }

  package var sentence: String {
    let parts = CheckOutcome.allCases.map { "\(count($0)) \($0.title)" }
    let verdict = count(.failed) == 0 ? "Valid here: no check failed." : "Not valid here: checks failed."
    return "\(verdict) \(checks.count) checks: \(parts.joined(separator: ", "))."
  }

  package var json: JSONValue {
    .fields([
      "format": .string(Self.format), "version": JSONValue(Self.version),
      "id": .string(identifier.description), "started": .string(started.description),
      "ended": .string(ended.description), "clock": "system clock (CLOCK_REALTIME)",
      "examiner": .string(examiner),
      "tool": .fields([
        "name": .string(ToolVersion.name), "version": .string(ToolVersion.current),
        "executable": machine.executable.json,
      ]),
      "host": machine.json, "programs": .array(machine.programs.map(\.json)),
      "checks": .array(checks.map(\.json)),
      "counts": .object(
        Dictionary(uniqueKeysWithValues: CheckOutcome.allCases.map { ($0.rawValue, JSONValue(count($0))) })),
      "limits": .string(Self.limits),
    ])
  }
}

extension MachineFacts {
  fileprivate var json: JSONValue {
    .fields([
      "node": .string(node), "system": .string(system), "release": .string(release),
      "machine": .string(machine), "user": .string(user), "distribution": distribution.map { .string($0) },
      "processor": processor.map { .string($0) }, "processors": JSONValue(processors),
      "memory": memory.map { JSONValue($0) }, "fileSystem": fileSystem.map { .string($0) },
    ])
  }
}

extension MachineFacts.Program {
  fileprivate var json: JSONValue {
    .fields([
      "name": .string(name), "path": path.map { .string($0) }, "sha256": sha256.map { .string($0.hex) },
    ])
  }
}

extension CheckResult {
  package var json: JSONValue {
    .fields([
      "id": .string(identifier), "assertion": .string(assertion.rawValue),
      "requirement": .string(assertion.requirement), "procedure": .string(procedure),
      "expected": .string(expected), "observed": .string(observed), "outcome": .string(outcome.rawValue),
    ])
  }
}
