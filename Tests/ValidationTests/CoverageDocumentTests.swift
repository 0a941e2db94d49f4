import EvidenceTestKit
import Foundation
import SystemPackage
import Testing
import Validation

@Suite struct CoverageDocumentTests {
  private static let path = FilePath(
    CoverageDocument.root.appending(path: "Docs/validation/nist-coverage.md").path)

  /// The document says what there is; it is written anew with EXHIBIT_UPDATE_DOCS=1.
  @Test func isUpToDate() throws {
    let text = CoverageDocument.text
    if ProcessInfo.processInfo.environment["EXHIBIT_UPDATE_DOCS"] == "1" {
      try TestFiles.write(Array(text.utf8), to: Self.path)
    }
    #expect(
      try TestFiles.read(Self.path) == Array(text.utf8),
      "run: EXHIBIT_UPDATE_DOCS=1 swift test --filter CoverageDocumentTests")
  }

  /// What is claimed has a test of its own, besides the check that examiners run.
  @Test(arguments: Assertion.allCases) func everyClaimHasATest(assertion: Assertion) {
    let tests = CoverageDocument.tests.filter { $0.assertions.contains(assertion.rawValue) }
    #expect(tests.isEmpty == (assertion.notClaimed != nil), "\(assertion.rawValue)")
  }

  /// A test names only assertions that exist.
  @Test func everyIdentifierExists() {
    let known = Set(Assertion.allCases.map(\.rawValue))
    for test in CoverageDocument.tests { #expect(known.isSuperset(of: test.assertions), "\(test.title)") }
    #expect(CoverageDocument.tests.count >= 20)
  }
}
