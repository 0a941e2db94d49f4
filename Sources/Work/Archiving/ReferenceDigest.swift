import Digests
import Evidence
import FormatKit
import SystemIO
import Verification

/// One digest of whatever algorithm a reference has. For one thread at a time.
final class ReferenceDigest {
  private var own: StreamingDigest?
  private var stream: SideBySide.Stream?
  private let named: NamedDigest?
  private var checksum: UInt32 = 0

  /// - Parameter shared: computes it side by side with those of other holdings where it can.
  /// - Returns: `nil` for an algorithm that is not computed.
  init?(_ algorithm: String, in shared: SharedPass? = nil) {
    let known = DigestAlgorithm(rawValue: algorithm)
    if let lanes = known.flatMap({ shared?.lanes($0) }) {
      stream = lanes.stream()
    } else {
      own = known.map { StreamingDigest($0) }
    }
    named = known == nil ? NamedDigest(algorithm) : nil
    guard known != nil || named != nil || algorithm == Self.crc32 else { return nil }
  }

  private static let crc32 = "crc32"

  static func isComputed(_ algorithm: String) -> Bool { ReferenceDigest(algorithm) != nil }

  func update(_ bytes: RawSpan) {
    if let named { return named.update(bytes) }
    if stream != nil {
      stream?.update(bytes)
      return
    }
    guard own != nil else {
      checksum = bytes.withUnsafeBytes { CRC32.of($0, seed: checksum) }
      return
    }
    own?.update(bytes)
  }

  /// The digest of everything so far; nothing may follow.
  func finish() -> [UInt8] {
    if let named { return named.finish() }
    if let digest = stream?.digest() { return digest.bytes }
    if let digest = own?.finish() { return digest.bytes }
    return (0..<4).map { UInt8(truncatingIfNeeded: checksum >> (24 - 8 * UInt32($0))) }
  }
}
