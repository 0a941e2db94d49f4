import CanonicalJSON
import CaseRecords
import Evidence

/// A holding as a plan has it: everything that a verification away from the catalogue needs.
struct PlannedHolding: Sendable {
  let holding: HoldingRecord
  let state: HoldingStateRecord
  let references: [HoldingReferenceRecord]

  init(
    _ holding: HoldingRecord, _ state: HoldingStateRecord, _ references: [HoldingReferenceRecord]
  ) {
    self.holding = holding
    self.state = state
    self.references = references
  }

  var json: JSONValue {
    .fields([
      "number": JSONValue(holding.number), "kind": .string(holding.kind.rawValue),
      "format": holding.format.map { .string($0) }, "name": .string(holding.name),
      "added": .string(holding.added.description), "path": .string(state.path),
      "medium": state.medium.map { .string($0) }, "size": Self.number(state.size),
      "seen": .string(state.seen.description), "fingerprint": .string(state.fingerprint.hex),
      "files": .array(
        state.files.all.map { file in
          .fields([
            "name": .string(file.name), "size": Self.number(file.size),
            // Times that file systems hold can be past the integers of JSON.
            "modified": .string("\(file.modified)"),
          ])
        }),
      "references": .array(references.map(Self.json)),
    ])
  }

  private static func json(_ reference: HoldingReferenceRecord) -> JSONValue {
    .fields([
      "algorithm": .string(reference.algorithm), "value": .string(reference.value),
      "scope": .string(reference.scope), "target": reference.target.map { .string($0) },
      "kind": .string(reference.kind), "origin": .string(reference.origin),
      "originSha256": reference.originDigest.map { .string($0.hex) },
      "line": reference.line.map { number($0) }, "tool": reference.tool.map { .string($0) },
      "bound": .string(reference.bound), "stated": .string(reference.stated.description),
    ])
  }

  /// The catalogue holds no number past those of JSON.
  private static func number(_ value: UInt64) -> JSONValue {
    JSONValue(min(value, UInt64(JSONValue.largestInteger)))
  }

  init(parsing bytes: [UInt8], of document: StrictObject.Document) throws(EvidenceError) {
    let json: JSONValue
    do throws(EvidenceError) {
      json = try JSONValue(parsingCanonical: bytes, name: document.name)
    } catch { throw document.failure("", error.detail) }
    var object = try StrictObject(json, of: document)
    let number = try object.quantity("number", in: 1...UInt64(JSONValue.largestInteger))
    holding = HoldingRecord(
      number: number, kind: try object.choice("kind"), format: try object.optionalText("format"),
      name: try object.text("name"), added: try object.time("added"))
    let files = try object.list("files") { (value, path) throws(EvidenceError) in
      var file = try StrictObject(value, at: path, of: document)
      guard let modified = Int64(try file.text("modified")) else {
        throw file.failure("modified", "no number")
      }
      let read = HoldingFiles.File(
        name: try file.text("name"), size: try file.quantity("size"), modified: modified)
      try file.finish()
      return read
    }
    state = HoldingStateRecord(
      holding: number, position: 0, presence: .present, path: try object.text("path"),
      medium: try object.optionalText("medium"), size: try object.quantity("size"),
      files: HoldingFiles(files), fingerprint: try object.digest("fingerprint", .sha256),
      seen: try object.time("seen"))
    references = try object.list("references") { (value, path) throws(EvidenceError) in
      var reference = try StrictObject(value, at: path, of: document)
      let read = HoldingReferenceRecord(
        holding: number, position: 0, algorithm: try reference.text("algorithm"),
        value: try reference.text("value"), scope: try reference.text("scope"),
        target: try reference.optionalText("target"), kind: try reference.text("kind"),
        origin: try reference.text("origin"),
        originDigest: reference.has("originSha256") ? try reference.digest("originSha256", .sha256) : nil,
        line: try reference.optionalQuantity("line"), tool: try reference.optionalText("tool"),
        bound: try reference.text("bound"), stated: try reference.time("stated"))
      try reference.finish()
      return read
    }
    try object.finish()
  }
}
