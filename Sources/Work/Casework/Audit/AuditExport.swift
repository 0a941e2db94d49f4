import CanonicalJSON
import CaseFolders
import CaseStore
import Digests
import Evidence
import SystemIO
import SystemPackage

/// Writes the audit log as JSON Lines that can be verified without Exhibit. `Docs/formats/audit-log.md` has the format.
package struct AuditExport {
  package static let format = "exhibit-audit-log"
  /// Version 1 lacks a checkpoint that signs the digests of all events.
  package static let version: UInt64 = 2

  private let folder: CaseFolder
  private let files: CheckpointFiles
  private let item: ItemNumber?

  /// - Parameter item: of events that do not concern this item alone only the digests are written.
  package init(_ folder: CaseFolder, of item: ItemNumber? = nil) {
    self.folder = folder
    self.item = item
    self.files = CheckpointFiles(folder)
  }

  /// Hands over the export line by line, from one unchanging state of the log.
  /// - Parameter line: one line without its end.
  /// - Returns: the newest event.
  /// - Throws: `itemUnknown`; `caseDamaged` where an event is not readable; what `line` throws.
  package func perform(_ line: ([UInt8]) throws(EvidenceError) -> Void) throws(EvidenceError) -> AuditHead {
    let store = try CaseStore.openForReading(folder: folder.path)
    var filter = try item.map { (item) throws(EvidenceError) in try ItemEvents(of: item, store) }
    let newest = try files.sequences.last.map { (sequence) throws(EvidenceError) in try document(sequence) }
    let certificate = try? Files.contents(folder.examinerCertificate, cap: SigningFiles.cap)
    try line(
      JSONValue.fields([
        "format": .string(Self.format), "version": JSONValue(newest?.digests == nil ? 1 : Self.version),
        "case": CaseIdentity.json(try store.caseRecord()), "exported": .string(Host.now().description),
        "tool": .fields(["name": .string(ToolVersion.name), "version": .string(ToolVersion.current)]),
        "certificate": certificate.map { .string(String(decoding: $0, as: UTF8.self)) },
        "item": item.map { .string($0.description) },
      ]).canonicalBytes)
    var checkpoints = files.sequences[...]
    let head = try store.forEachEventBytes { (sequence, bytes) throws(EvidenceError) in
      let isShown = try filter?.concern(JSONValue(parsingCanonical: bytes, name: "audit event \(sequence)"))
      try line(isShown ?? true ? bytes : Self.withheld(sequence, bytes))
      guard checkpoints.first == sequence else { return }
      checkpoints.removeFirst()
      try line(try checkpoint(sequence).canonicalBytes)
    }
    try line(
      JSONValue.fields([
        "end": .fields(["sequence": JSONValue(head.sequence), "head": .string(head.digest.hex)])
      ]).canonicalBytes)
    try store.close()
    return head
  }

  /// Writes the export to a new file, synced; nothing is left behind where it fails.
  /// - Throws: `outputExists`, `destinationMissing`, `destinationFull`, and as ``perform(_:)``.
  package func write(to path: FilePath) throws(EvidenceError) -> AuditHead {
    let file = try DurableFile(creating: path)
    do throws(EvidenceError) {
      var position: UInt64 = 0
      let head = try perform { (line) throws(EvidenceError) in
        let bytes = line + [UInt8(ascii: "\n")]
        try file.write(bytes.span.bytes, at: position)
        position += UInt64(bytes.count)
      }
      try file.sync()
      let parent = path.removingLastComponent()
      try DurableFolder.sync(parent.isEmpty ? "." : parent)
      return head
    } catch {
      _ = Syscalls.unlink(path)
      throw error
    }
  }

  /// What stands for an event that is not shown: the chain leads over it all the same.
  private static func withheld(_ sequence: UInt64, _ bytes: [UInt8]) -> [UInt8] {
    JSONValue.fields([
      "withheld": .fields([
        "sequence": JSONValue(sequence), "digest": .string(Digest.of(bytes, .sha256).hex),
      ])
    ]).canonicalBytes
  }

  /// Whether it is the right one is for whoever verifies the export to say; it must only be one.
  private func document(_ sequence: UInt64) throws(EvidenceError) -> AuditCheckpoint {
    let path = files.document(sequence)
    let bytes = try Files.contents(path, cap: CheckpointFiles.cap)
    return try AuditCheckpoint(parsing: bytes, name: folder.relative(path))
  }

  private func checkpoint(_ sequence: UInt64) throws(EvidenceError) -> JSONValue {
    let signature = try Files.contents(files.signature(sequence), cap: CheckpointFiles.cap)
    let token =
      Files.exists(files.token(sequence))
      ? try Files.contents(files.token(sequence), cap: CheckpointFiles.cap) : nil
    return .fields([
      "checkpoint": try document(sequence).json, "signature": .string(Base64.encode(signature)),
      "token": token.map { .string(Base64.encode($0)) },
    ])
  }
}
