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

/// The catalogue and what a verification of it says.
@Suite struct ArchiveTests {
  /// An archive with a folder of evidence.
  final class Archive {
    let folder: TemporaryFolder
    let store: CaseStore
    var evidence: FilePath { folder.appending("evidence") }

    init() throws {
      folder = try TemporaryFolder()
      try DurableFolder.create(folder.appending("archive"))
      try DurableFolder.create(folder.appending("evidence"))
      store = try CaseStore.create(
        folder: folder.appending("archive"), number: "A", title: "Archive",
        examiner: PersonDetails(name: "A. Examiner"),
        actor: AuditActor(name: "A. Examiner", user: "root", host: "ws", tool: "exhibit", version: "0"))
    }

    @discardableResult
    func write(_ name: String, _ bytes: [UInt8]) throws -> FilePath {
      let path = evidence.appending(name)
      try TestFiles.write(bytes, to: path)
      return path
    }

    /// Flips a bit and leaves the times as they were.
    func rot(_ path: FilePath, at offset: Int) throws {
      var bytes = try Files.contents(path, cap: 1 << 30)
      bytes[offset] ^= 1
      try Tool.require("touch", ["-r", path.string, folder.appending("times").string])
      try TestFiles.write(bytes, to: path)
      try Tool.require("touch", ["-r", folder.appending("times").string, path.string])
    }

    func scan() throws -> ScanResult {
      var scan = ArchiveScan(store)
      return try scan.perform([try Syscalls.resolve(evidence).get()])
    }

    @discardableResult
    func verify(
      _ selection: ArchiveRunRequest.Selection = .all, stop: StopFlag = StopFlag(),
      _ change: (inout ArchiveRunRequest) -> Void = { _ in },
      each: @escaping @Sendable (VerifiedHolding) -> Void = { _ in }
    ) throws -> ArchiveRunResult? {
      var request = ArchiveRunRequest()
      request.selection = selection
      change(&request)
      return try ArchiveRun(store, request, VerificationSettings(stop: stop)).perform(
        progress: { _ in }, each: each)
    }

    func only(_ selection: ArchiveRunRequest.Selection = .all) throws -> HoldingOutcome {
      let result = try #require(try verify(selection))
      #expect(result.verified.count == 1)
      return try #require(result.verified.first).outcome
    }
  }

  static func noise(_ count: Int, _ seed: UInt64 = 1) -> [UInt8] {
    var generator = SeededGenerator(seed: seed)
    return (0..<count).map { _ in UInt8.random(in: 0...255, using: &generator) }
  }

  static func hex(_ bytes: [UInt8], _ algorithm: DigestAlgorithm = .sha256) -> String {
    Digest.of(bytes, algorithm).hex
  }

  // MARK: What is compared with what

  @Test func anImageWithoutAReferenceHasOneFromThenOn() throws {
    let archive = try Archive()
    let path = try archive.write("a.dd", Self.noise(100_000))
    _ = try archive.scan()
    #expect(try archive.only().verdict == .noReference)
    let second = try archive.only()
    #expect(second.verdict == .verified && second.compared == 1)
    try archive.rot(path, at: 50_000)
    let third = try archive.only()
    #expect(third.verdict == .mismatch && third.findings.map(\.code) == [.digestMismatch])
    #expect(third.findings[0].expected?.hasSuffix("(verification 1)") ?? false)
  }

  @Test func damageIsLocatedAlsoWhereTheImageCameWithoutPieces() throws {
    let archive = try Archive()
    let path = try archive.write("a.dd", Self.noise(3 << 20))
    _ = try archive.scan()
    try archive.verify()
    let list = archive.store.folder.appending("pieces").appending("1.txt")
    // Line by line as hashdeep itself says it.
    let theirs = try Tool.run("hashdeep", ["-l", "-c", "sha256", "-p", "1m", "a.dd"], in: archive.evidence)
      .output
    func rows(_ text: String) -> [Substring] {
      text.split(separator: "\n").filter { $0.first?.isNumber ?? false }.sorted()
    }
    let ours = String(decoding: try Files.contents(list, cap: 1 << 20), as: UTF8.self)
    #expect(rows(ours) == rows(theirs) && rows(ours).count == 3)
    try archive.rot(path, at: (1 << 20) + 5)
    let outcome = try archive.only()
    #expect(outcome.verdict == .mismatch)
    #expect(outcome.findings.compactMap(\.sectors) == [SectorRange(first: 2048, count: 2048)])
  }

