import Evidence
import SystemIO
import SystemPackage

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
  var format: Format { get }
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

/// A reader that finds more in a damaged image than its structure locates.
package protocol SalvagingReader: ImageReader {
  /// What is left of a damaged unit.
  /// - Parameter offset: of the unit in the contents; a multiple of `unitSize`.
  func salvage(chunkAt offset: UInt64, into buffer: UnsafeMutableRawBufferPointer) throws(EvidenceError)

  /// Units that lie in the image although nothing locates them.
  func carve(_ found: (_ offset: UInt64, _ bytes: RawSpan) throws(EvidenceError) -> Void)
    throws(EvidenceError)
}
