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
  /// Whether each piece of the stored data has a checksum or digest of its own; what is damaged otherwise shows only where it
  /// cannot be unpacked.
  var checksItsData: Bool { get }
  /// Whether its files hold the contents in another form, or besides other things.
  var isPacked: Bool { get }
  /// A checksum of all contents that the container stores, too short for a digest; `nil` where it stores none.
  var wholeChecksum: WholeChecksum? { get }
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

extension ImageReader {
  package var checksItsData: Bool { format.isContainer }
  package var isPacked: Bool { format.isContainer }
  package var wholeChecksum: WholeChecksum? { nil }
}

/// A checksum over all contents of a container.
package struct WholeChecksum: Sendable {
  /// As printed, e.g. `CRC-32`.
  package let name: String
  package let stored: UInt32
  /// Goes on over more bytes, from 0.
  package let update: @Sendable (UInt32, UnsafeRawBufferPointer) -> UInt32

  package init(
    _ name: String, stored: UInt32, update: @escaping @Sendable (UInt32, UnsafeRawBufferPointer) -> UInt32
  ) {
    self.name = name
    self.stored = stored
    self.update = update
  }

  /// - Returns: `nil` where it was stopped.
  /// - Throws: `readFailed`.
  package func computed(
    over reader: any ImageReader, stop: StopFlag = StopFlag()
  ) throws(EvidenceError) -> UInt32? {
    let piece = PageBuffer(capacity: 4 << 20)
    var value: UInt32 = 0
    for start in stride(from: 0, to: reader.geometry.length, by: piece.capacity) {
      guard !stop.isRaised else { return nil }
      let count = Int(min(UInt64(piece.capacity), reader.geometry.length - start))
      _ = try piece.fill { (memory: UnsafeMutableRawBufferPointer) throws(EvidenceError) in
        try reader.read(into: UnsafeMutableRawBufferPointer(rebasing: memory[..<count]), at: start)
      }
      piece.byteCount = count
      piece.bytes.withUnsafeBytes { value = update(value, $0) }
    }
    return value
  }
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