  @Test func aDigestThatDoesNotSayWhatItIsOfNeverFailsAnImage() throws {
    let archive = try Archive()
    let bytes = Self.noise(5000)
    try archive.write("a.dd", bytes)
    try archive.write("a.dd.md5", Array((Self.hex(Self.noise(10), .md5) + "\n").utf8))
    _ = try archive.scan()
    let outcome = try archive.only()
    #expect(outcome.verdict == .noReference && outcome.findings.map(\.code) == [.referenceAmbiguous])
    let other = try Archive()
    try other.write("a.dd", bytes)
    try other.write("a.dd.md5", Array((Self.hex(bytes, .md5) + "\n").utf8))
    _ = try other.scan()
    #expect(try other.only().verdict == .verified)
  }

  @Test func dcflddsTotalAfterReadErrorsIsNotRot() throws {
    let bytes = Self.noise(4096)
    let archive = try Archive()
    try archive.write("a.dd", bytes)
    let other = Self.hex(Self.noise(9), .md5)
    // Windows end before the file does: it met read errors.
    try archive.write("a.log", Array("0 - 2048: \(other)\nTotal (md5): \(other)\n".utf8))
    _ = try archive.scan()
    let outcome = try archive.only()
    #expect(outcome.verdict == .noReference && outcome.findings.map(\.code) == [.referenceSuspect])
    let whole = try Archive()
    try whole.write("a.dd", bytes)
    try whole.write("a.log", Array("0 - 4096: \(other)\nTotal (md5): \(other)\n".utf8))
    _ = try whole.scan()
    #expect(try whole.only().verdict == .mismatch)
  }

