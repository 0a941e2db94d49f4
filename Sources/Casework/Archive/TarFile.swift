import Digests
import Evidence
import SystemIO
import SystemPackage

/// Writes a tar archive.
final class TarWriter {
  private let file: DurableFile
  private let top: String
  private let modified: UInt64
  private var position: UInt64 = 0
  private let buffer = PageBuffer(capacity: TarReader.step)

  /// - Parameter top: name of the folder that everything lies in.
  init(_ path: FilePath, top: String) throws(EvidenceError) {
    self.file = try DurableFile(creating: path)
    self.top = top
    self.modified = UInt64(max(0, Host.now().microseconds / 1_000_000))
    try write(TarHeader(path: top, kind: .folder, size: 0, modified: modified).blocks)
  }

  /// Adds a file as it is on the drive.
  /// - Returns: SHA-256 of its contents.
  /// - Throws: `readFailed` where it became shorter meanwhile.
  func add(_ name: String, from source: FilePath) throws(EvidenceError) -> Digest {
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
    }
    try pad(size)
    return digest.finish()
  }

  func add(_ name: String, _ bytes: [UInt8]) throws(EvidenceError) {
    try begin(name, size: UInt64(bytes.count))
    try write(bytes)
    try pad(UInt64(bytes.count))
  }

  /// Ends the archive and syncs it.
  /// - Returns: its bytes.
  func finish() throws(EvidenceError) -> UInt64 {
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

/// Reads a tar archive from its beginning to its end.
struct TarReader: ~Copyable {
  /// Bytes that are read at once.
  static let step = 4 << 20

  private let file: OwnedDescriptor
  private let name: String
  private let size: UInt64
  private var position: UInt64 = 0
  private var headers = TarHeaderReader()
  private let buffer = PageBuffer(capacity: step)

  /// - Throws: `fileMissing`, `readFailed`.
  init(_ path: FilePath) throws(EvidenceError) {
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

  /// The next entry; `nil` at the end. Its contents must be taken, by ``contents(of:cap:)`` or ``copy(_:to:)``.
  /// - Throws: `archiveMalformed`.
  mutating func next() throws(EvidenceError) -> TarHeader? {
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
  mutating func contents(of entry: TarHeader, cap: Int) throws(EvidenceError) -> [UInt8] {
    guard entry.size <= UInt64(cap) else { throw failure("more than \(cap) bytes of \(entry.path)") }
    let bytes = try take(Int(entry.size))
    try skipPadding(entry.size)
    return bytes
  }

  /// Writes the contents of an entry to a new file, synced.
  /// - Returns: their SHA-256.
  mutating func copy(_ entry: TarHeader, to path: FilePath) throws(EvidenceError) -> Digest {
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
