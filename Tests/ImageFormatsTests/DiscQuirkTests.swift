import EvidenceTestKit
import Foundation
import SystemPackage
import Testing

/// The table of quirks in the documents.
@Suite struct DiscQuirkTests {
  /// Each test it names is there.
  @Test func theTestsThatAreNamedAreThere() throws {
    let folder = FilePath(#filePath).removingLastComponent()
    let path = folder.removingLastComponent().removingLastComponent().appending("Docs").appending("formats")
      .appending("disc-quirks.md")
    let rows = String(decoding: try TestFiles.read(path), as: UTF8.self).split(separator: "\n").filter {
      $0.hasPrefix("| ") && !$0.hasPrefix("| quirk")
    }
    #expect(rows.count >= 26)
    for row in rows {
      let tests = row.matches(of: /`(\w+)\/(\w+)`/)
      #expect(!tests.isEmpty, "\(row)")
      for test in tests {
        let suite = try String(decoding: TestFiles.read(folder.appending("\(test.1).swift")), as: UTF8.self)
        #expect(suite.contains("func \(test.2)("), "\(test.0)")
      }
    }
  }
}
