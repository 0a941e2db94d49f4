import Evidence
import FormatKit
import OpticalDisc
import SystemIO
import SystemPackage

/// The stream of sectors that was acquired, read back from the image of a disc that was made of it.
///
/// The image may hold more: sectors that its format must have and nobody read. What belongs to the stream is found by its
/// address on the disc.
package final class DiscStreamReader: ImageReader {
  /// Sectors that follow each other on the disc, in the image and in the stream.
  private struct Run: Sendable {
    let track: DiscTrack
    let lba: Int
    /// Place in the stream, in sectors.
    let sectors: Range<Int>
    let subchannel: SubchannelLayout?
  }

  package let format: Format
  package let geometry: MediaGeometry
  package let segments: [FilePath]
  package let facts = ImageFacts()
  package let storedDigests = DigestSet()
  package let description = ImageDescription()
  package let recordedUnreadable: [SectorRange] = []
  package let structureFindings: [Finding] = []
  package let checksItsData = false
  package let isPacked = false
  package let unitSize: Int

  private let image: DiscImage
  private let runs: [Run]
  private let sectorSize: Int

  /// - Parameters:
  ///   - path: of the image.
  ///   - disc: its stored sectors lie in file 0, which is the stream, one after the other.
  ///   - sectorSize: of the stream, in bytes.
  /// - Throws: `imageMalformed` where a sector of the stream is not in the image, or is stored otherwise.
  package init(
    _ image: DiscImage, of format: Format, at path: FilePath, _ disc: Disc, sectorSize: UInt32
  ) throws(EvidenceError) {
    var runs: [Run] = []
    var next = 0
    for extent in disc.tracks.flatMap(\.extents) {
      guard let run = extent.run else { continue }
      guard run.layout.size + (run.subchannel == nil ? 0 : Subchannel.size) == Int(sectorSize) else {
        throw EvidenceError(
          .imageMalformed, path.string, "sector \(extent.start) does not take \(sectorSize) bytes")
      }
      for part in try Self.parts(of: extent, run, in: image, path) {
        runs.append(
          Run(
            track: part.track, lba: part.range.lowerBound, sectors: next..<next + part.range.count,
            subchannel: run.subchannel?.layout))
        next += part.range.count
      }
    }
    self.image = image
    self.format = format
    self.runs = runs
    self.sectorSize = Int(sectorSize)
    self.unitSize = Int(sectorSize)
    self.geometry = MediaGeometry(
      length: UInt64(next) * UInt64(sectorSize), logicalSectorSize: sectorSize)
    let files = image.files.flatMap(\.names).map { FilePath($0) }
    self.segments = (files.contains(path) ? [] : [path]) + files
  }

  /// Where the image has the sectors of an extent of the stream.
  private static func parts(
    of extent: DiscExtent, _ run: StoredRun, in image: DiscImage, _ path: FilePath
  ) throws(EvidenceError) -> [(track: DiscTrack, range: Range<Int>)] {
    var parts: [(track: DiscTrack, range: Range<Int>)] = []
    var next = extent.start
    for track in image.disc.tracks where track.first < extent.end && next < track.end {
      for own in track.extents(in: next..<min(extent.end, track.end)) where own.start == next {
        guard let stored = own.run, isSame(stored.layout, run.layout),
          run.subchannel == nil || stored.subchannel != nil && stored.subchannel?.layout != .packs
        else { break }
        parts.append((track, own.start..<own.end))
        next = own.end
      }
    }
    guard next == extent.end else {
      throw EvidenceError(
        .imageMalformed, path.string,
        "it does not hold sector \(next) of the disc as it was acquired")
    }
    return parts
  }

  /// Whether sectors are stored alike. 2048 bytes of user data are the same whatever sector they were taken from.
  private static func isSame(_ layout: SectorLayout, _ other: SectorLayout) -> Bool {
    layout == other || layout.size == 2048 && other.size == 2048
  }

  package func read(
    into buffer: UnsafeMutableRawBufferPointer, at offset: UInt64
  ) throws(EvidenceError) -> [DamagedRange] {
    let first = Int(offset) / sectorSize
    let end = (Int(offset) + buffer.count + sectorSize - 1) / sectorSize
    var damaged: [DamagedRange] = []
    for run in runs {
      let part = run.sectors.clamped(to: first..<end)
      guard !part.isEmpty else { continue }
      let lba = run.lba + part.lowerBound - run.sectors.lowerBound
      let place = part.lowerBound * sectorSize
      do throws(EvidenceError) {
        let bytes = try bytes(of: run, lba..<lba + part.count)
        Self.copy(bytes, from: place, into: buffer, at: Int(offset))
      } catch {
        guard error.code == .imageMalformed else { throw error }
        Self.copy(
          [UInt8](repeating: 0, count: part.count * sectorSize), from: place, into: buffer, at: Int(offset))
        let wanted = (place..<place + part.count * sectorSize).clamped(
          to: Int(offset)..<Int(offset) + buffer.count)
        damaged.append(
          DamagedRange(
            bytes: UInt64(wanted.lowerBound)..<UInt64(wanted.upperBound), reason: error.detail))
      }
    }
    return damaged
  }

  /// Copies what of `bytes`, which lie at `place` of the stream, belongs into a buffer at `offset`.
  private static func copy(
    _ bytes: [UInt8], from place: Int, into buffer: UnsafeMutableRawBufferPointer, at offset: Int
  ) {
    let wanted = (place..<place + bytes.count).clamped(to: offset..<offset + buffer.count)
    guard !wanted.isEmpty else { return }
    bytes.withUnsafeBytes { bytes in
      let part = UnsafeRawBufferPointer(
        rebasing: bytes[wanted.lowerBound - place..<wanted.upperBound - place])
      UnsafeMutableRawBufferPointer(rebasing: buffer[(wanted.lowerBound - offset)...]).copyMemory(from: part)
    }
  }

  /// Sectors as they are in the stream.
  private func bytes(of run: Run, _ range: Range<Int>) throws(EvidenceError) -> [UInt8] {
    guard let layout = run.subchannel else {
      return try image.bytes(of: run.track, in: range, as: SectorForm())
    }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(range.count * sectorSize)
    try image.forEachBatch(of: run.track, in: range) { batch in
      for index in 0..<batch.count {
        bytes += batch.sector(index)
        guard let channels = batch.channels(index) else { continue }
        bytes += layout == .interleaved ? Subchannel.interleave(channels) : channels
      }
    }
    return bytes
  }
}
