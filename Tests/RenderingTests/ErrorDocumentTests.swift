import Evidence
import EvidenceTestKit
import Foundation
import SystemPackage
import Testing

@Suite struct ErrorDocumentTests {
  private static let path = FilePath(#filePath).removingLastComponent().removingLastComponent()
    .removingLastComponent().appending("Docs").appending("errors.md")

  /// The document says what the program says; it is written anew with EXHIBIT_UPDATE_DOCS=1.
  @Test func isUpToDate() throws {
    let text = ErrorDocument.text
    if ProcessInfo.processInfo.environment["EXHIBIT_UPDATE_DOCS"] == "1" {
      try TestFiles.write(Array(text.utf8), to: Self.path)
    }
    #expect(
      try TestFiles.read(Self.path) == Array(text.utf8),
      "run: EXHIBIT_UPDATE_DOCS=1 swift test --filter ErrorDocumentTests")
  }

  @Test func namesEveryCode() {
    for identifier in ErrorCode.allCases.map(\.rawValue) + FindingCode.allCases.map(\.rawValue) {
      #expect(ErrorDocument.text.contains("| `\(identifier)` |"))
    }
  }
}
