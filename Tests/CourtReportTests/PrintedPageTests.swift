import EvidenceTestKit
import Foundation
import SystemPackage
import Testing

@testable import Casework

@Suite struct PrintedPageTests {
  private static let word = String(repeating: "w", count: 200)

  @Test func longWordsCanBeBrokenAndNothingElseChanges() {
    let page =
      "<style>\(Self.word)</style><td a=\"b\">one two\n\(Self.word)&amp;x</td><code>\(Self.word)</code>"
    let printed = PrintedPage.markup(page)
    #expect(printed.replacingOccurrences(of: "\u{200B}", with: "") == page)
    #expect(printed.contains("<style>\(Self.word)</style>"))
    #expect(printed.hasSuffix("<code>\(Self.word)</code>"))
    let cell = printed.components(separatedBy: "<td a=\"b\">")[1].components(separatedBy: "</td>")[0]
    #expect(cell.split(whereSeparator: { " \n\u{200B}".contains($0) }).allSatisfy { $0.count <= 60 })
    #expect(cell.contains("&amp;"))
    #expect(PrintedPage.markup("a < b") == "a < b")
  }

  /// Texts that cost a renderer minutes: marks without end on one letter, lines without end, letters of every script.
  @Test func hostileTextsAreBounded() {
    let marks = PrintedPage.markup("<p>a" + String(repeating: "\u{301}", count: 40_000) + "b</p>")
    #expect(marks == "<p>a" + String(repeating: "\u{301}", count: 8) + "b</p>")
    let budget = PrintedPage.Budget(all: 1000, rare: 100, lines: 50)
    func printed(_ text: String) -> String {
      PrintedPage.markup("<p>\(text)</p><b>End</b>", budget: budget) { "cut: \($0)" }
    }
    #expect(printed(String(repeating: "l\n", count: 5000)).contains("[cut: 10000]</p><b>End</b>"))
    #expect(printed(String(repeating: "word ", count: 5000)).unicodeScalars.count < 1100)
    #expect(printed(String(repeating: "\u{6f22}", count: 5000)).unicodeScalars.count < 200)
    #expect(printed(String(repeating: "\u{430}", count: 900)).unicodeScalars.count > 900)
    // What is written `&amp;` is never torn.
    let references = printed(String(repeating: "&amp;", count: 5000))
    #expect(references.replacingOccurrences(of: "&amp;", with: "").contains("&") == false)
  }

  /// What took four minutes for 4000 characters, and never ended for thirty long remarks.
  @Test(.timeLimit(.minutes(10)), .enabled(if: Tool.exists("weasyprint"), "needs weasyprint"))
  func longTextsAreLaidOut() throws {
    let text = String(repeating: "word ", count: 800)
    let rows = (0..<30).map { "<tr><th scope=\"row\">\($0)</th><td>\(text)\(Self.word)</td></tr>" }.joined()
    let page =
      "<html><head><title>t</title><style>\(try Self.style())</style></head><body>"
      + "<table class=\"facts\"><tbody>\(rows)</tbody></table><table class=\"grid\"><tbody>\(rows)</tbody></table></body></html>"
    let folder = try TemporaryFolder()
    var pages: [Int] = []
    let pdf = try PDFWriter(in: folder.appending("work"), attachments: []).pdf(
      page, eachPage: { pages.append($0) })
    #expect(pdf.starts(with: Array("%PDF".utf8)))
    // Each page is told while it is laid out, so that somebody sees that it goes on.
    #expect(pages.count > 3)
    #expect(pages.first == 1 && pages.max().map { $0 > 3 } ?? false)
  }

  private static func style() throws -> String {
    let sources = (0..<3).reduce(FilePath(#filePath)) { path, _ in path.removingLastComponent() }
    let file = sources.string + "/Sources/Work/CourtReport/Templates/PageStyle.swift"
    return try String(contentsOfFile: file, encoding: .utf8).components(separatedBy: "\"\"\"")[1]
      .replacingOccurrences(of: "\\\\", with: "\\")
  }
}
