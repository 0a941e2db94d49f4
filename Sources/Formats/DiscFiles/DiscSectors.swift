import DiscImages
import Evidence
import OpticalDisc

/// The sectors of a disc by their addresses, as file systems refer to them.
package struct DiscSectors: Sendable {
  package let image: DiscImage

  package init(_ image: DiscImage) { self.image = image }

  /// Bytes of the whole disc, 2048 a sector.
  var size: UInt64 { UInt64(max(0, image.disc.sessions.map(\.leadOut).max() ?? 0)) * 2048 }

  /// Bytes of user data, 2048 a sector; fewer where the image ends or has none.
  func bytes(at start: UInt64, count: Int) -> [UInt8] {
    guard count > 0, start < size else { return [] }
    let first = Int(start / 2048)
    let end = Int(min(start + UInt64(count), size) + 2047) / 2048
    guard let bytes = try? image.userData(from: first, count: end - first) else {
      return sectorBySector(start, count: count, first..<end)
    }
    return Array(bytes.dropFirst(Int(start % 2048)).prefix(count))
  }

  /// What can be had before the file that holds them ends.
  private func sectorBySector(_ start: UInt64, count: Int, _ sectors: Range<Int>) -> [UInt8] {
    var bytes: [UInt8] = []
    for sector in sectors {
      guard let one = try? image.userData(from: sector, count: 1), one.count == 2048 else { break }
      bytes += one
    }
    return Array(bytes.dropFirst(Int(start % 2048)).prefix(count))
  }

  /// One sector as its form says.
  struct Sector {
    /// 2048 or 2324 bytes.
    var data: [UInt8]
    var isForm2 = false
    /// Its EDC is wrong.
    var isDamaged = false
    /// It holds one byte value only, as programs write where they could not read.
    var isFilled = false
    /// Its EDC was wrong, and its parity could correct it.
    var wasCorrected = false
  }

  /// Sectors in order, each as much as its form has; ends before one that is not stored.
  func sectors(from first: Int, count: Int, repairing: Bool) -> [Sector] {
    var found: [Sector] = []
    var next = first
    while next < first + count {
      guard let track = image.disc.tracks.first(where: { $0.first <= next && next < $0.end }),
        track.mode.isData
      else { return found }
      let range = next..<min(first + count, track.end)
      var read = next
      do throws(EvidenceError) {
        try image.forEachBatch(of: track, in: range) { (batch: SectorBatch) throws(EvidenceError) in
          guard batch.first == read else { return }
          for index in 0..<batch.count {
            found.append(
              Self.sector(batch.sector(index), batch.layout, track.mode, batch.first + index, repairing))
          }
          read += batch.count
        }
      } catch {
        // The file ends among them: as many as there are.
        while read < range.upperBound, let one = try? image.sector(read, of: track) {
          found.append(Self.sector(one.sector(0), one.layout, track.mode, read, repairing))
          read += 1
        }
      }
      guard read == range.upperBound else { return found }
      next = read
    }
    return found
  }

  /// Whether the sector is stored with the header that tells its form, and is of form 2.
  func isForm2(_ sector: Int) -> Bool {
    guard let track = image.disc.tracks.first(where: { $0.first <= sector && sector < $0.end }),
      track.mode == .mode2, let batch = try? image.sector(sector, of: track)
    else { return false }
    return Self.sector(batch.sector(0), batch.layout, track.mode, sector, false).isForm2
  }

  /// Whether what is stored of a sector is all that its form has.
  func isStoredByForm(_ sector: Int) -> Bool {
    guard let track = image.disc.tracks.first(where: { $0.first <= sector && sector < $0.end }),
      let batch = try? image.sector(sector, of: track)
    else { return false }
    return [.raw, .body, .form2Body, .form2Data].contains(batch.layout)
  }

  private static func sector(
    _ stored: ArraySlice<UInt8>, _ layout: SectorLayout, _ mode: TrackMode, _ lba: Int, _ repairing: Bool
  ) -> Sector {
    let bytes = Array(stored)
    switch layout {
    case .raw:
      let found = DataSector(stored, lba: lba)
      let whole = repairing && found.isDataDamaged ? found.repaired() : nil
      let kind = found.report.kind.isData ? found.report.kind : mode == .mode2 ? .form1 : .mode1
      return Sector(
        data: Array(
          (whole ?? found.bytes)[kind == .form2 ? 24..<2348 : kind == .form1 ? 24..<2072 : 16..<2064]),
        isForm2: kind == .form2, isDamaged: found.isDataDamaged && whole == nil,
        isFilled: found.fault == .filled, wasCorrected: whole != nil)
    case .body:
      let isForm2 = bytes[2] & 0x20 != 0
      return Sector(data: Array(bytes[isForm2 ? 8..<2332 : 8..<2056]), isForm2: isForm2)
    case .form2Body: return Sector(data: Array(bytes[8..<2332]), isForm2: true)
    case .form2Data: return Sector(data: bytes, isForm2: true)
    case .mode1Data, .form1Data, .dvdData: return Sector(data: bytes)
    }
  }
}
