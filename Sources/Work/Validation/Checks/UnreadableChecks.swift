import Evidence
import Manifests
import ReferenceMedia
import Sessions
import SystemIO

/// Media with sectors that cannot be read.
enum UnreadableChecks {
  /// A medium and the sectors it refuses.
  private struct Script {
    let name: String
    let contents: StampedContents
    let unreadable: Set<UInt64>

    init(_ name: String, length: UInt64 = 3 << 20, sectorSize: UInt32 = 512, _ unreadable: Set<UInt64>) {
      self.name = name
      self.contents = StampedContents(length: length, sectorSize: sectorSize)
      self.unreadable = unreadable
    }

    var expected: ExpectedContents { ExpectedContents(contents, unreadable: unreadable) }
    var ranges: [SectorRange] { unreadable.map { SectorRange(first: $0, count: 1) }.joined() }
  }

  /// Chunks of an E01 have 64 sectors here, those of the record 2048; its segments end after 30 to 32 chunks.
  private static let scripts = [
    Script("the first", [0]), Script("the last", [6143]),
    Script("a short last one", length: (3 << 20) + 100, [6144]),
    Script("a run", Set(100..<400)),
    Script("alternating", length: 1 << 20, Set(stride(from: 1, to: 2048, by: 2))),
    Script("edges of the record's chunks", [2047, 2048, 4095, 4096]),
    Script(
      "edges of the E01's chunks and segments",
      Set((28...34).flatMap { [UInt64($0) * 64 - 1, UInt64($0) * 64] })),
    Script("each place in a page", Set((0..<8).map { 1000 + $0 * 9 })),
    Script("every one", length: 64 << 10, Set(0..<128)),
    Script("of 4096 bytes", sectorSize: 4096, [0, 15, 16, 255, 256, 511, 767]),
  ]

  private static let media = """
    Scripted media refuse these sectors, and every read that touches one: \
    \(scripts.map(\.name).joined(separator: "; ")). They are acquired to E01 and raw in segments of 1 MiB.
    """

  static let all: [ValidationCheck] = [
    ValidationCheck(
      .am09, "record", does: media,
      expects: """
        The list of unreadable sectors is exactly the script's in the result, the manifest, the map, the chunk file \
        and the E01; the exit status is 3.
        """
    ) { trial, bench in
      for script in scripts { try expectNamed(script, trial, bench) }
    },
    ValidationCheck(
      .am09, "ddrescuelog", does: media + " ddrescuelog (GNU ddrescue) reads the map.",
      expects: "It lists exactly the sectors of the script.", needs: [.program("ddrescuelog")]
    ) { trial, bench in
      for script in scripts {
        let record = try acquire(script, bench).record()
        let size = script.contents.sectorSize
        let said = try bench.program("ddrescuelog").run([
          "-b", "\(size)", "-l-", record.folder.appending(record.names.map()).string,
        ])
        let listed = said.text.split(whereSeparator: \.isNewline).compactMap { UInt64($0) }
        trial.expectEqual(listed, script.unreadable.sorted(), "\(script.name): sectors listed")
      }
    },
    orders, retries,
    ValidationCheck(
      .am10, "own-reader", does: media + " The images are opened again and compared.",
      expects:
        "Exactly the refused sectors hold zeros, as the record states; every other sector is what it was."
    ) { trial, bench in
      for script in scripts {
        try trial.expectAcquired(try acquire(script, bench), script.expected, script.name)
      }
    },
    ValidationCheck(
      .am10, "ewfexport", does: media + " The E01s are decoded by ewfexport.",
      expects: "Exactly the refused sectors hold zeros; every other sector is what it was.",
      needs: [.program("ewfexport"), .program("md5sum"), .program("sha1sum")]
    ) { trial, bench in
      for script in scripts {
        try trial.expectDecoded(try acquire(script, bench), script.expected, script.name, bench)
      }
    },
    patterns,
  ]

  private static func acquire(
    _ script: Script, _ bench: Bench, _ change: (inout AcquisitionRequest) -> Void = { _ in }
  ) throws -> Acquired {
    var faults = FaultySource.Faults()
    faults.unreadable = script.unreadable
    return try bench.acquire(FaultySource(script.contents, faults: faults)) {
      $0.write {
        $0.split = 1 << 20
        $0.segmentSize = 1 << 20
      }
      change(&$0)
    }
  }

