import Digests
import DiscImages
import Evidence
import EvidenceTestKit
import FormatKit
import Formats
import Foundation
import OpticalDisc
import SystemPackage
import Testing

private let hasFlac = Tool.exists("flac")
private let hasSox = Tool.exists("sox")

/// Cue sheets whose tracks are FLAC, AIFF or MP3, as their own programs write them.
@Suite struct TrackAudioTests {
  /// Sheet of a data track and one of audio, and the samples of that.
  private struct Made {
    let folder: TemporaryFolder
    let sheet: FilePath
    let wave: FilePath
    let samples: [UInt8]

    init(samples count: Int = 588 * 200) throws {
      folder = try TemporaryFolder()
      sheet = folder.appending("disc.cue")
      wave = folder.appending("audio.wav")
      var random = SeededGenerator(seed: 9)
      // Loud in parts, silent in others.
      let noise = random.bytes(count * 2)
      samples = noise + [UInt8](repeating: 0, count: count * 2)
      try TestFiles.write(WaveFile.header(samples: UInt64(samples.count)) + samples, to: wave)
      try TestFiles.write([UInt8](repeating: 1, count: 2048 * 40), to: folder.appending("data.iso"))
    }

    func name(_ file: String, _ type: String) throws {
      let text =
        "FILE \"data.iso\" BINARY\n  TRACK 01 MODE1/2048\n    INDEX 01 00:00:00\nFILE \"\(file)\" \(type)\n"
        + "  TRACK 02 AUDIO\n    INDEX 01 00:00:00\n"
      try TestFiles.write(Array(text.utf8), to: sheet)
    }

    func audio() throws -> [UInt8] {
      let image = try Formats.openDisc(sheet).image
      let track = image.disc.tracks[1]
      return try image.bytes(of: track, in: track.first..<track.end, as: SectorForm())
    }
  }

  @Test(
    .enabled(if: hasFlac, "needs flac"),
    arguments: [["-0"], ["-8"], ["--lax", "-b", "4608"], ["-5", "--no-padding", "--no-seektable"]],
    ["WAVE", "FLAC"])
  func samplesOfFLACAreThoseOfTheWave(options: [String], type: String) throws {
    let made = try Made()
    let flac = made.folder.appending("audio.flac")
    try Tool.require("flac", ["-s", "-o", flac.string] + options + [made.wave.string])
    try made.name("audio.flac", type)
    #expect(try made.audio() == made.samples)
    let reader = try #require(try Formats.openDisc(made.sheet).image.containers.first)
    #expect(reader.storedDigests[.md5] == Digest.of(made.samples, .md5))
    // Parts of it, in no order.
    var random = SeededRandom(seed: 2)
    for _ in 0..<40 {
      let start = random.number(below: made.samples.count - 5000)
      let part = start..<start + 1 + random.number(below: 5000)
      let read = try ImageBytes.read(reader, part)
      #expect(read.damage.isEmpty && ImageBytes.equal(read.bytes, made.samples, part), "\(part)")
    }
  }

  @Test(.enabled(if: hasFlac, "needs flac")) func theLastSectorIsFilledAndThatIsSaid() throws {
    let made = try Made(samples: 588 * 100 + 10)
    try Tool.require("flac", ["-s", "-o", made.folder.appending("a.flac").string, made.wave.string])
    try made.name("a.flac", "WAVE")
    let audio = try made.audio()
    #expect(audio.count % 2352 == 0 && Array(audio[..<made.samples.count]) == made.samples)
    #expect(audio[made.samples.count...].allSatisfy { $0 == 0 })
    #expect(try Formats.openDisc(made.sheet).image.remarks.contains { $0.contains("fill the last sector") })
  }

  /// A changed byte is damage, or another MD5, or changes no sample.
  @Test(.enabled(if: hasFlac, "needs flac")) func damagedFLACIsSaid() throws {
    let made = try Made(samples: 588 * 40)
    let flac = made.folder.appending("audio.flac")
    try Tool.require("flac", ["-s", "-b", "1152", "-o", flac.string, made.wave.string])
    try made.name("audio.flac", "WAVE")
    let whole = try TestFiles.read(flac)
    for place in stride(from: 0, to: whole.count, by: whole.count / 150) {
      var changed = whole
      changed[place] ^= 0x20
      try TestFiles.write(changed, to: flac)
      guard let reader = try? Formats.openDisc(made.sheet).image.containers.first,
        reader.geometry.length < 1 << 24
      else { continue }
      let all = try ImageBytes.all(reader)
      let isEqual = ImageBytes.equal(all.bytes, made.samples, 0..<made.samples.count)
      let isSaid = !all.damage.isEmpty || reader.storedDigests[.md5] != Digest.of(all.bytes, .md5)
      #expect(isEqual || isSaid, "byte \(place) of \(whole.count)")
    }
    try TestFiles.write(Array(whole[..<(whole.count / 2)]), to: flac)
    let error = #expect(throws: EvidenceError.self) { try made.audio() }
    #expect(error?.code == .imageMalformed)
  }

