import DiscImages
import Evidence
import EvidenceTestKit
import Formats
import OpticalDisc
import SystemPackage
import Testing

/// Images of discs enter a case like any evidence.
@Suite(.timeLimit(.minutes(20))) struct DiscEvidenceTests {
  private static func makeCase(in folder: TemporaryFolder, items: some Sequence<String>) throws {
    let create = [
      "case", "create", "case", "--number", "1", "--title", "t", "--examiner", "e", "--unencrypted-key",
    ]
    #expect(try Exhibit(create, in: folder.path).status == 0)
    for item in items {
      let add = ["item", "add", "--case", "case", "--number", item, "--description", "disc"]
      #expect(try Exhibit(add, in: folder.path).status == 0)
    }
  }

  /// Every stored sector of a disc, track by track, with its subchannel.
  private static func sectors(of image: DiscImage) throws -> [[UInt8]] {
    try image.disc.tracks.map { track in
      try image.bytes(of: track, in: track.first..<track.end, as: SectorForm(keepsSubchannel: true))
    }
  }

  /// Where everything is on the disc, whatever file it lies in.
  private static func outline(of disc: Disc) -> [String] {
    disc.sessions.flatMap { session in
      ["session \(session.number) \(session.kind) \(session.leadOut)"]
        + session.tracks.map { track in
          let extents = track.extents.map {
            "\($0.start)+\($0.count) \($0.word) \($0.run?.layout.rawValue ?? "")"
          }
          let indexes = track.indexes.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
          return
            "track \(track.number) \(track.mode) \(track.control.rawValue) \(track.isrc?.description ?? "-") "
            + (indexes + extents).joined(separator: ", ")
        }
    }
  }

  /// Kinds of disc whose sectors are all stored in one size.
  private static let samples = SampleDisc.allCases

  @Test func everyKindOfDisc() throws {
    let folder = try TemporaryFolder()
    let items = Self.samples.indices.map { "\(100 + $0)" }
    try Self.makeCase(in: folder, items: items)
    var withSheet = 0
    for (item, sample) in zip(items, Self.samples) {
      // The form that loses least of it.
      let built = sample.build()
      let form: FormatID = try WrittenDisc.losses(built, in: .toc).isEmpty ? .toc : .cue
      let source = try WrittenDisc.files(built, as: form, folder: folder.path, base: item)[0]
      let run = try Exhibit(
        ["acquire", source.string, "--case", "case", "--item", item, "--checkpoint-interval", "0"],
        in: folder.path)
      #expect(run.status == 0, "\(sample): \(run.errors)")
      let evidence = folder.appending("case/evidence/\(item)")
      let before = try Formats.openDisc(source).image
      let after = try Formats.openDisc(evidence.appending("\(item).disc.json"))
      #expect(after.format.id == .discDescription)
      #expect(Self.outline(of: after.image.disc) == Self.outline(of: before.disc), "\(sample)")
      #expect(after.image.disc.catalog == before.disc.catalog)
      #expect(try Self.sectors(of: after.image) == Self.sectors(of: before), "\(sample)")
      let sheet = evidence.appending("\(item).cue")
      if try TestFiles.names(in: evidence).contains("\(item).cue") {
        withSheet += 1
        let described = try Formats.openDisc(sheet).image
        #expect(Self.outline(of: described.disc) == Self.outline(of: before.disc), "\(sample): cue sheet")
        #expect(try Self.sectors(of: described) == Self.sectors(of: before), "\(sample): cue sheet")
      } else {
        // Sectors of 2048 bytes go into an E01, which a cue sheet cannot name.
        #expect(before.disc.sessions.count > 1 || sample == .cooked, "\(sample) has no cue sheet")
      }
      #expect(
        try TestFiles.read(evidence.appending("\(item).disc-source")) == TestFiles.read(source), "\(sample)")
    }
    #expect(withSheet > 10)
    let verified = try Exhibit(["verify", "case"], in: folder.path)
    #expect(verified.status == 0, "\(verified.output)")
    #expect(verified.output.contains("digests of 99 tracks"))
  }

  @Test func aChangedTrackIsNamed() throws {
    let folder = try TemporaryFolder()
    try Self.makeCase(in: folder, items: ["001"])
    let source = try WrittenDisc.files(
      SampleDisc.mixedMode.build(), as: .cue, folder: folder.path, base: "disc")[0]
    #expect(
      try Exhibit(["acquire", source.string, "--case", "case", "--item", "001"], in: folder.path).status == 0)
    let raw = folder.appending("case/evidence/001/001.bin")
    let disc = try Formats.openDisc(source).image.disc
    let stored = disc.tracks[0].storedSectors * 2352
    var bytes = try TestFiles.read(raw)
    bytes[stored + 7] ^= 1
    try TestFiles.write(bytes, to: raw)
    let run = try Exhibit(["verify", "case/evidence/001/001.manifest.json"], in: folder.path)
    #expect(run.status == ExitStatus.mismatch.rawValue)
    let lines = run.output.split(separator: "\n").filter { $0.contains("a track of the disc") }
    #expect(
      lines.count == 3 && lines.allSatisfy { $0.contains("track \(disc.tracks[1].number)") }, "\(run.output)")
  }

  @Test(.enabled(if: Tool.exists("ewfverify") && Tool.exists("ewfexport"), "needs ewf-tools"))
  func theDataTrackAsAnOpticalE01() throws {
    let folder = try TemporaryFolder()
    try Self.makeCase(in: folder, items: ["001"])
    let built = SampleDisc.mixedMode.build()
    let source = try WrittenDisc.files(built, as: .cue, folder: folder.path, base: "disc")[0]
    let refused = try Exhibit(
      ["acquire", source.string, "--case", "case", "--item", "001", "--format", "e01"], in: folder.path)
    #expect(refused.status == ExitStatus.usage.rawValue)
    #expect(refused.errors.contains("--track"), "\(refused.errors)")
    let run = try Exhibit(
      ["acquire", source.string, "--case", "case", "--item", "001", "--track", "1"], in: folder.path)
    #expect(run.status == 0, "\(run.errors)")
    let image = folder.appending("case/evidence/001/001.E01").string
    #expect(try Tool.run("ewfverify", ["-q", image]).status == 0)
    let info = try Tool.run("ewfinfo", [image]).output
    #expect(info.contains("optical disk"), "\(info)")
    #expect(info.contains(/Bytes per sector:\s+2048/), "\(info)")
    let exported = folder.appending("exported").string
    #expect(try Tool.run("ewfexport", ["-q", "-u", "-f", "raw", "-t", exported, image]).status == 0)
    let data = try built.bytes(
      of: built.disc.tracks[0], in: built.disc.tracks[0].first..<built.disc.tracks[0].end,
      as: SectorForm(layout: .mode1Data))
    #expect(try TestFiles.read(FilePath(exported + ".raw")) == data)
    #expect(try Exhibit(["verify", "case"], in: folder.path).status == 0)
  }

  @Test(.enabled(if: Tool.exists("cd-info"), "needs libcdio-utils")) func othersReadTheSheetInTheCase() throws
  {
    let folder = try TemporaryFolder()
    try Self.makeCase(in: folder, items: ["001"])
    let source = try WrittenDisc.files(
      SampleDisc.mixedMode.build(), as: .toc, folder: folder.path, base: "disc")[0]
    #expect(
      try Exhibit(["acquire", source.string, "--case", "case", "--item", "001"], in: folder.path).status == 0)
    let said = try Tool.run(
      "cd-info", ["--no-device-info", "--no-disc-mode", "--no-cddb", "--cue-file=001.cue"],
      in: folder.appending("case/evidence/001"))
    for track in try Formats.openDisc(source).image.disc.tracks {
      #expect(said.output.contains("\(track.number):"), "\(said.output)\(said.errors)")
    }
  }

  @Test func whatIsNoSectorOfATrackIsSaid() throws {
    let folder = try TemporaryFolder()
    try Self.makeCase(in: folder, items: ["001"])
    let files = try WrittenDisc.files(
      SampleDisc.dataOnly.build(), as: .cue, folder: folder.path, base: "disc")
    try TestFiles.write(try TestFiles.read(files[1]) + [1, 2, 3], to: files[1])
    let run = try Exhibit(["acquire", files[0].string, "--case", "case", "--item", "001"], in: folder.path)
    #expect(
      run.status == 0 && run.errors.contains("belong to no track and are not acquired"), "\(run)")
    let wrong = try Exhibit(
      ["acquire", files[0].string, "--case", "case", "--item", "001", "--start", "5"], in: folder.path)
    #expect(wrong.status == ExitStatus.usage.rawValue && wrong.errors.contains("--track"))
  }

  /// More than one block: chunks of whole sectors lie across what a power of two would divide.
  @Test func aDiscOfSeveralBlocksIsVerifiedAndProven() throws {
    let folder = try TemporaryFolder()
    try Self.makeCase(in: folder, items: ["001"])
    var random = SeededGenerator(seed: 5)
    let sectors = 16_000
    let bytes = random.bytes(sectors * 2352)
    try TestFiles.write(bytes, to: folder.appending("disc.bin"))
    let sheet = "FILE \"disc.bin\" BINARY\n  TRACK 01 AUDIO\n    INDEX 01 00:00:00\n"
    try TestFiles.write(Array(sheet.utf8), to: folder.appending("disc.cue"))
    let acquire = ["acquire", "disc.cue", "--case", "case", "--item", "001"]
    #expect(try Exhibit(acquire, in: folder.path).status == 0)
    for level in ["full", "chunks"] {
      let verified = try Exhibit(["verify", "case", "--level", level], in: folder.path)
      #expect(verified.status == 0, "\(level): \(verified.output)")
    }
    // The digests of the chunk file by another program; the last chunk is a short one.
    let digests = try Tool.run(
      "python3",
      [
        "-c",
        """
        import csv, hashlib
        data = open('disc.bin', 'rb').read()
        rows = [r for r in csv.DictReader(l for l in open('case/evidence/001/001.chunks.csv') if l[0] != '#')]
        for r in rows:
            part = data[int(r['lba']) * 2352:(int(r['lba']) + int(r['sectors'])) * 2352]
            assert r['sha256'] == hashlib.sha256(part).hexdigest(), r
            assert r['md5'] == hashlib.md5(part).hexdigest(), r
        print(len(rows), sum(int(r['sectors']) for r in rows))
        """,
      ], in: folder.path)
    #expect(digests.status == 0 && digests.output == "32 \(sectors)\n", "\(digests.output)\(digests.errors)")
    let prove = [
      "prove", "--case", "case", "--item", "001", "--sectors", "511-513,15999", "--output", "proof",
    ]
    let proven = try Exhibit(prove, in: folder.path)
    #expect(proven.status == 0, "\(proven.errors)")
    let checked = try Exhibit(
      ["verify", "proof", "--trust", "case/certificates/examiner.pem"], in: folder.path)
    #expect(checked.status == 0, "\(checked.output)\(checked.errors)")
  }

  @Test func theReportShowsTheDisc() throws {
    let folder = try TemporaryFolder()
    try Self.makeCase(in: folder, items: ["001"])
    let source = try WrittenDisc.files(
      SampleDisc.cdExtra.build(), as: .cue, folder: folder.path, base: "disc")[0]
    #expect(
      try Exhibit(["acquire", source.string, "--case", "case", "--item", "001"], in: folder.path).status == 0)
    #expect(
      try Exhibit(["report", "--case", "case", "--item", "001", "--format", "html,text"], in: folder.path)
        .status
        == 0)
    let page = try Tool.run("cat", ["case/reports/001-report-1.html"], in: folder.path).output
    let text = try Tool.run("cat", ["case/reports/001-report-1.txt"], in: folder.path).output
    let evidence = folder.appending("case/evidence/001")
    let raw = try TestFiles.read(evidence.appending("001.bin"))
    let disc = try Formats.openDisc(evidence.appending("001.disc.json")).image.disc
    #expect(page.contains("Sessions, tracks and gaps of the disc"))
    #expect(disc.sessions.count == 2)
    var place = 0
    for track in disc.tracks {
      let bytes = track.storedSectors * 2352
      let file = folder.appending("track")
      try TestFiles.write(Array(raw[place..<place + bytes]), to: file)
      let digest = try Tool.run("sha256sum", [file.string]).output.prefix(64)
      for report in [page, text] {
        #expect(report.contains(digest) && report.contains("LBA \(track.start)"), "track \(track.number)")
      }
      place += bytes
    }
    #expect(place == raw.count)
  }
}
