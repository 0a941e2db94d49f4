import CanonicalJSON
import CaseFolders
import CaseRecords
import CaseStore
import Digests
import Evidence
import SystemIO
import SystemPackage

/// A statement of how far the audit log of a case went, to be signed. `Docs/formats/audit-log.md` has the format.
package struct AuditCheckpoint: Hashable, Sendable {
  package static let format = "exhibit-audit-checkpoint"
  /// Version 1 has no ``digests``.
  package static let version: UInt64 = 2

  /// The checkpoint before.
  package struct Predecessor: Hashable, Sendable {
    let sequence: UInt64
    /// SHA-256 of its document.
    let document: Digest
  }

  let caseIdentifier: String
  let caseNumber: String
  package let head: AuditHead
  /// SHA-256 over the digests of all events up to the head, in their order; `nil` in one of version 1.
  let digests: Digest?
  let previous: Predecessor?
  package let time: Timestamp
  let tool: String
  let toolVersion: String

  /// The document: canonical JSON.
  var bytes: [UInt8] { json.canonicalBytes }

  var json: JSONValue {
    .fields([
      "format": .string(Self.format), "version": JSONValue(digests == nil ? 1 : Self.version),
      "case": CaseIdentity.json(id: caseIdentifier, number: caseNumber),
      "sequence": JSONValue(head.sequence), "head": .string(head.digest.hex),
      "digests": digests.map { .string($0.hex) },
      "previous": previous.map {
        .fields(["sequence": JSONValue($0.sequence), "sha256": .string($0.document.hex)])
      },
      "time": .string(time.description),
      "tool": .fields(["name": .string(tool), "version": .string(toolVersion)]),
    ])
  }
}

extension AuditCheckpoint {
  /// - Throws: `checkpointMalformed`.
  init(parsing bytes: [UInt8], name: String) throws(EvidenceError) {
    let document = StrictObject.Document(.checkpointMalformed, name: name)
    let json: JSONValue
    do throws(EvidenceError) { json = try JSONValue(parsingCanonical: bytes, name: name) } catch {
      throw document.failure("", error.detail)
    }
    var object = try StrictObject(json, of: document)
    guard try object.text("format") == Self.format else {
      throw object.failure("format", "not \(Self.format)")
    }
    let version = try object.quantity("version", in: 1...Self.version)
    var identity = try object.object("case")
    self.caseIdentifier = try identity.text("id")
    self.caseNumber = try identity.text("number")
    try identity.finish()
    self.head = AuditHead(
      sequence: try object.quantity("sequence", in: 1...UInt64(JSONValue.largestInteger)),
      digest: try object.digest("head", .sha256))
    self.digests = version == 1 ? nil : try object.digest("digests", .sha256)
    if object.has("previous") {
      var before = try object.object("previous")
      self.previous = Predecessor(
        sequence: try before.quantity("sequence", in: 1...UInt64(JSONValue.largestInteger)),
        document: try before.digest("sha256", .sha256))
      try before.finish()
    } else {
      self.previous = nil
    }
    self.time = try object.time("time")
    var tool = try object.object("tool")
    self.tool = try tool.text("name")
    self.toolVersion = try tool.text("version")
    try tool.finish()
    try object.finish()
  }
}

/// How a case is named in documents that leave it.
enum CaseIdentity {
  static func json(_ record: CaseRecord) -> JSONValue {
    json(id: record.id.description, number: record.number)
  }
  static func json(id: String, number: String) -> JSONValue {
    .fields(["id": .string(id), "number": .string(number)])
  }
}

/// The files of the checkpoints of a case.
struct CheckpointFiles {
  /// Most bytes of one of them.
  static let cap = 1 << 20
  private static let digits = 10
  private static let ending = ".json"

  let folder: FilePath

  init(_ folder: CaseFolder) { self.folder = folder.checkpoints }

  func document(_ sequence: UInt64) -> FilePath {
    let number = String(sequence)
    let zeros = String(repeating: "0", count: max(0, Self.digits - number.count))
    return folder.appending(zeros + number + Self.ending)
  }
  func signature(_ sequence: UInt64) -> FilePath { beside(sequence, ".p7s") }
  /// Time-stamp token of the signature.
  func token(_ sequence: UInt64) -> FilePath { beside(sequence, ".tsr") }

  private func beside(_ sequence: UInt64, _ ending: String) -> FilePath {
    FilePath(document(sequence).string + ending)
  }

  /// Numbers of the checkpoints that lie there, in order. A checkpoint is there once its document is.
  var sequences: [UInt64] {
    ((try? Files.names(in: folder)) ?? []).compactMap { name in
      guard name.hasSuffix(Self.ending), let number = UInt64(name.dropLast(Self.ending.count)),
        document(number).lastComponent?.string == name
      else { return nil }
      return number
    }.sorted()
  }
}
