import Evidence
internal import SQLite
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
    let refusals: [DatabaseError.Kind] = [.readOnly, .cannotOpen, .inputOutput, .permission]
    if refusals.contains(failure.kind), FileSystems.isReadOnly(path.removingLastComponent()) {
      return EvidenceError(.readOnlyFileSystem, path.removingLastComponent().string)
    }
    // The write-ahead log has an index that processes share.
    if failure.isOfSharedMemory {
      return EvidenceError(
        .destinationUnsuitable, path.removingLastComponent().string, "files on it cannot be shared as memory")
    }
    return EvidenceError(code(failure.kind, path: path), path.string, failure.message)
  }

  private static func code(_ kind: DatabaseError.Kind, path: FilePath) -> ErrorCode {
    switch kind {
    case .full: .destinationFull
    case .readOnly, .permission: .permissionDenied
    case .corrupt, .tooBig: .caseDamaged
    case .notADatabase: isCaseDatabase(path) ? .caseDamaged : .notACase
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
