import CanonicalJSON
import CourtReport
import Evidence
import EvidenceTestKit
import Foundation
import SystemPackage
import Testing

/// What other programs say of the report as data.
@Suite struct InterchangeTests {
  @Test(
    .enabled(if: Tool.exists("case_validate"), "needs case_validate (pip install case-utils)"),
    arguments: ["perfect", "failing", "hostile"])
  func caseValidateAcceptsTheLinkedData(_ name: String) throws {
    let folder = try TemporaryFolder()
    let file = folder.path.appending("report.jsonld")
    let text = CASERendering.json(contents(name)).indentedText
    try TestFiles.write(Array(text.utf8), to: file)
    let checked = try Tool.run("case_validate", [file.string])
    #expect(checked.status == 0, "\(checked.output.suffix(2000)) \(checked.errors.suffix(500))")
    #expect(checked.output.contains("Conforms: True") && !checked.output.contains("Validation Result"))
    // It looks: a time of the wrong type does not conform.
    let wrong = text.replacingOccurrences(of: "xsd:dateTime", with: "xsd:date")
    try TestFiles.write(Array(wrong.utf8), to: file)
    #expect(try Tool.run("case_validate", [file.string]).status != 0)
  }

  private func contents(_ name: String) -> ReportContents {
    switch name {
    case "perfect": SampleContents.perfect
    case "failing": SampleContents.failing
    default:
      SampleContents.contents(
        of: SampleContents.map(unreadable: []), verdict: .complete, text: "\"}]<&>\u{202e}\u{1}\\")
    }
  }

  /// Each action but the first works on a provenance record and makes another; every reference leads somewhere.
  @Test func theProvenanceHasNoHole() throws {
    let graph = try #require(CASERendering.json(SampleContents.failing)["@graph"]?.arrayValue)
    let nodes = Dictionary(
      graph.compactMap { node in node["@id"]?.stringValue.map { ($0, node) } }
    ) { first, _ in first }
    #expect(nodes.count == graph.count)
    for node in graph { check(node, nodes) }
    let actions = graph.filter { $0["@type"] == "case-investigation:InvestigativeAction" }
    #expect(actions.count == 6)
    for (index, action) in actions.enumerated() {
      #expect((action["uco-action:object"] == nil) == (index == 0))
      #expect(action["uco-action:result"] != nil)
    }
  }

  private func check(_ value: JSONValue, _ nodes: [String: JSONValue]) {
    switch value {
    case .array(let values): for value in values { check(value, nodes) }
    case .object(let object):
      if object.count == 1, let name = object["@id"]?.stringValue { #expect(nodes[name] != nil, "\(name)") }
      for value in object.values { check(value, nodes) }
    default: break
    }
  }

  @Test func dfxmlNamesEveryRange() throws {
    let contents = SampleContents.failing
    let xml = try #require(
      DFXMLDocument(contents.items[0].acquisitions[0], redaction: contents.redaction)?.text)
    let script = """
      import sys, xml.etree.ElementTree as tree
      n = "{http://www.forensicswiki.org/wiki/Category:Digital_Forensics_XML}"
      root = tree.fromstring(sys.stdin.buffer.read())
      assert [e.tag.split("}")[1] for e in root] == ["metadata", "creator", "source", "volume"] + ["fileobject"] * 3
      runs = root.find(n + "volume").findall(n + "byte_runs")
      for run in runs[1]: print(run.get("img_offset"), run.get("len"), run.get("type"))
      """
    let read = try Tool.run("python3", ["-c", script], input: Data(xml.utf8))
    #expect(read.status == 0, "\(read.errors)")
    let expected = SampleContents.failingRanges.map { "\($0.first * 512) \($0.count * 512) unreadable" }
    #expect(read.output.split(separator: "\n").map(String.init) == expected)
  }

  @Test func theDataIsReadAsItWasWritten() throws {
    let json = JSONRendering.json(SampleContents.failing)
    let read = try Tool.run(
      "python3", ["-c", "import json,sys; print(json.dumps(json.load(sys.stdin), sort_keys=True))"],
      input: Data(json.indentedText.utf8))
    #expect(read.status == 0, "\(read.errors)")
    #expect(try JSONValue(parsing: Array(read.output.utf8), name: "python") == json)
  }
}
