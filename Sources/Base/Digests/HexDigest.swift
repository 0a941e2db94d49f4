internal import CCrypto

/// SHA-256 as hexadecimal text, over and over without taking memory each time.
package final class HexSHA256 {
  /// Hexadecimal digits of a digest.
  package static let length = 64
  private let raw: UnsafeMutablePointer<UInt8>
  private let text: UnsafeMutablePointer<UInt8>

  package init() {
    raw = .allocate(capacity: 32)
    text = .allocate(capacity: Self.length)
  }

  deinit {
    raw.deallocate()
    text.deallocate()
  }

  /// - Returns: 64 lower-case digits in ASCII, which stay as they are until the next call.
  package func of(_ bytes: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
    var state = SHA256_CTX()
    SHA256_Init(&state)
    SHA256_Update(&state, bytes.baseAddress, bytes.count)
    SHA256_Final(raw, &state)
    for index in 0..<32 {
      text[2 * index] = Self.digit(raw[index] >> 4)
      text[2 * index + 1] = Self.digit(raw[index] & 15)
    }
    return UnsafeRawBufferPointer(start: text, count: Self.length)
  }

  private static func digit(_ value: UInt8) -> UInt8 {
    value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") + value - 10
  }
}
