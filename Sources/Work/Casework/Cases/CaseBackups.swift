import CanonicalJSON
import CaseFolders
import CaseStore
import Digests
import Evidence
import SystemIO
import SystemPackage

/// Copies of the case database, and the way back from one.
package struct CaseBackups {
  package struct Made: Sendable {
    package let path: FilePath
    package let sha256: Digest
    /// The newest event in it.
    package let head: AuditHead
    /// What is wrong with the copy, as with the database it was made of; empty where all is well.
    package let findings: [Finding]
  }

  package struct Restored: Sendable {
    /// The newest event of the backup.
    package let head: AuditHead
    /// Where the database is kept that was replaced; `nil` where there was none.
    package let kept: FilePath?
    /// Events that only the replaced database has.
    package let lost: UInt64
  }

  private let folder: CaseFolder

  package init(_ folder: CaseFolder) { self.folder = folder }

  /// Copies the database while others may work on it, checks the copy, and records that.
  /// - Parameter output: the file to create; in the folder `backups` of the case, named after the time, where `nil`.
  /// - Throws: `outputExists`, `destinationFull` …
  package func make(output: FilePath?) throws(EvidenceError) -> Made {
    let path = if let output { output } else { try place("case") }
    let store = try CaseStore.open(folder)
    let head = try store.backUp(to: path)
    let sha256 = try FileDigests.of(path).sha256
    let copy = try CaseStore.openCopy(path)
    let findings = try copy.checkAudit()
    try copy.close()
    try store.append(
      .caseBackedUp,
      details: .fields([
        "path": .string(folder.relative(path)), "sha256": .string(sha256.hex),
        "sequence": JSONValue(head.sequence),
        "head": .string(head.digest.hex), "findings": JSONValue(findings.count),
      ]))
    try store.close()
    return Made(path: path, sha256: sha256, head: head, findings: findings)
  }

  /// Puts a backup in the place of the database, which is kept beside it.
  /// - Parameter acceptsLoss: events that only the present database has may be lost from the log.
  /// - Throws: `backupUnusable` where it is no sound copy of this case, `restoreLosesEvents`.
  package func restore(_ backup: FilePath, acceptsLoss: Bool) throws(EvidenceError) -> Restored {
    let copy = try CaseStore.openCopy(backup)
    if let finding = try copy.checkAudit().first(where: { $0.severity == .failure }) {
      throw EvidenceError(.backupUnusable, backup.string, "\(finding.code.meaning): \(finding.subject)")
    }
    let head = try copy.auditHead()
    let sha256 = try FileDigests.of(backup).sha256
    var details: [String: JSONValue] = [
      "backup": .string(backup.lastComponent?.string ?? backup.string), "sha256": .string(sha256.hex),
      "sequence": JSONValue(head.sequence), "head": .string(head.digest.hex),
    ]
    let replaced: CaseStore
    do throws(EvidenceError) { replaced = try CaseStore.open(folder) } catch {
      guard [.caseDamaged, .notACase, .databaseFailed].contains(error.code) else { throw error }
      let kept = try putAway()
      details["reason"] = .string(error.description)
      details["kept"] = kept.map { .string(folder.relative($0)) }
      details["supersededCheckpoints"] = superseded(by: head)
      try copy.backUp(to: folder.database)
      let store = try CaseStore.open(folder)
      try store.append(.caseRestored, details: .object(details))
      try store.close()
      try putCheckpointsAway(after: head)
      return Restored(head: head, kept: kept, lost: 0)
    }
    guard try replaced.caseRecord().id == copy.caseRecord().id else {
      throw EvidenceError(.backupUnusable, backup.string, "it is of another case")
    }
    let present = try replaced.auditHead()
    // Where the two logs part, everything after that is lost.
    let isEarlier = try replaced.head(at: head.sequence) == head
    let lost = isEarlier ? present.sequence - head.sequence : present.sequence
    guard lost == 0 || acceptsLoss else {
      throw EvidenceError(
        .restoreLosesEvents, backup.string,
        isEarlier ? "\(lost) newer events" : "the log of the case is not a continuation of it")
    }
    let kept = try place("replaced")
    try replaced.backUp(to: kept)
    details["kept"] = .string(folder.relative(kept))
    details["replacedSequence"] = JSONValue(present.sequence)
    details["replacedHead"] = .string(present.digest.hex)
    details["supersededCheckpoints"] = superseded(by: head)
    _ = try replaced.restore(copy, noting: .caseRestored, details: .object(details))
    try replaced.close()
    try putCheckpointsAway(after: head)
    return Restored(head: head, kept: kept, lost: lost)
  }

  // MARK: Checkpoints of a log that is no more

  /// Signed heads that the restored log does not reach, with the SHA-256 of each statement: the log names what it lost.
  private func superseded(by head: AuditHead) -> JSONValue {
    let files = CheckpointFiles(folder)
    return .array(
      files.sequences.filter { $0 > head.sequence }.map { sequence in
        .fields([
          "sequence": JSONValue(sequence),
          "sha256": (try? FileDigests.of(files.document(sequence))).map { .string($0.sha256.hex) },
        ])
      })
  }

  /// Moves them into a folder of their own: the restored log goes on from its own end, with checkpoints of those numbers.
  private func putCheckpointsAway(after head: AuditHead) throws(EvidenceError) {
    let files = CheckpointFiles(folder)
    let sequences = files.sequences.filter { $0 > head.sequence }
    guard !sequences.isEmpty else { return }
    var place = files.folder.appending("superseded")
    var number = 1
    while Files.exists(place) {
      number += 1
      place = files.folder.appending("superseded-\(number)")
    }
    try DurableFolder.create(place)
    for sequence in sequences {
      for path in [files.document(sequence), files.signature(sequence), files.token(sequence)]
      where Files.exists(path) {
        try DurableFolder.rename(path, to: place.appending(path.lastComponent?.string ?? ""))
      }
    }
    try DurableFolder.sync(files.folder)
  }

  /// Moves a database away that cannot be opened.
  private func putAway() throws(EvidenceError) -> FilePath? {
    guard Files.exists(folder.database) else { return nil }
    let kept = try place("damaged")
    for suffix in ["-wal", "-shm", ""] {
      let path = FilePath(folder.database.string + suffix)
      if Files.exists(path) { try DurableFolder.rename(path, to: FilePath(kept.string + suffix)) }
    }
    return kept
  }

  /// A new name in the folder of the backups.
  private func place(_ what: String) throws(EvidenceError) -> FilePath {
    try CaseStore.backupPlace(in: folder.path, what: what)
  }
}
