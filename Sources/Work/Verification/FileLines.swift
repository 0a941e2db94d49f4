import Evidence
import SystemIO
import SystemPackage

/// The lines of a file of any length, one after the other.
///
/// A class so that one thread can own it; not to be shared between threads.
final class FileLines {
  private let file: OwnedDescriptor
  private let path: FilePath
  /// In bytes.
  let size: UInt64
  /// Bytes that were read from the file.
  private(set) var position: UInt64 = 0
  /// Of the line taken last, from 1.
  private(set) var number = 0
  /// The line taken last has no end.
  private(set) var isCut = false
  private var rest: [UInt8] = []
  private var start = 0

  private let buffer = PageBuffer(capacity: 1 << 20)
  /// Longest line in bytes.
  static let longest = 64 << 20

  /// - Throws: `fileMissing`, `permissionDenied`, `readFailed`, the last also for what is no regular file.
  init(_ path: FilePath) throws(EvidenceError) {
    let file = try OwnedDescriptor.openFile(path)
    self.size = try file.fileSize()
    self.file = file
    self.path = path
  }

  /// The next line without its line feed; `nil` after the last.
  /// - Throws: `fileTooLarge` for a line of more than ``longest`` bytes, `readFailed`.
  func next() throws(EvidenceError) -> [UInt8]? {
    var searched = start
    while true {
      if let end = rest[searched...].firstIndex(of: UInt8(ascii: "\n")) {
        defer { start = end + 1 }
        number += 1
        return Array(rest[start..<end])
      }
      rest.removeFirst(start)
      start = 0
      searched = rest.count
      guard rest.count <= Self.longest else {
        throw EvidenceError(
          .fileTooLarge, path.string, "line \(number + 1) has more than \(Self.longest) bytes")
      }
      guard try readMore() else {
        guard !rest.isEmpty else { return nil }
        number += 1
        isCut = true
        defer { rest = [] }
        return rest
      }
    }
  }

  /// - Returns: whether there was more.
  private func readMore() throws(EvidenceError) -> Bool {
    let buffer = self.buffer
    buffer.byteCount = try buffer.fill { (memory: UnsafeMutableRawBufferPointer) throws(EvidenceError) in
      try file.read(into: memory, at: position)
    }
    rest += buffer.bytes.withUnsafeBytes { Array($0) }
    position += UInt64(buffer.byteCount)
    return buffer.byteCount > 0
  }
}
