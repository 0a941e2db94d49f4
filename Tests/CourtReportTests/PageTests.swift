import CaseRecords
import CaseStore
import CourtReport
import Evidence
import EvidenceTestKit
import Foundation
import Testing

@Suite struct PageTests {
  @Test func theSameContentsGiveTheSameBytes() throws {
    let contents = SampleContents.failing
    #expect(try contents.page() == SampleContents.failing.page())
    #expect(JSONRendering.json(contents) == JSONRendering.json(SampleContents.failing))
    #expect(CASERendering.json(contents) == CASERendering.json(SampleContents.failing))
    // The stated time is the only thing that is no state of the case.
    var later = contents
    later.made = SampleContents.time(1000)
    let page = try later.page()
    #expect(page != (try contents.page()))
    #expect(
      page.replacingOccurrences(
        of: Wording(.english).time(later.made), with: Wording(.english).time(contents.made))
        == (try contents.page()))
  }

  @Test(arguments: [
    "Certificate", "Technical annex: case and people", "Item", "Acquisition 001", "Device",
    "Write protection",
    "Method and settings",
    "Sector map", "Read rate", "Hash values", "Images and segments", "Signature", "Chain of custody",
    "Verification",
    "Audit log", "Deviations from the method", "Changes to the original", "What could not be determined",
    "Limitations",
    "How to check this report",
    "Versions and approval", "Glossary",
  ])
  func everySectionIsThere(_ title: String) throws {
    let page = try SampleContents.failing.page()
    let headings = page.components(separatedBy: ">\(title)</h").count - 1
    #expect(headings == 1, "\(title)")
    #expect(TextRendering.text(SampleContents.failing.document()).contains(" \(title)\n"))
  }

  @Test func whatWasFoundIsInTheSummary() throws {
    let perfect = TextRendering.text(SampleContents.perfect.document())
    #expect(perfect.contains("Imaged in full: all 62,533,296 sectors read."))
    let failing = TextRendering.text(SampleContents.failing.document())
    let total = Wording(.english).number(SampleContents.failingRanges.reduce(0) { $0 + $1.count })
    #expect(
      failing.replacingOccurrences(of: "\n", with: " ").contains(
        "\(total) of 62,533,296 sectors unreadable"))
    for range in SampleContents.failingRanges {
      #expect(failing.contains("First sector: \(Wording(.english).number(range.first))\n"), "\(range)")
      #expect(failing.contains("Last sector: \(Wording(.english).number(range.end - 1))\n"), "\(range)")
    }
  }

  /// Judged by tidy, which knows HTML 5, and by a parser that counts each opened and closed element.
  @Test(
    .enabled(if: Tool.exists("tidy"), "needs tidy"),
    arguments: [nil, "<b>&\"'", "</title></style></svg><script>x", "a\u{202e}b\u{0}c\u{1b}\u{85}"])
  func thePageIsValid(_ text: String?) throws {
    for language in Wording.Language.allCases {
      let contents = SampleContents.contents(
        of: SampleContents.map(unreadable: SampleContents.failingRanges), verdict: .complete, text: text)
      let page = Data(try contents.page(language).utf8)
      let tidied = try Tool.run(
        "tidy", ["-quiet", "-errors", "-utf8", "--strict-tags-attributes", "yes"], input: page)
      #expect(tidied.status == 0, "\(tidied.errors)")
      let checked = try Tool.run("python3", ["-c", Self.parser, language.rawValue], input: page)
      #expect(checked.status == 0, "\(checked.errors)")
    }
  }

  @Test(arguments: CertificateKind.allCases)
  func draftsAreValidPages(_ kind: CertificateKind) throws {
    let draft = try CertificateDraft(kind, SampleContents.failing).document()
    let page = Data(try ReportTemplates().html(draft).utf8)
    let checked = try Tool.run("python3", ["-c", Self.parser, "en"], input: page)
    #expect(checked.status == 0, "\(checked.errors)")
    #expect(draft.draftNotice?.contains("Not signed") == true)
    let missing = draft.sections.flatMap(\.blocks).compactMap(\.facts).flatMap(\.lines).filter(\.isMissing)
    #expect(missing.contains { $0.label == "Signature" } && missing.contains { $0.label == "Qualifications" })
    #expect(missing.allSatisfy { $0.value.hasPrefix("[to be filled in") })
  }

  /// Elements closed in order; heading levels without a jump; a scope on each th; ids once; nothing from outside.
  private static let parser = """
    import sys
    from html.parser import HTMLParser
    void = {"meta", "br", "link", "img", "hr", "input"}
    class Page(HTMLParser):
        def __init__(self):
            super().__init__()
            self.open, self.level, self.ids, self.h1 = [], 0, set(), 0
        def handle_starttag(self, tag, attrs):
            a = dict(attrs)
            assert len(a) == len(attrs), f"{tag}: attribute twice"
            assert tag not in {"script", "iframe", "object", "link"}, tag
            assert not any(k.startswith("on") or k == "href" for k in a), (tag, a)
            assert a.get("src", "data:").startswith("data:"), a
            if tag == "html": assert a.get("lang") == sys.argv[1]
            if tag == "th": assert a.get("scope") in ("row", "col"), self.getpos()
            if tag == "svg": assert a.get("aria-label")
            if tag == "img": assert "alt" in a
            if "id" in a:
                assert a["id"] not in self.ids, a["id"]
                self.ids.add(a["id"])
            if tag in ("h1", "h2", "h3"):
                level = int(tag[1])
                assert level <= self.level + 1, self.getpos()
                self.level = level
                self.h1 += level == 1
            if tag not in void: self.open.append(tag)
        def handle_startendtag(self, tag, attrs): pass
        def handle_endtag(self, tag):
            assert self.open and self.open.pop() == tag, (tag, self.getpos())
    page = Page()
    text = sys.stdin.buffer.read().decode()
    assert text.startswith("<!DOCTYPE html>\\n<html")
    assert "{{" not in text and "url(" not in text and "@import" not in text
    page.feed(text)
    page.close()
    assert not page.open, page.open
    assert page.h1 == 1
    """

  @Test(arguments: [
    "<script>alert(1)</script>", "\" onload=\"alert(1)", "'><img src=x onerror=alert(1)>", "&lt;&amp;",
    "{{colophon}}",
    // A combining accent makes one character of the mark and itself.
    "<\u{301}script>", "\"\u{301} onload=x", "&\u{301}lt;", "</title></style></svg>", "-->",
  ])
  func foreignTextStaysText(_ text: String) throws {
    let map = SampleContents.map(unreadable: [])
    let page = try SampleContents.contents(of: map, verdict: .complete, text: text).page()
    let plain = try SampleContents.contents(of: map, verdict: .complete, text: "plain").page()
    // The QR code has the number of the case in it, as squares.
    let code = { (page: String) in
      page.components(separatedBy: "<svg").filter { $0.contains("max-width: 4.2cm") }
    }
    #expect(code(page).count == 1)
    for mark: Unicode.Scalar in ["<", ">", "\""] {
      let squares = { (page: String) in code(page).reduce(0) { $0 + count(mark, $1) } }
      #expect(count(mark, page) - squares(page) == count(mark, plain) - squares(plain), "\(mark)")
    }
    #expect(!page.lowercased().contains("<script"))
    let escaped = text.unicodeScalars.map { scalar in
      ["<": "&lt;", ">": "&gt;", "&": "&amp;", "\"": "&quot;", "'": "&#39;"][scalar] ?? String(scalar)
    }.joined()
    #expect(page.contains("<td>\(escaped)</td>"))
  }

  private func count(_ mark: Unicode.Scalar, _ text: String) -> Int {
    text.unicodeScalars.reduce(0) { $0 + ($1 == mark ? 1 : 0) }
  }

  @Test func controlsOfTextDirectionAreShown() throws {
    let contents = SampleContents.contents(
      of: SampleContents.map(unreadable: []), verdict: .complete, text: "a\u{202e}b\0c\u{1b}")
    for text in [try contents.page(), TextRendering.text(contents.document())] {
      #expect(text.contains("a[U+202E]b[U+0000]c[U+001B]"))
      #expect(!text.unicodeScalars.contains { $0 == "\u{202e}" || $0 == "\u{1b}" || $0 == "\0" })
    }
  }

  @Test func aTextWithoutEndIsCutWithANote() throws {
    let note = String(repeating: "n", count: 10 << 20)
    let map = SampleContents.map(unreadable: [])
    var contents = SampleContents.contents(of: map, verdict: .complete)
    contents.record = CaseRecord(
      id: contents.record.id, number: "1", title: note, examiner: contents.record.examiner, organisation: nil,
      created: contents.record.created)
    let page = try contents.page()
    #expect(page.utf8.count < 200_000)
    #expect(page.contains("cut here: the whole has 10,485,760 characters"))
    // As data it is whole.
    #expect(JSONRendering.json(contents)["case"]?["title"]?.stringValue?.utf8.count == 10 << 20)
  }

  @Test func tablesWithoutEndAreCutWithAPointer() throws {
    let ranges = (0..<5000).map { SectorRange(first: UInt64($0) * 4, count: 1) }
    let contents = SampleContents.contents(
      of: SampleContents.map(unreadable: ranges), verdict: .completeWithUnreadable(sectors: 5000),
      custody: 3000)
    let page = try contents.page()
    #expect(page.utf8.count < 500_000)
    #expect(page.contains("100 of 5,000 ranges are shown; all of them are in 001.map"))
    #expect(page.contains("100 of 3,000 lines are shown; all of them are in 001-report-2.json."))
    let json = JSONRendering.json(contents)
    let item = try #require(json["items"]?.arrayValue?.first)
    #expect(item["custody"]?.arrayValue?.count == 3000)
    let map = item["acquisitions"]?.arrayValue?.first?["manifest"]?["streams"]?.arrayValue?.first?["map"]
    #expect(map?["unreadable"]?.arrayValue?.count == 5000)
  }
}
