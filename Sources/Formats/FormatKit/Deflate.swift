internal import CDeflate
import Evidence
import SystemIO

/// Adler-32, the checksum of every E01 structure (RFC 1950 §8.2), seed 1.
package enum Adler32 {
  package static func of(_ bytes: RawSpan) -> UInt32 {
    bytes.withUnsafeBytes { of($0) }
  }

  /// Continues from `seed` over more bytes.
  package static func of(_ bytes: UnsafeRawBufferPointer, seed: UInt32 = 1) -> UInt32 {
    // libdeflate takes a null pointer for "begin anew" and returns 1.
    bytes.isEmpty ? seed : libdeflate_adler32(seed, bytes.baseAddress, bytes.count)
  }
}

/// CRC-32 of ISO 3309, as in zlib and ZIP.
package enum CRC32 {
  /// Continues from `seed` over more bytes; 0 to begin.
  package static func of(_ bytes: UnsafeRawBufferPointer, seed: UInt32 = 0) -> UInt32 {
    bytes.isEmpty ? seed : libdeflate_crc32(seed, bytes.baseAddress, bytes.count)
  }
}

/// Decompresses zlib streams (RFC 1950), their checksum included. For one thread at a time.
package final class Inflater {
  private let handle: OpaquePointer

  package init() {
    guard let handle = libdeflate_alloc_decompressor() else {
      preconditionFailure("out of memory for a decompressor")
    }
    self.handle = handle
  }

  deinit { libdeflate_free_decompressor(handle) }

  /// Decompresses one stream at the beginning of `stored`; bytes may follow it.
  /// - Returns: the number of plain bytes; `nil` where the stream is damaged or needs more room.
  package func inflate(_ stored: UnsafeRawBufferPointer, into plain: UnsafeMutableRawBufferPointer) -> Int? {
    inflateStream(stored, into: plain)?.plainCount
  }

  /// The same, and how long the stream is.
  package func inflateStream(
    _ stored: UnsafeRawBufferPointer, into plain: UnsafeMutableRawBufferPointer
  ) -> (storedCount: Int, plainCount: Int)? {
    if case .plain(let counts) = decompress(stored, into: plain) { counts } else { nil }
  }

  /// Decompresses one stream without header and checksum (RFC 1951); bytes may follow it.
  /// - Returns: `nil` where the stream is damaged or needs more room.
  package func inflateRaw(
    _ stored: UnsafeRawBufferPointer, into plain: UnsafeMutableRawBufferPointer
  ) -> (storedCount: Int, plainCount: Int)? {
    var consumed = 0
    var produced = 0
    let result = libdeflate_deflate_decompress_ex(
      handle, stored.baseAddress, stored.count, plain.baseAddress, plain.count, &consumed, &produced)
    return result == LIBDEFLATE_SUCCESS ? (consumed, produced) : nil
  }

  private enum Outcome {
    case plain((storedCount: Int, plainCount: Int))
    case damaged
    case needsMoreRoom
  }

  private func decompress(
    _ stored: UnsafeRawBufferPointer, into plain: UnsafeMutableRawBufferPointer
  ) -> Outcome {
    var consumed = 0
    var produced = 0
    switch libdeflate_zlib_decompress_ex(
      handle, stored.baseAddress, stored.count, plain.baseAddress, plain.count, &consumed, &produced)
    {
    case LIBDEFLATE_SUCCESS: return .plain((consumed, produced))
    case LIBDEFLATE_INSUFFICIENT_SPACE: return .needsMoreRoom
    default: return .damaged
    }
  }

  /// Decompresses as much of a damaged stream as there is, without looking at its checksum. `plain` keeps what it
  /// holds behind the place where the stream breaks, but for a few bytes next to it.
  package func salvage(_ stored: UnsafeRawBufferPointer, into plain: UnsafeMutableRawBufferPointer) {
    guard stored.count > Self.zlibHeaderSize, let start = stored.baseAddress else { return }
    var consumed = 0
    var produced = 0
    _ = libdeflate_deflate_decompress_ex(
      handle, start + Self.zlibHeaderSize, stored.count - Self.zlibHeaderSize, plain.baseAddress, plain.count,
      &consumed, &produced)
  }

  private static let zlibHeaderSize = 2

  /// Decompresses a stream of unknown plain length, at most `cap` bytes; `nil` where it is damaged or longer.
  package func inflate(_ stored: [UInt8], cap: Int) -> [UInt8]? {
    var room = min(cap, 1 << 14)
    while true {
      var plain = [UInt8](repeating: 0, count: room)
      let outcome = plain.withUnsafeMutableBytes { plain in
        stored.withUnsafeBytes { decompress($0, into: plain) }
      }
      switch outcome {
      case .plain(let counts): return Array(plain[..<counts.plainCount])
      case .needsMoreRoom where room < cap: room = min(cap, room * 8)
      case .needsMoreRoom, .damaged: return nil
      }
    }
  }
}

/// Decompressors that are idle: as many as there were at work at the same time.
package final class InflaterPool: Sendable {
  private struct State: ~Copyable { var idle: [Inflater] = [] }
  private let state = Monitor(State())

  package init() {}

  package func use<Result>(_ body: (Inflater) -> Result) -> Result {
    let inflater = state.withLock { $0.idle.popLast() } ?? Inflater()
    defer { state.withLock { $0.idle.append(inflater) } }
    return body(inflater)
  }
}
