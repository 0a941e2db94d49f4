import Evidence
import Glibc
import ImageFormats
import SystemIO
import SystemPackage

/// Writes an E01 set: chunks are encoded by the calling threads, libewf lays them out.
package final class EWFImageWriter: ImageWriter {
  package let format = ImageFormat.e01
  package let padsLastSector = true
  /// Bytes per chunk of the container.
  package let chunkSize: Int

  private let folder: FilePath
  private let name: String
  private let handle: EWFHandle
  private let encoders: ZlibEncoderPool?
  private let payloads: BufferPool
  private let zeroChunk: [UInt8]

  /// Prepares a set `NAME.E01`, `NAME.E02` … in `folder`; files appear with the first chunk.
  /// - Parameters:
  ///   - geometry: of the source; a last short sector is padded with zeros.
  ///   - blockSize: largest block that `encode` will be given, in bytes; a multiple of 1 MiB.
  ///   - blocksAtOnce: how many encoded blocks may be waiting.
  /// - Throws: `outputExists` where a segment of that name exists: libewf would overwrite it.
  package init(
    folder: FilePath, name: String, geometry: MediaGeometry, options: EWFOptions, blockSize: Int,
    blocksAtOnce: Int
  ) throws(EvidenceError) {
    guard options.segmentSize >= EWFOptions.smallestSegmentSize, options.segmentSize <= UInt64(Int64.max)
    else {
      throw EvidenceError(
        .argumentInvalid, "segment size \(options.segmentSize)",
        "at least \(HumanText.size(EWFOptions.smallestSegmentSize))")
    }
    self.folder = folder
    self.name = name
    for existing in try EWFSegmentFiles.existing(folder: folder, name: name) {
      throw EvidenceError(.outputExists, existing.string)
    }
    let sectorsPerChunk = EWFChunkSize.sectorsPerChunk(for: geometry)
    self.chunkSize = Int(sectorsPerChunk) * Int(geometry.logicalSectorSize)
    switch options.compression {
    case .none: self.encoders = nil
    case .fast: self.encoders = ZlibEncoderPool(level: 1)
    case .best: self.encoders = ZlibEncoderPool(level: 3)
    }
    self.payloads = BufferPool(count: blocksAtOnce, capacity: blockSize + Int(geometry.logicalSectorSize))
    self.zeroChunk =
      encoders.map {
        Self.encodedZeros(chunkSize: Int(sectorsPerChunk) * Int(geometry.logicalSectorSize), $0)
      } ?? []
    self.handle = try EWFHandle(
      base: folder.appending(name), geometry: geometry, sectorsPerChunk: sectorsPerChunk, options: options)
  }

  package func encode(_ block: PageBuffer) throws(EvidenceError) -> EncodedBlock {
    guard let encoders else { return EncodedBlock(plain: block, pieces: plainPieces(block)) }
    let payload = payloads.take()
    var pieces: [EncodedBlock.Piece] = []
    var used = 0
    block.paddedBytes.withUnsafeBytes { plain in
      payload.fill { target in
        encoders.withEncoder { encoder in
          for start in stride(from: 0, to: plain.count, by: chunkSize) {
            let chunk = UnsafeRawBufferPointer(rebasing: plain[start..<min(start + chunkSize, plain.count)])
            let piece = encode(chunk, at: start, into: target, used: used, encoder)
            if piece.isEncoded { used = piece.stored.upperBound }
            pieces.append(piece)
          }
        }
      }
    }
    payload.byteCount = used
    return EncodedBlock(plain: block, payload: payload, pieces: pieces)
  }

  private func encode(
    _ chunk: UnsafeRawBufferPointer, at start: Int, into target: UnsafeMutableRawBufferPointer, used: Int,
    _ encoder: ZlibEncoder
  ) -> EncodedBlock.Piece {
    func encoded(_ length: Int) -> EncodedBlock.Piece {
      EncodedBlock.Piece(
        stored: used..<used + length, plainLength: chunk.count, isEncoded: true, checksum: 0)
    }
    if chunk.count == chunkSize, chunk.isZero {
      zeroChunk.withUnsafeBytes { target[used...].copyBytes(from: $0) }
      return encoded(zeroChunk.count)
    }
    // Never longer than the plain bytes: such a chunk is stored as it is.
    let room = UnsafeMutableRawBufferPointer(rebasing: target[used..<used + chunk.count - 1])
    if let length = encoder.encode(chunk, into: room) { return encoded(length) }
    return EncodedBlock.Piece(
      stored: start..<start + chunk.count, plainLength: chunk.count, isEncoded: false,
      checksum: ZlibEncoder.adler32(chunk))
  }

  private func plainPieces(_ block: PageBuffer) -> [EncodedBlock.Piece] {
    block.paddedBytes.withUnsafeBytes { plain in
      stride(from: 0, to: plain.count, by: chunkSize).map { start in
        let end = min(start + chunkSize, plain.count)
        return EncodedBlock.Piece(
          stored: start..<end, plainLength: end - start, isEncoded: false,
          checksum: ZlibEncoder.adler32(UnsafeRawBufferPointer(rebasing: plain[start..<end])))
      }
    }
  }

  package func write(_ block: EncodedBlock) throws(EvidenceError) {
    for piece in block.pieces {
      let bytes = piece.isEncoded ? block.payload?.bytes : block.plain.paddedBytes
      guard let bytes else { preconditionFailure("an encoded piece without its payload") }
      let outcome = bytes.extracting(piece.stored).withUnsafeBytes { stored in
        Result { () throws(EvidenceError) in
          try handle.writeChunk(
            stored, plainLength: piece.plainLength, isCompressed: piece.isEncoded, checksum: piece.checksum)
        }
      }
      try outcome.get()
    }
  }

  package func finish(_ closing: ImageClosing) throws(EvidenceError) -> [FilePath] {
    try handle.finish(digests: closing.digests, unreadable: closing.unreadable)
    let files = try EWFSegmentFiles.existing(folder: folder, name: name)
    for file in files { try DurableFolder.syncFile(file) }
    return files
  }

  package func abandon() { handle.abandon() }

  private static func encodedZeros(chunkSize: Int, _ encoders: ZlibEncoderPool) -> [UInt8] {
    let zeros = [UInt8](repeating: 0, count: chunkSize)
    var target = [UInt8](repeating: 0, count: chunkSize)
    let length = zeros.withUnsafeBytes { plain in
      target.withUnsafeMutableBytes { target in encoders.withEncoder { $0.encode(plain, into: target) } }
    }
    guard let length else { preconditionFailure("zeros do not compress") }
    return Array(target[..<length])
  }
}

extension UnsafeRawBufferPointer {
  /// Whether every byte is zero.
  fileprivate var isZero: Bool {
    guard let base = baseAddress, let first, first == 0 else { return isEmpty }
    return memcmp(base, base + 1, count - 1) == 0
  }
}
