import Digests
import Evidence
import FormatKit
import SystemIO

/// One digest of whatever algorithm a reference has. For one thread at a time.
final class ReferenceDigest {
  private var own: StreamingDigest?
  private let named: NamedDigest?
  private var checksum: UInt32 = 0

  /// `nil` for an algorithm that is not computed.
  init?(_ algorithm: String) {
    let known = DigestAlgorithm(rawValue: algorithm)
    own = known.map { StreamingDigest($0) }
    named = known == nil ? NamedDigest(algorithm) : nil
    guard known != nil || named != nil || algorithm == Self.crc32 else { return nil }
  }

  private static let crc32 = "crc32"

  static func isComputed(_ algorithm: String) -> Bool { ReferenceDigest(algorithm) != nil }

  func update(_ bytes: RawSpan) {
    if let named { return named.update(bytes) }
    guard own != nil else {
      checksum = bytes.withUnsafeBytes { CRC32.of($0, seed: checksum) }
      return
    }
    own?.update(bytes)
  }

  /// The digest of everything so far; nothing may follow.
  func finish() -> [UInt8] {
    if let named { return named.finish() }
    if let digest = own?.finish() { return digest.bytes }
    return (0..<4).map { UInt8(truncatingIfNeeded: checksum >> (24 - 8 * UInt32($0))) }
  }
}
