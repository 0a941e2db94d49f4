import DiskWriters
import Evidence
import Formats
import Glibc
import Manifests
import ReferenceMedia
import Sessions
import SystemIO
import SystemPackage

/// What images are written to: file systems, and those that fail.
enum DestinationChecks {
  static let all: [ValidationCheck] = [
    ValidationCheck(
      .am05, "output", does: "A medium is acquired to the file system that this record is written to.",
      expects: "Images and record are complete and verify."
    ) { trial, bench in
      trial.note("file system \(FileSystems.kind(of: bench.folder) ?? "of unknown kind")")
      try expectImages(trial, bench, on: nil)
    },
    ValidationCheck(
      .am05, "tmpfs", does: "A medium is acquired, with a copy on a file system in memory.",
      expects: "Images and record of the copy are complete and verify.", needs: [.root]
    ) { trial, bench in
      try expectImages(trial, bench, on: try bench.memoryFileSystem("tmpfs", bytes: 32 << 20))
    },
    fileSystem("ext4", make: "mkfs.ext4", ["-q"]),
    fileSystem("xfs", make: "mkfs.xfs", ["-q"]),
    fileSystem("btrfs", make: "mkfs.btrfs", ["-q"]),
    fileSystem("vfat", make: "mkfs.vfat", []),
    fileSystem("exfat", make: "mkfs.exfat", []),
    fileSystem("ntfs3", make: "mkntfs", ["-q", "-F"]),
    limit, failingDevice, noSpaceBefore, noSpaceDuring, switching,
  ]

  private static func fileSystem(
    _ kind: String, make program: String, _ options: [String]
  ) -> ValidationCheck {
    ValidationCheck(
      .am05, kind, does: "A medium is acquired, with a copy on a new \(kind) file system on a loop device.",
      expects: "Images and record of the copy are complete and verify.", needs: [.root, .program(program)]
    ) { trial, bench in
      let device = try bench.loopDevice(
        try bench.sparse("device", length: 512 << 20), isWritable: true)
      try bench.demand(program, options + [device.string])
      try expectImages(trial, bench, on: try bench.mount(kind, ["-t", kind, device.string]))
    }
  }

  /// - Parameter folder: where a copy is made; the case's own images are looked at where `nil`.
  private static func expectImages(_ trial: Trial, _ bench: Bench, on folder: FilePath?) throws {
    let contents = StampedContents(length: (3 << 20) + 512, filling: .mixed)
    let acquired = try bench.acquire(try bench.file("medium", contents)) { request in
      if let folder { request.output.copies = [AcquisitionRequest.Copy(folder: folder, images: nil)] }
    }
    let record = try acquired.record(folder == nil ? 0 : 1)
    for image in [record.e01, record.raw] {
      trial.expectSame(
        try SectorComparison(of: try bench.open(image), with: ExpectedContents(contents)),
        image.lastComponent?.string ?? "")
    }
    trial.expectEqual(try bench.verify(manifest: record.manifestPath).verdict, .verified, "verification")
  }

  // MARK: Destinations that fail

  /// Needs no rights: the kernel refuses to let files grow.
  private static let limit = ValidationCheck(
    .ao03, "limit",
    does:
      "A medium of 4 MiB of noise is acquired while the kernel lets no file grow past 2 MiB (RLIMIT_FSIZE).",
    expects:
      "The acquisition ends as incomplete, exit status 4, says that the file is too large for the destination, and seals no manifest."
  ) { trial, bench in
    let medium = try bench.file("medium", StampedContents(length: 4 << 20))
    _ = try bench.caseFolder()
    let acquired = try FileSizeLimit.applied(2 << 20) { try bench.acquire(medium) }
    trial.expectIncomplete(acquired.summary, .fileLimit)
  }

  private static let failingDevice = ValidationCheck(
    .ao03, "device",
    does: """
      A medium of 48 MiB of noise is acquired with a copy on a loop device of 128 MiB. When the second block is read, \
      the device loses all but its first 4 MiB. The kernel log will show its errors.
      """,
    expects: """
      It is told that the copy could not be written, with the reason the kernel gives, exit status 4, and no manifest is sealed \
      there; the case's own images are complete and verify.
      """, needs: [.root, .program("mkfs.ext4")]
  ) { trial, bench in
    let backing = try bench.sparse("device", length: 128 << 20)
    let device = try bench.loopDevice(backing, isWritable: true)
    try bench.demand("mkfs.ext4", ["-q", "-O", "^has_journal", device.string])
    let folder = try bench.mount("failing", ["-t", "ext4", "-o", "errors=continue", device.string])
    let contents = StampedContents(length: 48 << 20)
    let losetup = try bench.program("losetup")
    let cut = Monitor<Int32?>(nil)
    let medium = TriggeringSource(FaultySource(contents), at: 17 << 20) {
      try? DurableFile(resuming: backing, length: 4 << 20).close()
      let status = try? losetup.run(["--set-capacity", device.string]).status
      cut.withLock { $0 = status }
    }
    let acquired = try bench.acquire(medium) {
      $0.output.copies = [AcquisitionRequest.Copy(folder: folder, images: [RawPlan(split: nil)])]
      $0.output.write([.raw])
    }
    guard cut.withLock({ $0 }) == 0 else { throw CannotRun("losetup cannot make a device smaller here") }
    let copy = acquired.summary.destinations[1]
    trial.expectEqual(acquired.summary.exitStatus, .incomplete, "exit status")
    trial.expectEqual(copy.failure?.category, .environment, "kind of failure told")
    trial.expect(copy.manifest == nil, "no manifest of the copy", observed: "there is one")
    if let failure = copy.failure { trial.note("told: \(failure)") }
    let record = try acquired.record()
    trial.expectSame(
      try SectorComparison(of: try bench.open(record.raw), with: ExpectedContents(contents)), "own image")
    trial.expectEqual(try bench.verify(manifest: record.manifestPath).verdict, .verified, "verification")
  }

