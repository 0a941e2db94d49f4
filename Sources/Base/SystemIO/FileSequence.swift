import Evidence
import SystemPackage

/// Several files read as one run of bytes. May be used from several threads at once.
package final class FileSequence: Sendable {
  private struct Part: ~Copyable, Sendable {
    let file: OwnedDescriptor
    let start: UInt64
    let length: UInt64
  }

  private let parts: [Box]
  package let files: [FilePath]
  /// Sum of the sizes, in bytes.
  package let length: UInt64

  // Arrays cannot hold noncopyable elements; a reference can.
  private final class Box: Sendable {
    let part: Part
    init(_ part: consuming Part) { self.part = part }
  }

  /// Opens every file for reading.
  /// - Throws: `missing` where one does not exist, `fileTooLarge` where their sum has no number,
  ///   `permissionDenied`, `readFailed`, the last also for what is no regular file.
  package init(_ files: [FilePath], missing: ErrorCode = .fileMissing) throws(EvidenceError) {
    var parts: [Box] = []
    var start: UInt64 = 0
    for path in files {
      let file = try OwnedDescriptor.openFile(path, missing: missing)
      file.adviseSequential()
      let length = try file.fileSize()
      parts.append(Box(Part(file: file, start: start, length: length)))
      let end = start.addingReportingOverflow(length)
      guard !end.overflow else { throw EvidenceError(.fileTooLarge, path.string) }
      start = end.partialValue
    }
    self.parts = parts
    self.files = files
    self.length = start
  }

  /// Fills `buffer` from byte `offset` of the whole.
  /// - Returns: the number of bytes read; less than `buffer.count` where the files end.
  package func read(
    into buffer: UnsafeMutableRawBufferPointer, at offset: UInt64
  ) throws(EvidenceError) -> Int {
    var done = 0
    for box in parts where done < buffer.count {
      let position = offset + UInt64(done)
      guard position >= box.part.start, position - box.part.start < box.part.length else { continue }
      let inside = position - box.part.start
      let count = Int(min(UInt64(buffer.count - done), box.part.length - inside))
      let target = UnsafeMutableRawBufferPointer(rebasing: buffer[done..<done + count])
      let read = try box.part.file.read(into: target, at: inside)
      done += read
      if read < count { break }
    }
    return done
  }
}
