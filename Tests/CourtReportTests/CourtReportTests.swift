import CourtReport
import Evidence
import EvidenceTestKit
import Foundation
import Testing

@Suite struct CourtReportTests {
  @Test func theSameModelGivesTheSameBytes() throws {
    let page = try CourtReport.html(SampleModel.model())
    #expect(try CourtReport.html(SampleModel.model()) == page)
    var other = SampleModel.model()
    other.itemNumber = "002"
    #expect(try CourtReport.html(other) != page)
  }

  @Test(arguments: [
    "Summary", "Case and item", "Acquisition 001", "Source", "Method and settings", "Write protection",
    "Geometry",
    "Digests", "Sector map", "Images and segments", "Signature", "Custody", "Verification", "Audit log",
    "Limitations", "How to check this",
  ])
  func everySectionIsThere(_ title: String) throws {
    let page = try CourtReport.html(SampleModel.model())
    let headings = page.components(separatedBy: ">\(title)</h").count - 1
    #expect(headings == 1, "\(title)")
    // Where nothing is known, the section says so.
    #expect(try CourtReport.html(SampleModel.empty).contains(">\(title)</h"))
  }

  @Test func everyTextOfTheModelIsOnThePage() throws {
    let marker = "Quite an unusual text"
    let page = try CourtReport.html(SampleModel.model(marker))
    let model = String(describing: SampleModel.model(marker))
    let expected = model.components(separatedBy: marker).count - 1
    #expect(page.components(separatedBy: marker).count - 1 >= expected)
    for line in [
      digestText(.md5, 3), digestText(.sha1, 4), digestText(.sha256, 5), "md5sum 001.raw",
      "1\u{202f}572\u{202f}864\u{202f}000",
      "1\u{202f}048\u{202f}576", "3 more findings", "(sectors 14336-16383)", "Seal 88121 intact",
      "sha256sum -c --strict",
    ] { #expect(try CourtReport.html(SampleModel.model()).contains(line), "\(line)") }
  }

  private func digestText(_ algorithm: DigestAlgorithm, _ byte: UInt8) -> String {
    SampleModel.digest(algorithm, byte).hex
  }

  @Test(arguments: [
    "<script>alert(1)</script>", "\" onload=\"alert(1)", "'><img src=x onerror=alert(1)>", "&lt;&amp;",
    "{{caseNumber}}",
    // A combining accent makes one character of the mark and itself.
    "<\u{301}script>", "\"\u{301} onload=x", "&\u{301}lt;", "</title></style></svg>", "-->",
  ])
  func foreignTextStaysText(_ text: String) throws {
    let page = try CourtReport.html(SampleModel.model(text))
    let plain = try CourtReport.html(SampleModel.model("plain"))
    for mark: Unicode.Scalar in ["<", ">", "\""] {
      #expect(count(mark, page) == count(mark, plain), "\(mark)")
    }
    #expect(!page.lowercased().contains("<script"))
    let escaped = text.unicodeScalars.map { scalar in
      ["<": "&lt;", ">": "&gt;", "&": "&amp;", "\"": "&quot;", "'": "&#39;"][scalar] ?? String(scalar)
    }.joined()
    #expect(page.contains("<p>\(escaped)</p>"))
  }

  private func count(_ mark: Unicode.Scalar, _ text: String) -> Int {
    text.unicodeScalars.reduce(0) { $0 + ($1 == mark ? 1 : 0) }
  }

  @Test func controlsOfTextDirectionAreShown() throws {
    let page = try CourtReport.html(SampleModel.model("a\u{202e}b\0c\u{1b}"))
    #expect(page.contains("<p>a[U+202E]b\u{fffd}c\u{fffd}</p>"))
    #expect(!page.unicodeScalars.contains("\u{202e}"))
  }

  /// Judged by libxml2 and by a parser that counts each opened and closed element.
  @Test(arguments: [SampleModel.model(), SampleModel.empty, SampleModel.model("<b>&\"'")])
  func thePageIsWellFormed(_ model: ReportModel) throws {
    let page = try CourtReport.html(model)
    let checked = try Tool.run("python3", ["-c", Self.parser], input: Data(page.utf8))
    #expect(checked.status == 0, "\(checked.errors)")
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
            assert tag not in {"script", "iframe", "object", "link", "img"}, tag
            assert not any(k.startswith("on") or k in ("src", "href") for k in a), (tag, a)
            if tag == "html": assert a.get("lang") == "en"
            if tag == "th": assert a.get("scope") in ("row", "col"), self.getpos()
            if tag == "svg": assert a.get("aria-label") or a.get("aria-hidden")
            if "id" in a:
                assert a["id"] not in self.ids, a["id"]
                self.ids.add(a["id"])
            if tag in ("h1", "h2", "h3"):
                level = int(tag[1])
                assert level <= self.level + 1, self.getpos()
                self.level = level
                self.h1 += level == 1
            if "aria-labelledby" in a: self.wanted = a["aria-labelledby"]
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
}

@Suite struct MapSummaryTests {
  @Test func aSingleUnreadableSectorIsSeen() {
    var map = SectorMap(sectorCount: 1 << 40)
    map.mark(SectorRange(0..<1 << 40), as: .read)
    map.mark(SectorRange(first: (1 << 40) - 1, count: 1), as: .unreadable)
    let summary = ReportModel.MapSummary(map, fill: "")
    #expect(summary.bar.map(\.barClass) == ["read", "unreadable"])
    #expect(summary.bar.last?.width == 2)
    #expect(summary.states.map(\.share) == ["> 99.9 %", "< 0.1 %", "0 %"])
    #expect(summary.ranges.first?.firstSector == Grouped.text((1 << 40) - 1))
  }

  @Test(arguments: [UInt64(0), 1, 7, 599, 600, 601, .max])
  func theBarIsFilledFromEndToEnd(_ count: UInt64) {
    var map = SectorMap(sectorCount: count)
    if count > 2 { map.mark(SectorRange(first: count / 2, count: 1), as: .read) }
    let bar = ReportModel.MapSummary(map, fill: "").bar
    #expect(bar.reduce(0) { $0 + $1.width } == (count == 0 ? 0 : 600))
    var end = 0
    for piece in bar {
      #expect(piece.x == end)
      end += piece.width
    }
  }

  @Test func manyRangesAreCountedNotListed() {
    var map = SectorMap(sectorCount: 10_000)
    map.mark(SectorRange(0..<10_000), as: .read)
    for sector in stride(from: UInt64(0), to: 1000, by: 2) {
      map.mark(SectorRange(first: sector, count: 1), as: .unreadable)
    }
    let summary = ReportModel.MapSummary(map, fill: "")
    #expect(summary.ranges.count == ReportModel.MapSummary.largestRangeCount)
    #expect(summary.unlistedRanges == 300)
  }

  @Test(arguments: [(UInt64(0), "0"), (999, "999"), (1000, "1 000"), (62_533_296, "62 533 296")])
  func digitsAreGrouped(_ number: UInt64, _ text: String) {
    #expect(Grouped.text(number) == text.replacingOccurrences(of: " ", with: "\u{202f}"))
  }
}
