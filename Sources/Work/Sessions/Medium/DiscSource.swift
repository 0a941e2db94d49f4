import DiscImages
import Evidence
import FormatKit
import Formats
import Manifests
import Media
import OpticalDisc
import SystemIO
import SystemPackage

/// The image of an optical disc, read as a medium: the sectors it stores, one after the other.
final class DiscSource: SectorSource {
  let facts: SourceFacts
  let geometry: MediaGeometry
  let readsDirectly = false
  let stream: DiscStream
  let image: DiscImage
  /// The format it came in.
  let format: Format
  /// Its description, byte for byte; empty of one that has none.
  let sheet: [UInt8]
  private let presence: FilePresence

  private static let largestSheet = 16 << 20

  /// - Parameters:
  ///   - path: the description of the disc, or the file of one that has none.
  ///   - id: the format it is read as; what it is itself where `nil`.
  ///   - track: only the user data of this track.
  /// - Throws: what opening throws; `argumentInvalid` where it has no stream of sectors of one size.
  init(_ path: FilePath, as id: FormatID? = nil, track: Int?) throws(EvidenceError) {
    let resolved = try Syscalls.resolve(path).orThrow(.sourceMissing, path.string)
    let (format, image) = try Formats.openDisc(resolved, as: id)
    self.stream =
      if let track { try DiscStream(userDataOf: track, of: image) } else { try DiscStream(wholeOf: image) }
    self.image = image
    self.format = format
    // What has no description is its sectors.
    let isDescribed = !image.files.contains { $0.name == resolved.string }
    self.sheet = isDescribed ? try Files.contents(resolved, cap: Self.largestSheet) : []
    var facts = SourceFacts(kind: .discImage, path: resolved)
    facts.files = (isDescribed ? [resolved] : []) + image.files.flatMap(\.names).map { FilePath($0) }
    self.facts = facts
    self.presence = FilePresence(facts.files)
    self.geometry = MediaGeometry(
      length: UInt64(stream.sectorCount) * UInt64(stream.sectorSize),
      logicalSectorSize: UInt32(stream.sectorSize))
  }

  func read(into buffer: UnsafeMutableRawBufferPointer, at offset: UInt64) throws(EvidenceError) {
    let size = stream.sectorSize
    precondition(offset % UInt64(size) == 0 && buffer.count % size == 0)
    let first = Int(offset) / size
    do throws(EvidenceError) {
      try stream.read(first..<first + buffer.count / size, into: buffer)
    } catch {
      guard error.code == .imageMalformed else { throw presence.meaning(of: error, readingAgain: answers) }
      // What a container has lost is as unreadable as what a drive cannot read; files only end too early where
      // they changed.
      throw EvidenceError(
        image.containers.isEmpty ? .mediumChanged : .mediumUnreadable, facts.path.string, error.description)
    }
    presence.note(offset)
  }

  private func answers(_ offset: UInt64) -> Bool {
    let first = Int(offset) / stream.sectorSize
    return withUnsafeTemporaryAllocation(byteCount: stream.sectorSize, alignment: 1) { sector in
      do throws(EvidenceError) { try stream.read(first..<first + 1, into: sector) } catch { return false }
      return true
    }
  }
}

extension DiscSource {
  /// What an image in a case is described by.
  /// - Parameter image: name of its first file.
  func description(image name: String) -> DiscDescription {
    DiscDescription(
      image: name, sectorSize: stream.sectorSize, disc: stream.disc,
      origin: DiscDescription.Origin(
        format: format.id, files: facts.files.compactMap { $0.lastComponent?.string },
        remarks: image.remarks + unclaimed))
  }

  /// What of the files is no sector of any track, and so in no image.
  var unclaimed: [String] {
    image.unclaimed.map { part in
      let name = FilePath(image.files[part.file].name).lastComponent?.string ?? ""
      return
        "\(name), bytes \(part.range.lowerBound) to \(part.range.upperBound - 1) belong to no track and are "
        + "not acquired: \(part.reason)"
    }
  }

  /// The tracks as the manifest lists them, read back from an image of the stream.
  /// - Throws: `readFailed`.
  func tracks(in reader: any ImageReader) throws(EvidenceError) -> [Manifest.Track] {
    var tracks: [Manifest.Track] = []
    for session in stream.disc.sessions {
      for track in session.tracks {
        guard let sectors = stream.sectors(of: track) else { continue }
        let size = UInt64(stream.sectorSize)
        tracks.append(
          Manifest.Track(
            session: UInt64(session.number), number: UInt64(track.number), mode: track.mode,
            firstUnit: UInt64(sectors.lowerBound), unitCount: UInt64(sectors.count),
            digests: try reader.digests(
              of: UInt64(sectors.lowerBound) * size..<UInt64(sectors.upperBound) * size)))
      }
    }
    return tracks
  }
}
