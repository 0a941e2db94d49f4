import CanonicalJSON
import Evidence
import SystemIO
import SystemPackage
import WriterKit

/// What an E01 holds besides options and contents: two images of the same medium with the same identity are equal.
package struct EWFIdentity: Hashable, Sendable {
  /// 16 bytes that all segments share.
  package let identifier: [UInt8]
  /// When the medium was read, in seconds since 1970.
  package let acquired: Int64
  /// What the clock of the acquiring machine said then, in seconds since 1970.
  package let systemTime: Int64

  /// - Parameter systemTime: as `acquired` where `nil`.
  package init(identifier: [UInt8], acquired: Int64, systemTime: Int64? = nil) {
    precondition(identifier.count == 16)
    self.identifier = identifier
    self.acquired = acquired
    self.systemTime = systemTime ?? acquired
  }

  /// A new one: random, and now.
  package static func make() -> EWFIdentity {
    EWFIdentity(identifier: Host.randomBytes(16), acquired: Host.now().microseconds / 1_000_000)
  }
}

/// Writes an E01 set of the EnCase 6 form: chunks are encoded by the calling threads and laid out by one.
///
/// EnCase 6 is the one form that carries case data, MD5 and SHA-1, unreadable sectors and media over 2 TiB, and that
/// every program reads.
package final class EWFImageWriter: ImageWriter {
  package let format = FormatID.e01
  package let padsLastSector = true

  private let encoder: EWFChunkEncoder
  private let segments: Monitor<EWFSegmentWriter>

  /// Begins a set `NAME.E01`, `NAME.E02` … in `folder`.
  /// - Parameters:
  ///   - geometry: of the source; a last short sector is padded with zeros.
  ///   - blockSize: largest block that `encode` will be given, in bytes; a multiple of 16 MiB.
  ///   - blocksAtOnce: how many encoded blocks may be waiting.
  /// - Throws: `outputExists` where a segment of that name exists; `argumentInvalid`, `destinationFull`, `writeFailed`.
  package convenience init(
    folder: FilePath, name: String, geometry: MediaGeometry, options: EWFOptions, blockSize: Int,
    blocksAtOnce: Int, overflow: Overflow = .none, identity: EWFIdentity = .make()
  ) throws(EvidenceError) {
    let form = try Self.form(
      folder, overflow, name, geometry, options, blockSize: blockSize, identity)
    try self.init(EWFSegmentWriter(form), form, blockSize: blockSize, blocksAtOnce: blocksAtOnce)
  }

  /// Goes on with a set from a checkpoint; what was written after it goes.
  /// - Parameter checkpoint: of a writer with the same parameters.
  /// - Throws: `journalMalformed`, `fileMissing`, `outputShorter`, `writeFailed`.
  package convenience init(
    resuming checkpoint: JSONValue, folder: FilePath, name: String, geometry: MediaGeometry,
    options: EWFOptions, blockSize: Int, blocksAtOnce: Int, overflow: Overflow = .none
  ) throws(EvidenceError) {
    let kept = try EWFSegmentWriter.Kept(checkpoint)
    let form = try Self.form(
      folder, overflow, name, geometry, options, blockSize: blockSize, kept.identity)
    try self.init(
      EWFSegmentWriter(form, resuming: kept), form, blockSize: blockSize, blocksAtOnce: blocksAtOnce)
  }

  init(
    _ segments: consuming EWFSegmentWriter, _ form: EWFSegmentWriter.Form, blockSize: Int, blocksAtOnce: Int
  ) {
    self.segments = Monitor(segments)
    self.encoder = EWFChunkEncoder(
      chunkSize: Int(form.sectorsPerChunk) * Int(form.geometry.logicalSectorSize),
      compression: form.options.compression, blockSize: blockSize, blocksAtOnce: blocksAtOnce)
  }

  private static func form(
    _ folder: FilePath, _ overflow: Overflow, _ name: String, _ geometry: MediaGeometry,
    _ options: EWFOptions, blockSize: Int, _ identity: EWFIdentity
  ) throws(EvidenceError) -> EWFSegmentWriter.Form {
    try options.check(geometry)
    let sectorsPerChunk =
      options.sectorsPerChunk
      ?? EWFChunkSize.sectorsPerChunk(
        for: geometry, options.compression)
    let chunkSize = UInt64(sectorsPerChunk) * UInt64(geometry.logicalSectorSize)
    guard blockSize % Int(chunkSize) == 0 else {
      throw EvidenceError(
        .argumentInvalid, "\(sectorsPerChunk) sectors per chunk",
        "chunks of at most \(HumanText.size(UInt64(blockSize)))")
    }
    let least = chunkSize + EWFSegmentWriter.overhead
    guard options.segmentSize >= least else {
      throw EvidenceError(
        .argumentInvalid, "segment size \(options.segmentSize)", "at least \(least) for chunks of this size")
    }
    return EWFSegmentWriter.Form(
      folder: folder, overflow: overflow, name: name, geometry: geometry, sectorsPerChunk: sectorsPerChunk,
      options: options, identity: identity)
  }

  package func encode(_ block: PageBuffer) throws(EvidenceError) -> EncodedBlock { encoder.encode(block) }

  package func write(_ block: EncodedBlock) throws(EvidenceError) {
    let none = UnsafeRawBufferPointer(start: nil, count: 0)
    let outcome = block.plain.paddedBytes.withUnsafeBytes { plain in
      Self.with(block.payload, none) { payload in
        Result { () throws(EvidenceError) in try write(block.pieces, plain: plain, payload: payload) }
      }
    }
    try outcome.get()
  }

  private static func with<Value>(
    _ buffer: PageBuffer?, _ none: UnsafeRawBufferPointer, _ body: (UnsafeRawBufferPointer) -> Value
  ) -> Value {
    guard let buffer else { return body(none) }
    return buffer.bytes.withUnsafeBytes(body)
  }

  private func write(
    _ pieces: [EncodedBlock.Piece], plain: UnsafeRawBufferPointer, payload: UnsafeRawBufferPointer
  ) throws(EvidenceError) {
    // The Adler-32 that follows each chunk stored as it is.
    let checksums = pieces.map { $0.checksum.littleEndian }
    let outcome = checksums.withUnsafeBytes { checksums in
      segments.withLock { segments in
        Result { () throws(EvidenceError) in
          for (index, piece) in pieces.enumerated() {
            if piece.isEncoded {
              let stored = UnsafeRawBufferPointer(rebasing: payload[piece.stored])
              try segments.append([stored], isCompressed: true)
            } else {
              let stored = UnsafeRawBufferPointer(rebasing: plain[piece.stored])
              let checksum = UnsafeRawBufferPointer(rebasing: checksums[4 * index..<4 * index + 4])
              try segments.append([stored, checksum], isCompressed: false)
            }
          }
          try segments.flush()
        }
      }
    }
    try outcome.get()
  }

  package func checkpoint() throws(EvidenceError) -> JSONValue {
    try segments.withLock { segments throws(EvidenceError) in try segments.checkpoint() }
  }

  package func finish(_ closing: ImageClosing) throws(EvidenceError) -> [WrittenFile] {
    try segments.withLock { segments throws(EvidenceError) in
      try segments.finish(closing.digests, unreadable: closing.unreadable)
    }
  }

  package func abandon() {}
}
