import DiscImages
import Evidence
import EvidenceTestKit
import Formats
import OpticalDisc
import SystemPackage
import Testing

/// CDI by `Tests/Builders/cdi.py`: no Debian package writes it.
@Suite(.enabled(if: Tool.exists("python3"), "needs python3")) struct CDITests {
  private struct Made {
    let folder: TemporaryFolder
    let path: FilePath
    var bytes: [[UInt8]] = []
  }

  /// Two sessions: mode 1 with a stored pregap and audio, then mode 2.
  /// - Parameter tenth: a tenth of the sectors of each track.
  private static func make(_ options: [String], tenth: Bool = false) throws -> Made {
    let folder = try TemporaryFolder()
    var made = Made(folder: folder, path: folder.appending("disc.cdi"))
    var random = SeededGenerator(seed: 3)
    var arguments: [String] = []
    for (number, (text, size)) in [
      ("1:1:0:15:", 2048 * 200), ("1:0:2:0:DEMUA9800001", 2352 * 30), ("1:0:4:1:", 2448 * 40),
      ("2:2:1:15:", 2336 * 170),
    ].enumerated() {
      let part = folder.appending("part\(number)")
      let size = tenth ? size / 10 : size
      made.bytes.append(random.bytes(size))
      try TestFiles.write(made.bytes[number], to: part)
      arguments.append("\(text):\(part)")
    }
    try Builder.run("cdi.py", [made.path.string] + options + arguments)
    return made
  }

  @Test(arguments: ["2", "3", "4"]) func tracksAndSectorsAreWhereTheyWere(version: String) throws {
    let made = try Self.make(["--version", version, "--catalog", "1234567890123"])
    #expect(try Formats.identify(made.path)?.id == .cdi)
    let image = try Formats.openDisc(made.path).image
    let disc = image.disc
    #expect(image.remarks == [] && image.unclaimed == [])
    #expect(disc.catalog?.description == "1234567890123")
    #expect(disc.sessions.map { $0.tracks.count } == [3, 1])
    #expect(disc.tracks.map(\.mode) == [.mode1, .audio, .audio, .mode2])
    #expect(disc.tracks.map(\.first) == [-150, 50, 80, 120 + 11250])
    #expect(disc.tracks.map(\.start) == [-135, 50, 81, 120 + 11265])
    #expect(disc.tracks.map(\.end) == [50, 80, 120, 120 + 11250 + 170])
    #expect(disc.tracks[1].isrc?.description == "DEMUA9800001")
    for (track, expected) in zip(disc.tracks, made.bytes) {
      let bytes = try image.bytes(
        of: track, in: track.first..<track.end, as: SectorForm(keepsSubchannel: true))
      #expect(ImageBytes.equal(bytes, expected, 0..<expected.count), "track \(track.number)")
    }
  }

  @Test func aDVDHasNoTimeBefore() throws {
    let folder = try TemporaryFolder()
    let (source, path) = (folder.appending("source"), folder.appending("disc.cdi"))
    try TestFiles.write([UInt8](repeating: 7, count: 2048 * 40), to: source)
    try Builder.run("cdi.py", [path.string, "--dvd", "1:1:0:0::\(source)"])
    let disc = try Formats.openDisc(path).image.disc
    #expect(disc.medium == .dvd && disc.tracks.map(\.first) == [0] && disc.tracks.map(\.end) == [40])
  }

  /// Whatever is changed or missing: one line, or tracks inside of the file.
  @Test(arguments: ["2", "4"]) func whatIsDamagedIsSaid(version: String) throws {
    let made = try Self.make(["--version", version], tenth: true)
    let whole = try TestFiles.read(made.path)
    let start = made.bytes.reduce(0) { $0 + $1.count }
    for (number, place) in stride(from: start, to: whole.count, by: 7).enumerated() {
      var changed = whole
      changed[place] ^= number % 2 == 0 ? 0x7F : 0xFF
      try TestFiles.write(changed, to: made.path)
      do {
        let image = try Formats.openDisc(made.path).image
        for run in image.disc.tracks.flatMap(\.extents) {
          guard let stored = run.run else { continue }
          #expect(stored.offset + UInt64(run.count * stored.stride) <= UInt64(whole.count))
        }
      } catch { #expect(!error.description.contains("\n")) }
    }
    for count in stride(from: start, to: whole.count, by: 31) {
      try TestFiles.write(Array(whole[..<count]), to: made.path)
      #expect(try Formats.identify(made.path)?.id != .cdi || (try? Formats.openDisc(made.path)) == nil)
    }
  }
}
