import Evidence
import SystemIO
import SystemPackage

/// Size and SHA-256 of files, as manifests list them.
package enum FileDigests {
  private static let step = 4 << 20

  /// Reads the whole file.
  package static func of(_ path: FilePath) throws(EvidenceError) -> (size: UInt64, sha256: Digest) {
    let file = try OwnedDescriptor.openForReading(path)
    file.adviseSequential()
    var digest = StreamingDigest(.sha256)
    let buffer = PageBuffer(capacity: step)
    var size: UInt64 = 0
    while true {
      buffer.byteCount = try buffer.fill { (memory: UnsafeMutableRawBufferPointer) throws(EvidenceError) in
        try file.read(into: memory, at: size)
      }
      digest.update(buffer.bytes)
      size += UInt64(buffer.byteCount)
      if buffer.byteCount < step { return (size, digest.finish()) }
    }
  }
}
