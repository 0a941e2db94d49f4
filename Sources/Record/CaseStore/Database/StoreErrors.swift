import Evidence
internal import GRDB
import SystemIO
import SystemPackage

/// What SQLite reports, in Exhibit's words.
enum StoreErrors {
  /// `error` as it concerns the database at `path`.
  static func translate(_ error: any Error, path: FilePath) -> EvidenceError {
    if let error = error as? EvidenceError { return error }
    guard let failure = error as? DatabaseError else {
      return EvidenceError(.databaseFailed, path.string, "\(error)")
    }
    // A backup says "not an error" of the connection, whose own work went well.
    let message =
      failure.message.flatMap { $0 == "not an error" ? nil : $0 } ?? "\(failure.extendedResultCode)"
    let refusals: [ResultCode] = [.SQLITE_READONLY, .SQLITE_CANTOPEN, .SQLITE_IOERR, .SQLITE_PERM]
    if refusals.contains(failure.resultCode), FileSystems.isReadOnly(path.removingLastComponent()) {
      return EvidenceError(.readOnlyFileSystem, path.removingLastComponent().string)
    }
    if sharedMemory.contains(failure.extendedResultCode) {
      return EvidenceError(
        .destinationUnsuitable, path.removingLastComponent().string, "files on it cannot be shared as memory")
    }
    return EvidenceError(code(failure.resultCode, path: path), path.string, message)
  }

  /// The write-ahead log has an index that processes share.
  private static let sharedMemory: [ResultCode] = [
    .SQLITE_IOERR_SHMOPEN, .SQLITE_IOERR_SHMSIZE, .SQLITE_IOERR_SHMLOCK, .SQLITE_IOERR_SHMMAP,
  ]

  private static func code(_ result: ResultCode, path: FilePath) -> ErrorCode {
    switch result {
    case .SQLITE_FULL: .destinationFull
    case .SQLITE_READONLY, .SQLITE_PERM: .permissionDenied
    case .SQLITE_CORRUPT, .SQLITE_TOOBIG: .caseDamaged
    case .SQLITE_NOTADB: isCaseDatabase(path) ? .caseDamaged : .notACase
    default: .databaseFailed
    }
  }

  /// Whether a file SQLite refuses was once a case database, by its magic or the application id in its header.
  ///
  /// Asked only after SQLite refused the file: closing a descriptor of one's own drops the locks that other
  /// connections of the process hold on it.
  private static func isCaseDatabase(_ path: FilePath) -> Bool {
    guard let file = try? OwnedDescriptor.openForReading(path) else { return false }
    var header = [UInt8](repeating: 0, count: 100)
    let count = try? header.withUnsafeMutableBytes { buffer in try file.read(into: buffer, at: 0) }
    guard count == header.count else { return false }
    return header.starts(with: Array("SQLite format 3\0".utf8))
      || header.span.bytes.bigEndian(at: 68, as: UInt32.self) == UInt32(Migration.applicationID)
  }
}
