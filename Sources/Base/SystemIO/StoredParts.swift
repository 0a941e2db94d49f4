import Evidence

/// What of a file is stored: a file may say any size and hold nothing.
extension OwnedDescriptor {
  /// Most parts that are looked at one by one; the rest of such a file counts as stored.
  private static let mostParts = 1 << 16

  /// Bytes of a regular file that are no hole; its size on file systems that do not say. For files that are read by
  /// offset: where the descriptor stands is changed.
  package borrowing func storedSize() throws(EvidenceError) -> UInt64 {
    let size = Int64(clamping: try fileSize())
    var stored: Int64 = 0
    var position: Int64 = 0
    for _ in 0..<Self.mostParts {
      guard position < size, let start = nextStored(from: position), start < size else {
        return UInt64(stored)
      }
      guard case .success(let end) = Syscalls.next(number, isHole: true, from: start), end > start else {
        return UInt64(stored + size - start)
      }
      stored += min(Int64(end), size) - start
      position = Int64(end)
    }
    return UInt64(stored + max(0, size - position))
  }

  /// Where something is stored at or behind `offset`; `nil` where nothing is.
  package borrowing func nextStored(from offset: Int64) -> Int64? {
    switch Syscalls.next(number, isHole: false, from: offset) {
    case .success(let place): Int64(place)
    case .failure(.noSuchAddressOrDevice): nil
    // A file system without holes stores everything.
    case .failure: offset
    }
  }
}
