import Digests
import Evidence
import SystemIO
import SystemPackage

/// Reads a tar archive from its beginning to its end.
package struct TarReader: ~Copyable {
  /// Bytes that are read at once.
  static let step = 4 << 20

  private let file: OwnedDescriptor
  private let name: String
  /// Bytes of the archive.
  package let size: UInt64
  private var position: UInt64 = 0
  private var headers = TarHeaderReader()
  private let buffer = PageBuffer(capacity: step)

  /// - Throws: `fileMissing`, `readFailed`.
  package init(_ path: FilePath) throws(EvidenceError) {
    let file = try OwnedDescriptor.openFile(path)
    let size = try file.fileSize()
    file.adviseSequential()
    self.file = file
    self.name = path.string
    self.size = size
  }

  private func failure(_ reason: String) -> EvidenceError {
    EvidenceError(.archiveMalformed, name, "\(reason) at byte \(position)")
  }

  /// The next entry; `nil` at the end. Its contents must be taken, by ``contents(of:cap:)`` or ``copy(_:to:eachStep:)``.
  /// - Throws: `archiveMalformed`.
  package mutating func next() throws(EvidenceError) -> TarHeader? {
    while true {
      let block = try take(TarHeader.blockSize)
      guard let step = headers.take(block) else { throw failure("no header of a file or folder") }
      switch step {
      case .end: return nil
      case .entry(let entry): return entry
      case .extended(let count):
        let bytes = try take(Int(count))
        guard headers.takeExtension(bytes) else { throw failure("no extended header") }
        try skipPadding(count)
      }
    }
  }

  /// The contents of an entry in memory.
  package mutating func contents(of entry: TarHeader, cap: Int) throws(EvidenceError) -> [UInt8] {
    guard entry.size <= UInt64(cap) else { throw failure("more than \(cap) bytes of \(entry.path)") }
    let bytes = try take(Int(entry.size))
    try skipPadding(entry.size)
    return bytes
  }

  /// Writes the contents of an entry to a new file, synced.
  /// - Parameter eachStep: called with the bytes of the archive read so far; what it throws ends the work.
  /// - Returns: their SHA-256.
  package mutating func copy(
    _ entry: TarHeader, to path: FilePath, eachStep: (UInt64) throws(EvidenceError) -> Void
  ) throws(EvidenceError) -> Digest {
    let output = try DurableFile(creating: path)
    let buffer = buffer
    var digest = StreamingDigest(.sha256)
    var done: UInt64 = 0
    while done < entry.size {
      let wanted = Int(min(UInt64(Self.step), entry.size - done))
      let place = position
      buffer.byteCount = try buffer.fill { (memory: UnsafeMutableRawBufferPointer) throws(EvidenceError) in
        try file.read(into: UnsafeMutableRawBufferPointer(rebasing: memory[..<wanted]), at: place)
      }
      guard buffer.byteCount == wanted else { throw failure("the archive ends too early") }
      digest.update(buffer.bytes)
      try output.write(buffer.bytes, at: done)
      position += UInt64(wanted)
      done += UInt64(wanted)
      try eachStep(position)
    }
    try output.close()
    try skipPadding(entry.size)
    return digest.finish()
  }

  private mutating func take(_ count: Int) throws(EvidenceError) -> [UInt8] {
    guard UInt64(count) <= size, position <= size - UInt64(count) else {
      throw failure("the archive ends too early")
    }
    var bytes = [UInt8](repeating: 0, count: count)
    let place = position
    let outcome = bytes.withUnsafeMutableBytes { memory in
      Result { () throws(EvidenceError) in try file.read(into: memory, at: place) }
    }
    guard try outcome.get() == count else { throw failure("the archive ends too early") }
    position += UInt64(count)
    return bytes
  }

  private mutating func skipPadding(_ size: UInt64) throws(EvidenceError) {
    _ = try take(TarHeader.padding(size))
  }
}
