internal import CBZip2
internal import CLZ4
internal import CZstandard

/// Codecs that unpack one block from memory into memory. Each takes any bytes and writes nowhere but into `plain`.
package enum BlockCodecs {
  /// - Returns: plain bytes; `nil` where the frames are damaged or need more room.
  package static func zstandard(
    _ stored: UnsafeRawBufferPointer, into plain: UnsafeMutableRawBufferPointer
  ) -> Int? {
    let count = ZSTD_decompress(plain.baseAddress, plain.count, stored.baseAddress, stored.count)
    return ZSTD_isError(count) == 0 ? count : nil
  }

  /// One block of LZ4, without a frame.
  /// - Returns: plain bytes; `nil` where it is damaged or needs more room.
  package static func lz4(
    _ stored: UnsafeRawBufferPointer, into plain: UnsafeMutableRawBufferPointer
  ) -> Int? {
    guard let source = stored.bindMemory(to: CChar.self).baseAddress,
      let target = plain.bindMemory(to: CChar.self).baseAddress,
      let size = Int32(exactly: stored.count), let room = Int32(exactly: plain.count)
    else { return nil }
    let count = LZ4_decompress_safe(source, target, size, room)
    return count >= 0 ? Int(count) : nil
  }

  /// As `lz4`, where bytes that fill up the file may follow the block: unpacks until `plain` is full.
  package static func lz4(
    padded stored: UnsafeRawBufferPointer, into plain: UnsafeMutableRawBufferPointer
  ) -> Int? {
    guard let source = stored.bindMemory(to: CChar.self).baseAddress,
      let target = plain.bindMemory(to: CChar.self).baseAddress,
      let size = Int32(exactly: stored.count), let room = Int32(exactly: plain.count)
    else { return nil }
    let count = LZ4_decompress_safe_partial(source, target, size, room, room)
    return count >= 0 ? Int(count) : nil
  }

  /// A whole file of bzip2.
  /// - Returns: plain bytes; `nil` where it is damaged or needs more room.
  package static func bzip2(
    _ stored: UnsafeRawBufferPointer, into plain: UnsafeMutableRawBufferPointer
  ) -> Int? {
    guard let source = stored.bindMemory(to: CChar.self).baseAddress,
      let target = plain.bindMemory(to: CChar.self).baseAddress, let size = UInt32(exactly: stored.count),
      var count = UInt32(exactly: plain.count)
    else { return nil }
    // The parameter is not `const` and only read.
    let result = BZ2_bzBuffToBuffDecompress(
      target, &count, UnsafeMutablePointer(mutating: source), size, 0, 0)
    return result == BZ_OK ? Int(count) : nil
  }
}
