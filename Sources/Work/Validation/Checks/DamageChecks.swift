import Evidence
import ReferenceMedia
import SystemIO
import SystemPackage
import Verification

/// Images that were changed, and images that were not.
enum DamageChecks {
  static let all: [ValidationCheck] = [
    ValidationCheck(
      .ao06, "unchanged",
      does: """
        An acquisition is verified where it was made, in a copy of its folder, and after that folder got another \
        name. The E01 is also verified alone, by the digests it stores.
        """,
      expects: "Each time everything that was recorded is equal."
    ) { trial, bench in
      let record = try sealed(bench).record()
      let copy = bench.folder.appending("copy")
      let moved = bench.folder.appending("moved")
      try FolderTree.copy(record.folder, to: copy)
      for (folder, what) in [(record.folder, "where it was made"), (copy, "copy"), (moved, "moved")] {
        if folder == moved { try DurableFolder.rename(copy, to: moved) }
        let report = try bench.verify(manifest: folder.appending(record.names.manifest))
        trial.expectEqual(report.verdict, .verified, what)
        trial.expectNoFailure(report, what)
      }
      trial.expectEqual(try bench.verify(image: record.e01).verdict, .verified, "E01 alone")
    },
    ValidationCheck(
      .ao07, "e01",
      does: """
        In each kind of section of an E01 one bit is flipped: in the signature, in the descriptor and in the \
        contents of headers, volume, tables, digests, list of unreadable sectors and end.
        """,
      expects: "Each time the verification fails and names the file."
    ) { trial, bench in
      let record = try sealed(bench).record()
      for name in try segmentNames(record) {
        let path = record.folder.appending(name)
        let map = EWFSegmentMap(try Files.contents(path, cap: 1 << 30))
        var places = [(2, "signature")]
        for section in map.sections {
          places.append((section.offset + 3, "\(section.type), descriptor"))
          let payload = section.offset + EWFSegmentMap.descriptorSize..<section.end
          if !payload.isEmpty, section.type != "sectors" {
            places.append((payload.lowerBound + payload.count / 2, "\(section.type), contents"))
          }
        }
        for (position, what) in places {
          try bench.withFlippedBit(path, position) {
            trial.expectFound(try bench.verify(manifest: record.manifestPath), name, "\(name): \(what)")
          }
        }
      }
    },
    ValidationCheck(
      .ao07, "record",
      does:
        "In manifest, signature, chunk file, map and SHA256SUMS one bit is flipped, at five places of each.",
      expects: "Each time the verification fails."
    ) { trial, bench in
      let record = try sealed(bench).record()
      for name in [
        record.names.manifest, record.names.signature, record.names.chunks(), record.names.map(),
        "SHA256SUMS",
      ] {
        let path = record.folder.appending(name)
        let size = Int(try FileSequence([path]).length)
        for part in 0..<5 {
          try bench.withFlippedBit(path, size * part / 5) {
            let failed = try bench.failures(manifest: record.manifestPath)
            trial.expect(!failed.isEmpty, "\(name): part \(part + 1) of 5", observed: "nothing was found")
          }
        }
      }
    },
    ValidationCheck(
      .ao08, "e01",
      does:
        "One bit is flipped in stored chunks of an E01: in every seventh, at its beginning, middle and end.",
      expects: "The findings name sectors of that chunk, and of no other chunk of the record."
    ) { trial, bench in
      let record = try sealed(bench).record()
      var first = 0
      for name in try segmentNames(record) {
        let path = record.folder.appending(name)
        let map = EWFSegmentMap(try Files.contents(path, cap: 1 << 30))
        for (index, stored) in map.chunks.enumerated() where index % 7 == 0 {
          let places = [stored.lowerBound, stored.lowerBound + stored.count / 2, stored.upperBound - 1]
          try bench.withFlippedBit(path, places[index / 7 % 3]) {
            let report = try bench.verify(manifest: record.manifestPath)
            trial.expectLocated(report, record.e01, sector: UInt64((first + index) * 64))
          }
        }
        first += map.chunks.count
      }
    },
    ValidationCheck(
      .ao08, "raw",
      does: "One bit is flipped in a raw image: in its first byte, in its last, and at seven places between.",
      expects:
        "The findings name the sector's chunk of 1 MiB, and no other chunk; the E01 beside it is sound."
    ) { trial, bench in
      let record = try sealed(bench).record()
      let last = Int(length) - 1
      for position in [0, last] + (1...7).map({ last * $0 / 8 }) {
        try bench.withFlippedBit(record.raw, position) {
          let report = try bench.verify(manifest: record.manifestPath)
          trial.expectLocated(report, record.raw, sector: UInt64(position) / 512)
          trial.expect(
            !report.findings.contains { $0.severity == .failure && $0.subject.hasPrefix(record.e01.name) },
            "byte \(position): the E01 is sound", observed: "it is named")
        }
      }
    },
  ]

  /// No whole number of chunks; two segments of noise.
  private static let length: UInt64 = 1_700_352

  /// An E01 in two segments, without compression so that every bit counts, and a raw image; with an unreadable
  /// sector, so that the E01 has a list of them.
  private static func sealed(_ bench: Bench) throws -> Acquired {
    var faults = FaultySource.Faults()
    faults.unreadable = [777]
    return try bench.acquire(FaultySource(StampedContents(length: length), faults: faults)) {
      $0.write {
        $0.segmentSize = 1 << 20
        $0.compression = ImageCompression.none
      }
    }
  }

  private static func segmentNames(_ record: Acquired.Record) throws -> [String] {
    try record.openE01().segments.map(\.name)
  }
}

extension Trial {
  fileprivate func expectFound(_ report: VerificationReport, _ subject: String, _ what: String) {
    let found = report.findings.contains { $0.severity == .failure && $0.subject.hasPrefix(subject) }
    expect(report.verdict > .chainBroken && found, what, observed: "verdict \(report.verdict.rawValue)")
  }

  /// That the findings about an image name the sector, and nothing outside its chunk of the record.
  fileprivate func expectLocated(_ report: VerificationReport, _ image: FilePath, sector: UInt64) {
    expectFound(report, image.name, "sector \(sector)")
    let ranges = report.findings.filter { $0.severity == .failure && $0.subject.hasPrefix(image.name) }
      .compactMap(\.sectors).joined()
    let perChunk = ChunkPlan.smallestChunkSize / 512
    let chunk = SectorRange(first: sector / perChunk * perChunk, count: perChunk)
    expect(
      ranges.contains { $0.first <= sector && sector < $0.end }, "sector \(sector) is named",
      observed: "sectors \(ranges.listed()) are")
    expect(
      ranges.allSatisfy { $0.intersection(chunk) == $0 }, "only sectors of chunk \(chunk) are named",
      observed: "sectors \(ranges.listed()) are")
  }
}

extension FilePath {
  fileprivate var name: String { lastComponent?.string ?? string }
}
