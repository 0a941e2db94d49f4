import Digests
import DiskWriters
import Evidence
import Formats
import ImageTools
import Manifests
import ReferenceMedia
import SystemIO
import SystemPackage

/// What images are: their contents, formats, sizes and digests.
enum ImageChecks {
  static let all: [ValidationCheck] = [
    ValidationCheck(
      .ao01, "own-reader",
      does: "A medium of 3 MiB and 100 bytes is acquired; all that the images hold is digested again.",
      expects: "The digests are those of the medium, and those that were recorded."
    ) { trial, bench in
      let contents = StampedContents(length: (3 << 20) + 100, filling: .mixed)
      let acquired = try bench.acquire(try bench.file("medium", contents))
      let expected = ExpectedContents(contents)
      for algorithm in DigestAlgorithm.allCases {
        trial.expectEqual(
          acquired.summary.digests[algorithm], Digest.of(expected.all, algorithm),
          "\(algorithm.title) of the medium")
      }
      let record = try acquired.record()
      let report = try bench.verify(manifest: record.manifestPath)
      for image in try record.manifest().images {
        let held = image.isPlain ? expected.all : expected.bytes(0..<expected.paddedLength)
        let name = image.segments[0].name
        trial.expectEqual(
          report.computed[name]?[.sha256], Digest.of(held, .sha256), "SHA-256 of what \(name) holds")
      }
    },
    ValidationCheck(
      .ao01, "coreutils",
      does: "A medium of 3 MiB and its raw image are digested by md5sum, sha1sum and sha256sum.",
      expects: "Both have the digests that were recorded.",
      needs: [.program("md5sum"), .program("sha1sum"), .program("sha256sum")]
    ) { trial, bench in
      let file = try bench.file("medium", StampedContents(length: 3 << 20, filling: .mixed))
      let acquired = try bench.acquire(file)
      for algorithm in DigestAlgorithm.allCases {
        let recorded = acquired.summary.digests[algorithm]?.hex ?? "none"
        for (path, what) in [(file, "medium"), (try acquired.record().raw, "raw image")] {
          trial.expectEqual(
            try bench.digest(of: path, algorithm), recorded, "\(algorithm.title) of the \(what)")
        }
      }
    },
    ValidationCheck(
      .ao02, "own-reader",
      does:
        "A medium is acquired to raw and to E01 with every kind of compression; the files are opened again.",
      expects: "Each has the format and the compression that was asked for, and a sound structure."
    ) { trial, bench in
      let contents = StampedContents(length: 1 << 20, filling: .mixed)
      let file = try bench.file("medium", contents)
      for compression in ImageCompression.allCases {
        let record = try bench.acquire(file) { $0.write { $0.compression = compression } }.record()
        let opened = try Formats.openDisk(record.e01)
        trial.expectEqual(opened.format.id, .e01, "\(compression.word): format by its signature")
        trial.expectEqual(
          opened.structureFindings.map(\.code.rawValue), [], "\(compression.word): findings")
        let stored: ImageCompression =
          switch compression {
          case .none, .emptyBlock: .none
          case .fast: .fast
          case .best: .best
          }
        trial.expectEqual(opened.facts.compression, stored, "\(compression.word): compression stated")
        trial.expectEqual(try FileSequence([record.raw]).length, contents.length, "bytes of the raw image")
      }
    },
    ValidationCheck(
      .ao02, "ewfinfo", does: "A medium is acquired to E01; ewfinfo (libewf) reads its header.",
      expects: "It names the format EnCase 6 and the size of the medium.", needs: [.program("ewfinfo")]
    ) { trial, bench in
      let file = try bench.file("medium", StampedContents(length: 1 << 20))
      let said = try bench.program("ewfinfo").run([try bench.acquire(file).record().e01.string])
      trial.expectEqual(said.status, 0, "exit status of ewfinfo")
      for text in ["EnCase 6", "1048576 bytes"] { trial.expect(said.text.contains(text), "it says \(text)") }
    },
    segments, conversion, blockDigests(by: nil), blockDigests(by: "coreutils"),
  ]

