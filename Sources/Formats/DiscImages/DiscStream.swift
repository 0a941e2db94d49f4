import Evidence
import OpticalDisc

/// The stored sectors of a disc one after the other, in the order of their addresses and all of one size: what is
/// acquired of the image of a disc.
///
/// A sector is what the image stores of it, with its 96 bytes of subchannel behind it where the image has them; audio
/// samples with the least significant byte first, as a drive delivers them.
package struct DiscStream: Sendable {
  /// Sectors of one extent within the stream.
  private struct Run: Sendable {
    let track: DiscTrack
    let start: Int
    let sectors: Range<Int>
  }

  private let image: DiscImage
  private let form: SectorForm
  private let runs: [Run]
  /// Bytes per sector.
  package let sectorSize: Int
  package let sectorCount: Int
  /// The disc as far as the stream has it. What is stored lies in file 0, which is the stream.
  package let disc: Disc

  /// All sectors an image stores.
  /// - Throws: `argumentInvalid` where sectors are stored in different sizes, or none at all.
  package init(wholeOf image: DiscImage) throws(EvidenceError) {
    try self.init(image, disc: image.disc, form: SectorForm(keepsSubchannel: true))
  }

  /// The user data, 2048 bytes a sector, of one data track.
  /// - Throws: `argumentInvalid` where there is no such track, or its sectors have no such part, or other data as well.
  package init(userDataOf number: Int, of image: DiscImage) throws(EvidenceError) {
    func refused(_ why: String) -> EvidenceError { EvidenceError(invalid: .track, "\(number)", why) }
    guard let session = image.disc.sessions.first(where: { $0.tracks.contains { $0.number == number } }),
      let track = session.tracks.first(where: { $0.number == number })
    else {
      let numbers = image.disc.tracks.map { "\($0.number)" }.joined(separator: ", ")
      throw refused("the disc has the tracks \(numbers)")
    }
    guard let layout = track.userDataLayout else {
      throw refused("track \(number) has no user data of 2048 bytes a sector")
    }
    let runs = track.extents.compactMap(\.run)
    guard track.mode != .mode2 || runs.allSatisfy({ $0.layout == .form1Data }) else {
      throw refused(
        "sectors of mode 2 may be of form 2, which 2048 bytes cannot hold: acquire the whole disc")
    }
    var disc = image.disc
    var alone = session
    alone.tracks = [track]
    alone.leadOut = track.end
    disc.sessions = [alone]
    disc.catalog = nil
    disc.cdText = nil
    disc.raw = RawStructures()
    try self.init(image, disc: disc, form: SectorForm(layout: layout))
  }

  private init(_ image: DiscImage, disc: Disc, form: SectorForm) throws(EvidenceError) {
    var sizes: Set<Int> = []
    for run in disc.tracks.flatMap(\.extents).compactMap(\.run) {
      sizes.insert((form.layout ?? run.layout).size + Self.subchannelSize(run, form))
    }
    guard let size = sizes.first, sizes.count == 1 else {
      throw EvidenceError(
        .argumentInvalid, image.files.first?.name ?? "the disc",
        sizes.isEmpty
          ? "the image stores no sectors"
          : "sectors are stored with \(sizes.sorted().map(String.init).joined(separator: " and ")) bytes, and an image "
            + "holds sectors of one size: acquire its data track alone", consider: [.track])
    }
    var runs: [Run] = []
    var count = 0
    var placed = disc
    for session in placed.sessions.indices {
      for number in placed.sessions[session].tracks.indices {
        let track = disc.sessions[session].tracks[number]
        placed.sessions[session].tracks[number].extents = track.extents.map { extent in
          guard let run = extent.run else { return extent }
          runs.append(Run(track: track, start: extent.start, sectors: count..<count + extent.count))
          defer { count += extent.count }
          return DiscExtent(
            start: extent.start, count: extent.count, .stored(Self.place(run, form, at: count, size: size)))
        }
      }
    }
    self.image = image
    self.form = form
    self.runs = runs
    self.sectorSize = size
    self.sectorCount = count
    self.disc = placed
  }

  private static func subchannelSize(_ run: StoredRun, _ form: SectorForm) -> Int {
    form.keepsSubchannel && run.subchannel != nil ? Subchannel.size : 0
  }

  private static func place(_ run: StoredRun, _ form: SectorForm, at sector: Int, size: Int) -> StoredRun {
    let layout = form.layout ?? run.layout
    let offset = UInt64(sector) * UInt64(size)
    let subchannel = form.keepsSubchannel ? run.subchannel : nil
    return StoredRun(
      file: 0, offset: offset, layout: layout,
      subchannel: subchannel.map {
        SubchannelRun(file: 0, offset: offset + UInt64(layout.size), layout: $0.layout, stride: size)
      }, stride: size)
  }

  /// Where a track lies in the stream, in sectors; `nil` where nothing of it is stored.
  package func sectors(of track: DiscTrack) -> Range<Int>? {
    let parts = track.extents.compactMap(\.run).map { Int($0.offset) / sectorSize }
    guard let first = parts.first else { return nil }
    return first..<first + track.storedSectors
  }

  /// Whole sectors from the files of the image.
  /// - Parameter sectors: within the stream.
  /// - Throws: `readFailed`; `imageMalformed` where a file has become shorter.
  package func read(_ sectors: Range<Int>, into buffer: UnsafeMutableRawBufferPointer) throws(EvidenceError) {
    precondition(buffer.count == sectors.count * sectorSize && sectors.upperBound <= sectorCount)
    var place = 0
    for run in runs {
      let part = run.sectors.clamped(to: sectors)
      guard !part.isEmpty else { continue }
      let first = run.start + part.lowerBound - run.sectors.lowerBound
      let bytes = try image.bytes(of: run.track, in: first..<first + part.count, as: form)
      guard bytes.count == part.count * sectorSize else {
        throw EvidenceError(
          .imageMalformed, "track \(run.track.number)", "sectors of another size than before")
      }
      bytes.withUnsafeBytes { UnsafeMutableRawBufferPointer(rebasing: buffer[place...]).copyMemory(from: $0) }
      place += bytes.count
    }
  }
}
