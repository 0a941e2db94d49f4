import CanonicalJSON
import CaseRecords
import Evidence
internal import SQLite
import SystemIO
import SystemPackage

/// The case database: the working record of a case, and the audit log nobody can quietly change.
///
/// Every change is one transaction that appends an audit event and the records it repeats. Several processes may
/// have one case open; a writer waits up to half a minute for another. All functions block.
package final class CaseStore: Sendable {
  /// Name of the database inside a case folder.
  package static let fileName = "case.sqlite"

  /// The case folder.
  package let folder: FilePath
  private let file: String
  let queue: DatabaseQueue
  /// Who acts; `nil` where the case is open for reading only.
  private let actor: AuditActor?
  private let clock: @Sendable () -> Timestamp

  package var path: FilePath { folder.appending(file) }
  /// Whether what is done can be recorded.
  package var isWritable: Bool { actor != nil }

  private init(
    folder: FilePath, file: String = fileName, queue: DatabaseQueue, actor: AuditActor?,
    clock: @escaping @Sendable () -> Timestamp
  ) {
    self.folder = folder
    self.file = file
    self.queue = queue
    self.actor = actor
    self.clock = clock
  }

  /// Makes the database of a new case in `folder`, which must exist.
  ///
  /// The examiner becomes the first person of the case. A database that could not be finished is removed.
  /// - Parameter certificate: what the examiner signs with.
  /// - Parameter details: an object for the first audit event, such as who may sign for the case.
  /// - Throws: `caseExists`, `destinationMissing`, `destinationFull`, `permissionDenied`, `databaseFailed`.
  package static func create(
    folder: FilePath, number: String, title: String, examiner: PersonDetails, actor: AuditActor,
    certificate: PersonCredentialRecord.SigningCertificate? = nil, details: JSONValue = .object([:]),
    clock: @escaping @Sendable () -> Timestamp = Host.now
  ) throws(EvidenceError) -> CaseStore {
    let path = folder.appending(fileName)
    do throws(EvidenceError) {
      try DurableFile(creating: path).close()
    } catch  where error.code == .outputExists {
      throw EvidenceError(.caseExists, folder.string)
    }
    do throws(EvidenceError) {
      let store = CaseStore(
        folder: folder, queue: try CaseOpening.connect(path, isNew: true), actor: actor, clock: clock)
      try store.write { transaction in
        try Migration.apply(to: transaction.database, from: 0)
        try transaction.database.execute(sql: "PRAGMA application_id = \(Migration.applicationID)")
        let person = PersonRecord(id: Host.newIdentifier(), examiner)
        let record = CaseRecord(
          id: Host.newIdentifier(), number: number, title: title, examiner: person.id,
          organisation: examiner.organisation, created: transaction.now)
        let credential = certificate.map {
          PersonCredentialRecord(
            id: Host.newIdentifier(), person: person.id, qualifications: nil, certificate: $0,
            stated: transaction.now)
        }
        try transaction.recordFirst(
          .caseCreated, details: details, [person, record] + [credential].compactMap(\.self))
      }
      try DurableFolder.sync(folder)
      return store
    } catch {
      for suffix in ["", "-wal", "-shm"] { _ = Syscalls.unlink(FilePath(path.string + suffix)) }
      throw error
    }
  }

  /// Opens a case to work on it; one of an older version is brought to the newest first.
  /// - Throws: `notACase`, `caseNewer`, `caseDamaged`, `permissionDenied`, `databaseFailed`.
  package static func open(
    folder: FilePath, actor: AuditActor, clock: @escaping @Sendable () -> Timestamp = Host.now
  ) throws(EvidenceError) -> CaseStore {
    let path = try existingFile(in: folder)
    let queue = try CaseOpening.connect(path)
    try CaseOpening.check(queue, path)
    let store = CaseStore(folder: folder, queue: queue, actor: actor, clock: clock)
    try store.migrate()
    return store
  }

  /// Brings the database to the newest version: a copy of it first, then all steps in one transaction, with an event that
  /// names them.
  func migrate() throws(EvidenceError) {
    let old = try read { try Migration.version(of: $0) }
    guard old < Migration.newestVersion else { return }
    let backup = try Self.backupPlace(in: folder, what: "version-\(old)")
    try backUp(to: backup)
    try write { transaction in
      // Another process may have been quicker.
      let old = try Migration.version(of: transaction.database)
      guard old < Migration.newestVersion else { return }
      try Migration.apply(to: transaction.database, from: old)
      try transaction.record(
        .caseMigrated,
        details: .fields([
          "from": JSONValue(old), "to": JSONValue(Migration.newestVersion),
          "steps": .array(Migration.all.filter { $0.version > old }.map { .string($0.name) }),
          "backup": .string("\(Self.backups)/\(backup.lastComponent?.string ?? "")"),
        ]))
    }
  }

  /// Opens a case to look at it; works in a folder that cannot be written.
  /// - Throws: as `open`.
  package static func openForReading(folder: FilePath) throws(EvidenceError) -> CaseStore {
    let path = try existingFile(in: folder)
    let queue = try CaseOpening.connectForReading(path)
    try CaseOpening.check(queue, path)
    return CaseStore(folder: folder, queue: queue, actor: nil, clock: Host.now)
  }

  /// Opens a copy of a case database to look at it, whatever its name.
  /// - Throws: as `open`.
  package static func openCopy(_ path: FilePath) throws(EvidenceError) -> CaseStore {
    guard Files.kind(path) == .file, let name = path.lastComponent?.string else {
      throw EvidenceError(.fileMissing, path.string)
    }
    let queue = try CaseOpening.connectForReading(path)
    try CaseOpening.check(queue, path)
    return CaseStore(
      folder: path.removingLastComponent(), file: name, queue: queue, actor: nil, clock: Host.now)
  }

  private static func existingFile(in folder: FilePath) throws(EvidenceError) -> FilePath {
    let path = folder.appending(fileName)
    switch Files.kind(path) {
    case .file: return path
    case nil: throw EvidenceError(.notACase, folder.string, "no \(fileName) in it")
    default: throw EvidenceError(.notACase, folder.string, "\(fileName) is no file")
    }
  }

  /// Writes everything into `case.sqlite` and closes it; a store merely dropped does the same, but silently.
  /// - Throws: `databaseFailed`.
  package func close() throws(EvidenceError) {
    do { try queue.close() } catch { throw StoreErrors.translate(error, path: path) }
  }

  // MARK: For the functions of the store

  /// Runs `body` on one unchanging state of the database.
  func read<Value>(_ body: (Database) throws -> Value) throws(EvidenceError) -> Value {
    do { return try queue.read(body) } catch { throw StoreErrors.translate(error, path: path) }
  }

  /// Runs `body` as one change: all of it is kept, or nothing. The time is taken once the case is ours to write,
  /// so that events are in order of time also when several processes write.
  func write<Value>(_ body: (CaseTransaction) throws -> Value) throws(EvidenceError) -> Value {
    guard let actor else { throw EvidenceError(.databaseFailed, path.string, "opened for reading only") }
    do {
      return try queue.write { database in
        try body(CaseTransaction(database: database, actor: actor, now: clock()))
      }
    } catch { throw StoreErrors.translate(error, path: path) }
  }
}
