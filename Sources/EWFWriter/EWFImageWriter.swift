import Evidence
import ImageFormats
import SystemIO
import SystemPackage

/// Writes an E01 set: chunks are encoded by the calling threads, libewf lays them out.
package final class EWFImageWriter: ImageWriter {
  package let format = ImageFormat.e01
  package let padsLastSector = true

  private let folder: FilePath
  private let name: String
  private let encoder: EWFChunkEncoder
  private let handle: EWFHandle

  /// Prepares a set `NAME.E01`, `NAME.E02` … in `folder`; files appear with the first chunk.
  /// - Parameters:
  ///   - geometry: of the source; a last short sector is padded with zeros.
  ///   - blockSize: largest block that `encode` will be given, in bytes; a multiple of 16 MiB.
  ///   - blocksAtOnce: how many encoded blocks may be waiting.
  /// - Throws: `outputExists` where a segment of that name exists: libewf would overwrite it. `argumentInvalid`.
  package init(
    folder: FilePath, name: String, geometry: MediaGeometry, options: EWFOptions, blockSize: Int,
    blocksAtOnce: Int
  ) throws(EvidenceError) {
    try options.check(geometry)
    let sectorsPerChunk = options.sectorsPerChunk ?? EWFChunkSize.sectorsPerChunk(for: geometry)
    let chunkSize = Int(sectorsPerChunk) * Int(geometry.logicalSectorSize)
    guard blockSize % chunkSize == 0 else {
      throw EvidenceError(
        .argumentInvalid, "\(sectorsPerChunk) sectors per chunk",
        "chunks of at most \(HumanText.size(UInt64(blockSize)))")
    }
    for existing in try EWFSegmentFiles.existing(folder: folder, name: name) {
      throw EvidenceError(.outputExists, existing.string)
    }
    self.folder = folder
    self.name = name
    self.encoder = EWFChunkEncoder(
      chunkSize: chunkSize, compression: options.compression, blockSize: blockSize, blocksAtOnce: blocksAtOnce
    )
    self.handle = try EWFHandle(
      base: folder.appending(name), geometry: geometry, sectorsPerChunk: sectorsPerChunk, options: options)
  }

  package func encode(_ block: PageBuffer) throws(EvidenceError) -> EncodedBlock { encoder.encode(block) }

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
}
