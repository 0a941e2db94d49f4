import CanonicalJSON
import CaseRecords
import Evidence
internal import SQLite
import SystemIO
import SystemPackage

/// Copies of the database, and the way back.
extension CaseStore {
  /// Name of the folder in a case that copies lie in.
  package static let backups = "backups"

  /// A new name for a copy, in the folder of the copies, which is made where there is none.
  /// - Parameter what: the first part of the name; the time follows.
  package static func backupPlace(in folder: FilePath, what: String) throws(EvidenceError) -> FilePath {
    let place = folder.appending(backups)
    if !Files.exists(place) {
      do throws(EvidenceError) { try DurableFolder.create(place) } catch  where error.code == .outputExists {}
      try DurableFolder.sync(folder)
    }
    let time = Host.now().description.filter { !"-:".contains($0) }.prefix { $0 != "." }
    let names = sequence(first: 1) { $0 + 1 }.lazy.map { $0 == 1 ? "" : "-\($0)" }
      .map { place.appending("\(what)-\(time)Z\($0).sqlite") }
    guard let free = names.first(where: { !Files.exists($0) }) else {
      throw EvidenceError(.outputExists, place.string)
    }
    return free
  }

  /// Writes a copy of the database as it is at one moment; others go on reading and writing meanwhile.
  ///
  /// Uses SQLite's online backup. The copy has the name only once it is whole and synced.
  /// - Parameter destination: must not exist.
  /// - Returns: the newest event in it.
  /// - Throws: `outputExists`, `destinationMissing`, `destinationFull`, `databaseFailed`.
  @discardableResult
  package func backUp(to destination: FilePath) throws(EvidenceError) -> AuditHead {
    guard !Files.exists(destination) else { throw EvidenceError(.outputExists, destination.string) }
    let partial = FilePath(destination.string + ".partial")
    try DurableFile(creating: partial).close()
    do throws(EvidenceError) {
      let copy = try CaseOpening.connect(partial)
      let head: AuditHead
      do {
        try queue.backup(to: copy)
        head = try copy.read { try AuditLog.head(of: $0) }
        try copy.close()
      } catch { throw StoreErrors.translate(error, path: partial) }
      try DurableFolder.syncFile(partial)
      try DurableFolder.rename(partial, to: destination)
      return head
    } catch {
      for suffix in ["", "-wal", "-shm", "-journal"] {
        _ = Syscalls.unlink(FilePath(partial.string + suffix))
      }
      throw error
    }
  }

  /// Replaces everything in the database by what a copy holds, in one step that others see as a whole.
  ///
  /// The caller has looked at the copy, and keeps what is replaced.
  /// - Parameter copy: a database that ``backUp(to:)`` wrote.
  /// - Parameter note: an event to append to what was restored.
  package func restore(
    _ copy: CaseStore, noting kind: AuditKind, details: JSONValue
  ) throws(EvidenceError) -> AuditHead {
    do { try copy.queue.backup(to: queue) } catch { throw StoreErrors.translate(error, path: path) }
    try migrate()
    return try append(kind, details: details)
  }
}
