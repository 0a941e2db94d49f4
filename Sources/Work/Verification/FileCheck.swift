import Evidence
import Manifests
import SystemIO
import SystemPackage

/// Size and SHA-256 of files against their record.
struct FileCheck {
  let folders: FileFolders
  let stop: StopFlag

  /// `nil` where the file is as recorded; only its presence and size are looked at where `skipsDigest`.
  func finding(for file: ListedFile, skipsDigest: Bool = false) -> Finding? {
    let path = folders.path(of: file.name)
    switch Files.kind(path, followLinks: false) {
    case .file: break
    case nil:
      return Finding(.fileMissing, subject: file.name, expected: "\(file.size) bytes", observed: "no file")
    default:
      return Finding(.fileMissing, subject: file.name, expected: "a regular file", observed: "something else")
    }
    do throws(EvidenceError) {
      let open = try OwnedDescriptor.openForReading(path)
      let size = try open.fileSize()
      guard size == file.size else {
        return Finding(
          .fileSizeMismatch, subject: file.name, expected: "\(file.size) bytes", observed: "\(size) bytes")
      }
      guard !skipsDigest, let expected = file.sha256 else { return nil }
      open.adviseSequential()
      let digest = try open.sha256(of: 0..<size, stop: stop)
      return digest == expected
        ? nil
        : Finding(
          .fileDigestMismatch, subject: file.name, expected: "SHA-256 \(expected)",
          observed: "SHA-256 \(digest)")
    } catch {
      return Finding(
        .fileUnreadable, subject: file.name, expected: "a readable file", observed: error)
    }
  }
}

/// Checks files one after the other on a thread of its own, while something else goes on.
final class FileChecks: Sendable {
  struct Result: Sendable {
    let name: String
    let skipsDigest: Bool
    let finding: Finding?
  }

  private let results = Monitor<(list: [Result], isDone: Bool)>(([], false))

  /// Begins at once.
  /// - Parameter skipsDigest: whether only presence and size of a file are looked at.
  init(_ files: [ListedFile], check: FileCheck, skipsDigest: @escaping @Sendable (ListedFile) -> Bool) {
    let results = results
    WorkerThread(name: "files") {
      for file in files {
        let skips = file.sha256 == nil || skipsDigest(file)
        let finding = check.finding(for: file, skipsDigest: skips)
        results.withLock { $0.list.append(Result(name: file.name, skipsDigest: skips, finding: finding)) }
      }
      results.withLock { $0.isDone = true }
      results.signal()
    }.detach()
  }

  /// The results in the order of the files. Blocks until all are there.
  func finish() -> [Result] { results.wait { $0.isDone ? $0.list : nil } }
}
