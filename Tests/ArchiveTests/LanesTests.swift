import Archiving
import CaseRecords
import CaseStore
import Digests
import Evidence
import EvidenceTestKit
import SystemIO
import SystemPackage
import Testing
import Verification

/// Many holdings at the same time, whose digests are computed side by side: each is judged alone.
@Suite(.timeLimit(.minutes(10))) struct LanesTests {
  private typealias Archive = ArchiveTests.Archive

  /// Sizes around those of blocks and of what is computed alone, more holdings than there are lanes.
  private static let sizes = [
    1, 511, 512, 4096, 32_768, 32_769, 100_000, 1 << 20, (1 << 20) + 1, (2 << 20) - 1, 2 << 20, (2 << 20) + 1,
    5_000_000,
  ]

  private func size(_ number: Int) -> Int {
    Self.sizes[number % Self.sizes.count] + number / Self.sizes.count
  }

  /// Noise that repeats itself at no multiple of a block.
  private static func bytes(_ count: Int, _ seed: UInt64) -> [UInt8] {
    let period = ArchiveTests.noise(10_007, seed)
    var bytes: [UInt8] = []
    while bytes.count < count { bytes += period }
    return Array(bytes.prefix(count))
  }

  /// Raw images with MD5 in one list, as md5sum writes it.
  private func fill(_ archive: Archive, _ count: Int) throws {
    for number in 0..<count {
      try archive.write("\(number).dd", Self.bytes(size(number), UInt64(number + 1)))
    }
    let list = try Tool.run(
      "md5sum", (0..<count).map { "\($0).dd" }, in: archive.evidence)
    try archive.write("MD5SUMS", Array(list.output.utf8))
    #expect(try archive.scan().added.count == count)
  }

  @Test func whatIsDigestedSideBySideIsWhatStockProgramsCompute() throws {
    let archive = try Archive()
    let count = 40
    try fill(archive, count)
    let first = try #require(try archive.verify())
    #expect(first.verified.map(\.outcome.verdict) == Array(repeating: .verified, count: count))
    // The SHA-256 that the first verification left are those of sha256sum.
    let theirs = try Tool.run("sha256sum", (0..<count).map { "\($0).dd" }, in: archive.evidence).output
    var digests: [String: String] = [:]
    for line in theirs.split(separator: "\n") {
      digests[String(line.dropFirst(66))] = String(line.prefix(64))
    }
    for item in first.verified {
      let kept = try archive.store.references(of: item.holding.number).filter {
        $0.kind == "verification" && $0.scope == "contents"
      }
      #expect(kept.map(\.value) == [digests[item.holding.name]], "\(item.holding.name)")
    }
    // One of them alone, and two, which are too few for lanes, say the same.
    for selection in [[3], [5, 6]] as [[UInt64]] {
      let alone = try #require(try archive.verify(.numbers(selection)))
      #expect(alone.verified.allSatisfy { $0.outcome.verdict == .verified && $0.outcome.compared == 2 })
    }
  }

  @Test func aBadHoldingIsBadAloneAndHoldsNobodyUp() throws {
    let archive = try Archive()
    let count = 30
    try fill(archive, count)
    try archive.verify()
    try archive.rot(archive.evidence.appending("11.dd"), at: 1_900_000)
    try archive.rot(archive.evidence.appending("25.dd"), at: 4_999_999)
    try Tool.require("truncate", ["-s", "1000", archive.evidence.appending("7.dd").string])
    try Tool.require("rm", [archive.evidence.appending("3.dd").string])
    // One that cannot be read: a folder in its place.
    try Tool.require("rm", [archive.evidence.appending("20.dd").string])
    try DurableFolder.create(archive.evidence.appending("20.dd"))
    let run = try #require(try archive.verify())
    #expect(run.verified.count == count)
    for item in run.verified {
      let verdict = item.outcome.verdict
      switch item.holding.name {
      case "11.dd": #expect(verdict == .mismatch && sectors(item) == [SectorRange(first: 2048, count: 2048)])
      case "25.dd": #expect(verdict == .mismatch && sectors(item) == [SectorRange(first: 8192, count: 1574)])
      case "7.dd": #expect(verdict == .mismatch)
      case "3.dd": #expect(verdict == .notAllChecked)
      case "20.dd": #expect(verdict >= .incomplete)
      default: #expect(verdict == .verified, "false alarm: \(item.holding.name)")
      }
    }
  }

  private func sectors(_ item: VerifiedHolding) -> [SectorRange] {
    item.outcome.findings.compactMap(\.sectors)
  }

  @Test func stoppedInTheMiddleNothingHangsAndTheRestFollows() throws {
    let archive = try Archive()
    let count = 60
    try fill(archive, count)
    let stop = StopFlag()
    let told = Monitor(0)
    let first = try #require(
      try archive.verify(
        stop: stop,
        each: { _ in
          if told.withLock({
            $0 += 1
            return $0 == 10
          }) {
            stop.raise()
          }
        }))
    #expect(first.wasStopped && first.verified.count >= 10 && first.left == count - first.verified.count)
    let rest = try #require(try archive.verify(.rest))
    #expect(rest.verified.count + rest.done == count && rest.run.id == first.run.id)
    #expect(
      Set(rest.verified.map(\.holding.number)).isDisjoint(with: first.verified.map(\.holding.number))
        && (first.verified + rest.verified).allSatisfy { $0.outcome.verdict == .verified })
  }

  /// Windows of a side-car and pieces, computed several at once where they lie side by side, are those that hashdeep and
  /// dcfldd state.
  @Test func piecesOfEverySizeAreThoseOfStockPrograms() throws {
    let archive = try Archive()
    let bytes = Self.bytes(4_000_000, 99)
    let sizes = [4096, 100_000, 1 << 20, 3 << 20]
    for size in sizes {
      for algorithm in ["md5", "sha256", "sha1"] {
        let name = "\(algorithm)-\(size).dd"
        try archive.write(name, bytes)
        let list = try Tool.run(
          "hashdeep", ["-l", "-c", algorithm, "-p", "\(size)", name], in: archive.evidence)
        try archive.write("\(algorithm)-\(size).txt", Array(list.output.utf8))
      }
    }
    #expect(try archive.scan().added.count == 3 * sizes.count)
    let good = try #require(try archive.verify())
    #expect(good.verified.allSatisfy { $0.outcome.verdict == .verified && $0.outcome.findings.isEmpty })
    let place = 3_333_333
    for size in sizes {
      for algorithm in ["md5", "sha256", "sha1"] {
        try archive.rot(archive.evidence.appending("\(algorithm)-\(size).dd"), at: place)
      }
    }
    for item in try #require(try archive.verify()).verified {
      let size = try #require(Int(item.holding.name.dropLast(3).split(separator: "-")[1]))
      let piece = place / size * size..<min((place / size + 1) * size, bytes.count)
      let first = UInt64(piece.lowerBound / 512)
      let expected = SectorRange(first: first, count: UInt64((piece.upperBound + 511) / 512) - first)
      #expect(item.outcome.verdict == .mismatch && sectors(item) == [expected], "\(item.holding.name)")
    }
  }

  /// What a segment lacks is named, and moves nothing behind it.
  @Test func whatIsMissingMovesNothing() throws {
    let archive = try Archive()
    let bytes = Self.bytes(4 << 20, 5)
    for number in 0..<4 {
      try archive.write("a.00\(number + 1)", Array(bytes[number << 20..<(number + 1) << 20]))
    }
    let list = try Tool.run("sha256sum", (1...4).map { "a.00\($0)" }, in: archive.evidence)
    try archive.write("SHA256SUMS", Array(list.output.utf8))
    #expect(try archive.scan().added.count == 1)
    #expect(try archive.only().verdict == .verified)
    let second = archive.evidence.appending("a.002")
    try Tool.require("truncate", ["-s", "1000", second.string])
    try archive.rot(archive.evidence.appending("a.004"), at: 77)
    let cut = try archive.only()
    #expect(cut.verdict == .mismatch)
    #expect(
      Set(cut.findings.compactMap(\.sectors)) == [
        SectorRange(first: 2049, count: 2047), SectorRange(first: 2048, count: 2048),
        SectorRange(first: 6144, count: 2048),
      ])
    try Tool.require("rm", [second.string])
    #expect(
      Set(try archive.only().findings.compactMap(\.sectors)) == [
        SectorRange(first: 2048, count: 2048), SectorRange(first: 6144, count: 2048),
      ])
  }

  /// PAR2 digests the last block with zeros behind it, which is no piece of the file: where the others match, it is there.
  @Test func damageBetweenThePiecesIsThere() throws {
    let archive = try Archive()
    try archive.write("a.dd", Self.bytes(1_000_000, 6))
    try Tool.require("sh", ["-c", "cd \(archive.evidence) && par2 create -q -q -s65536 -c1 a.par2 a.dd"])
    #expect(try archive.scan().added.count == 1)
    #expect(try archive.only().verdict == .verified)
    try archive.rot(archive.evidence.appending("a.dd"), at: 999_999)
    #expect(
      try archive.only().findings.compactMap(\.sectors) == [SectorRange(first: 15 * 128, count: 34)])
    try archive.rot(archive.evidence.appending("a.dd"), at: 70_000)
    #expect(try archive.only().findings.compactMap(\.sectors) == [SectorRange(first: 128, count: 128)])
  }

  /// Hash values of the files and of the contents of an E01, in one reading: the kernel counts what the device gives.
  @Test(
    .enabled(
      if: Machine.hasLoopDevices && Tool.exists("ewfacquire") && Tool.exists("mkfs.ext4"),
      "needs root, loop devices, ewf-tools"))
  func theMediumIsReadOnce() throws {
    let loop = try LoopDevice(length: 160 << 20)
    try Tool.require("mkfs.ext4", ["-q", "-O", "^has_journal", loop.path.string])
    let mount = try Mount(loop)
    let source = try TemporaryFolder()
    try TestFiles.write(Self.bytes(60 << 20, 8), to: source.appending("a.dd"))
    let image = mount.point.appending("a")
    try Tool.require(
      "ewfacquire",
      ["-u", "-q", "-c", "none", "-S", "20MiB", "-t", image.string, source.appending("a.dd").string])
    try Tool.require("sh", ["-c", "cd \(mount.point) && sha256sum a.E0* > SHA256SUMS && sync"])
    let archive = try Archive()
    var scan = ArchiveScan(archive.store)
    _ = try scan.perform([try Syscalls.resolve(mount.point).get()])
    let statistics = FilePath("/sys/block/\(loop.path.lastComponent?.string ?? "")/stat")
    func bytesRead() throws -> UInt64 {
      let text = String(decoding: try Files.contents(statistics, cap: 4096), as: UTF8.self)
      return try #require(UInt64(text.split(whereSeparator: \.isWhitespace)[2])) * 512
    }
    let before = try bytesRead()
    let outcome = try archive.only()
    let read = try bytesRead() - before
    // 4 files and what the image stores of itself.
    #expect(outcome.verdict == .verified && outcome.compared >= 4 && outcome.reading == .dropped)
    #expect((60 << 20...70 << 20).contains(read), "\(read) bytes of 60 MiB")
    // Rot in one of them is found in both readings.
    try archive.rot(mount.point.appending("a.E02"), at: 10 << 20)
    let bad = try archive.only()
    #expect(
      bad.verdict >= .mismatch
        && bad.findings.contains { $0.code == .fileDigestMismatch && $0.subject == "a.E02" }
        && bad.findings.contains { $0.code == .chunkDamaged })
  }
}