  @Test func aFileWithoutAReferenceIsNotVerifiedWithTheOthers() throws {
    let archive = try Archive()
    let track = [UInt8](repeating: 7, count: 2352 * 400)
    try archive.write("d.bin", track)
    let sheet = try archive.write(
      "d.cue", Array("FILE \"d.bin\" BINARY\n  TRACK 01 AUDIO\n    INDEX 01 00:00:00\n".utf8))
    try archive.write(
      "d.dat",
      Array(
        "<datafile><game><rom name=\"d.bin\" size=\"\(track.count)\" md5=\"\(Self.hex(track, .md5))\"/></game></datafile>"
          .utf8))
    #expect(try archive.scan().added.count == 1)
    let first = try archive.only()
    #expect(
      first.verdict == .noReference && first.findings.map(\.code) == [.fileUnlisted]
        && first.findings[0].subject == "d.cue")
    #expect(try archive.only().verdict == .verified)
    try archive.rot(sheet, at: 44)
    let third = try archive.only()
    #expect(
      third.verdict >= .mismatch
        && third.findings.contains { $0.code == .fileDigestMismatch && $0.subject == "d.cue" })
  }

  @Test func aBagOfAnotherProgramIsHeldToItsLists() throws {
    let archive = try Archive()
    let bag = archive.evidence.appending("bag")
    for folder in [bag, bag.appending("data")] { try DurableFolder.create(folder) }
    let bytes = Self.noise(5000)
    try archive.write(
      "bag/bagit.txt", Array("BagIt-Version: 0.97\nTag-File-Character-Encoding: UTF-8\n".utf8))
    let file = try archive.write("bag/data/a%b.dd", bytes)
    try archive.write("bag/manifest-md5.txt", Array("\(Self.hex(bytes, .md5))  data/a%b.dd\n".utf8))
    #expect(try archive.scan().added.count == 1)
    let good = try archive.only()
    #expect(good.verdict == .verified && good.level == .full)
    try archive.write("bag/data/more", [1])
    #expect(try archive.scan().changed == [1])
    #expect(try archive.only().findings.map(\.code) == [.bagIncomplete])
    try Tool.require("rm", [archive.evidence.appending("bag/data/more").string])
    _ = try archive.scan()
    try archive.rot(file, at: 77)
    #expect(try archive.only().verdict == .mismatch)
    try Tool.require("rm", [file.string])
    #expect(try archive.only().findings.contains { $0.code == .fileMissing })
  }

  @Test func piecesPastTheEndAreOfSomethingElse() throws {
    let archive = try Archive()
    let bytes = Self.noise(4096)
    try archive.write("a.dd", bytes)
    let (md5, last) = (Self.hex(bytes, .md5), UInt64.max - 1)
    try archive.write("a.csv", Array("\(md5),0,7\n\(md5),8,9007199254740990\n".utf8))
    try archive.write("b", Array("\(md5)  a.dd offset 0-4095\n\(md5)  a.dd offset 4096-\(last)\n".utf8))
    _ = try archive.scan()
    let outcome = try archive.only()
    #expect(outcome.verdict == .verified && outcome.findings.isEmpty)
  }

  @Test func referencesThatContradictEachOtherAreAFinding() throws {
    let archive = try Archive()
    let bytes = Self.noise(4096)
    try archive.write("a.dd", bytes)
    try archive.write("one.md5", Array("\(Self.hex(bytes, .md5))  a.dd\n".utf8))
    try archive.write("two.md5", Array("\(Self.hex(Self.noise(3), .md5))  a.dd\n".utf8))
    _ = try archive.scan()
    let outcome = try archive.only()
    #expect(outcome.verdict == .mismatch)
    #expect(Set(outcome.findings.map(\.code)) == [.fileDigestMismatch, .referencesDisagree])
  }

  @Test func aRottenSideCarIsSaidAndTheCatalogueKeepsItsDigests() throws {
    let archive = try Archive()
    let bytes = Self.noise(4096)
    try archive.write("a.dd", bytes)
    let list = try archive.write("a.md5", Array("\(Self.hex(bytes, .md5))  a.dd\n".utf8))
    _ = try archive.scan()
    try archive.rot(list, at: 3)
    let outcome = try archive.only()
    #expect(outcome.verdict == .verified && outcome.findings.map(\.code) == [.sideCarChanged])
  }

  @Test func namesThatDifferInCaseAndFilesInOtherFoldersAreFound() throws {
    let archive = try Archive()
    let bytes = Self.noise(4096)
    try DurableFolder.create(archive.evidence.appending("sub"))
    try archive.write("sub/A.DD", bytes)
    try archive.write("B.dd", bytes)
    try archive.write(
      "SHA256SUMS",
      Array("\(Self.hex(bytes))  ./sub/A.DD\n\(Self.hex(bytes))  b.DD\n\(Self.hex(bytes))  gone.dd\n".utf8))
    let result = try archive.scan()
    #expect(result.added.count == 2 && result.unresolved.map(\.target) == ["gone.dd"])
    let run = try #require(try archive.verify())
    #expect(run.verified.map(\.outcome.verdict) == [.verified, .verified])
    #expect(try archive.store.copies(of: 1) == [2])
  }

  // MARK: Places

  @Test func whatWasMovedIsRecognisedAndOfSeveralNoneIsTaken() throws {
    let archive = try Archive()
    let first = try archive.write("a.dd", Self.noise(90_000, 1))
    _ = try archive.scan()
    try Tool.require("mv", [first.string, archive.evidence.appending("z.dd").string])
    let moved = try archive.scan()
    #expect(moved.moved.map(\.holding) == [1] && moved.added.isEmpty && moved.missing.isEmpty)
    let same = Self.noise(50_000, 2)
    for name in ["b.dd", "c.dd"] { try archive.write(name, same) }
    _ = try archive.scan()
    for name in ["b.dd", "c.dd"] { try Tool.require("rm", [archive.evidence.appending(name).string]) }
    try archive.write("d.dd", same)
    let unclear = try archive.scan()
    #expect(
      unclear.moved.isEmpty && unclear.added == [4] && Set(unclear.ambiguous) == [2, 3]
        && Set(unclear.missing) == [2, 3])
  }

  @Test func whatWasEditedIsToldFromRot() throws {
    let archive = try Archive()
    try archive.write("a.dd", Self.noise(4096))
    _ = try archive.scan()
    try archive.verify()
    try archive.write("a.dd", Self.noise(4096, 7))
    try Tool.require("touch", ["-d", "2030-01-01", archive.evidence.appending("a.dd").string])
    #expect(try archive.only().findings.map(\.code) == [.fileModified, .digestMismatch])
  }

  // MARK: Runs

  @Test func anInterruptedRunGoesOnWithTheRest() throws {
    let archive = try Archive()
    for index in 0..<6 { try archive.write("\(index).dd", Self.noise(3000, UInt64(index))) }
    _ = try archive.scan()
    let stop = StopFlag()
    let first = try #require(
      try archive.verify(stop: stop, { $0.jobs = 1 }, each: { if $0.holding.number == 2 { stop.raise() } }))
    #expect(first.wasStopped && first.verified.map(\.holding.number) == [1, 2] && first.left == 4)
    #expect(first.exitStatus == .incomplete)
    let rest = try #require(try archive.verify(.rest))
    #expect(
      rest.verified.map(\.holding.number) == [3, 4, 5, 6] && rest.done == 2 && rest.run.id == first.run.id)
    #expect(throws: EvidenceError.self) { try archive.verify(.rest) }
  }

  @Test func everySingleBitThatRotsIsFoundAndLocated() throws {
    let archive = try Archive()
    var generator = SeededGenerator(seed: 42)
    let piece = 4096
    let count = 60
    for index in 0..<count {
      let bytes = Self.noise(Int.random(in: 9000...40_000, using: &generator), UInt64(index))
      let name = "image-\(index).dd"
      try archive.write(name, bytes)
      let lines = stride(from: 0, to: bytes.count, by: piece).map { start -> String in
        let end = min(start + piece, bytes.count)
        return
          "\(end - start),\(Self.hex(Array(bytes[start..<end]), .md5)),\(name) offset \(start)-\(end - 1)"
      }
      try archive.write(
        "image-\(index).txt",
        Array(
          ("%%%% HASHDEEP-1.0\n%%%% size,md5,filename\n"
            + ["\(bytes.count),\(Self.hex(bytes, .md5)),\(name)"].joined() + "\n"
            + lines.joined(separator: "\n") + "\n").utf8))
    }
    #expect(try archive.scan().added.count == count)
    #expect(try #require(try archive.verify()).exitStatus == .complete)
    var places: [String: Int] = [:]
    for index in 0..<count where index % 3 != 0 {
      let path = archive.evidence.appending("image-\(index).dd")
      let place = Int.random(in: 0..<Int(try Files.contents(path, cap: 1 << 20).count), using: &generator)
      try archive.rot(path, at: place)
      places["image-\(index).dd"] = place
    }
    let run = try #require(try archive.verify())
    for item in run.verified {
      guard let place = places[item.holding.name] else {
        #expect(item.outcome.verdict == .verified, "false alarm: \(item.holding.name)")
        continue
      }
      #expect(item.outcome.verdict == .mismatch, "missed: \(item.holding.name) at \(place)")
      let located = item.outcome.findings.filter { $0.code == .chunkDigestMismatch }
      #expect(located.count == 1)
      let start = place / piece * piece / 512
      #expect(located.first?.sectors?.first == UInt64(start), "\(item.holding.name) at \(place)")
    }
  }

  @Test func theMediumAnswersAndNotMemory() throws {
    guard Host.isRoot, Tool.exists("mkfs.ext4") else { return }
    let loop = try LoopDevice(length: 16 << 20)
    try Tool.require("mkfs.ext4", ["-q", "-O", "^has_journal", loop.path.string])
    let mount = try Mount(loop)
    let bytes = Self.noise(300_000)
    let path = mount.point.appending("a.dd")
    try TestFiles.write(bytes, to: path)
    try Tool.require("sync", [])
    let archive = try Archive()
    var scan = ArchiveScan(archive.store)
    _ = try scan.perform([try Syscalls.resolve(mount.point).get()])
    try archive.verify()
    // Rots below the file system, while memory still has the page.
    _ = try Files.contents(path, cap: 1 << 20)
    let device = try Files.contents(loop.backingFile, cap: 32 << 20)
    let sought = Array(bytes[200_000..<200_064])
    let place = try #require(
      (0..<device.count - 64).first { device[$0] == sought[0] && device[$0..<$0 + 64].elementsEqual(sought) })
    try Tool.require(
      "sh",
      [
        "-c",
        "printf '\\\\\(String(device[place] ^ 1, radix: 8))' | dd of=\(loop.backingFile.string) bs=1 seek=\(place) conv=notrunc status=none",
      ])
    #expect(try Files.contents(path, cap: 1 << 20) == bytes, "memory has what was written")
    let outcome = try archive.only()
    #expect(outcome.verdict == .mismatch && outcome.reading == .direct)
  }

  // MARK: When

  @Test func whatIsDueFollowsFromTheCatalogue() {
    let day: Int64 = 86_400_000_000
    let now = Timestamp(microseconds: 20_000 * day)
    func holding(_ verdict: VerificationVerdict?, decisive: VerificationVerdict?, verified: Int64?)
      -> ListedHolding
    {
      ListedHolding(
        number: 3, kind: .image, format: nil, name: "a", added: Timestamp(microseconds: 0),
        presence: .present, path: "/a",
        medium: nil, size: 1, verdict: verdict, decisive: decisive, checked: now,
        verified: verified.map { Timestamp(microseconds: (20_000 - $0) * day) }, intervalDays: 100,
        retentionUntil: nil,
        legalHold: nil, location: nil)
    }
    let schedule = ArchiveSchedule(now: now)
    func state(_ holding: ListedHolding) -> HoldingStanding.State { schedule.standing(of: holding).state }
    #expect(state(holding(nil, decisive: nil, verified: nil)) == .neverVerified)
    #expect(state(holding(.verified, decisive: .verified, verified: 80)) == .verified)
    #expect(state(holding(.verified, decisive: .verified, verified: 120)) == .due)
    #expect(state(holding(.verified, decisive: .verified, verified: 150)) == .overdue)
    #expect(state(holding(.noReference, decisive: nil, verified: nil)) == .open)
    #expect(state(holding(.notAllChecked, decisive: .damaged, verified: 10)) == .failing)
    // A verification in the future is that of a clock that was wrong.
    #expect(state(holding(.verified, decisive: .verified, verified: -30)) == .due)
    for number in UInt64(1)...200 {
      let listed = ListedHolding(
        number: number, kind: .image, format: nil, name: "a", added: now, presence: .present, path: "/a",
        medium: nil, size: 1,
        verdict: .verified, decisive: .verified, checked: now, verified: now, intervalDays: 100,
        retentionUntil: nil, legalHold: nil,
        location: nil)
      let days = Double(schedule.standing(of: listed).due.microseconds - now.microseconds) / Double(day)
      #expect((89.9...110.1).contains(days))
    }
  }

  @Test func whatASampleMisses() {
    #expect(abs(Sampling.missProbability(drawn: 500, of: 10_000, bad: 1) - 0.95) < 0.001)
    #expect(abs(Sampling.missProbability(drawn: 500, of: 10_000, bad: 10) - 0.598) < 0.002)
    #expect(abs(Sampling.missProbability(drawn: 500, of: 10_000, bad: 60) - 0.046) < 0.002)
    #expect(
      Sampling.missProbability(drawn: 10, of: 10, bad: 1) == 0 && Sampling.mostBad(drawn: 10, of: 10) == 0)
    #expect((57...59).contains(Sampling.mostBad(drawn: 500, of: 10_000)))
    let all = Array(UInt64(1)...1000)
    let drawn = Sampling.draw(50, from: all, seed: Array("x".utf8))
    #expect(
      drawn.count == 50 && Set(drawn).count == 50
        && drawn == Sampling.draw(50, from: all, seed: Array("x".utf8)))
    #expect(drawn != Sampling.draw(50, from: all, seed: Array("y".utf8)))
  }

  @Test func numbersInFewCharacters() {
    #expect(NumberRanges.text([1, 2, 3, 7]) == "1-3,7" && NumberRanges.text([]) == "")
    #expect(NumberRanges.numbers("1-3,7") == [1, 2, 3, 7] && NumberRanges.numbers("5") == [5])
    for wrong in ["a", "3-1", "1-2-3", "-1", "1-"] { #expect(NumberRanges.numbers(wrong) == nil) }
  }

  @Test func namesOfFilesAreKeptWhateverTheyAre() {
    let files = HoldingFiles([
      .init(name: "a b\nc\\n", size: 1, modified: -5), .init(name: "x", size: 0, modified: 2),
    ])
    #expect(HoldingFiles(text: files.text) == files)
    #expect(HoldingFiles(text: "x y z") == nil)
  }
}
