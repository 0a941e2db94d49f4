import Digests
import Evidence
import Manifests
import ReferenceMedia
import SystemIO
import SystemPackage

/// What is logged, where the program runs, and what became of the source.
enum RecordChecks {
  static let all: [ValidationCheck] = [
    ValidationCheck(
      .am03, "here",
      does: "Every other check of this record was run on this machine, with its kernel and libraries.",
      expects: "None of them failed."
    ) { trial, bench in
      let ran = bench.earlier.filter { $0.outcome != .notRun }
      trial.expect(!ran.isEmpty, "other checks were run")
      for check in ran { trial.expectEqual(check.outcome, .passed, check.identifier) }
      let rest = bench.earlier.count - ran.count
      if rest > 0 { trial.note("\(rest) checks could not be run here") }
    },
    ValidationCheck(
      .ao23, "manifest",
      does:
        "A medium with unreadable sectors is acquired. Every figure of the manifest is computed again from files.",
      expects: "Each is accurate: sizes, counts, digests, sectors, times, program, host."
    ) { trial, bench in
      let begun = Host.now()
      let (acquired, expected) = try sample(bench)
      let record = try acquired.record()
      let manifest = try record.manifest()
      for file in manifest.allFiles {
        let bytes = try record.bytes(file.name)
        trial.expectEqual(UInt64(bytes.count), file.size, "\(file.name): size")
        trial.expectEqual(Digest.of(bytes, .sha256), file.sha256, "\(file.name): SHA-256")
      }
      guard let stream = manifest.mainStream else { return trial.expect(false, "a main stream") }
      trial.expectEqual(stream.length, expected.length, "length")
      trial.expectEqual(stream.unitCount, expected.sectorCount, "number of sectors")
      trial.expectEqual(
        stream.chunks.count, (expected.length + stream.chunks.size - 1) / stream.chunks.size, "chunks")
      for algorithm in DigestAlgorithm.allCases {
        trial.expectEqual(
          stream.digests[algorithm], Digest.of(expected.all, algorithm), "\(algorithm.title) of the stream")
      }
      trial.expectEqual(
        stream.map.count(of: .unreadable), UInt64(expected.unreadable.count), "unreadable sectors")
      let acquisition = manifest.acquisition
      trial.expect(
        begun <= acquisition.started && acquisition.started <= acquisition.ended
          && acquisition.ended <= Host.now(), "times",
        observed: "\(acquisition.started) to \(acquisition.ended)")
      trial.expectEqual(
        [acquisition.tool.name, acquisition.tool.version, acquisition.host.node, acquisition.host.release],
        [ToolVersion.name, ToolVersion.current, Host.facts.node, Host.facts.release], "program and host")
    },
    ValidationCheck(
      .ao23, "case",
      does: "The case of an acquisition is verified: database, audit log, custody, manifest and images.",
      expects: "Everything recorded is equal."
    ) { trial, bench in
      _ = try sample(bench)
      let report = try bench.verifyCase()
      trial.expectEqual(report.verdict, .verified, "verdict")
      trial.expectNoFailure(report, "case")
    },
    ValidationCheck(
      .ao23, "sha256sum", does: "sha256sum checks the file SHA256SUMS of an acquisition.",
      expects: "Every file is what it says.", needs: [.program("sha256sum"), .program("sh")]
    ) { trial, bench in
      let record = try sample(bench).0.record()
      let said = try bench.program("sh").run([
        "-c", "cd -- \"$0\" && exec sha256sum -c --strict SHA256SUMS", record.folder.string,
      ])
      trial.expectEqual(said.status, 0, "exit status")
      let sound = said.text.split(whereSeparator: \.isNewline).filter { $0.hasSuffix(": OK") }.count
      // Everything that lies there but the list itself.
      trial.expectEqual(sound, try Files.names(in: record.folder).count - 1, "files that are OK")
    },
    ValidationCheck(
      .ao23, "openssl", does: "openssl checks the signature of a manifest.",
      expects: "It is valid.", needs: [.program("openssl")]
    ) { trial, bench in
      let record = try sample(bench).0.record()
      let said = try bench.program("openssl").run([
        "cms", "-verify", "-binary", "-cades", "-content", record.manifestPath.string, "-inform", "DER",
        "-in",
        record.folder.appending(record.names.signature).string, "-CAfile",
        try bench.caseFolder().examinerCertificate.string, "-out", "/dev/null",
      ])
      trial.expect(said.status == 0, "openssl accepts it", observed: said.text)
    },
    ValidationCheck(
      .ao24, "file",
      does:
        "A source that is a file is acquired; its digest and its times of change are taken before and after.",
      expects: "They are the same."
    ) { trial, bench in
      let file = try bench.file("medium", StampedContents(length: 2 << 20, filling: .mixed))
      let before = try SourceState(file)
      let acquired = try bench.acquire(file)
      trial.expectEqual(try SourceState(file), before, "digest, size and times of change")
      trial.expectEqual(acquired.summary.digests[.sha256], before.digest, "digest of the acquisition")
    },
    ValidationCheck(
      .ao24, "block",
      does: "A loop device that could be written to is acquired; the kernel counts the writes to it.",
      expects: "No write request reached it, and the file below it has the digest it had.", needs: [.root]
    ) { trial, bench in
      let file = try bench.file("medium", StampedContents(length: 2 << 20, filling: .mixed))
      let before = try SourceState(file)
      let device = try bench.loopDevice(file, isWritable: true)
      let writes = try writeRequests(device)
      _ = try bench.acquire(device)
      trial.expectEqual(try writeRequests(device), writes, "write requests")
      trial.expectEqual(try SourceState(file), before, "digest, size and times of change of the file below")
    },
  ]

  private static func sample(_ bench: Bench) throws -> (Acquired, ExpectedContents) {
    let contents = StampedContents(length: (2 << 20) + 300, filling: .mixed)
    var faults = FaultySource.Faults()
    faults.unreadable = [5, 6, 3000]
    let acquired = try bench.acquire(FaultySource(contents, faults: faults))
    return (acquired, ExpectedContents(contents, unreadable: faults.unreadable))
  }

  /// Write requests a device has completed, by the fifth field of its `stat` in sysfs.
  private static func writeRequests(_ device: FilePath) throws -> UInt64 {
    let number = Files.deviceNumber(device) ?? ""
    let fields = Files.systemText(FilePath("/sys/dev/block/\(number)/stat"))?.split(separator: " ") ?? []
    guard fields.count > 4, let count = UInt64(fields[4]) else {
      throw CannotRun("the kernel does not count requests of \(device)")
    }
    return count
  }

  private struct SourceState: Equatable {
    let digest: Digest
    let size: Int64
    let modified: Int64
    let changed: Int64

    init(_ path: FilePath) throws {
      let status = try Syscalls.status(path).orThrow(.readFailed, path.string)
      self.digest = Digest.of(try Files.contents(path, cap: 1 << 30), .sha256)
      self.size = Int64(status.st_size)
      self.modified = Int64(status.st_mtim.tv_sec) * 1_000_000_000 + Int64(status.st_mtim.tv_nsec)
      self.changed = Int64(status.st_ctim.tv_sec) * 1_000_000_000 + Int64(status.st_ctim.tv_nsec)
    }
  }
}
