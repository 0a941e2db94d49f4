import Digests
import Evidence
import Manifests
import SystemIO
import SystemPackage

/// Copies files and digests them on the way.
struct DigestedCopy {
  /// SHA-256 is always among them.
  let algorithms: [DigestAlgorithm]
  let stop: StopFlag
  /// Receives the number of bytes of each step.
  let progress: (UInt64) -> Void

  private static let step = 4 << 20

  /// Creates `target`, synced.
  /// - Parameter expected: size and digest the file must have; whatever it has where `nil`.
  /// - Throws: `notAsRecorded` where it has another, or is no regular file; `interrupted`, `fileMissing`,
  ///   `outputExists`, `readFailed`, `writeFailed` …
  func copy(
    _ source: FilePath, to target: FilePath, expected: Manifest.File? = nil
  ) throws(EvidenceError) -> (size: UInt64, digests: DigestSet) {
    guard Files.kind(source, followLinks: false) == .file else {
      throw EvidenceError(
        Files.exists(source) ? .notAsRecorded : .fileMissing, source.string, "no regular file")
    }
    let input = try OwnedDescriptor.openFile(source)
    input.adviseSequential()
    let output = try DurableFile(creating: target)
    var sha256 = StreamingDigest(.sha256)
    var md5 = StreamingDigest(.md5)
    let withMD5 = algorithms.contains(.md5)
    let buffer = PageBuffer(capacity: Self.step)
    var size: UInt64 = 0
    while true {
      guard !stop.isRaised else { throw EvidenceError(.interrupted, source.string) }
      buffer.byteCount = try buffer.fill { (memory: UnsafeMutableRawBufferPointer) throws(EvidenceError) in
        try input.read(into: memory, at: size)
      }
      sha256.update(buffer.bytes)
      if withMD5 { md5.update(buffer.bytes) }
      try output.write(buffer.bytes, at: size)
      size += UInt64(buffer.byteCount)
      progress(UInt64(buffer.byteCount))
      if buffer.byteCount < Self.step { break }
    }
    try output.close()
    let digest = sha256.finish()
    if let expected, (expected.size, expected.sha256) != (size, digest) {
      throw EvidenceError(
        .notAsRecorded, source.string, "SHA-256 \(digest), recorded is \(expected.sha256)")
    }
    return (size, DigestSet(withMD5 ? [md5.finish(), digest] : [digest]))
  }
}
