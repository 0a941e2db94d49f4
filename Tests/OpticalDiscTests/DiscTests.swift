import Evidence
import EvidenceTestKit
import OpticalDisc
import Testing

@Suite struct DiscBuilderTests {
  @Test(arguments: SampleDisc.allCases) func sectorsAreWhatTracksSay(sample: SampleDisc) throws {
    let image = sample.build()
    for track in image.disc.tracks {
      var seen = 0
      try image.forEachBatch(of: track) { batch in
        for index in 0..<batch.count where batch.layout == .raw {
          let report = SectorReport(of: Array(batch.sector(index)).span.bytes)
          #expect(report.isSound)
          #expect(report.kind.isData == track.mode.isData)
          if track.mode.isData { #expect(report.address?.lba == batch.first + index) }
        }
        seen += batch.count
      }
      #expect(seen == track.storedSectors && seen > 0)
    }
  }

  /// Tracks follow each other without a hole up to the lead-out.
  @Test(arguments: SampleDisc.allCases) func sessionsAreWithoutHoles(sample: SampleDisc) throws {
    let disc = sample.build().disc
    for session in disc.sessions {
      for (one, two) in zip(session.tracks, session.tracks.dropFirst()) { #expect(one.end == two.first) }
      #expect(session.tracks.last?.end == session.leadOut)
    }
    #expect(disc.tracks.first?.first == -150)
  }

  @Test func seedsDecide() throws {
    let one = SampleDisc.mixedMode.build()
    #expect(try DiscComparison.differences(one, SampleDisc.mixedMode.build()) == [])
    #expect(try DiscComparison.differences(one, SampleDisc.mixedMode.build(seed: 2)).count == 4)
    #expect(try !DiscComparison.differences(one, SampleDisc.audio.build()).isEmpty)
  }

  @Test func laterSessionsAreWhereDrivesPutThem() throws {
    let disc = SampleDisc.threeSessions.build().disc
    #expect(disc.sessions.map(\.leadOut) == [301, 301 + 11400 + 302, 301 + 11400 + 302 + 6900 + 303])
    #expect(disc.sessions[1].tracks[0].extents.map(\.word) == ["stored"])
    #expect(disc.sessions[2].tracks[0].extents.map(\.word) == ["absent", "stored"])
  }

  @Test func subchannelSaysWhereItIs() throws {
    let image = SampleDisc.subchannel.build()
    var wrong: [Int] = []
    var positions = 0
    for track in image.disc.tracks {
      try image.forEachBatch(of: track) { batch in
        for index in 0..<batch.count {
          let lba = batch.first + index
          let q = batch.channels(index).flatMap { QChannel(Array($0[12..<24])) }
          guard let q else {
            wrong.append(lba)
            continue
          }
          if case .position(let number, _, _, let absolute) = q.content {
            #expect(number == track.number && absolute.lba == lba)
            positions += 1
          }
        }
      }
    }
    #expect(wrong == Array(100..<110))
    #expect(positions > 600)
  }
}

@Suite struct DiscImageTests {
  @Test func aShortFileIsNamed() throws {
    let whole = SampleDisc.audio.build()
    let bytes = try whole.files[0].bytes(at: 0, count: Int(whole.files[0].size) - 1)
    let short = DiscImage(disc: whole.disc, files: [MemoryDiscFile(name: "short.bin", contents: bytes)])
    let error = #expect(throws: EvidenceError.self) {
      for track in short.disc.tracks { try short.forEachBatch(of: track) { _ in } }
    }
    #expect(error?.code == .imageMalformed && error?.subject == "short.bin")
  }

  @Test func rangesAreKept() throws {
    let image = SampleDisc.audio.build()
    let track = image.disc.tracks[2]
    var seen: [Int] = []
    try image.forEachBatch(of: track, in: track.start - 5..<track.start + 5) { batch in
      seen += (0..<batch.count).map { batch.first + $0 }
    }
    #expect(seen == Array(track.start - 5..<track.start + 5))
    #expect(try image.sector(-1, of: image.disc.tracks[0]) == nil, "before LBA 0 nothing is stored")
  }

  @Test func bigEndianSamplesAreTurned() throws {
    let tracks = DiscBuilder.Track(1, .audio, sectors: 4)
    let little = DiscBuilder([.init([tracks])]).build()
    let big = DiscBuilder([.init([tracks.with { $0.isBigEndian = true }])]).build()
    #expect(try little.files[0].bytes(at: 0, count: 4) != big.files[0].bytes(at: 0, count: 4))
    #expect(try DiscComparison.differences(little, big) == [])
  }
}
