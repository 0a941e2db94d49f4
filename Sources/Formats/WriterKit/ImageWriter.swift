import CanonicalJSON
import Evidence
import SystemIO

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
  var format: FormatID { get }
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
