import CanonicalJSON
@testable import CourtReport
import Evidence
import Testing

@Suite struct RedactionTests {
  private static let people = ["A. Examiner", "B. Courier", "Badge 4711", "ae"]
  private static let paths = ["/dev/sdb", "lab-1"]

  private func contents(_ kinds: Set<Redaction.Kind>) -> ReportContents {
    SampleContents.contents(
      of: SampleContents.map(unreadable: []), verdict: .complete,
      redaction: Redaction(kinds: kinds, people: Self.people, paths: Self.paths))
  }

  private func renderings(_ contents: ReportContents) throws -> [String] {
    [
      try contents.page(), TextRendering.text(contents.document()), JSONRendering.json(contents).indentedText,
      CASERendering.json(contents).indentedText,
      try #require(DFXMLDocument(contents.items[0].acquisitions[0], redaction: contents.redaction)?.text),
      TextRendering.text(try CertificateDraft(.copiedData, contents).document()),
    ]
  }

  @Test func whatIsRemovedIsNowhere() throws {
    for text in try renderings(contents([.people, .paths])) {
      for secret in Self.people.prefix(3) + Self.paths { #expect(!text.contains(secret), "\(secret)") }
      #expect(text.contains("removed]"))
    }
    let text = TextRendering.text(contents([.people]).document())
    #expect(text.contains("from [person 2 removed]") && text.contains("/dev/sdb"))
    #expect(text.contains("names of people and accounts (4)"))
    #expect(TextRendering.text(contents([.paths]).document()).contains("B. Courier"))
  }

  /// A party or an address that no record lists as a person, wherever it stands and however it is spelled.
  @Test func whatIsNamedIsNowhere() throws {
    let party = "Müller & Söhne GmbH"
    let address = "12 Sample Street"
    var contents = SampleContents.contents(
      of: SampleContents.map(unreadable: []), verdict: .complete,
      redaction: Redaction(kinds: [.texts], people: [], paths: [], texts: [party, address]))
    contents.facts[.method] = "Theft at MUELLER & SOEHNE GMBH, 12, Sample  Street"
    contents.facts[.client] = "Mu\u{308}ller\u{ad} und Söhne: mueller & soehne gmbh"
    contents.facts[.address] = "12 SAMPLE STREET\nSampletown"
    for text in try renderings(contents) {
      for secret in ["soehne gmbh", "söhne gmbh", "sample street", "sample  street"] {
        #expect(!text.lowercased().contains(secret), "\(secret)")
      }
    }
    let text = TextRendering.text(contents.document())
    #expect(text.contains("[text 1 removed]") && text.contains("[text 2 removed]"))
    #expect(text.contains("other texts (2)") && text.contains("B. Courier"))
  }

  /// Nothing else is touched: digests stay as they are.
  @Test func onlyWholeWordsAreRemoved() throws {
    let digest = SampleContents.digest(.sha256, 5).hex
    let inside = Redaction(
      kinds: [.people], people: [String(digest.prefix(4)), String(digest.suffix(4))], paths: [])
    #expect(inside.apply(to: "x \(digest) \(digest.prefix(4))") == "x \(digest) [person 1 removed]")
    for text in try renderings(contents([.people])).prefix(5) { #expect(text.contains(digest)) }
    let redaction = Redaction(kinds: [.people], people: ["Ann", "Ann Lee", "é"], paths: ["/"])
    #expect(
      redaction.apply(to: "Ann, Anna, Ann Lee. Ann")
        == "[person 1 removed], Anna, [person 2 removed]. [person 1 removed]")
    #expect(redaction.apply(to: "café é /") == "café [person 3 removed] /")
    #expect(Redaction.none.apply(to: "Ann") == "Ann")
  }

  @Test(arguments: [
    "Anna M\u{fc}ller-L\u{fc}denscheidt", "ANNA M\u{dc}LLER-L\u{dc}DENSCHEIDT",
    "Anna Mu\u{308}ller-Lu\u{308}denscheidt", "M\u{fc}ller-L\u{fc}denscheidt, Anna",
    "Anna Mueller-Luedenscheidt", "Anna Muller Ludenscheidt", "anna.mueller-luedenscheidt@example.org",
    "Anna M\u{fc}ller-L\u{fc}den-\nscheidt", "Anna M\u{fc}l\u{ad}ler-L\u{fc}denscheidt",
    "AnnaM\u{fc}llerL\u{fc}denscheidt.jpg", "/home/annamuellerluedenscheidt/x", "Frau L\u{fc}denscheidt",
    "Luedenscheidts laptop", "anna_mueller_luedenscheidt", "Anna\u{a0}M\u{fc}ller\u{2010}L\u{fc}denscheidt",
  ])
  func anySpellingIsRemoved(_ text: String) {
    let redaction = Redaction(
      kinds: [.people], people: ["Anna M\u{fc}ller-L\u{fc}denscheidt"], paths: [])
    for written in [text, "by \(text) (\(text))"] {
      let shown = redaction.apply(to: written)
      #expect(shown.contains("[person 1 removed]"))
      #expect(
        !String(String.UnicodeScalarView(FoldedText.letters(of: shown))).contains("denscheidt"), "\(shown)")
    }
  }

  /// A surname that is a word of the report stays where it stands alone; nothing else of the report is touched.
  @Test func wordsOfTheReportStay() {
    let redaction = Redaction(kinds: [.people], people: ["A. Examiner"], paths: [])
    #expect(redaction.apply(to: "Examiner: Examiner, A.") == "Examiner: [person 1 removed].")
    #expect(redaction.apply(to: "a.examiner@lab, the examiner") == "[person 1 removed]@lab, the examiner")
  }

  @Test func drawingsAreSearchedToo() {
    let redaction = Redaction(kinds: [.people], people: ["O\u{27}Neil & Sons"], paths: [])
    let markup = "<svg aria-label=\"of O&#39;Neil &amp; Sons\"><title>O&#39;Neil &amp; Sons</title></svg>"
    #expect(
      redaction.apply(toMarkup: markup)
        == "<svg aria-label=\"of [person 1 removed]\"><title>[person 1 removed]</title></svg>")
    let plain = "<text x=\"1\">a &lt; b</text>"
    #expect(redaction.apply(toMarkup: plain) == plain)
  }

  @Test func aNameAtACutIsRemovedToo() {
    let name = String(repeating: "N", count: 100)
    let redaction = Redaction(kinds: [.people], people: [name], paths: [])
    for before in ShownText.longest - 100...ShownText.longest {
      let shown = ShownText.of(
        String(repeating: "-", count: before) + name, redaction: redaction
      ) { "cut \($0)" }
      #expect(!shown.contains("N"), "\(before)")
    }
    // Of an endless name the beginning is enough.
    let endless = Redaction(kinds: [.people], people: [String(repeating: "N", count: 100_000)], paths: [])
    #expect(endless.apply(to: "by " + String(repeating: "N", count: 100_000)) == "by [person 1 removed]")
  }
}