  @Test(
    .enabled(if: hasSox, "needs sox"),
    arguments: [(["-t", "aiff"], "AIFF"), (["-t", "aifc"], "AIFF"), (["-t", "aiff"], "WAVE")])
  func samplesOfAIFFAreThoseOfTheWave(options: [String], type: String) throws {
    let made = try Made()
    try Tool.require("sox", ["-D", made.wave.string] + options + [made.folder.appending("audio.aif").string])
    try made.name("audio.aif", type)
    #expect(try made.audio() == made.samples)
  }

  @Test(.enabled(if: hasSox, "needs sox"), arguments: [["-r", "48000"], ["-c", "1"], ["-b", "24"]])
  func otherSamplesTakeNoOtherTrackWithThem(options: [String]) throws {
    let made = try Made()
    try Tool.require(
      "sox", ["-D", made.wave.string] + options + ["-t", "aiff", made.folder.appending("audio.aif").string])
    try made.name("audio.aif", "AIFF")
    try Self.expectAbsent(made, "audio.aif")
    if hasFlac {
      try Tool.require(
        "sox", ["-D", made.wave.string] + options + [made.folder.appending("other.flac").string])
      try made.name("other.flac", "WAVE")
      try Self.expectAbsent(made, "other.flac")
    }
    // Where nothing else is there, the file is refused.
    let alone = "FILE \"audio.aif\" AIFF\n  TRACK 01 AUDIO\n    INDEX 01 00:00:00\n"
    try TestFiles.write(Array(alone.utf8), to: made.sheet)
    let error = #expect(throws: EvidenceError.self) { try Formats.openDisc(made.sheet) }
    #expect(error?.code == .formatUnreadable)
  }

  /// Its length is not known: a track has a sector.
  private static func expectAbsent(_ made: Made, _ name: String) throws {
    let image = try Formats.openDisc(made.sheet).image
    #expect(image.disc.tracks.map(\.storedSectors) == [40, 0])
    #expect(image.remarks.contains { $0.contains("\(name) cannot be read") && $0.contains("absent") })
  }

  /// 38 frames of 1152 samples at 44,100 Hz are a little more than 74 sectors.
  @Test(arguments: [false, true]) func aTrackOfMP3IsAbsentAndTheDataTrackIsThere(hasTag: Bool) throws {
    let made = try Made()
    // 128 kbit/s, 44,100 Hz, stereo: 417 bytes a frame.
    let frame: [UInt8] = [0xFF, 0xFB, 0x90, 0x00] + [UInt8](repeating: 0, count: 413)
    var bytes = (0..<38).flatMap { _ in frame }
    if hasTag {
      // The number of frames, before what there is; behind a tag of 20 bytes.
      bytes.replaceSubrange(36..<48, with: Array("Xing".utf8) + [0, 0, 0, 1, 0, 0, 0, 76])
      bytes = Array("ID3".utf8) + [4, 0, 0, 0, 0, 0, 20] + [UInt8](repeating: 0, count: 20) + bytes
    }
    try TestFiles.write(bytes, to: made.folder.appending("a.mp3"))
    try made.name("a.mp3", "MP3")
    let image = try Formats.openDisc(made.sheet).image
    let track = image.disc.tracks[1]
    #expect(track.storedSectors == 0 && track.end - track.start == (hasTag ? 149 : 75))
    #expect(image.remarks.contains { $0.contains("not a copy of a track") })
    #expect(image.disc.tracks[0].storedSectors == 40)
    #expect(try WrittenDisc.losses(image, in: .iso).contains { $0.kind == .tracks })
    #expect(throws: EvidenceError.self) { try WrittenDisc.losses(image, in: .cue) }
    try TestFiles.write([UInt8](repeating: 0xFF, count: 5000), to: made.folder.appending("a.mp3"))
    try Self.expectAbsent(made, "a.mp3")
  }
}
