import ArgumentParser
import Evidence
import Media
import Sessions

/// What the examiner accepts by name. There is nothing that accepts everything.
struct AcceptanceOptions: ParsableArguments {
  @Option(
    help: """
      Read a source in a state in which it is refused otherwise: \(AcquireChoices.list(AcceptableState.self)) (file \
      systems of the device are mounted, every one read-only, and nothing else holds it; the device states another \
      serial number than the one recorded for the item). Needs --reason; both stand \
      in the audit log, the manifest and the report.
      """)
  var accept: [String] = []
  @Option(help: "Why that is accepted, in the examiner's words.") var reason: String?

  func acceptances() throws(EvidenceError) -> [AcquisitionRequest.Acceptance] {
    let text = (reason ?? "").filter { !$0.isNewline }
    guard accept.isEmpty == (reason == nil), reason == nil || text.contains(where: { !$0.isWhitespace })
    else {
      throw EvidenceError(
        .argumentInvalid, accept.isEmpty ? "--reason" : "--accept",
        "they go together, with words for a reason")
    }
    var states: Set<AcceptableState> = []
    for name in accept { states.insert(try AcquireChoices.word(name, "--accept")) }
    return AcceptableState.allCases.filter(states.contains).map { .init($0, because: text) }
  }
}
