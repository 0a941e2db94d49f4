import DiscImages
import Evidence
import OpticalDisc
import SystemIO

/// The sectors of a disc by their addresses, as file systems refer to them.
package struct DiscSectors: Sendable {
  package let image: DiscImage
  private let tracks: [Track]
  private let windows = Windows()
  /// Bytes of the whole disc, 2048 a sector.
  package let size: UInt64

  private struct Track: Sendable {
    let track: DiscTrack
    let range: Range<Int>
    /// User data alone is stored, all of it.
    let isPlain: Bool

    init(_ track: DiscTrack) {
      self.track = track
      range = track.first..<track.end
      isPlain = track.extents.allSatisfy { extent in
        extent.run.map { [.mode1Data, .form1Data, .dvdData].contains($0.layout) } ?? false
      }
    }
  }

  /// What was read last, in pieces: records and small files lie beside each other.
  private final class Windows: Sendable {
    static let size = 1 << 16
    private static let most = 64

    private struct Kept {
      var bytes: [Int: [UInt8]] = [:]
      var order: [Int] = []
      var oldest = 0
    }

    private let kept = Monitor(Kept())

    func bytes(_ number: Int, read: () -> [UInt8]) -> [UInt8] {
      kept.withLock { kept in
        if let bytes = kept.bytes[number] { return bytes }
        let bytes = read()
        if kept.order.count < Self.most {
          kept.order.append(number)
        } else {
          kept.bytes[kept.order[kept.oldest]] = nil
          kept.order[kept.oldest] = number
          kept.oldest = (kept.oldest + 1) % Self.most
        }
        kept.bytes[number] = bytes
        return bytes
      }
    }
  }

  package init(_ image: DiscImage) {
    self.image = image
    tracks = image.disc.tracks.map(Track.init)
    size = UInt64(max(0, image.disc.sessions.map(\.leadOut).max() ?? 0)) * 2048
  }

  private func track(at sector: Int) -> Track? { tracks.first { $0.range.contains(sector) } }

  /// Bytes of user data, 2048 a sector; fewer where the image ends or has none.
  package func bytes(at start: UInt64, count: Int) -> [UInt8] {
    guard count > 0, start < size else { return [] }
    let count = Int(min(UInt64(count), size - start))
    if count <= Windows.size, let bytes = kept(Int(start), count) { return bytes }
    let first = Int(start / 2048)
    let end = Int(start + UInt64(count) + 2047) / 2048
    guard let bytes = try? image.userData(from: first, count: end - first) else {
      return sectorBySector(start, count: count, first..<end)
    }
    return start % 2048 == 0 && bytes.count == count
      ? bytes : Array(bytes.dropFirst(Int(start % 2048)).prefix(count))
  }

  /// - Returns: `nil` where not all around it is there.
  private func kept(_ start: Int, _ count: Int) -> [UInt8]? {
    var found: [UInt8] = []
    for number in start / Windows.size...(start + count - 1) / Windows.size {
      let first = number * Windows.size
      let window = windows.bytes(number) {
        (try? image.userData(from: first / 2048, count: min(Windows.size, Int(size) - first) / 2048)) ?? []
      }
      let part = max(start - first, 0)..<min(start + count - first, Windows.size)
      guard part.upperBound <= window.count else { return nil }
      if part.count == count { return Array(window[part]) }
      found += window[part]
    }
    return found
  }

  /// Bytes of sectors that are stored without anything that could tell of damage.
  /// - Returns: all of them; `nil` where they are stored otherwise, or not all there.
  func plain(at start: UInt64, count: Int) -> [UInt8]? {
    let sector = Int(start / 2048)
    guard let track = track(at: sector), track.isPlain,
      start + UInt64(count) <= UInt64(track.range.upperBound) * 2048
    else { return nil }
    let bytes = bytes(at: start, count: count)
    return bytes.count == count ? bytes : nil
  }

  /// Where bytes of user data are stored.
  package struct Place: Hashable, Sendable {
    /// Number of the file in ``DiscImage/files``.
    package let file: Int
    /// In that file.
    package let offset: UInt64
    package var count: UInt64
  }

  /// Where bytes of user data are stored, piece by piece; ends before a sector that is not.
  package func places(of start: UInt64, count: UInt64) -> [Place] {
    var found: [Place] = []
    var (next, left) = (start, count)
    while left > 0, let track = track(at: Int(next / 2048)), let layout = track.track.userDataLayout {
      let sector = Int(next / 2048)
      guard let extent = track.track.extents.first(where: { $0.start <= sector && sector < $0.end }),
        let run = extent.run
      else { break }
      let inner = layout == .dvdData ? 0 : layout.range.lowerBound - run.layout.range.lowerBound
      let offset = run.offset + UInt64((sector - extent.start) * run.stride + inner) + next % 2048
      let isOnePiece = run.stride == 2048
      let most = isOnePiece ? UInt64(extent.end) * 2048 - next : 2048 - next % 2048
      let piece = min(left, most)
      if let last = found.last, last.file == run.file, last.offset + last.count == offset {
        found[found.count - 1].count += piece
      } else {
        found.append(Place(file: run.file, offset: offset, count: piece))
      }
      next += piece
      left -= piece
    }
    return found
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
      guard let track = track(at: next)?.track, track.mode.isData else { return found }
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

  /// User data that was judged by the codes its sectors carry, and corrected where parity can.
  struct Checked {
    var bytes: [UInt8] = []
    /// Sectors that were corrected, and those that could not be.
    var corrected: [Int] = []
    var damaged: [Int] = []
  }

  /// As ``bytes(at:count:)``, of records that everything else depends on.
  func checked(at start: UInt64, count: Int) -> Checked {
    let first = Int(start / 2048)
    guard count > 0, let track = track(at: first), !track.isPlain else {
      return Checked(bytes: bytes(at: start, count: count))
    }
    let skip = Int(start % 2048)
    let end = min(UInt64(first) + UInt64(skip + count + 2047) / 2048, size / 2048)
    var checked = Checked()
    for (index, one) in sectors(from: first, count: Int(end) - first, repairing: true).enumerated() {
      if one.isDamaged { checked.damaged.append(first + index) }
      if one.wasCorrected { checked.corrected.append(first + index) }
      checked.bytes += one.data.prefix(2048)
    }
    checked.bytes = Array(checked.bytes.dropFirst(skip).prefix(count))
    return checked
  }

  /// Whether the sector is stored with the header that tells its form, and is of form 2.
  func isForm2(_ sector: Int) -> Bool {
    guard let track = track(at: sector)?.track, track.mode == .mode2,
      let batch = try? image.sector(sector, of: track)
    else { return false }
    return Self.sector(batch.sector(0), batch.layout, track.mode, sector, false).isForm2
  }

  /// Whether what is stored of a sector is all that its form has.
  func isStoredByForm(_ sector: Int) -> Bool {
    guard let track = track(at: sector)?.track, let batch = try? image.sector(sector, of: track)
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
      // The header is outside of the codes of mode 2: any will do.
      let sector = SectorCodec.sync + [0, 0, 0, 2] + bytes
      let report = SectorReport(of: sector.span.bytes)
      let isDamaged = mode == .mode2 && report.edc == .wrong
      let whole = repairing && isDamaged ? SectorRepair.repair(sector, as: report.kind)?.sector : nil
      let isForm2 = bytes[2] & 0x20 != 0
      return Sector(
        data: Array((whole ?? sector)[isForm2 ? 24..<2348 : 24..<2072]), isForm2: isForm2,
        isDamaged: isDamaged && whole == nil, wasCorrected: whole != nil)
    case .form2Body: return Sector(data: Array(bytes[8..<2332]), isForm2: true)
    case .form2Data: return Sector(data: bytes, isForm2: true)
    case .mode1Data, .form1Data, .dvdData: return Sector(data: bytes)
    }
  }
}
