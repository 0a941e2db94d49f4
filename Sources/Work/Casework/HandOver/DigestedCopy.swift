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
    _ source: FilePath, to target: FilePath, expected: RecordedFile? = nil
  ) throws(EvidenceError) -> (size: UInt64, digests: DigestSet) {
    guard Files.kind(source, followLinks: false) == .file else {
      throw EvidenceError(
        Files.exists(source) ? .notAsRecorded : .fileMissing, source.string, "no regular file")
    }
    let input = try OwnedDescriptor.openFile(source)
    input.adviseSequential()
    var output = try DigestedFile(creating: target, algorithms: algorithms)
    let buffer = PageBuffer(capacity: Self.step)
    while true {
      guard !stop.isRaised else { throw EvidenceError(.interrupted, source.string) }
      buffer.byteCount = try buffer.fill { (memory: UnsafeMutableRawBufferPointer) throws(EvidenceError) in
        try input.read(into: memory, at: output.size)
      }
      try output.append(buffer.bytes)
      progress(UInt64(buffer.byteCount))
      if buffer.byteCount < Self.step { break }
    }
    let (size, digests) = try output.close()
    if let expected, let sha256 = digests[.sha256], (expected.size, expected.sha256) != (size, sha256) {
      throw EvidenceError(
        .notAsRecorded, source.string, "SHA-256 \(sha256), recorded is \(expected.sha256)")
    }
    return (size, digests)
  }
}

/// A new file, digested while it is written.
struct DigestedFile: ~Copyable {
  private let file: DurableFile
  private var sha256 = StreamingDigest(.sha256)
  private var md5 = StreamingDigest(.md5)
  private let withMD5: Bool
  private(set) var size: UInt64 = 0

  /// - Parameter algorithms: SHA-256 is taken in any case, MD5 where it is among them.
  init(creating path: FilePath, algorithms: [DigestAlgorithm]) throws(EvidenceError) {
    file = try DurableFile(creating: path)
    withMD5 = algorithms.contains(.md5)
  }

  mutating func append(_ bytes: RawSpan) throws(EvidenceError) {
    sha256.update(bytes)
    if withMD5 { md5.update(bytes) }
    try file.write(bytes, at: size)
    size += UInt64(bytes.byteCount)
  }

  /// Syncs.
  consuming func close() throws(EvidenceError) -> (size: UInt64, digests: DigestSet) {
    try file.sync()
    return (size, DigestSet(withMD5 ? [md5.finish(), sha256.finish()] : [sha256.finish()]))
  }
}
