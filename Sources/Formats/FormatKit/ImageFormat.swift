import CanonicalJSON
import Evidence
import SystemIO
import SystemPackage

/// The container formats Exhibit knows.
package enum ImageFormat: String, Hashable, Sendable, CaseIterable {
  /// EnCase evidence file, version 1 (EWF-E01).
  case e01
  /// The bytes of the medium, in one file or split.
  case raw

  /// Name as printed.
  package var title: String {
    switch self {
    case .e01: "E01"
    case .raw: "raw"
    }
  }

  /// Bytes an image of `length` bytes has at most.
  package func largestSize(of length: UInt64) -> UInt64 {
    // Per 32 KiB an Adler-32 and two table entries: 12 bytes; one in a thousand is far above that.
    self == .e01 ? length + length / 1000 + (1 << 20) : length
  }
}

/// What a container says of its contents besides the sectors.
package struct ImageDescription: Hashable, Sendable {
  package var caseNumber: String?
  package var evidenceNumber: String?
  package var examiner: String?
  package var description: String?
  package var notes: String?
  package var model: String?
  package var serialNumber: String?
  /// Program that wrote the container; set by readers only.
  package var software: String?
  /// As stored, in the container's own form; set by readers only.
  package var acquisitionDate: String?

  package init() {}
}

/// Sectors that a container no longer holds as they were written.
package struct DamagedRange: Hashable, Sendable {
  /// Bytes of the contents; zeros are delivered in their place.
  package let bytes: Range<UInt64>
  /// What is wrong, e.g. `chunk 17: checksum`.
  package let reason: String

  package init(bytes: Range<UInt64>, reason: String) {
    self.bytes = bytes
    self.reason = reason
  }
}

/// A container opened for reading. All members may be used from several threads at once.
package protocol ImageReader: AnyObject, Sendable {
  var format: ImageFormat { get }
  /// Length and sector size of the contents; a container of whole sectors includes its padding.
  var geometry: MediaGeometry { get }
  /// The files of the set, in order.
  var segments: [FilePath] { get }
  /// Digests the container itself stores; empty where it stores none.
  var storedDigests: DigestSet { get }
  var description: ImageDescription { get }
  /// Sectors recorded in the container as unreadable when it was made.
  var recordedUnreadable: [SectorRange] { get }
  /// What opening found wrong with the structure; empty for a sound container.
  var structureFindings: [Finding] { get }
  /// What the container says of itself besides.
  var facts: ImageFacts { get }
  /// Natural unit of reading in bytes: aligned reads of multiples of it decode nothing twice.
  var unitSize: Int { get }

  /// Fills `buffer` with the contents from `offset`.
  ///
  /// Damage is not an error: damaged parts are delivered as zeros and named in the result.
  /// - Precondition: `offset + buffer.count` lies within `geometry.length`.
  /// - Returns: the damaged parts, in order; empty where all is well.
  /// - Throws: `readFailed` where a file cannot be read at all.
  func read(
    into buffer: UnsafeMutableRawBufferPointer, at offset: UInt64
  ) throws(EvidenceError) -> [DamagedRange]
}

/// One block of the medium as a container will store it.
package struct EncodedBlock: Sendable {
  /// A piece of a block: stored bytes in `payload`, or the plain bytes of the block where it was not worth
  /// encoding.
  package struct Piece: Sendable {
    /// Where the stored bytes are: in `payload` when `isEncoded`, otherwise in the plain block.
    package let stored: Range<Int>
    /// Length in the medium, in bytes.
    package let plainLength: Int
    package let isEncoded: Bool
    /// Checksum of the plain bytes, where the container wants one for unencoded pieces.
    package let checksum: UInt32

    package init(stored: Range<Int>, plainLength: Int, isEncoded: Bool, checksum: UInt32) {
      self.stored = stored
      self.plainLength = plainLength
      self.isEncoded = isEncoded
      self.checksum = checksum
    }
  }

  /// The block as read.
  package let plain: PageBuffer
  /// Encoded bytes of all encoded pieces; `nil` where the container stores blocks as they are.
  package let payload: PageBuffer?
  package let pieces: [Piece]

  package init(plain: PageBuffer, payload: PageBuffer? = nil, pieces: [Piece] = []) {
    self.plain = plain
    self.payload = payload
    self.pieces = pieces
  }
}

/// What a writer learns when the last block is written.
package struct ImageClosing: Sendable {
  /// Digests of exactly the bytes the container holds, padding included.
  package let digests: DigestSet
  package let unreadable: [SectorRange]

  package init(digests: DigestSet, unreadable: [SectorRange]) {
    self.digests = digests
    self.unreadable = unreadable
  }
}

/// A container being written, one per destination.
package protocol ImageWriter: AnyObject, Sendable {
  var format: ImageFormat { get }
  /// Whether a last short sector is filled up with zeros.
  var padsLastSector: Bool { get }

  /// Turns a block into what will be stored. Called from several threads, in any order; keeps no state.
  func encode(_ block: PageBuffer) throws(EvidenceError) -> EncodedBlock

  /// Appends the next block. Called from one thread, in order.
  func write(_ block: EncodedBlock) throws(EvidenceError)

  /// Syncs what was written so far. Called from the thread that calls `write`, between two blocks.
  /// - Returns: what is needed to go on from exactly here in another process.
  func checkpoint() throws(EvidenceError) -> JSONValue

  /// Completes the container and syncs every file of it.
  /// - Returns: the files of the set, in order.
  func finish(_ closing: ImageClosing) throws(EvidenceError) -> [WrittenFile]

  /// Gives up: releases everything, leaves the files as they are.
  func abandon()
}