  private static let orders = ValidationCheck(
    .am09, "order",
    does: """
      The medium with a run of refused sectors is acquired from its end to its beginning, and with dead \
      zones left out until the end.
      """,
    expects:
      "Record and images are the same as in the usual order: exactly the refused sectors are named and filled."
  ) { trial, bench in
    guard let script = scripts.first(where: { $0.name == "a run" }) else { throw CannotRun("no such script") }
    for (name, change) in [
      ("reverse", { (request: inout AcquisitionRequest) in request.reading.isReverse = true }),
      ("skip ahead", { (request: inout AcquisitionRequest) in request.reading.skipsAhead = true }),
    ] {
      let acquired = try acquire(script, bench, change)
      trial.expectEqual(acquired.summary.unreadable, script.ranges, "\(name): result")
      trial.expectEqual(
        try acquired.record().manifest().mainStream?.map.ranges(in: .unreadable), script.ranges,
        "\(name): manifest")
      try trial.expectAcquired(acquired, script.expected, name)
    }
  }

  private static let retries = ValidationCheck(
    .am09, "retries",
    does: "A medium refuses some sectors twice and then returns them; it is acquired with three retries.",
    expects: "Every sector is in the images, and none is reported as unreadable."
  ) { trial, bench in
    let contents = StampedContents(length: 1 << 20)
    var faults = FaultySource.Faults()
    // Twice by themselves: the reads of the block and of the piece around them were refused before.
    faults.refusals = [0: 4, 777: 4, 2047: 4]
    let acquired = try bench.acquire(FaultySource(contents, faults: faults)) { $0.reading.retries = 3 }
    trial.expectEqual(acquired.summary.unreadable, [], "result")
    try trial.expectAcquired(acquired, ExpectedContents(contents), "images")
    let efforts = try acquired.record().manifest().mainStream?.map.effortful.map(\.range) ?? []
    for sector: UInt64 in [0, 777, 2047] {
      trial.expect(
        efforts.contains { $0.first <= sector && sector < $0.end },
        "the tries of sector \(sector) are recorded")
    }
  }

  private static let patterns = ValidationCheck(
    .am10, "patterns",
    does: """
      The media with a run and with a short last sector are acquired with the fill patterns 0x5a and text, \
      as a whole and from sector 50 on.
      """,
    expects:
      "Exactly the refused sectors hold the pattern, with their address on the medium; the manifest names it."
  ) { trial, bench in
    for script in scripts where ["a run", "a short last one"].contains(script.name) {
      for fill in [FillPattern.byte(0x5a), .address] {
        for first: UInt64 in [0, 50] {
          let acquired = try acquire(script, bench) {
            $0.fill = fill
            $0.source.firstSector = first
          }
          let range = SectorRange(first..<(script.contents.length + 511) / 512)
          let what = "\(script.name), \(fill), from sector \(first)"
          try trial.expectAcquired(
            acquired,
            ExpectedContents(script.contents, range: range, unreadable: script.unreadable, fill: fill), what)
          trial.expectEqual(try acquired.record().manifest().mainStream?.fill, fill, "\(what): manifest")
        }
      }
    }
  }

  private static func expectNamed(_ script: Script, _ trial: Trial, _ bench: Bench) throws {
    let acquired = try acquire(script, bench)
    let record = try acquired.record()
    let manifest = try record.manifest()
    let size = UInt32(script.contents.sectorSize)
    trial.expectEqual(acquired.summary.unreadable, script.ranges, "\(script.name): result")
    trial.expectEqual(acquired.summary.exitStatus, .completeWithUnreadable, "\(script.name): exit status")
    trial.expectEqual(
      manifest.verdict, .completeWithUnreadable(sectors: UInt64(script.unreadable.count)),
      "\(script.name): verdict in the manifest")
    trial.expectEqual(
      manifest.mainStream?.map.ranges(in: .unreadable), script.ranges, "\(script.name): manifest")
    let map = try MapFile(
      parsing: try record.bytes(record.names.map()), sectorSize: size, length: script.contents.length,
      name: record.names.map())
    trial.expectEqual(map.map.ranges(in: .unreadable), script.ranges, "\(script.name): map")
    trial.expectEqual(
      try record.openE01().recordedUnreadable.joined(), script.ranges,
      "\(script.name): list in the E01")
    let chunks = try ChunkFile.entries(
      in: try record.bytes(record.names.chunks()),
      plan: ChunkPlan(
        length: script.contents.length, sectorSize: UInt32(script.contents.sectorSize)),
      sectorSize: size, name: record.names.chunks())
    for chunk in chunks {
      let isFilled = script.ranges.contains { $0.intersection(chunk.sectors) != nil }
      trial.expectEqual(
        chunk.state, isFilled ? .filled : .read, "\(script.name): state of chunk \(chunk.sectors)")
    }
  }
}
