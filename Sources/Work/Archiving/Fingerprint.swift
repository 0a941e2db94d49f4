import CaseRecords
import Digests
import Evidence
import SystemIO
import SystemPackage

/// Recognises a set of files wherever it lies, by its sizes and a few samples: a holding that was moved is found again
/// without reading all of it. It proves nothing; the next verification does.
enum Fingerprint {
  /// Bytes of a sample.
  private static let sample = 4 << 10
  /// Samples of a file besides its first and last bytes.
  private static let inside: UInt64 = 4

  /// - Parameter files: in their order, with their sizes.
  /// - Throws: `fileMissing`, `readFailed`.
  static func of(_ files: [(path: FilePath, size: UInt64)]) throws(EvidenceError) -> Digest {
    var digest = StreamingDigest(.sha256)
    let buffer = PageBuffer(capacity: sample)
    for (path, size) in files {
      digest.update(Array("\(size);".utf8).span.bytes)
      let file = try OwnedDescriptor.openFile(path)
      for offset in offsets(size) {
        buffer.byteCount = try buffer.fill { (memory: UnsafeMutableRawBufferPointer) throws(EvidenceError) in
          try file.read(into: memory, at: offset)
        }
        digest.update(buffer.bytes)
      }
    }
    return digest.finish()
  }

  private static func offsets(_ size: UInt64) -> [UInt64] {
    let step = UInt64(sample)
    guard size > step else { return [0] }
    guard size > 16 * step else { return [0, size - step] }
    return [0] + (1...inside).map { size / (inside + 1) * $0 / step * step } + [size - step]
  }
}
