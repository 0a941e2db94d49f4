import Evidence

/// Files one after the other, as one.
package struct JoinedDiscFile: DiscFile {
  private let parts: [(file: any DiscFile, start: UInt64)]
  package let size: UInt64
  package var name: String { parts[0].file.name }
  package var names: [String] { parts.flatMap(\.file.names) }

  /// - Parameter files: in order; at least one.
  package init(_ files: [any DiscFile]) {
    precondition(!files.isEmpty)
    var parts: [(file: any DiscFile, start: UInt64)] = []
    var end: UInt64 = 0
    for file in files {
      parts.append((file, end))
      end += file.size
    }
    self.parts = parts
    self.size = end
  }

  package func read(
    into buffer: UnsafeMutableRawBufferPointer, at offset: UInt64
  ) throws(EvidenceError) -> Int {
    var done = 0
    for (file, start) in parts {
      let place = offset + UInt64(done)
      guard done < buffer.count else { break }
      guard place >= start, place - start < file.size else { continue }
      let count = min(buffer.count - done, Int(clamping: file.size - (place - start)))
      let got = try file.read(
        into: UnsafeMutableRawBufferPointer(rebasing: buffer[done..<done + count]), at: place - start)
      done += got
      guard got == count else { break }
    }
    return done
  }
}

/// Zeros, as many as there are addresses for.
package struct ZeroDiscFile: DiscFile {
  package let name = "zeros"
  package let names: [String] = []
  package let size = UInt64.max / 2

  package init() {}

  package func read(into buffer: UnsafeMutableRawBufferPointer, at offset: UInt64) -> Int {
    buffer.initializeMemory(as: UInt8.self, repeating: 0)
    return buffer.count
  }
}