  private static let segments = ValidationCheck(
    .ao05, "sizes",
    does: """
      A medium of 5 MiB of noise is acquired with raw files of at most 1 MiB, 2 MiB less 512 bytes, and 16 MiB, and \
      with segments of an E01 of the same sizes.
      """,
    expects: "No file is larger than asked for; together they hold the medium."
  ) { trial, bench in
    let contents = StampedContents(length: 5 << 20)
    let file = try bench.file("medium", contents)
    for size: UInt64 in [1 << 20, (2 << 20) - 512, 16 << 20] {
      let acquired = try bench.acquire(file) {
        $0.write {
          $0.split = size
          $0.segmentSize = size
        }
      }
      try trial.expectAcquired(acquired, ExpectedContents(contents), "at most \(size) bytes")
      for image in try acquired.record().manifest().images {
        for segment in image.segments {
          trial.expect(segment.size <= size, "\(segment.name)", observed: "\(segment.size) of \(size) bytes")
          let length = try FileSequence([acquired.record().folder.appending(segment.name)]).length
          trial.expectEqual(length, segment.size, "\(segment.name): bytes of the file and in the manifest")
        }
        let least = Int((contents.length + size - 1) / size)
        trial.expect(
          image.segments.count >= least, "\(image.format.rawValue): at least \(least) files",
          observed: "\(image.segments.count)")
      }
    }
  }

  private static let conversion = ValidationCheck(
    .ao09, "round",
    does:
      "A raw image is converted to E01, that to split raw, that to E01 with the best compression, that to raw.",
    expects: "Each holds the same data, and has the same digests."
  ) { trial, bench in
    let contents = StampedContents(length: 3 << 20, filling: .mixed)
    var input = try bench.file("first.raw", contents)
    for name in ["second.E01", "third.001", "fourth.E01", "fifth.raw"] {
      var request = ConversionRequest(input: input, output: bench.folder.appending(name))
      if name == "third.001" { request.settings.split = 1 << 20 }
      if name == "fourth.E01" { request.settings.compression = .best }
      let report = try ConversionJob(request, stop: bench.stop).perform { _, _ in }
      trial.expectEqual(report.outcome, .complete, "\(name): outcome")
      for algorithm in DigestAlgorithm.allCases {
        trial.expectEqual(
          report.digests[algorithm], Digest.of(ExpectedContents(contents).all, algorithm),
          "\(name): \(algorithm.title)")
      }
      input = request.output
      trial.expectSame(
        try SectorComparison(
          of: try Formats.openDisk(input), with: ExpectedContents(contents)), name)
    }
  }

  /// - Parameter tools: whose digests are compared; our own where `nil`.
  private static func blockDigests(by tools: String?) -> ValidationCheck {
    ValidationCheck(
      .ao22, tools ?? "own",
      does: """
        A medium of 3 MiB and 700 bytes with one unreadable sector is acquired. Each chunk of 1 MiB, the short last \
        one included, is digested again\(tools == nil ? "" : " by md5sum and sha256sum").
        """,
      expects: "The chunk file has the digests, and marks the chunk with the unreadable sector as filled.",
      needs: tools == nil ? [] : [.program("md5sum"), .program("sha256sum")]
    ) { trial, bench in
      let contents = StampedContents(length: (3 << 20) + 700, filling: .mixed)
      var faults = FaultySource.Faults()
      faults.unreadable = [2100]
      let record = try bench.acquire(FaultySource(contents, faults: faults)).record()
      let plan = ChunkPlan(length: contents.length, sectorSize: UInt32(contents.sectorSize))
      let chunks = try ChunkFile.entries(
        in: try record.bytes(record.names.chunks()), plan: plan, sectorSize: 512, name: record.names.chunks())
      trial.expectEqual(chunks.map(\.state), [.read, .filled, .read, .read], "states")
      let expected = ExpectedContents(contents, unreadable: [2100])
      for (index, chunk) in chunks.enumerated() {
        let bytes = expected.bytes(plan.bytes(ofChunk: UInt64(index)))
        var digests = [Digest.of(bytes, .md5).hex, Digest.of(bytes, .sha256).hex]
        if tools != nil {
          let path = bench.folder.appending("chunk-\(index)")
          try DurableFile.write(bytes, to: path)
          digests = [try bench.digest(of: path, .md5), try bench.digest(of: path, .sha256)]
        }
        trial.expectEqual([chunk.md5, chunk.sha256].map { $0?.hex ?? "none" }, digests, "chunk \(index)")
      }
    }
  }
}
