import CourtReport
import DiscImages
import Evidence
import EvidenceTestKit
import Manifests
import OpticalDisc

extension SampleContents {
  /// A disc of three sessions, whose image was made by another program.
  static var severalSessions: ReportContents {
    get throws {
      let stream = try DiscStream(wholeOf: SampleDisc.threeSessions.build())
      return contents(
        of: map(unreadable: [], sectors: UInt64(stream.sectorCount)), verdict: .complete, disc: stream)
    }
  }

  /// Says in a manifest what was acquired of the image of a disc in place of a disk.
  static func describe(_ stream: DiscStream, in manifest: inout Manifest) {
    let unit = UInt32(stream.sectorSize)
    let length = UInt64(stream.sectorCount) * UInt64(unit)
    let description = "/media/evidence/disc.cue"
    manifest.acquisition.commandLine = [
      "exhibit", "acquire", description, "--item", "001", "--format", "raw",
    ]
    manifest.acquisition.pauses = []
    manifest.acquisition.directIO = false
    manifest.item.description = "CD-R in a paper sleeve"
    manifest.source = Manifest.Source(
      kind: .discImage, path: description, files: ["disc.cue", "disc.bin"],
      geometry: MediaGeometry(length: length, logicalSectorSize: unit))
    manifest.writeProtection = Manifest.WriteProtection(
      layers: [
        .init(
          name: "opened read-only", state: .active, proves: "The program asked for no right to write.")
      ], limits: "A file can be changed by whoever may write to it.")
    let chunk = 400 * UInt64(unit)
    manifest.streams[0].unitSize = unit
    manifest.streams[0].length = length
    manifest.streams[0].chunks.size = chunk
    manifest.streams[0].chunks.count = (length + chunk - 1) / chunk
    manifest.streams[0].tracks = stream.disc.sessions.flatMap { session in
      session.tracks.compactMap { track in
        guard let sectors = stream.sectors(of: track) else { return nil }
        return Manifest.Track(
          session: UInt64(session.number), number: UInt64(track.number), mode: track.mode,
          firstUnit: UInt64(sectors.lowerBound), unitCount: UInt64(sectors.count),
          digests: DigestSet([digest(.sha256, UInt8(100 + track.number))]))
      }
    }
    let contents = Manifest.Image.Contents(
      length: length, paddingBytes: 0, digests: manifest.streams[0].digests)
    manifest.images = [
      .init(
        format: .raw, contents: [contents],
        segments: [.init(name: "001.raw", size: length, sha256: digest(.sha256, 5))])
    ]
  }
}
