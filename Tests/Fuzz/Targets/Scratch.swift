import Evidence
import Glibc
import SystemIO
import SystemPackage

/// A folder in memory with the files of the current input; one per process.
struct Scratch: Sendable {
  static let shared = Scratch()

  private let folder: FilePath

  private init() {
    let memory: FilePath = "/dev/shm"
    let base: FilePath = Files.kind(memory) == .folder ? memory : "/tmp"
    self.folder = base.appending("exhibit-fuzz-\(getpid())")
    _ = Syscalls.makeFolder(folder, mode: 0o700)
    path = folder.string
    atexit { try? DurableFolder.removeTree(FilePath(path)) }
  }

  /// A folder in it.
  func folder(_ name: String) -> FilePath {
    let path = folder.appending(name)
    _ = Syscalls.makeFolder(path, mode: 0o700)
    return path
  }

  /// Writes as many of the files as there are contents; of the others none stays.
  /// - Returns: the first file; `nil` where one could not be written.
  func write(_ contents: [[UInt8]], as names: [String]) -> FilePath? {
    for (index, name) in names.enumerated() {
      let file = folder.appending(name)
      guard index < contents.count else {
        _ = Syscalls.unlink(file)
        continue
      }
      guard case .success(let number) = Syscalls.open(file, O_WRONLY | O_CREAT | O_TRUNC, mode: 0o600) else {
        return nil
      }
      let descriptor = OwnedDescriptor(adopting: number, path: file)
      let bytes = contents[index]
      let written = bytes.withUnsafeBytes { Syscalls.pwrite(descriptor.number, $0, at: 0) }
      guard case .success(bytes.count) = written else { return nil }
    }
    return folder.appending(names[0])
  }
}

/// For `atexit`, which takes no context.
nonisolated(unsafe) private var path = ""
