import CanonicalJSON
import CaseStore
import Digests
import Evidence
import Manifests
import SystemIO
import SystemPackage
import TarArchive

/// What an archive of a whole case says of itself. `Docs/formats/case-archive.md` has the format.
struct CaseArchiveStatement: Hashable, Sendable {
  static let format = "exhibit-case-archive"
  static let version: UInt64 = 1
  /// Names of the files that only an archive has.
  static let document = "export.json"
  static let signature = "export.json.p7s"
  static let sums = ArchiveSums.fileName
  /// Most bytes of each of them.
  static let cap = 256 << 20

  let caseIdentifier: String
  let caseNumber: String
  let exported: Timestamp
  /// The newest event of the log in the archive.
  let head: AuditHead
  /// SHA-256 of the list of digests.
  let sums: Digest

  var bytes: [UInt8] {
    JSONValue.fields([
      "format": .string(Self.format), "version": JSONValue(Self.version),
      "case": CaseIdentity.json(id: caseIdentifier, number: caseNumber),
      "exported": .string(exported.description), "sequence": JSONValue(head.sequence),
      "head": .string(head.digest.hex), "sums": .string(sums.hex),
      "tool": .fields(["name": .string(ToolVersion.name), "version": .string(ToolVersion.current)]),
    ]).canonicalBytes
  }
}

extension CaseArchiveStatement {
  /// - Throws: `archiveMalformed`.
  init(parsing bytes: [UInt8]) throws(EvidenceError) {
    let document = StrictObject.Document(.archiveMalformed, name: Self.document)
    let json: JSONValue
    do throws(EvidenceError) { json = try JSONValue(parsingCanonical: bytes, name: Self.document) } catch {
      throw document.failure("", error.detail)
    }
    var object = try StrictObject(json, of: document)
    guard try object.text("format") == Self.format else {
      throw object.failure("format", "not \(Self.format)")
    }
    _ = try object.quantity("version", in: Self.version...Self.version)
    var identity = try object.object("case")
    self.caseIdentifier = try identity.text("id")
    self.caseNumber = try identity.text("number")
    try identity.finish()
    self.exported = try object.time("exported")
    self.head = AuditHead(
      sequence: try object.quantity("sequence"), digest: try object.digest("head", .sha256))
    self.sums = try object.digest("sums", .sha256)
    var tool = try object.object("tool")
    _ = try tool.text("name")
    _ = try tool.text("version")
    try tool.finish()
    try object.finish()
  }
}
