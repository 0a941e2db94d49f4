/// Little-endian and big-endian integers read from bytes of a file.
///
/// Every read is checked: a field that does not lie within the bytes is `nil`, never a trap.
extension RawSpan {
  /// An unsigned integer stored least significant byte first at `offset`.
  package func littleEndian<Integer: FixedWidthInteger & BitwiseCopyable>(
    at offset: Int, as type: Integer.Type = Integer.self
  ) -> Integer? {
    guard offset >= 0, byteCount >= MemoryLayout<Integer>.size,
      offset <= byteCount - MemoryLayout<Integer>.size
    else { return nil }
    return Integer(littleEndian: unsafeLoadUnaligned(fromByteOffset: offset, as: Integer.self))
  }

  /// An unsigned integer stored most significant byte first at `offset`.
  package func bigEndian<Integer: FixedWidthInteger & BitwiseCopyable>(
    at offset: Int, as type: Integer.Type = Integer.self
  ) -> Integer? {
    guard let value = littleEndian(at: offset, as: Integer.self) else { return nil }
    return Integer(bigEndian: Integer(littleEndian: value))
  }

  /// A copy of `count` bytes at `offset`; `nil` when they do not all lie within the span.
  package func array(at offset: Int, count: Int) -> [UInt8]? {
    guard offset >= 0, count >= 0, offset <= byteCount, count <= byteCount - offset else { return nil }
    return extracting(offset..<offset + count).withUnsafeBytes { Array($0) }
  }
}
