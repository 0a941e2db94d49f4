import CanonicalJSON
import CourtReport
import Evidence
import EvidenceTestKit
import Foundation
import Testing

/// Whole reports as they were looked at, in `casefiles-sample/reports`. `EXHIBIT_UPDATE_DOCS=1 swift test` writes them anew.
@Suite struct GoldenTests {
  private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .appending(path: "../../casefiles-sample/reports").standardized

  @Test(arguments: ["perfect", "failing", "disc"])
  func reportsAreAsTheyWereLookedAt(_ name: String) throws {
    let contents =
      switch name {
      case "perfect": Self.withoutFault(SampleContents.perfect)
      case "failing": SampleContents.failing
      default: try SampleContents.severalSessions
      }
    try compare(try contents.page(), "\(name).html")
    try compare(TextRendering.text(contents.document()), "\(name).txt")
    try compare(CASERendering.json(contents).indentedText + "\n", "\(name).jsonld")
    try compare(
      try #require(DFXMLDocument(contents.items[0].acquisitions[0], redaction: contents.redaction)?.text),
      "\(name).dfxml")
    try compare(TextRendering.text(contents.document(.german)), "\(name).de.txt")
  }

  private static func withoutFault(_ contents: ReportContents) -> ReportContents {
    var contents = contents
    contents.items[0].gaps = []
    contents.items[0].acquisitions = contents.items[0].acquisitions.map(protected)
    return contents
  }

  private static func protected(_ given: ReportContents.Acquisition) -> ReportContents.Acquisition {
    guard let sealed = given.sealed else { return given }
    var manifest = sealed.manifest
    for index in manifest.writeProtection.layers.indices {
      manifest.writeProtection.layers[index].state = .active
    }
    return .init(
      given.entry,
      sealed: .init(manifest: manifest, digest: sealed.digest, signature: sealed.signature),
      device: given.device, deviceAfter: given.deviceAfter, disc: given.disc, readRate: given.readRate,
      copies: given.copies, marks: given.marks)
  }

  /// A disc of two sessions, as `disc show --svg` draws it.
  @Test func theLayoutOfADiscOfSeveralSessions() throws {
    try compare(DiscLayoutDrawing(SampleDisc.cdExtra.build().disc).svg, "several-sessions.svg")
  }

  @Test(arguments: CertificateKind.allCases)
  func draftsAreAsTheyWereLookedAt(_ kind: CertificateKind) throws {
    let draft = try CertificateDraft(kind, SampleContents.failing).document()
    try compare(TextRendering.text(draft), "\(kind.rawValue).txt")
  }

  private func compare(_ text: String, _ name: String) throws {
    let file = Self.folder.appending(path: name)
    if ProcessInfo.processInfo.environment["EXHIBIT_UPDATE_DOCS"] == "1" {
      try Data(text.utf8).write(to: file)
    }
    let golden = try #require(try? String(contentsOf: file, encoding: .utf8), "\(name) is not there")
    let lines = (golden.components(separatedBy: "\n"), text.components(separatedBy: "\n"))
    let difference = zip(lines.0, lines.1).enumerated().first { $0.element.0 != $0.element.1 }
    #expect(
      golden == text,
      "\(name) line \(difference.map { $0.offset + 1 } ?? 0): \(difference?.element.1 ?? "another length")")
  }
}
