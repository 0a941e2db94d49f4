internal import CLZMA

/// Decompresses raw streams of LZMA without a header, as containers store them beside its properties.
package enum LZMA {
  /// Decompresses one stream.
  /// - Parameters:
  ///   - properties: the byte of `lc`, `lp` and `pb`, as a header of LZMA has it.
  ///   - isFiltered: whether jumps of x86 code were made absolute before it was compressed.
  ///   - plain: exactly as long as what comes out.
  /// - Returns: whether it is sound and fills `plain`.
  package static func decompress(
    _ stored: UnsafeRawBufferPointer, into plain: UnsafeMutableRawBufferPointer, properties: UInt8,
    isFiltered: Bool = false
  ) -> Bool {
    guard properties < 9 * 5 * 5, !plain.isEmpty else { return false }
    var options = lzma_options_lzma()
    // No distance is longer than what comes out: a larger dictionary is memory for nothing.
    options.dict_size = max(smallestDictionary, UInt32(clamping: plain.count))
    options.lc = UInt32(properties % 9)
    options.lp = UInt32(properties / 9 % 5)
    options.pb = UInt32(properties / 45)
    guard options.lc + options.lp <= 4 else { return false }
    options.ext_flags = allowsEndMark
    options.ext_size_low = UInt32(truncatingIfNeeded: plain.count)
    options.ext_size_high = UInt32(truncatingIfNeeded: plain.count >> 32)
    return withUnsafeMutablePointer(to: &options) { options in
      var filters = [lzma_filter(id: lzma1Extended, options: options), lzma_filter(id: end, options: nil)]
      if isFiltered { filters.insert(lzma_filter(id: x86, options: nil), at: 0) }
      var consumed = 0
      var produced = 0
      let result = lzma_raw_buffer_decode(
        filters, nil, stored.bindMemory(to: UInt8.self).baseAddress, &consumed, stored.count,
        plain.bindMemory(to: UInt8.self).baseAddress, &produced, plain.count)
      return result == LZMA_OK && produced == plain.count
    }
  }

  // Macros of the headers that do not come over.
  private static let smallestDictionary: UInt32 = 4096
  private static let allowsEndMark: UInt32 = 1
  private static let lzma1Extended: lzma_vli = 0x4000_0000_0000_0002
  private static let x86: lzma_vli = 4
  private static let end = lzma_vli.max
}
