import Digests
import Evidence
import SystemIO

/// Ranges of bytes of an open file, read in steps that do not depend on their length.
extension OwnedDescriptor {
  private static var step: UInt64 { 4 << 20 }

  /// SHA-256 of a range of bytes; of what there is, where the file ends before.
  /// - Parameter stop: where it is raised, what is returned says nothing of the file.
  borrowing func sha256(of range: Range<UInt64>, stop: StopFlag = StopFlag()) throws(EvidenceError) -> Digest
  {
    var digest = StreamingDigest(.sha256)
    let buffer = PageBuffer(capacity: Int(min(Self.step, max(1, range.upperBound - range.lowerBound))))
    var position = range.lowerBound
    while position < range.upperBound, !stop.isRaised {
      try fill(buffer, at: position, upTo: range.upperBound)
      guard buffer.byteCount > 0 else { break }
      digest.update(buffer.bytes)
      position += UInt64(buffer.byteCount)
    }
    return digest.finish()
  }

  /// Whether a range of bytes is the same as one of another file that begins at `offset`.
  borrowing func holds(
    _ range: Range<UInt64>, of other: borrowing OwnedDescriptor, from offset: UInt64
  ) throws(EvidenceError) -> Bool {
    let capacity = Int(min(Self.step, max(1, range.upperBound - range.lowerBound)))
    let (own, others) = (PageBuffer(capacity: capacity), PageBuffer(capacity: capacity))
    var position = range.lowerBound
    while position < range.upperBound {
      try fill(own, at: position, upTo: range.upperBound)
      let place = offset + position - range.lowerBound
      try other.fill(others, at: place, upTo: place + UInt64(own.byteCount))
      let isEqual = own.bytes.withUnsafeBytes { own in
        others.bytes.withUnsafeBytes { own.elementsEqual($0) }
      }
      guard own.byteCount > 0, isEqual else { return false }
      position += UInt64(own.byteCount)
    }
    return true
  }

  private borrowing func fill(
    _ buffer: PageBuffer, at position: UInt64, upTo end: UInt64
  ) throws(EvidenceError) {
    let count = Int(min(UInt64(buffer.capacity), end - position))
    buffer.byteCount = try buffer.fill { (memory: UnsafeMutableRawBufferPointer) throws(EvidenceError) in
      try read(into: UnsafeMutableRawBufferPointer(rebasing: memory[..<count]), at: position)
    }
  }
}
