import Digests
import Evidence
import SystemIO
import SystemPackage

/// Writes a tar archive, entry after entry.
package final class TarWriter {
  private let file: DurableFile
  private let top: String
  private let modified: UInt64
  private var position: UInt64 = 0
  private let buffer = PageBuffer(capacity: TarReader.step)

  /// - Parameter top: name of the folder that everything lies in.
  package init(_ path: FilePath, top: String) throws(EvidenceError) {
    self.file = try DurableFile(creating: path)
    self.top = top
    self.modified = UInt64(max(0, Host.now().microseconds / 1_000_000))
    do throws(EvidenceError) {
      try write(TarHeader(path: top, kind: .folder, size: 0, modified: modified).blocks)
    } catch {
      _ = Syscalls.unlink(path)
      throw error
    }
  }

  /// Adds a file as it is on the drive.
  /// - Parameter eachStep: called with the number of bytes just written; what it throws ends the work.
  /// - Returns: SHA-256 of its contents.
  /// - Throws: `readFailed` where it became shorter meanwhile.
  package func add(
    _ name: String, from source: FilePath, eachStep: (UInt64) throws(EvidenceError) -> Void
  ) throws(EvidenceError) -> Digest {
    let file = try OwnedDescriptor.openFile(source)
    file.adviseSequential()
    let size = try file.fileSize()
    try begin(name, size: size)
    let buffer = buffer
    var digest = StreamingDigest(.sha256)
    var done: UInt64 = 0
    while done < size {
      let wanted = Int(min(UInt64(TarReader.step), size - done))
      buffer.byteCount = try buffer.fill { (memory: UnsafeMutableRawBufferPointer) throws(EvidenceError) in
        try file.read(into: UnsafeMutableRawBufferPointer(rebasing: memory[..<wanted]), at: done)
      }
      guard buffer.byteCount == wanted else {
        throw EvidenceError(.readFailed, source.string, "it became shorter while it was read")
      }
      digest.update(buffer.bytes)
      try self.file.write(buffer.bytes, at: position)
      position += UInt64(wanted)
      done += UInt64(wanted)
      try eachStep(UInt64(wanted))
    }
    try pad(size)
    return digest.finish()
  }

  package func add(_ name: String, _ bytes: [UInt8]) throws(EvidenceError) {
    try begin(name, size: UInt64(bytes.count))
    try write(bytes)
    try pad(UInt64(bytes.count))
  }

  /// Ends the archive and syncs it.
  /// - Returns: its bytes.
  package func finish() throws(EvidenceError) -> UInt64 {
    try write(TarHeader.end)
    try file.sync()
    return position
  }

  private func begin(_ name: String, size: UInt64) throws(EvidenceError) {
    try write(TarHeader(path: "\(top)/\(name)", kind: .file, size: size, modified: modified).blocks)
  }

  private func pad(_ size: UInt64) throws(EvidenceError) {
    let count = TarHeader.padding(size)
    if count > 0 { try write([UInt8](repeating: 0, count: count)) }
  }

  private func write(_ bytes: [UInt8]) throws(EvidenceError) {
    try file.write(bytes.span.bytes, at: position)
    position += UInt64(bytes.count)
  }
}
