import Evidence
import EvidenceTestKit
import Foundation
import Rendering
import SystemPackage
import Testing
import Verification

/// `Docs/validation/verdicts.md`: each fault alone, and what is said of it.
private enum VerdictDocument {
  static var text: String {
    """
    # Faults and verdicts

    Written by `EXHIBIT_UPDATE_DOCS=1 swift test --filter VerdictDocumentTests`; not edited by hand.

    Each finding alone as a failure, in a verification where everything else is right: the exit status and the last \
    line of `exhibit verify`, and the exit status of `exhibit audit verify`, where a broken chain is status 7 whatever \
    else is found. Of several failures each kind is named, the gravest first. What is found as a warning leaves the \
    verdict and is counted behind it, but for `copy.not-at-hand`.

    | what is found | verify | what it says | audit verify |
    | --- | --- | --- | --- |
    \(FindingCode.allCases.filter { $0 != .copyNotChecked }.map(row).joined(separator: "\n"))

    What is said where nothing fails:

    | what was looked at | exit status | what it says |
    | --- | --- | --- |
    \(good.map { "| \($0.0) | \($0.1.verdict.exitStatus.rawValue) | \(FindingRendering.sentence($0.1)) |" }.joined(separator: "\n"))

    """
  }

  static func report(_ findings: [Finding], _ scope: VerificationScope = .everything) -> VerificationReport {
    var report = VerificationReport(subject: "case")
    report.hasReference = true
    report.scope = scope
    report.findings = findings
    return report
  }

  private static func row(_ code: FindingCode) -> String {
    let finding = Finding(code, subject: code.isOfTheLog ? "audit event 11" : "NAME")
    let (found, ofLog) = (report([finding]), report([finding], .auditLog))
    return
      "| `\(code.rawValue)` | \(found.verdict.exitStatus.rawValue) | \(FindingRendering.sentence(found)) | "
      + "\(ofLog.verdict.exitStatus.rawValue) |"
  }

  private static var good: [(String, VerificationReport)] {
    let scopes: [(String, VerificationScope)] = [
      ("a case or an item", .everything), ("some copies (`--copy case`)", .copies(which: "the case folder")),
      ("`--level chunks`", .chunks), ("a manifest", .acquisition), ("a bag", .bag),
      ("a bag whose lists nobody signed", .openBag),
      ("a partial proof", .proof),
      ("an image alone", .image), ("a signed file", .signedFile),
      ("a PDF with an approval inside", .approvedCopy), ("an audit log", .auditLog),
    ]
    var none = report([])
    none.hasReference = false
    var stopped = report([])
    stopped.wasStopped = true
    return scopes.map { ($0.0, report([], $0.1)) } + [
      ("a copy is not at hand", report([Finding(.copyNotChecked, .warning, subject: "/media/second/001")])),
      ("nothing is recorded", none), ("it was stopped", stopped),
    ]
  }
}

@Suite struct VerdictDocumentTests {
  private static let path = FilePath(#filePath).removingLastComponent().removingLastComponent()
    .removingLastComponent().appending("Docs").appending("validation").appending("verdicts.md")

  @Test func isUpToDate() throws {
    let text = VerdictDocument.text
    if ProcessInfo.processInfo.environment["EXHIBIT_UPDATE_DOCS"] == "1" {
      try TestFiles.write(Array(text.utf8), to: Self.path)
    }
    #expect(
      try TestFiles.read(Self.path) == Array(text.utf8),
      "run: EXHIBIT_UPDATE_DOCS=1 swift test --filter VerdictDocumentTests")
  }

  /// Whatever is found beside it, no failure leads to success, and none hides behind another kind.
  @Test(arguments: FindingCode.allCases)
  func noVerdictIsBetterThanTheWorstFact(code: FindingCode) {
    let alone = VerdictDocument.report([Finding(code, subject: "NAME")])
    #expect(alone.verdict != .verified)
    for other in FindingCode.allCases {
      let both = VerdictDocument.report([Finding(code, subject: "NAME"), Finding(other, subject: "OTHER")])
      let sentence = FindingRendering.sentence(both)
      #expect(both.verdict != .verified && !sentence.contains("Verified"))
      if code.consequence != other.consequence {
        #expect(sentence.contains("NAME") && sentence.contains("OTHER"), "\(sentence)")
      }
    }
  }

  @Test func everyVerdictStandsInTheDocument() {
    for verdict in VerificationVerdict.allCases {
      let word = verdict.sentence.prefix { $0 != ":" }
      #expect(VerdictDocument.text.contains(word), "\(word)")
    }
  }
}
