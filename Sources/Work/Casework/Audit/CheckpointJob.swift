import CaseFolders
import CaseRecords
import CaseStore
import Digests
import Evidence
import Manifests
import Signing
import SystemIO
import SystemPackage

/// Signs how far the audit log of a case goes.
package struct CheckpointJob {
  private let folder: CaseFolder
  private let identity: SigningIdentity
  private let files: CheckpointFiles
  /// Stamps the signature of the newest checkpoint, where it has no time stamp yet.
  package var authority: TimestampAuthority?

  package init(_ folder: CaseFolder, identity: SigningIdentity) {
    self.folder = folder
    self.identity = identity
    self.files = CheckpointFiles(folder)
  }

  /// Follows the chain from the last checkpoint to the newest event, signs that, and records it.
  ///
  /// Blocks while another process makes a checkpoint of the same case.
  /// - Returns: the newest signed event. Where nothing was added since the last checkpoint, that stays the newest.
  /// - Throws: `auditBroken` where the log is not the one that was signed before: such a log is never signed;
  ///   `networkFailed`, `timestampRefused`, after which the checkpoint stands without a time stamp.
  @discardableResult
  package func perform() throws(EvidenceError) -> AuditHead {
    if !Files.exists(files.folder) {
      // Another process may have been quicker.
      do throws(EvidenceError) { try DurableFolder.create(files.folder) } catch
        where error.code == .outputExists
      {}
      try DurableFolder.sync(folder.path)
    }
    let lock = try FolderLock(waitingFor: files.folder)
    defer { withExtendedLifetime(lock) {} }
    let store = try CaseStore.open(folder)
    var previous = try store.newestCheckpoint()
    for sequence in files.sequences where sequence > previous?.head.sequence ?? 0 {
      previous = try adopt(sequence, after: previous, store)
    }
    let head = try store.followedHead(from: previous?.head)
    let newest: AuditHead
    if let previous, try isRecordOnly(head, after: previous, store) {
      newest = previous.head
    } else {
      let record = try write(
        head, digests: try digests(upTo: head, after: previous, store), after: previous,
        of: try store.caseRecord())
      try store.recordCheckpoint(record)
      newest = head
    }
    try store.close()
    try stamp(newest.sequence)
    return newest
  }

  /// Has the authority say when the signature of a checkpoint existed.
  private func stamp(_ sequence: UInt64) throws(EvidenceError) {
    guard let authority, !Files.exists(files.token(sequence)) else { return }
    let signature = try Files.contents(files.signature(sequence), cap: CheckpointFiles.cap)
    let token = try authority.stamp(signature, trust: Trust([])).token
    try DurableFile.replace(files.token(sequence), with: token.der)
  }

  /// Whether the only event since a checkpoint says that it was made.
  private func isRecordOnly(
    _ head: AuditHead, after previous: CheckpointRecord, _ store: CaseStore
  ) throws(EvidenceError) -> Bool {
    guard head.sequence == previous.head.sequence + 1 else { return false }
    return try store.event(head.sequence)?.kind == .checkpointSigned
  }

  /// The digests of all events: whoever is shown only some of them is shown that these were not rewritten.
  private func digests(
    upTo head: AuditHead, after previous: CheckpointRecord?, _ store: CaseStore
  ) throws(EvidenceError) -> Digest {
    let before = previous.flatMap { try? signedDigests($0) }
    var ends: Set<UInt64> = [head.sequence]
    if let previous, before != nil { ends.insert(previous.head.sequence) }
    let known = try store.digests(ofEventsUpTo: ends)
    if let previous, let before, known[previous.head.sequence] != before {
      throw EvidenceError(
        .auditBroken, folder.relative(files.document(previous.head.sequence)),
        "the digests of the events before it are not those it signs")
    }
    guard let all = known[head.sequence] else {
      throw EvidenceError(.auditBroken, "audit event \(head.sequence)", "it is missing")
    }
    return all
  }

  private func signedDigests(_ record: CheckpointRecord) throws(EvidenceError) -> Digest? {
    let path = files.document(record.head.sequence)
    let bytes = try Files.contents(path, cap: CheckpointFiles.cap)
    guard Digest.of(bytes, .sha256) == record.document else { return nil }
    return try AuditCheckpoint(parsing: bytes, name: folder.relative(path)).digests
  }

  private func write(
    _ head: AuditHead, digests: Digest, after previous: CheckpointRecord?, of record: CaseRecord
  ) throws(EvidenceError) -> CheckpointRecord {
    let now = Host.now()
    let document = AuditCheckpoint(
      caseIdentifier: record.id.description, caseNumber: record.number, head: head, digests: digests,
      previous: previous.map {
        AuditCheckpoint.Predecessor(sequence: $0.head.sequence, document: $0.document)
      },
      time: now, tool: ToolVersion.name, toolVersion: ToolVersion.current
    ).bytes
    let signature = try identity.sign(document, at: now)
    // The document last, and whole from the beginning: it makes the checkpoint. What a process that was killed left
    // without one is not evidence.
    try DurableFile.replace(files.signature(head.sequence), with: signature)
    try DurableFile.replace(files.document(head.sequence), with: document)
    return CheckpointRecord(
      head: head, document: Digest.of(document, .sha256), signature: Digest.of(signature, .sha256))
  }

  /// Records a checkpoint that was made and not recorded, because its process came to an end in between.
  private func adopt(
    _ sequence: UInt64, after previous: CheckpointRecord?, _ store: CaseStore
  ) throws(EvidenceError) -> CheckpointRecord {
    let name = folder.relative(files.document(sequence))
    let bytes = try Files.contents(files.document(sequence), cap: CheckpointFiles.cap)
    let signature = try Files.contents(files.signature(sequence), cap: CheckpointFiles.cap)
    let checkpoint = try AuditCheckpoint(parsing: bytes, name: name)
    let report = try SignatureCheck.verify(
      signature: signature, content: bytes, trust: Trust([identity.certificate]))
    let stored = try store.head(at: sequence)
    guard report.isTrusted, checkpoint.head == stored,
      checkpoint.previous?.document == previous?.document
    else {
      throw EvidenceError(.auditBroken, name, "the log is not the one that this checkpoint signs")
    }
    let record = CheckpointRecord(
      head: checkpoint.head, document: Digest.of(bytes, .sha256), signature: Digest.of(signature, .sha256))
    try store.recordCheckpoint(record)
    return record
  }
}
