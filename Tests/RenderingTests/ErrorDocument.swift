import Evidence
import Rendering

/// The text of `Docs/errors.md`.
enum ErrorDocument {
  static let text = """
    # Errors, findings and exit statuses

    Generated from `Sources/Base/Evidence` and `Sources/Front/Rendering`. After a change there, write it anew:

        EXHIBIT_UPDATE_DOCS=1 swift test --filter ErrorDocumentTests

    Identifiers are stable: they stand in the audit log, in JSON and in reports.

    ## Exit statuses

    \(table(["Status", "Meaning"], Evidence.ExitStatus.allCases.map { ["\($0.rawValue)", sentence($0.meaning)] }))

    ## Verdicts of an acquisition

    \(table(["Verdict", "Exit status", "Meaning"], acquisitionVerdicts))

    ## Verdicts of a verification

    From best to worst; the worst finding decides.

    \(table(
      ["Verdict", "Exit status", "Meaning"],
      VerificationVerdict.allCases.map { ["`\($0.rawValue)`", "\($0.exitStatus.rawValue)", $0.sentence] }))

    ## Errors

    An error ends a command. Its category says whose fault it is:

    \(table(["Category", "Meaning"], ErrorCategory.allCases.map { ["`\($0.rawValue)`", meaning(of: $0)] }))

    \(table(
      ["Identifier", "Category", "Exit status", "Meaning", "Remedy"],
      ErrorCode.allCases.map {
        [
          "`\($0.rawValue)`", $0.category.rawValue, "\($0.exitStatus.rawValue)", sentence($0.summary), remedy(of: $0),
        ]
      }))

    ## Findings

    A finding is what a verification found. It is no error: the verification goes on, and every finding is reported.

    \(table(["Identifier", "Meaning"], FindingCode.allCases.map { ["`\($0.rawValue)`", sentence(meaning(of: $0))] }))

    """

  /// That of most commands, then those of commands that can follow another.
  private static func remedy(of code: ErrorCode) -> String {
    let usual = code.remedy(during: .other)
    let names: [(Work, String)] = [
      (.acquisition, "acquire, resume"), (.conversion, "convert"), (.stamping, "manifest timestamp"),
    ]
    return names.reduce(usual) { text, name in
      let own = code.remedy(during: name.0)
      return own == usual ? text : "\(text) (`\(name.1)`: \(own))"
    }
  }

  private static let acquisitionVerdicts: [[String]] = [
    (AcquisitionVerdict.complete, "every sector was read"),
    (
      .completeWithUnreadable(sectors: 1),
      "every sector was attempted; those that could not be read are filled"
    ),
    (.incomplete(reason: ""), "sectors were not attempted, or the output could not be finished"),
  ].map { verdict, meaning in
    ["`\(verdict.name)`", "\(verdict.exitStatus.rawValue)", sentence(meaning)]
  }

  private static func meaning(of category: ErrorCategory) -> String {
    switch category {
    case .medium: "The medium did not return its sectors."
    case .environment:
      "The machine could not do what was asked: no space, no permission, a failing destination."
    case .input: "A file or device that was handed in is not what it should be."
    case .misuse: "The command was used wrongly."
    case .interrupted: "The examiner or the system stopped the work."
    }
  }

  private static func meaning(of finding: FindingCode) -> String {
    finding.meaning + (finding.advice.map { ": \($0)" } ?? "")
  }

  private static func sentence(_ text: String) -> String {
    (text.first?.uppercased() ?? "") + text.dropFirst() + "."
  }

  private static func table(_ head: [String], _ rows: [[String]]) -> String {
    let lines = [head, head.map { _ in "---" }] + rows
    return lines.map { "| " + $0.map { $0.replacing("|", with: "\\|") }.joined(separator: " | ") + " |" }
      .joined(separator: "\n")
  }
}
