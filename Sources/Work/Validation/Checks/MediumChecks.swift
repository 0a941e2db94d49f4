import Evidence
import ReferenceMedia
import SystemIO
import SystemPackage

/// What media are read from, and through what.
enum MediumChecks {
  static let all: [ValidationCheck] = [
    ValidationCheck(
      .am01, "file",
      does: "A file of 3 MiB with stamped sectors is acquired to E01 and raw, read through the page cache.",
      expects: "Both images hold every sector of it."
    ) { trial, bench in
      let contents = StampedContents(length: 3 << 20, filling: .mixed)
      let file = try bench.file("medium", contents)
      try trial.expectAcquired(try bench.acquire(file), ExpectedContents(contents), "file")
    },
    blockDevice(sectorSize: 512),
    blockDevice(sectorSize: 4096),
    ValidationCheck(
      .am02, "files",
      does: """
        An image file, one whose last sector is short, one with sectors of 2048 bytes, and a raw set split into \
        three files are acquired.
        """,
      expects: "The images hold every sector of each."
    ) { trial, bench in
      for (name, contents) in [
        ("image file", StampedContents(length: 2 << 20, filling: .mixed)),
        ("file with a short last sector", StampedContents(length: 1_234_567, filling: .mixed)),
        (
          "file of sectors of 2048 bytes",
          StampedContents(length: 700 * 2048, sectorSize: 2048, filling: .mixed)
        ),
      ] {
        let file = try bench.file(name.replacing(" ", with: "-"), contents)
        let acquired = try bench.acquire(file) { $0.source.sectorSize = UInt32(contents.sectorSize) }
        try trial.expectAcquired(acquired, ExpectedContents(contents), name)
      }
      try splitSet(trial, bench)
    },
    ValidationCheck(
      .am02, "partition",
      does:
        "A partition of 4097 sectors that begins at sector 63 of a loop device is acquired by its own device.",
      expects: "The images hold sectors 63 to 4159 of the device and nothing else.",
      needs: [.root, .program("addpart")]
    ) { trial, bench in
      let contents = StampedContents(length: 3 << 20, filling: .mixed)
      let loop = try bench.loopDevice(try bench.file("medium", contents))
      let range = SectorRange(first: 63, count: 4097)
      let acquired = try bench.acquire(try bench.partition(of: loop, range))
      try trial.expectAcquired(acquired, ExpectedContents(contents, range: range), "partition")
    },
  ]

  private static func blockDevice(sectorSize: UInt32) -> ValidationCheck {
    ValidationCheck(
      .am01, "block-\(sectorSize)",
      does: """
        A loop device of 3 MiB with sectors of \(sectorSize) bytes, which stands for what the kernel's block layer \
        offers, is acquired to E01 and raw, past the page cache.
        """,
      expects: "Both images hold every sector of it; the record says that it was read directly.",
      needs: [.root]
    ) { trial, bench in
      let contents = StampedContents(length: 3 << 20, sectorSize: sectorSize, filling: .mixed)
      let file = try bench.file("medium", contents)
      let device = try bench.loopDevice(file, ["--sector-size", "\(sectorSize)"])
      let acquired = try bench.acquire(device)
      try trial.expectAcquired(acquired, ExpectedContents(contents), "block device")
      let manifest = try acquired.record().manifest()
      trial.expectEqual(manifest.source.kind, .blockDevice, "kind of source in the manifest")
      trial.expectEqual(manifest.source.geometry.logicalSectorSize, sectorSize, "sector size in the manifest")
      trial.expectEqual(manifest.acquisition.directIO, true, "read directly, by the manifest")
    }
  }

  /// Three files, of which the last is shorter and ends in a part of a sector.
  private static func splitSet(_ trial: Trial, _ bench: Bench) throws {
    let contents = StampedContents(length: (2 << 20) + 4711, filling: .mixed)
    let part = UInt64(1 << 20)
    for (index, start) in stride(from: 0, to: contents.length, by: Int(part)).enumerated() {
      try DurableFile.write(
        contents.bytes(start..<min(start + part, contents.length)),
        to: bench.folder.appending(SplitFileNames.numbered(base: "split", index: index + 1)))
    }
    let acquired = try bench.acquire(bench.folder.appending("split.001"))
    try trial.expectAcquired(acquired, ExpectedContents(contents), "split set")
    trial.expectEqual(
      try acquired.record().manifest().source.files, ["split.001", "split.002", "split.003"],
      "files in the manifest")
  }
}
