import Evidence
import FormatKit
import Glibc
import SystemIO
import WriterKit

/// Turns blocks into chunks as an E01 stores them. May be used from several threads at once.
final class EWFChunkEncoder: Sendable {
  /// Bytes per chunk.
  let chunkSize: Int
  private let compression: ImageCompression
  private let compressors: CompressorPool
  private let payloads: BufferPool
  /// A whole chunk of zeros, encoded once: unused areas of a medium cost a comparison and a copy.
  private let zeroChunk: [UInt8]

  /// - Parameters:
  ///   - blockSize: largest block, in bytes.
  ///   - blocksAtOnce: how many encoded blocks may be waiting.
  init(chunkSize: Int, compression: ImageCompression, blockSize: Int, blocksAtOnce: Int) {
    self.chunkSize = chunkSize
    self.compression = compression
    self.compressors = CompressorPool(isBest: compression == .best, chunkSize: chunkSize)
    self.payloads = BufferPool(count: blocksAtOnce, capacity: blockSize)
    self.zeroChunk = compressors.withCompressor { compressor in
      let zeros = [UInt8](repeating: 0, count: chunkSize)
      var target = [UInt8](repeating: 0, count: chunkSize)
      let length = zeros.withUnsafeBytes { plain in
        target.withUnsafeMutableBytes { compressor.encode(plain, into: $0) }
      }
      return Array(target[..<(length ?? 0)])
    }
  }

  /// The block as chunks; a chunk that does not become shorter is stored as it is, with its Adler-32.
  func encode(_ block: PageBuffer) -> EncodedBlock {
    guard compression != .none else { return EncodedBlock(plain: block, pieces: plainPieces(of: block)) }
    let payload = payloads.take()
    var pieces: [EncodedBlock.Piece] = []
    var used = 0
    block.paddedBytes.withUnsafeBytes { plain in
      payload.fill { target in
        compressors.withCompressor { compressor in
          for start in stride(from: 0, to: plain.count, by: chunkSize) {
            let chunk = UnsafeRawBufferPointer(rebasing: plain[start..<min(start + chunkSize, plain.count)])
            let rest = UnsafeMutableRawBufferPointer(rebasing: target[used...])
            if let length = encode(chunk, into: rest, compressor) {
              pieces.append(
                EncodedBlock.Piece(
                  stored: used..<used + length, plainLength: chunk.count, isEncoded: true, checksum: 0))
              used += length
            } else {
              pieces.append(plainPiece(chunk, at: start))
            }
          }
        }
      }
    }
    payload.byteCount = used
    return EncodedBlock(plain: block, payload: payload, pieces: pieces)
  }

  /// - Returns: the length of the stored stream, or `nil` where the chunk is better stored as it is.
  private func encode(
    _ chunk: UnsafeRawBufferPointer, into target: UnsafeMutableRawBufferPointer,
    _ compressor: any ZlibCompressor
  ) -> Int? {
    if chunk.count == chunkSize, chunk.isZero {
      zeroChunk.withUnsafeBytes { target.copyBytes(from: $0) }
      return zeroChunk.count
    }
    guard compression != .emptyBlock else { return nil }
    return compressor.encode(
      chunk, into: UnsafeMutableRawBufferPointer(rebasing: target[..<(chunk.count - 1)]))
  }

  private func plainPieces(of block: PageBuffer) -> [EncodedBlock.Piece] {
    block.paddedBytes.withUnsafeBytes { plain in
      stride(from: 0, to: plain.count, by: chunkSize).map { start in
        plainPiece(
          UnsafeRawBufferPointer(rebasing: plain[start..<min(start + chunkSize, plain.count)]), at: start)
      }
    }
  }

  private func plainPiece(_ chunk: UnsafeRawBufferPointer, at start: Int) -> EncodedBlock.Piece {
    EncodedBlock.Piece(
      stored: start..<start + chunk.count, plainLength: chunk.count, isEncoded: false,
      checksum: ISALCompressor.adler32(chunk))
  }
}

extension UnsafeRawBufferPointer {
  /// Whether every byte is zero.
  fileprivate var isZero: Bool {
    guard let base = baseAddress, let first, first == 0 else { return isEmpty }
    return memcmp(base, base + 1, count - 1) == 0
  }
}

/// Makes zlib streams (RFC 1950), one per call, the same for the same bytes; lent to one thread at a time.
protocol ZlibCompressor: AnyObject, Sendable {
  /// - Returns: the length of the stream, or `nil` where it does not fit into `target`.
  func encode(_ plain: UnsafeRawBufferPointer, into target: UnsafeMutableRawBufferPointer) -> Int?
}

/// Compressors that are not in use.
final class CompressorPool: Sendable {
  private let idle = Monitor<[any ZlibCompressor]>([])
  private let isBest: Bool
  private let chunkSize: Int

  /// - Parameter isBest: libdeflate instead of ISA-L: slower, and smaller.
  init(isBest: Bool, chunkSize: Int) {
    self.isBest = isBest
    self.chunkSize = chunkSize
  }

  func withCompressor<Result>(_ body: (any ZlibCompressor) -> Result) -> Result {
    let compressor = idle.withLock { $0.popLast() } ?? make()
    defer { idle.withLock { $0.append(compressor) } }
    return body(compressor)
  }

  private func make() -> any ZlibCompressor {
    if isBest { LibdeflateCompressor(chunkSize: chunkSize) } else { ISALCompressor() }
  }
}

/// The strongest compression, by libdeflate.
private final class LibdeflateCompressor: ZlibCompressor {
  private let deflater: Deflater

  /// The level whose streams are at most 2 % longer than those of zlib level 9 on chunks of 32 KiB; longer chunks get
  /// there with less.
  init(chunkSize: Int) { self.deflater = Deflater(level: chunkSize >= 64 << 10 ? 4 : 5) }

  func encode(_ plain: UnsafeRawBufferPointer, into target: UnsafeMutableRawBufferPointer) -> Int? {
    deflater.zlibStream(of: plain, into: target)
  }
}
