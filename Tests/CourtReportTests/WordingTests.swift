import CanonicalJSON
import CaseRecords
import CaseStore
import CourtReport
import Evidence
import Foundation
import Testing

@Suite struct WordingTests {
  @Test(arguments: Wording.Language.allCases)
  func everyPhraseIsThere(_ language: Wording.Language) throws {
    let strings = try #require(Wording.json(language)["strings"]?.objectValue)
    #expect(Set(strings.keys) == Set(Phrase.allCases.map(\.rawValue)))
    let english = try #require(Wording.json(.english)["strings"]?.objectValue)
    for (name, text) in strings {
      #expect(places(text) == places(english[name]), "\(name)")
    }
  }

  private func places(_ text: JSONValue?) -> [String] {
    (text?.stringValue ?? "").matches(of: /\{\d\}/).map { String($0.output) }.sorted()
  }

  @Test func whatIsPutInIsNotLookedAt() {
    #expect(Wording(.english)(.from, "{0} and {1}") == "from {0} and {1}")
    #expect(Wording(.german)(.from, "A. Examiner") == "von A. Examiner")
  }

  @Test func aLaboratoryHasItsOwnWords() throws {
    let own: JSONValue = ["language": "fr", "strings": ["glossary": "Lexique", "from": "de {0}"]]
    let words = try Wording(own, base: .english, name: "strings.json")
    #expect(words.language == "fr" && words(.glossary) == "Lexique" && words(.from, "X") == "de X")
    #expect(words(.limitations) == "Limitations")
    #expect(CaseDocument(SampleContents.perfect, words).document().language == "fr")
  }

  @Test(arguments: [
    (JSONValue.object(["strings": ["nothing": "x"]]), "no phrase is called nothing"),
    (JSONValue.object(["strings": ["from": "of somebody"]]), "from needs exactly the places [0]"),
    (JSONValue.array([]), "no object `strings`"),
  ])
  func aTableThatDoesNotFitIsRefused(_ json: JSONValue, _ reason: String) {
    let error = #expect(throws: EvidenceError.self) {
      try Wording(json, base: .english, name: "strings.json")
    }
    #expect(error?.code == .templateUnusable && error?.detail.contains(reason) == true)
  }

  @Test(arguments: [
    (SourceKind.blockDevice.rawValue, "block device", "Blockgerät"),
    (SourceKind.splitFiles.rawValue, "split image files", "geteilte Abbilddateien"),
    // What another version may have written is quoted.
    ("hologram", "hologram", "hologram"),
  ])
  func theSourceOfAnUnfinishedAcquisitionIsNamedInWords(
    _ stored: String, _ english: String, _ german: String
  ) throws {
    var contents = SampleContents.perfect
    let old = contents.items[0].acquisitions[0].entry.acquisition
    let record = AcquisitionRecord(
      id: old.id, item: old.item, name: old.name, folder: old.folder, sourcePath: old.sourcePath,
      sourceKind: stored, length: old.length, sectorSize: old.sectorSize, started: old.started)
    contents.items[0].acquisitions = [
      .init(AcquisitionEntry(acquisition: record, result: nil, images: [], digests: []), sealed: nil)
    ]
    let texts = (
      TextRendering.text(contents.document()), TextRendering.text(contents.document(.german))
    )
    #expect(texts.0.contains(": \(english)\n") || texts.0.contains(" \(english)\n"), "\(texts.0)")
    #expect(texts.1.contains(": \(german)\n") || texts.1.contains(" \(german)\n"))
    #expect(!texts.0.contains("blockDevice") && !texts.1.contains("blockDevice"))
  }

  @Test func aLaboratoryHasItsOwnTemplates() throws {
    var overrides = ReportTemplates.Overrides()
    overrides.templates["letterhead"] = "<h1>{{title}} of {{laboratory}}</h1>"
    overrides.style = "body { color: black }"
    overrides.logo = ("image/png", [0x89, 0x50])
    var contents = SampleContents.perfect
    contents.record = CaseRecord(
      id: contents.record.id, number: "1", title: "t", examiner: contents.record.examiner,
      organisation: "<Laboratory \"\u{301}>", created: contents.record.created)
    let page = try ReportTemplates(overrides).html(contents.document())
    #expect(page.contains("<h1>Forensic Acquisition Report of &lt;Laboratory &quot;\u{301}&gt;</h1>"))
    #expect(page.contains("body { color: black }") && !page.contains("counter-increment"))
    #expect(!page.contains("data:image"))
    overrides.templates["letterhead"] = nil
    #expect(
      try ReportTemplates(overrides).html(contents.document()).contains("src=\"data:image/png;base64,iVA=\""))
    overrides.templates["block"] = "{{#never closed"
    let error = #expect(throws: EvidenceError.self) { try ReportTemplates(overrides) }
    #expect(error?.code == .templateUnusable && error?.subject == "block.mustache")
  }
}
