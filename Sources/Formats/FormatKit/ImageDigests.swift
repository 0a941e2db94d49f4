import Digests
import Evidence
import SystemIO

extension ImageReader {
  /// All digests of a part of the contents, read on this thread. Damaged parts count as the zeros they are delivered as.
  /// - Parameters:
  ///   - range: bytes within the contents.
  ///   - stop: ends the reading early; the digests mean nothing then.
  /// - Throws: `readFailed`.
  package func digests(of range: Range<UInt64>, stop: StopFlag = StopFlag()) throws(EvidenceError)
    -> DigestSet
  {
    let piece = PageBuffer(capacity: 4 << 20)
    var digest = CombinedDigest()
    for start in stride(from: range.lowerBound, to: range.upperBound, by: piece.capacity) where !stop.isRaised
    {
      let count = Int(min(UInt64(piece.capacity), range.upperBound - start))
      _ = try piece.fill { (memory: UnsafeMutableRawBufferPointer) throws(EvidenceError) in
        try read(into: UnsafeMutableRawBufferPointer(rebasing: memory[..<count]), at: start)
      }
      piece.byteCount = count
      digest.update(piece.bytes)
    }
    return digest.finish()
  }

  /// All digests of a container's contents without the bytes behind the last whole sector, which some programs store and
  /// do not count; `nil` where there are none or nothing can be had that way.
  /// - Throws: `readFailed`.
  package func digestsOfWholeSectors(stop: StopFlag = StopFlag()) throws(EvidenceError) -> DigestSet? {
    let tail = UInt64(geometry.tailBytes)
    guard tail > 0, format.isContainer else { return nil }
    let digests = try digests(of: 0..<geometry.length - tail, stop: stop)
    return stop.isRaised ? nil : digests
  }
}
