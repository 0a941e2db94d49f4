internal import CDeflate

/// Makes zlib streams (RFC 1950) with libdeflate.
///
/// `@unchecked Sendable` holds because whoever owns one lends it to one thread at a time.
package final class Deflater: @unchecked Sendable {
  private let handle: OpaquePointer

  /// - Parameter level: 1 (fast) to 12 (short).
  package init(level: Int32) {
    guard let handle = libdeflate_alloc_compressor(level) else {
      preconditionFailure("out of memory for a compressor")
    }
    self.handle = handle
  }

  deinit { libdeflate_free_compressor(handle) }

  /// - Returns: the length of the stream, or `nil` where it does not fit into `target`.
  package func zlibStream(
    of plain: UnsafeRawBufferPointer, into target: UnsafeMutableRawBufferPointer
  ) -> Int? {
    let length = libdeflate_zlib_compress(
      handle, plain.baseAddress, plain.count, target.baseAddress, target.count)
    return length > 0 ? length : nil
  }
}
