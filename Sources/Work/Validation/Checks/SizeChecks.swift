import DiskWriters
import Evidence
import ReferenceMedia
import SystemIO
import SystemPackage

/// How many sectors there are, which of them, and whether each is what it was.
enum SizeChecks {
  static let all: [ValidationCheck] = [
    sizes(sectorSize: 512, counts: [1, 2, 3, 7, 2047, 2048, 2049, 4099]),
    sizes(sectorSize: 4096, counts: [1, 2, 255, 256, 257, 509]),
    ValidationCheck(
      .am06, "block",
      does: "Loop devices of 1, 3, 2049 and 4099 sectors of 512 bytes are acquired.",
      expects: "The images hold every sector of each, an odd last one included.", needs: [.root]
    ) { trial, bench in
      for count in [1, 3, 2049, 4099] {
        let contents = StampedContents(length: UInt64(count) * 512, filling: .mixed)
        let device = try bench.loopDevice(try bench.file("medium-\(count)", contents))
        try trial.expectAcquired(
          try bench.acquire(device), ExpectedContents(contents), "\(count) sectors")
      }
    },
    beyond32Bits,
    ValidationCheck(
      .am08, "own-reader",
      does: """
        A medium of noise, text and zeros, each sector stamped with its address, is acquired to raw and to E01 with \
        every kind of compression. Each image is opened again and compared with what was put on the medium.
        """,
      expects: "Every sector is what it was, at its own address."
    ) { trial, bench in
      let contents = StampedContents(length: (3 << 20) + 100, filling: .mixed)
      let file = try bench.file("medium", contents)
      for compression in ImageCompression.allCases {
        let acquired = try bench.acquire(file) { $0.write { $0.compression = compression } }
        try trial.expectAcquired(
          acquired, ExpectedContents(contents), "compression \(compression.word)")
      }
    },
    ValidationCheck(
      .am08, "ewfexport",
      does: "The same E01s are decoded by ewfexport (libewf), which is not part of Exhibit.",
      expects:
        "Every sector is what it was; the digests in the E01 are those of coreutils over the decoded file.",
      needs: [.program("ewfexport"), .program("md5sum"), .program("sha1sum")]
    ) { trial, bench in
      let contents = StampedContents(length: (3 << 20) + 100, filling: .mixed)
      let file = try bench.file("medium", contents)
      for compression in ImageCompression.allCases {
        let acquired = try bench.acquire(file) { $0.write { $0.compression = compression } }
        try trial.expectDecoded(
          acquired, ExpectedContents(contents), "compression \(compression.word)", bench)
      }
    },
    subsets,
  ]

  private static func sizes(sectorSize: UInt32, counts: [Int]) -> ValidationCheck {
    ValidationCheck(
      .am06, "file-\(sectorSize)",
      does: """
        Files of \(counts.map(String.init).joined(separator: ", ")) sectors of \(sectorSize) bytes are acquired: \
        one, two, odd and prime numbers, and one sector less and more than a chunk of 1 MiB.
        """,
      expects: "The images hold every sector of each, the last one included."
    ) { trial, bench in
      for count in counts {
        let contents = StampedContents(
          length: UInt64(count) * UInt64(sectorSize), sectorSize: sectorSize, filling: .mixed)
        let file = try bench.file("medium-\(count)", contents)
        let acquired = try bench.acquire(file) { $0.source.sectorSize = sectorSize }
        try trial.expectAcquired(acquired, ExpectedContents(contents), "\(count) sectors")
      }
    }
  }

  /// Sectors whose addresses need more than 32 bits, on a medium of 4 TiB and three sectors.
  private static let beyond32Bits = ValidationCheck(
    .am06, "beyond-32-bits",
    does: """
      A sparse file of 4 TiB and 3 sectors is made, with stamped sectors around sector 2^32 and at its end. The \
      2051 sectors around 2^32 and the last five sectors of the medium are acquired.
      """,
    expects: "The images hold exactly those sectors, and the record says where on the medium they lie."
  ) { trial, bench in
    let contents = StampedContents(length: (4 << 40) + 3 * 512)
    let end = contents.length / 512
    let ranges = [
      SectorRange(first: (1 << 32) - 1025, count: 2051), SectorRange(first: end - 5, count: 5),
    ]
    let file: FilePath
    do {
      file = try bench.file(
        "medium", contents, ranges: ranges.map { $0.first * 512..<$0.end * 512 })
    } catch let error as EvidenceError where error.errno == Errno.fileTooLarge.rawValue {
      throw CannotRun("the file system of the output takes no file of 4 TiB")
    }
    for range in ranges {
      let acquired = try bench.acquire(file) {
        $0.source.firstSector = range.first
        $0.source.sectorCount = range.count
      }
      try trial.expectAcquired(acquired, ExpectedContents(contents, range: range), "sectors \(range)")
      let manifest = try acquired.record().manifest()
      trial.expectEqual(
        manifest.mainStream?.firstUnit, range.first, "sectors \(range): first in the manifest")
      trial.expectEqual(manifest.source.sectorCount, end, "sectors of the medium in the manifest")
    }
  }

  private static let subsets = ValidationCheck(
    .ao16, "ranges",
    does: """
      Of a medium of 6145 sectors these ranges are acquired: the first sector, the last, one in \
      the middle, two on both sides of a chunk's edge, 3000 that cross the edge of a segment, all from 100 on.
      """,
    expects: "The images hold exactly those sectors, and the record says where on the medium they lie."
  ) { trial, bench in
    let contents = StampedContents(length: 6145 * 512)
    let file = try bench.file("medium", contents)
    for range in [
      SectorRange(first: 0, count: 1), SectorRange(first: 6144, count: 1), SectorRange(first: 3333, count: 1),
      SectorRange(first: 2047, count: 2), SectorRange(first: 1000, count: 3000),
      SectorRange(first: 100, count: 6045),
    ] {
      let acquired = try bench.acquire(file) {
        $0.source.firstSector = range.first
        $0.source.sectorCount = range.first == 100 ? nil : range.count
        $0.write {
          $0.split = 1 << 20
          $0.segmentSize = 1 << 20
        }
      }
      try trial.expectAcquired(acquired, ExpectedContents(contents, range: range), "sectors \(range)")
      trial.expectEqual(
        try acquired.record().manifest().mainStream?.firstUnit, range.first,
        "sectors \(range): first in the manifest")
    }
  }
}
