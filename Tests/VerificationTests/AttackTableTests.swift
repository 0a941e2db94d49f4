import Digests
import Evidence
import EvidenceTestKit
import Foundation
import Manifests
import Signing
import SystemIO
import SystemPackage
import Testing

/// Makes the attacks, and the document that tells what came of each.
@Suite struct AttackTableTests {
  private static let document = FilePath(#filePath).removingLastComponent().removingLastComponent()
    .removingLastComponent().appending("Docs").appending("validation").appending("attack-table.md")

  @Test func everyAttackIsToldAsTheDocumentSays() throws {
    let record = try AttackRecord()
    #expect(
      try record.verify() == AttackOutcome(codes: [], isRefused: false), "the record itself must verify")
    #expect(try record.verify(expecting: record.head).codes.isEmpty)
    let table = AttackTable(sections: [
      try manifest(record), try signature(record), try renewal(record), try files(record),
      try AttackScenarios.section(record), try AttackHandOver.section(),
    ])
    for section in table.sections {
      for row in section.rows {
        #expect(
          row.outcomes.allSatisfy(\.isRefused) != row.passes, "\(section.title): \(row.what) \(row.outcomes)")
      }
    }
    if ProcessInfo.processInfo.environment["EXHIBIT_UPDATE_DOCS"] == "1" {
      try TestFiles.write(Array(table.text.utf8), to: Self.document)
    }
    #expect(
      try TestFiles.read(Self.document) == Array(table.text.utf8),
      "run: EXHIBIT_UPDATE_DOCS=1 swift test --filter AttackTableTests")
  }

  /// Runs `verify` for each change and joins those of one field, in the order of the fields.
  private func rows(
    _ changes: [AttackFields.Change], _ outcomes: (AttackFields.Change) throws -> [AttackOutcome]
  ) throws -> [AttackTable.Row] {
    var order: [String] = []
    var found: [String: [[AttackOutcome]]] = [:]
    for change in changes {
      if found[change.field] == nil { order.append(change.field) }
      found[change.field, default: []].append(try outcomes(change))
    }
    return order.map { field in
      let all = found[field] ?? []
      let columns = all.first?.indices.map { index in AttackOutcome.union(all.map { $0[index] }) } ?? []
      return AttackTable.Row(what: "`\(field)`", outcomes: columns)
    }
  }

  private func manifest(_ record: AttackRecord) throws -> AttackTable.Section {
    var section = AttackTable.Section(
      title: "Fields of the manifest",
      text: """
        Each value is made another of the same form. It may be left unsigned, signed by somebody else, or signed again \
        with the examiner's own key, which signs anything: then only what the files themselves say can contradict, and \
        where nothing does it is verified. The published head (`--expect-head`) tells every one of them as \
        `manifest.head-mismatch`, and so does the case, which knows the SHA-256 of its manifests.
        """,
      columns: [
        "field", "signatures left as they are", "signed by a stranger", "signed by the examiner again",
      ])
    let stranger = try AttackRecord.identity("A. Examiner")
    let examiner = try record.examiner()
    section.rows = try rows(
      try AttackFields.changes(ofManifest: try TestFiles.read(record.manifest))
    ) { change in
      try TestFiles.write(change.bytes, to: record.manifest)
      try record.repairSums()
      let asItIs = try record.verify()
      #expect(asItIs.isRefused, "\(change.field)")
      try record.signAnew(by: stranger)
      try record.repairSums()
      let byStranger = try record.verify()
      #expect(byStranger.isRefused, "\(change.field)")
      try record.signAnew(by: examiner)
      try record.repairSums()
      let again = try record.verify()
      let withHead = try record.verify(expecting: record.head)
      #expect(withHead.isRefused, "\(change.field)")
      try record.restore()
      return [asItIs, byStranger, again]
    }
    for index in section.rows.indices {
      section.rows[index].passes = !section.rows[index].outcomes[2].isRefused
    }
    return section
  }

  private func signature(_ record: AttackRecord) throws -> AttackTable.Section {
    let changes = AttackFields.changes(
      ofDER: try TestFiles.read(record.signature), AttackFields.partOfSignature)
    return AttackTable.Section(
      title: "Fields of the signature", text: "One bit of every primitive value of the CMS structure.",
      columns: ["field", "told as"],
      rows: try rows(changes) { [try told($0.bytes, in: record.signature, record)] })
  }

  private func renewal(_ record: AttackRecord) throws -> AttackTable.Section {
    let changes = AttackFields.changes(ofDER: try TestFiles.read(record.renewal), AttackFields.partOfResponse)
    return AttackTable.Section(
      title: "Fields of a renewed time stamp",
      text: "One bit of every primitive value of the response that is kept.",
      columns: ["field", "told as"],
      rows: try rows(changes) { [try told($0.bytes, in: record.renewal, record)] })
  }

  private func files(_ record: AttackRecord) throws -> AttackTable.Section {
    var section = AttackTable.Section(
      title: "Fields of the other files",
      text: "Chunk file, map, list of digests, and the images themselves.",
      columns: ["field", "told as"])
    func add(_ name: String, line: Int, _ fields: [String]) throws {
      let path = record.folder.appending(name)
      let changes = AttackFields.changes(ofLine: line, in: try TestFiles.read(path), fields)
      section.rows += try rows(
        changes.map { AttackFields.Change(field: "\(name): \($0.field)", bytes: $0.bytes) }
      ) { [try told($0.bytes, in: path, record, repairsSums: name != "SHA256SUMS")] }
    }
    try add("001.chunks.csv", line: 1, ["lba", "sectors", "state", "md5", "sha256"])
    try add("001.map", line: 2, ["current position", "current status"])
    try add("001.map", line: 4, ["position", "size", "status"])
    try add("SHA256SUMS", line: 0, ["digest", "name"])
    for name in ["001.raw", "001.E01"] {
      let path = record.folder.appending(name)
      var bytes = try TestFiles.read(path)
      bytes[bytes.count / 2] ^= 1
      section.rows.append(
        AttackTable.Row(what: "`\(name)`: one bit", outcomes: [try told(bytes, in: path, record)]))
    }
    return section
  }

  private func told(
    _ bytes: [UInt8], in path: FilePath, _ record: AttackRecord, repairsSums: Bool = true
  ) throws -> AttackOutcome {
    try TestFiles.write(bytes, to: path)
    if repairsSums { try record.repairSums() }
    let outcome = try record.verify()
    #expect(outcome.isRefused, "\(path)")
    try record.restore()
    return outcome
  }
}
