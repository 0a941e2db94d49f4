internal import CSigning
import Evidence

/// The one place where Swift meets the C layer: turns its reasons into errors and its bytes into arrays.
enum Library {
  /// Runs one call of the C layer.
  /// - Parameter codes: error codes for the reasons that mean something here; all others are
  ///   `cryptographyFailed`.
  static func call(
    _ subject: String, _ codes: [Int32: ErrorCode] = [:],
    _ body: (UnsafeMutablePointer<csigning_reason>) -> Int32
  ) throws(EvidenceError) {
    var reason = csigning_reason()
    let result = body(&reason)
    guard result != 0 else { return }
    throw EvidenceError(codes[result] ?? .cryptographyFailed, subject, text(reason))
  }

  static func text(_ reason: csigning_reason) -> String {
    withUnsafeBytes(of: reason) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
  }

  /// SHA-2 of 256, 384 or 512 bits; empty for any other number.
  static func sha2(_ bits: Int32, _ bytes: [UInt8]) -> [UInt8] {
    var digest = [UInt8](repeating: 0, count: 64)
    let count = csigning_sha2(bits, bytes, bytes.count, &digest)
    return Array(digest.prefix(count))
  }

  /// As `call`, for functions that make bytes.
  static func bytes(
    _ subject: String, _ codes: [Int32: ErrorCode] = [:],
    _ body: (UnsafeMutablePointer<csigning_bytes>, UnsafeMutablePointer<csigning_reason>) -> Int32
  ) throws(EvidenceError) -> [UInt8] {
    var output = csigning_bytes()
    defer { csigning_free(&output) }
    try call(subject, codes) { body(&output, $0) }
    return array(output)
  }

  static func array(_ bytes: csigning_bytes) -> [UInt8] {
    Array(UnsafeBufferPointer(start: bytes.bytes, count: bytes.count))
  }

  static func text(_ bytes: csigning_bytes) -> String { String(decoding: array(bytes), as: UTF8.self) }

  static func timestamp(seconds: Int64) -> Timestamp? {
    let (microseconds, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000)
    return overflow ? nil : Timestamp(microseconds: microseconds)
  }

  /// Whole seconds, rounded down, as certificates and signatures store them.
  static func seconds(_ time: Timestamp) -> Int64 {
    let (quotient, remainder) = time.microseconds.quotientAndRemainder(dividingBy: 1_000_000)
    return remainder < 0 ? quotient - 1 : quotient
  }
}
