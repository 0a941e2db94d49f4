import Evidence

/// One check of the program: what is done to see whether an assertion holds in one respect.
package struct ValidationCheck: Sendable {
  /// What the machine must offer for it.
  package enum Need: Hashable, Sendable {
    /// Rights to mount file systems and to make loop devices.
    case root
    case program(String)

    package var text: String {
      switch self {
      case .root: "root"
      case .program(let name): "the program \(name)"
      }
    }
  }

  package let assertion: Assertion
  /// What sets it apart from other checks of the assertion: one word.
  package let variant: String
  /// What is done, as sentences.
  package let procedure: String
  /// What must come of it, as a sentence.
  package let expected: String
  package let needs: [Need]
  let body: @Sendable (Trial, Bench) throws -> Void

  init(
    _ assertion: Assertion, _ variant: String, does procedure: String, expects expected: String,
    needs: [Need] = [], _ body: @escaping @Sendable (Trial, Bench) throws -> Void
  ) {
    self.assertion = assertion
    self.variant = variant
    self.procedure = procedure
    self.expected = expected
    self.needs = needs
    self.body = body
  }

  /// Stable name, e.g. `DA-AM-06/file`.
  package var identifier: String { "\(assertion.rawValue)/\(variant)" }

  /// Every check there is, in the order of the assertions.
  package static let all: [ValidationCheck] =
    (MediumChecks.all + SizeChecks.all + UnreadableChecks.all
    + ImageChecks.all + DestinationChecks.all + DamageChecks.all + RecordChecks.all).enumerated().sorted {
      ($0.element.assertion.rawValue, $0.offset) < ($1.element.assertion.rawValue, $1.offset)
    }.map(\.element)
}

/// What came of a check.
package enum CheckOutcome: String, Hashable, Sendable, CaseIterable {
  case passed
  case failed
  /// The assertion is about something Exhibit does not offer.
  case notApplicable
  /// This machine does not offer what the check needs.
  case notRun

  package var title: String {
    switch self {
    case .passed: "passed"
    case .failed: "FAILED"
    case .notApplicable: "not applicable"
    case .notRun: "could not be run here"
    }
  }
}

/// A check with its outcome, as it stands in the record.
package struct CheckResult: Hashable, Sendable {
  package let identifier: String
  package let assertion: Assertion
  package let procedure: String
  package let expected: String
  package let outcome: CheckOutcome
  /// What was seen, or why nothing was.
  package let observed: String

  /// That of an assertion which is not claimed.
  init?(notClaimed assertion: Assertion) {
    guard let reason = assertion.notClaimed else { return nil }
    self.identifier = assertion.rawValue
    self.assertion = assertion
    self.procedure = "Nothing."
    self.expected = "Nothing is claimed."
    self.outcome = .notApplicable
    self.observed = reason
  }

  init(_ check: ValidationCheck, _ outcome: CheckOutcome, observed: String) {
    self.identifier = check.identifier
    self.assertion = check.assertion
    self.procedure = check.procedure
    self.expected = check.expected
    self.outcome = outcome
    self.observed = HumanText.singleLine(observed)
  }
}

/// What this machine turned out not to offer.
struct CannotRun: Error {
  let reason: String
  init(_ reason: String) { self.reason = reason }
}

/// Collects what a check sees.
final class Trial {
  private var differences: [String] = []
  private var comparisons = 0
  private var sectors: UInt64 = 0
  private var remarks: [String] = []

  /// Differences that are told; the rest is counted.
  private static let told = 12

  /// Adds a comparison of two values, which must be equal.
  func expectEqual<Value: Equatable>(_ observed: Value, _ expected: Value, _ what: String) {
    comparisons += 1
    if observed != expected { differences.append("\(what): expected \(expected), observed \(observed)") }
  }

  /// The same of a value that may be missing.
  func expectEqual<Value: Equatable>(_ observed: Value?, _ expected: Value, _ what: String) {
    guard let observed else { return expect(false, what, observed: "expected \(expected), observed none") }
    expectEqual(observed, expected, what)
  }

  /// Adds a comparison that must hold; where it does not, `observed` is what was seen.
  func expect(_ holds: Bool, _ what: String, observed: String = "it does not hold") {
    comparisons += 1
    if !holds { differences.append("\(what): \(observed)") }
  }

  /// Adds sectors that were compared with what the medium held.
  func expectSame(_ comparison: SectorComparison, _ what: String) {
    comparisons += 1
    sectors += comparison.compared
    if !comparison.differing.isEmpty {
      differences.append("\(what): sectors \(comparison.differing.listed()) differ")
    }
  }

  /// Something the reader of the record should know.
  func note(_ remark: String) { remarks.append(remark) }

  var outcome: CheckOutcome {
    // A check that compared nothing has proven nothing.
    differences.isEmpty && comparisons > 0 ? .passed : .failed
  }

  var observed: String {
    let compared =
      "\(comparisons) comparisons" + (sectors > 0 ? ", \(sectors) sectors compared byte by byte" : "")
    let notes = remarks.isEmpty ? "" : "; " + remarks.joined(separator: "; ")
    guard !differences.isEmpty else { return "\(compared), no difference\(notes)" }
    let rest = differences.count > Self.told ? " and \(differences.count - Self.told) more" : ""
    return "\(compared), \(differences.count) differ: "
      + differences.prefix(Self.told).joined(separator: "; ") + rest + notes
  }
}
