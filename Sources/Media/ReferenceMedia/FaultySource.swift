import Evidence
import Glibc
import Media
import Synchronization
import SystemIO
import SystemPackage

/// A medium with faults as scripted, over contents that are known.
///
/// It counts the reads whose offset, length or address are not aligned to its sectors: a device that is read
/// directly refuses those.
package final class FaultySource: SectorSource {
  /// What is wrong with the medium.
  package struct Faults: Sendable {
    /// Sectors the medium refuses, whatever else a read asks for.
    package var unreadable: Set<UInt64> = []
    /// Sectors the medium refuses so many times; the next read that touches one returns it.
    package var refusals: [UInt64: Int] = [:]
    /// Error number of a refusal; EIO where it is not here.
    package var errorNumbers: [UInt64: Int32] = [:]
    /// Reads that touch such a sector do not come back before the flag is raised.
    package var hangs: (sectors: Set<UInt64>, until: StopFlag)?
    /// The medium is gone from this byte on.
    package var vanishesAt: UInt64?
    /// The medium turns out to end at this byte.
    package var endsAt: UInt64?
    /// Every read takes this long, in microseconds.
    package var stall: UInt32 = 0
    /// Raised once a read has reached this byte.
    package var stops: (flag: StopFlag, at: UInt64)?

    package init() {}
  }

  package let facts: SourceFacts
  package let geometry: MediaGeometry
  package let readsDirectly = true
  /// What the medium would hold without faults.
  package let stamped: StampedContents
  private let faults: Faults
  private let reading = Atomic<Int>(0)
  private let misaligned = Atomic<Int>(0)
  private let refused: Monitor<[UInt64: Int]>
  private let asked = Monitor<[Range<UInt64>]>([])

  package init(
    _ stamped: StampedContents, faults: Faults = Faults(),
    facts: SourceFacts = SourceFacts(kind: .blockDevice, path: "/dev/faulty")
  ) {
    self.facts = facts
    self.refused = Monitor(faults.refusals)
    self.stamped = stamped
    self.geometry = MediaGeometry(
      length: stamped.length, logicalSectorSize: UInt32(stamped.sectorSize))
    self.faults = faults
  }

  /// A medium of noise, no longer than memory.
  package convenience init(
    length: Int, sectorSize: UInt32 = 512, faults: Faults = Faults(),
    facts: SourceFacts = SourceFacts(kind: .blockDevice, path: "/dev/faulty")
  ) {
    self.init(
      StampedContents(length: UInt64(length), sectorSize: sectorSize), faults: faults, facts: facts)
  }

  /// All it would hold without faults.
  package var contents: [UInt8] { stamped.bytes(0..<stamped.length) }

  /// What an image must hold: the contents, zeros in place of the sectors that are refused.
  package var filledContents: [UInt8] { filledContents { _, length in [UInt8](repeating: 0, count: length) } }

  /// - Parameter pattern: what stands in place of a sector, given its number and length in bytes.
  package func filledContents(_ pattern: (UInt64, Int) -> [UInt8]) -> [UInt8] {
    var bytes = contents
    let size = Int(geometry.logicalSectorSize)
    for sector in faults.unreadable {
      let range = Int(sector) * size..<min(bytes.count, (Int(sector) + 1) * size)
      bytes.replaceSubrange(range, with: pattern(sector, range.count))
    }
    return bytes
  }

  /// The sectors of every read so far, in order.
  package var reads: [Range<UInt64>] { asked.withLock { $0 } }

  package var readCount: Int { reading.load(ordering: .relaxed) }
  /// Reads a device that is read directly would have refused.
  package var misalignedReadCount: Int { misaligned.load(ordering: .relaxed) }

  package func read(into buffer: UnsafeMutableRawBufferPointer, at offset: UInt64) throws(EvidenceError) {
    reading.add(1, ordering: .relaxed)
    checkAlignment(buffer, offset)
    if faults.stall > 0 { usleep(faults.stall) }
    let end = offset + UInt64(buffer.count)
    if let stops = faults.stops, end > stops.at { stops.flag.raise() }
    if let position = faults.vanishesAt, end > position { throw error(.mediumVanished) }
    if let position = faults.endsAt, end > position { throw error(.mediumChanged) }
    let size = UInt64(geometry.logicalSectorSize)
    let sectors = offset / size..<(end + size - 1) / size
    asked.withLock { $0.append(sectors) }
    if let hangs = faults.hangs, hangs.sectors.contains(where: sectors.contains) {
      while !hangs.until.isRaised { usleep(1000) }
    }
    if let refusing = refusal(of: sectors) {
      // What lies in the buffer after a failed read is anything but the contents.
      buffer.initializeMemory(as: UInt8.self, repeating: 0xdb)
      throw EvidenceError(
        .mediumUnreadable, facts.path.string, "scripted", errno: faults.errorNumbers[refusing] ?? EIO)
    }
    stamped.copy(into: buffer, at: offset)
  }

  /// The first sector that is refused now.
  private func refusal(of sectors: Range<UInt64>) -> UInt64? {
    let isShort = sectors.count < faults.unreadable.count
    if let sector = isShort
      ? sectors.first(where: faults.unreadable.contains) : faults.unreadable.filter(sectors.contains).min()
    {
      return sector
    }
    return refused.withLock { refused in
      guard let sector = refused.keys.filter(sectors.contains).min(), let left = refused[sector] else {
        return nil
      }
      refused[sector] = left > 1 ? left - 1 : nil
      return sector
    }
  }

  private func error(_ code: ErrorCode) -> EvidenceError {
    EvidenceError(code, facts.path.string, "scripted")
  }

  /// Sectors of discs, whose size is no power of two, come from files, which do not mind the address.
  private func checkAlignment(_ buffer: UnsafeMutableRawBufferPointer, _ offset: UInt64) {
    let size = UInt64(geometry.logicalSectorSize)
    let isLast = offset + UInt64(buffer.count) == geometry.length
    let isAligned =
      offset % size == 0 && (isLast || UInt64(buffer.count) % size == 0)
      && (size.nonzeroBitCount > 1 || UInt64(UInt(bitPattern: buffer.baseAddress)) % size == 0)
    if !isAligned { misaligned.add(1, ordering: .relaxed) }
  }
}
