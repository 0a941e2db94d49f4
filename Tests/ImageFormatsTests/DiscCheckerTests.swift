import DiscImages
import DiscWriters
import Digests
import Evidence
import EvidenceTestKit
import Formats
import Foundation
import OpticalDisc
import SystemPackage
import Testing

/// What a reader that was written from the layouts alone, in another language, finds in what is written here.
@Suite struct DiscCheckerTests {
  private static let checker = FilePath(#filePath).removingLastComponent().appending("Checkers").appending(
    "disc.py")

  private struct Checked: Decodable {
    struct Session: Decodable {
      let number: Int
      let kind: Int
      let leadOut: Int
      let tracks: [Track]
    }

    struct Track: Decodable {
      let number: Int
      let first: Int
      let start: Int
      let control: Int
      let indexes: [String: Int]
      let isrc: String?
      let mode: Int
      let gap: String
      let main: String
      let sub: String?
    }

    let catalog: String?
    let sessions: [Session]
    let packs: String
  }

  private static func check(_ format: String, _ path: FilePath) throws -> Checked {
    let said = try Tool.run("python3", [checker.string, format, path.string])
    #expect(said.status == 0, "\(said.errors)")
    return try JSONDecoder().decode(Checked.self, from: Data(said.output.utf8))
  }

  private static func digest(_ image: DiscImage, _ track: DiscTrack, _ range: Range<Int>) throws -> String {
    var digest = StreamingDigest(.sha256)
    try image.forEachBatch(of: track, in: range) { digest.update($0.main.span.bytes) }
    return digest.finish().hex
  }

  /// The number each format has for what a track is.
  private static func mode(_ track: DiscTrack, in format: FormatID) -> Int {
    let layout = track.extents.lazy.compactMap(\.run).first?.layout ?? .raw
    switch format {
    case .ccd: return track.mode == .audio ? 0 : track.mode == .mode2 ? 2 : 1
    case .nrg:
      let modes: [TrackMode: Int] = [.audio: 7, .mode0: 5, .mode1: layout == .raw ? 5 : 0, .mode2: 6]
      return track.hasChannels ? 0x10 : modes[track.mode] ?? -1
    default: return [.audio: 0xA9, .mode0: 0xAA, .mode1: 0xAA, .mode2: 0xAB][track.mode] ?? -1
    }
  }

  @Test(
    .enabled(if: Tool.exists("python3"), "needs python3"), arguments: [FormatID.ccd, .nrg, .mds],
    SampleDisc.allCases)
  func aSecondReaderFindsTheSame(format: FormatID, sample: SampleDisc) throws {
    var made = PreparedDisc(sample.build())
    if format == .ccd { try made.makeSectorsWhole() }
    let folder = try TemporaryFolder()
    let files = try WrittenDisc.files(made.image, as: format, folder: folder.path, base: "disc")
    let image = try WrittenDisc.prepared(made.image, for: format).image
    let checked = try Self.check(format.rawValue, files[0])
    #expect(checked.catalog == image.disc.catalog?.description)
    #expect(checked.packs == Hex.encode(CUEWriterPacks.packs(image.disc) ?? []))
    #expect(checked.sessions.map(\.leadOut) == image.disc.sessions.map(\.leadOut))
    #expect(checked.sessions.map(\.kind) == image.disc.sessions.map { Int($0.kind.rawValue) })
    for (session, own) in zip(checked.sessions, image.disc.sessions) {
      #expect(session.tracks.map(\.number) == own.tracks.map(\.number))
      for (track, mine) in zip(session.tracks, own.tracks) {
        #expect(track.start == mine.start && track.control == Int(mine.control.rawValue))
        #expect(track.isrc == mine.isrc?.description)
        #expect(track.mode == Self.mode(mine, in: format))
        let indexes = mine.indexes.filter { $0.key > 0 }.map { ("\($0.key)", $0.value) }
        #expect(track.indexes == Dictionary(uniqueKeysWithValues: indexes))
        #expect(track.main == (try Self.digest(image, mine, mine.start..<mine.end)))
        #expect(track.gap == (try Self.digest(image, mine, mine.first..<mine.start)))
        if mine.hasChannels {
          let first = mine.extents.first { $0.isStored }?.start ?? mine.start
          let channels = try image.channels(of: mine, in: first..<mine.end)
          #expect(track.sub == Digest.of(channels.span.bytes, .sha256).hex)
        }
      }
    }
  }

  /// Tracks at once, also of two sessions.
  @Test(
    .enabled(if: Tool.exists("python3"), "needs python3"),
    arguments: [SampleDisc.dataOnly, .cooked, .xa, .formless, .threeSessions])
  func aSecondReaderFindsTracksAtOnce(sample: SampleDisc) throws {
    let folder = try TemporaryFolder()
    let files = try WrittenDisc.files(sample.build(), as: .nrgTrackAtOnce, folder: folder.path, base: "disc")
    let image = try WrittenDisc.prepared(sample.build(), for: .nrgTrackAtOnce).image
    let checked = try Self.check("nrg", files[0])
    #expect(checked.sessions.map(\.leadOut) == image.disc.sessions.map(\.leadOut))
    for (session, own) in zip(checked.sessions, image.disc.sessions) {
      #expect(session.tracks.map(\.number) == own.tracks.map(\.number))
      #expect(session.tracks.map(\.start) == own.tracks.map(\.start))
      #expect(session.tracks.map(\.first) == own.tracks.map(\.first))
      #expect(session.tracks.map(\.mode) == own.tracks.map { Self.mode($0, in: .nrg) })
      for (track, mine) in zip(session.tracks, own.tracks) {
        #expect(track.main == (try Self.digest(image, mine, mine.start..<mine.end)))
      }
    }
  }

  private enum CUEWriterPacks {
    static func packs(_ disc: Disc) -> [UInt8]? {
      let numbers = disc.tracks.map(\.number)
      return disc.raw.cdTextPacks ?? disc.cdText?.packs(first: numbers.min() ?? 1, last: numbers.max() ?? 1)
    }
  }
}
