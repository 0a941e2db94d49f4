import Digests
import Evidence
import FormatKit
import Manifests
import SystemIO
import SystemPackage
import Verification

/// Writes the sectors and chunks of a bundle.
struct ProofContents {
  let shown: ShownSectors
  let folder: FilePath
  let names: RecordNames
  let stop: StopFlag

  private static let step: UInt64 = 4 << 20

  init(_ shown: ShownSectors, folder: FilePath, names: RecordNames, stop: StopFlag) {
    self.shown = shown
    self.folder = folder
    self.names = names
    self.stop = stop
  }

  private var chunkFile: FilePath { folder.appending(names.proofChunks) }

  /// - Returns: the SHA-256 of each chunk.
  /// - Throws: `notAsRecorded` where the image is damaged there.
  func writeChunks(
    from image: any ImageReader, progress: (UInt64) -> Void
  ) throws(EvidenceError) -> [Digest] {
    let file = try DurableFile(creating: chunkFile)
    let buffer = PageBuffer(capacity: Int(Self.step))
    var digests: [Digest] = []
    for place in shown.places {
      var digest = StreamingDigest(.sha256)
      let bytes = shown.plan.bytes(ofChunk: place.chunk)
      for part in bytes.steps(of: Self.step) {
        guard !stop.isRaised else { throw EvidenceError(.interrupted, folder.string) }
        let count = Int(part.upperBound - part.lowerBound)
        let damage = try buffer.fill { (memory: UnsafeMutableRawBufferPointer) throws(EvidenceError) in
          try image.read(into: UnsafeMutableRawBufferPointer(rebasing: memory[..<count]), at: part.lowerBound)
        }
        if let first = damage.first { throw EvidenceError(.notAsRecorded, folder.string, first.reason) }
        buffer.byteCount = count
        digest.update(buffer.bytes)
        let offset = place.bytes.lowerBound + part.lowerBound - bytes.lowerBound
        try file.write(buffer.bytes, at: offset)
        progress(offset + UInt64(count))
      }
      digests.append(digest.finish())
    }
    try file.close()
    return digests
  }

  /// Copies the sectors that were asked for out of the chunks.
  /// - Returns: how many of the other sectors hold anything but zeros.
  func writeSectors() throws(EvidenceError) -> UInt64 {
    let file = try DurableFile(creating: folder.appending(names.proofSectors))
    var position: UInt64 = 0
    for range in shown.sectors {
      try read(shown.plan.bytes(of: range, sectorSize: shown.sectorSize)) {
        (bytes: RawSpan) throws(EvidenceError) in
        try file.write(bytes, at: position)
        position += UInt64(bytes.byteCount)
      }
    }
    try file.close()
    var count: UInt64 = 0
    let size = Int(shown.sectorSize)
    for range in shown.others {
      try read(shown.plan.bytes(of: range, sectorSize: shown.sectorSize)) {
        (bytes: RawSpan) throws(EvidenceError) in
        for start in stride(from: 0, to: bytes.byteCount, by: size) {
          let sector = bytes.extracting(start..<min(start + size, bytes.byteCount))
          if sector.withUnsafeBytes({ !$0.allSatisfy { $0 == 0 } }) { count += 1 }
        }
      }
    }
    return count
  }

  /// Gives bytes of the stream that are in the file of chunks, in steps of whole sectors.
  private func read(
    _ bytes: Range<UInt64>, _ body: (RawSpan) throws(EvidenceError) -> Void
  ) throws(EvidenceError) {
    let file = try OwnedDescriptor.openFile(chunkFile)
    let step = Self.step / UInt64(shown.sectorSize) * UInt64(shown.sectorSize)
    let buffer = PageBuffer(capacity: Int(step))
    for (part, offset) in shown.parts(of: bytes) {
      for piece in part.steps(of: step) {
        let count = Int(piece.upperBound - piece.lowerBound)
        let place = offset + piece.lowerBound - part.lowerBound
        buffer.byteCount = try buffer.fill {
          (memory: UnsafeMutableRawBufferPointer) throws(EvidenceError) in
          try file.read(into: UnsafeMutableRawBufferPointer(rebasing: memory[..<count]), at: place)
        }
        try body(buffer.bytes)
      }
    }
  }
}

extension Range<UInt64> {
  /// The range cut into pieces of at most `size`.
  fileprivate func steps(of size: UInt64) -> some Sequence<Range<UInt64>> {
    stride(from: lowerBound, to: upperBound, by: Int(size)).lazy.map {
      $0..<Swift.min($0 + size, upperBound)
    }
  }
}