  private static let noSpaceBefore = ValidationCheck(
    .ao04, "before",
    does: "The acquisition of a medium of 4 PiB is asked for.",
    expects: "It is refused with the space that is free and the space that is needed, and nothing is written."
  ) { trial, bench in
    let folder = try bench.caseFolder()
    let medium = FaultySource(StampedContents(length: 1 << 52))
    do {
      _ = try bench.acquire(medium)
      trial.expect(false, "it is refused", observed: "it is not")
    } catch let error as EvidenceError {
      trial.expectEqual(error.code, .destinationTooSmall, "reason")
      trial.note("told: \(error)")
    }
    trial.expectEqual(medium.readCount, 0, "reads of the medium")
    trial.expectEqual(try Files.names(in: folder.evidence), [], "what lies in the evidence folder")
  }

  private static let noSpaceDuring = ValidationCheck(
    .ao04, "during",
    does: "A medium of 4 MiB of noise is acquired with a copy on a file system in memory of 3 MiB.",
    expects: """
      The copy is reported as not complete for lack of space, exit status 4, without a manifest; the case's own \
      images are complete and verify.
      """, needs: [.root]
  ) { trial, bench in
    let folder = try bench.memoryFileSystem("small", bytes: 3 << 20)
    let acquired = try bench.acquire(
      try bench.file("medium", StampedContents(length: 4 << 20))
    ) {
      $0.output.copies = [AcquisitionRequest.Copy(folder: folder, images: nil)]
      $0.output.acceptsLittleSpace = true
    }
    let copy = acquired.summary.destinations[1]
    trial.expectEqual(copy.failure?.code, .destinationFull, "reason")
    trial.expect(copy.manifest == nil, "no manifest of the copy", observed: "there is one")
    trial.expectEqual(acquired.summary.exitStatus, .incomplete, "exit status")
    let record = try acquired.record()
    trial.expectEqual(try bench.verify(manifest: record.manifestPath).verdict, .verified, "verification")
  }

  private static let switching = ValidationCheck(
    .ao10, "overflow",
    does: """
      A medium of 24 MiB of noise is acquired to E01 and raw in segments of 4 MiB, in a case on a file system in memory \
      of 40 MiB; a folder of the output takes over (--overflow-to).
      """,
    expects: """
      Segments lie in both folders and together hold every sector; the set verifies as one, and does not where one \
      folder is left out.
      """, needs: [.root]
  ) { trial, bench in
    try bench.caseFolder(in: try bench.memoryFileSystem("small", bytes: 40 << 20))
    let second = bench.folder.appending("second")
    try DurableFolder.create(second)
    let contents = StampedContents(length: 24 << 20)
    let acquired = try bench.acquire(try bench.file("medium", contents)) {
      $0.output.overflow = [second]
      $0.write {
        $0.split = 4 << 20
        $0.segmentSize = 4 << 20
      }
      $0.checkpointInterval = 0
    }
    trial.expectEqual(acquired.summary.verdict, .complete, "verdict")
    let record = try acquired.record()
    let others = try record.manifest().acquisition.overflow.map { FilePath($0) }
    trial.expect(!others.isEmpty, "the manifest names the folder that took over")
    for image in try record.manifest().images {
      let reader = try record.reader(image, sectorSize: 512, besides: others)
      trial.expectSame(
        try SectorComparison(of: reader, with: ExpectedContents(contents)), Formats.title(image.format))
    }
    let moved = try Files.names(in: others[0]).filter { $0 != RecordNames.sums }.count
    trial.expect(moved > 0, "segments in the second folder", observed: "none")
    trial.note("\(moved) segments lie in the second folder")
    trial.expectEqual(
      try bench.verify(manifest: record.manifestPath, besides: others).verdict, .verified, "both folders")
    trial.expect(
      try bench.verify(manifest: record.manifestPath).verdict != .verified,
      "the first folder alone is refused")
  }
}

extension Trial {
  fileprivate func expectIncomplete(_ summary: AcquisitionSummary, _ code: ErrorCode) {
    expectEqual(summary.verdict.name, AcquisitionVerdict.incomplete(reason: "").name, "verdict")
    expectEqual(summary.exitStatus, .incomplete, "exit status")
    let failure = summary.failure ?? summary.destinations.compactMap(\.failure).first
    expectEqual(failure?.code, code, "reason")
    expect(summary.destinations.allSatisfy { $0.manifest == nil }, "no manifest is sealed")
    if let failure { note("told: \(failure)") }
  }
}

/// The largest file this process may write, for a while.
private enum FileSizeLimit {
  static func applied<Value>(_ bytes: UInt64, _ body: () throws -> Value) throws -> Value {
    let before = try Syscalls.fileSizeLimit().orThrow(.systemCall, "RLIMIT_FSIZE")
    // Otherwise the signal would end the program instead of the write.
    signal(SIGXFSZ, SIG_IGN)
    var limit = before
    limit.rlim_cur = min(rlim_t(bytes), before.rlim_max)
    _ = try Syscalls.setFileSizeLimit(limit).orThrow(.systemCall, "RLIMIT_FSIZE")
    defer { _ = Syscalls.setFileSizeLimit(before) }
    return try body()
  }
}
