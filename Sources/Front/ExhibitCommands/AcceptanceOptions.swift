import ArgumentParser
import Evidence
import Media
import Sessions

/// What the examiner accepts by name. There is nothing that accepts everything.
struct AcceptanceOptions: ParsableArguments {
  @Option(
    help: """
      Examiner override: acquire a source in a state that is otherwise refused: \
      \(AcquireChoices.list(AcceptableState.self)) (file systems of the device are mounted, all of them read-only, and \
      nothing else uses it; the device reports a serial number other than the one recorded for the item). Needs \
      --reason. Audit log, manifest and report record both.
      """)
  var accept: [String] = []
  @Option(help: "The examiner's reason for the override.") var reason: String?
  @Option(help: "Why the item is acquired although the legal authority has expired.")
  var afterExpiry: String?

  func acceptances() throws(EvidenceError) -> [AcquisitionRequest.Acceptance] {
    let text = (reason ?? "").filter { !$0.isNewline }
    guard accept.isEmpty == (reason == nil), reason == nil || text.contains(where: { !$0.isWhitespace })
    else {
      throw EvidenceError(
        .argumentInvalid, accept.isEmpty ? "--reason" : "--accept",
        "use both, and give a reason in words")
    }
    var states: Set<AcceptableState> = []
    for name in accept { states.insert(try AcquireChoices.word(name, "--accept")) }
    return AcceptableState.allCases.filter(states.contains).map { .init($0, because: text) }
  }
}
