import Evidence

/// A run of sectors of another source, as a source of its own that begins at 0.
package final class SectorRangeSource: SectorSource {
  private let whole: any SectorSource
  /// The sectors of the whole that this source consists of.
  package let range: SectorRange
  package let geometry: MediaGeometry

  /// - Parameter range: in logical sectors of `whole`.
  /// - Throws: `argumentInvalid` where it is empty or does not lie within the medium.
  package init(_ range: SectorRange, of whole: any SectorSource) throws(EvidenceError) {
    let outer = whole.geometry
    guard !range.isEmpty, range.end <= outer.sectorCount else {
      throw EvidenceError(
        .argumentInvalid, "sectors \(range)", "the medium has sectors 0-\(max(outer.sectorCount, 1) - 1)")
    }
    let sector = UInt64(outer.logicalSectorSize)
    self.whole = whole
    self.range = range
    self.geometry = MediaGeometry(
      length: min(range.end * sector, outer.length) - range.first * sector,
      logicalSectorSize: outer.logicalSectorSize, physicalSectorSize: outer.physicalSectorSize)
  }

  package var facts: SourceFacts { whole.facts }
  package var readsDirectly: Bool { whole.readsDirectly }

  package func read(into buffer: UnsafeMutableRawBufferPointer, at offset: UInt64) throws(EvidenceError) {
    try whole.read(into: buffer, at: range.first * UInt64(geometry.logicalSectorSize) + offset)
  }
}
