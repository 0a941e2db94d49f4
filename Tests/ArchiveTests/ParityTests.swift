import CanonicalJSON
import Digests
import Evidence
import EvidenceTestKit
import Parity
import Signing
import SystemIO
import SystemPackage
import Testing

/// The erasure code, the layout of parity files and what is read of them.
@Suite struct ParityTests {
  static func signer() throws -> SigningIdentity {
    let now = Host.now()
    let key = try SigningKey.generate(.ecdsaP256)
    return try SigningIdentity(
      key: key, certificate: .selfSigned(for: key, name: try SignerName("A. Examiner"), from: now), now: now)
  }

  @Test func whateverIsLostComesBackUpToTheParity() {
    var random = SeededGenerator(seed: 11)
    for _ in 0..<60 {
      let (data, parity) = (Int.random(in: 1...120, using: &random), Int.random(in: 1...40, using: &random))
      let size = 64 * Int.random(in: 1...4, using: &random)
      let shards = (0..<data).map { _ in (0..<size).map { _ in UInt8.random(in: 0...255, using: &random) } }
      let code = ErasureCode(data: data, parity: parity)
      var memory = (0..<data + parity).map { _ in
        UnsafeMutableRawBufferPointer.allocate(byteCount: size, alignment: 64)
      }
      defer { for slot in memory { slot.deallocate() } }
      for (slot, shard) in zip(memory, shards) { slot.copyBytes(from: shard) }
      for slot in memory[data...] { _ = slot.initializeMemory(as: UInt8.self, repeating: 0) }
      for column in (0..<data).shuffled(using: &random) {
        code.add(
          UnsafeRawBufferPointer(memory[column]), column: column,
          to: memory[data...].compactMap(\.baseAddress))
      }
      let lost = Array((0..<data).shuffled(using: &random).prefix(parity)).sorted()
      #expect(code.recovery(lost: lost, rows: Array(0..<lost.count - 1)) == nil)
      let rows = Array((0..<parity).shuffled(using: &random).prefix(lost.count)).sorted()
      guard let recovery = code.recovery(lost: lost, rows: rows) else {
        Issue.record("no recovery of \(lost) from \(rows)")
        continue
      }
      #expect(Set(recovery.sources).isDisjoint(with: lost))
      let targets = lost.map { _ in UnsafeMutableRawBufferPointer.allocate(byteCount: size, alignment: 64) }
      recovery.restore(size, from: recovery.sources.map { memory[$0] }, to: targets)
      for (target, column) in zip(targets, lost) { #expect(target.elementsEqual(shards[column])) }
      memory += targets
    }
  }

  /// The field and the matrix are those of the document, computed bit by bit.
  @Test func theCodeIsTheDocumentedOne() {
    func times(_ a: UInt8, _ b: UInt8) -> UInt8 {
      (0..<8).reduce(UInt8(0)) { sum, bit in
        guard b >> bit & 1 == 1 else { return sum }
        return (0..<bit).reduce(a) { value, _ in value << 1 ^ (value & 0x80 == 0 ? 0 : 0x1D) } ^ sum
      }
    }
    let (data, parity) = (7, 3)
    let code = ErasureCode(data: data, parity: parity)
    let rows = (0..<parity).map { _ in UnsafeMutableRawBufferPointer.allocate(byteCount: 64, alignment: 64) }
    defer { for row in rows { row.deallocate() } }
    for column in 0..<data {
      for row in rows { _ = row.initializeMemory(as: UInt8.self, repeating: 0) }
      let shard = [UInt8](repeating: 0x53, count: 64)
      shard.withUnsafeBytes { code.add($0, column: column, to: rows.compactMap(\.baseAddress)) }
      for (row, memory) in rows.enumerated() {
        let factor = UInt8((data + row) ^ column)
        let inverse = (1...255).first { times(UInt8($0), factor) == 1 }.map { UInt8($0) }
        #expect(memory.allSatisfy { $0 == inverse.map { times($0, 0x53) } })
      }
    }
  }

  @Test(
    arguments: [1, 4095, 4096, 4097, 500_000, 12_000_000, 1 << 30, 3 << 30, 1 << 40, 15 << 40] as [UInt64])
  func layoutsCoverEachByteOnceAndStayWithinTheirLimits(size: UInt64) throws {
    for percent in [1.0, 5, 33.3, 100] {
      // Its init refuses whatever is not covered.
      let layout = try ParityLayout.file(size: size, percent: percent)
      for group in layout.groups {
        let share = Double(group.parity) / Double(group.columns.count) * 100
        #expect(share >= percent && (share <= percent + 1.5 || group.parity <= 2 || group.columns.count < 60))
        let parity = group.parity * layout.shardSize * group.stripes
        #expect(size > 1 << 40 || group.stripes == 1 || parity <= 128 << 20)
      }
      let shards = layout.groups.reduce(0) { $0 + $1.columns.reduce(0) { $0 + layout.count($1) } }
      #expect(UInt64(shards) == (size + UInt64(layout.shardSize) - 1) / UInt64(layout.shardSize))
    }
    guard size <= 5 << 40 else { return }
    let sizes = [size, size / 2, 0, 1, size]
    let layout = try ParityLayout.across(sizes: sizes, lost: 2)
    #expect(layout.groups.allSatisfy { $0.parity == 2 && $0.columns.count <= 4 })
    #expect(layout.parityLength >= 2 * size)
  }

  @Test func acrossManySegmentsBlocksAreEven() throws {
    let layout = try ParityLayout.across(sizes: [UInt64](repeating: 1500 << 20, count: 667), lost: 1)
    let widths = Set(layout.groups.map(\.columns.count))
    #expect(widths.max() ?? 0 <= 128 && widths.min() ?? 0 > 100)
    #expect(throws: EvidenceError.self) { try ParityLayout.across(sizes: [17 << 40], lost: 1) }
  }

  // MARK: Files

  struct Sample {
    let folder: TemporaryFolder
    let bytes: [UInt8]
    let parity: FilePath
    let head: ParityHead
    var source: FilePath { folder.appending("a.dd") }

    init(_ count: Int = 300_001) throws {
      folder = try TemporaryFolder()
      bytes = ArchiveTests.noise(count, 3)
      let source = folder.appending("a.dd")
      try TestFiles.write(bytes, to: source)
      parity = folder.appending("a.dd.parity")
      let identity = try ParityTests.signer()
      let writer = ParityWriter(
        .file, of: "1 a.dd", tool: "test", layout: try .file(size: UInt64(count), percent: 10),
        files: [("a.dd", source, UInt64(count))], stop: StopFlag())
      head = try writer.write(to: parity, made: Host.now(), progress: { _ in }) {
        text throws(EvidenceError) in
        try identity.sign(text, at: Host.now())
      }
      #expect(UInt64(try Files.contents(parity, cap: 1 << 30).count) == writer.length)
    }

    func damage(_ change: (inout [UInt8]) -> Void) throws {
      var bytes = try Files.contents(parity, cap: 1 << 30)
      change(&bytes)
      try TestFiles.write(bytes, to: parity)
    }
  }

  @Test func whatIsWrittenIsReadAndTheDigestIsThatOfTheFile() throws {
    let sample = try Sample()
    let file = try ParityFile(sample.parity)
    #expect(file.head == sample.head && file.intactHeads == 2 && file.signatures.count == 1)
    #expect(file.head.files[0].sha256 == Digest.of(sample.bytes, .sha256))
    #expect(file.damagedShards { _ in true } == 0)
    #expect(try ParityHead(parsing: file.text, name: "head") == file.head)
  }

  /// One copy of the head is enough, whichever it is, and parts of both are.
  @Test func headsStandInForEachOther() throws {
    let length = { (bytes: [UInt8]) in bytes[8..<16].reduce(0) { $0 << 8 | Int($1) } }
    let changes: [(String, (inout [UInt8]) -> Void, Int)] = [
      ("first preamble", { $0[3] ^= 1 }, 1), ("first text", { $0[150] ^= 1 }, 1),
      ("trailer", { $0[$0.count - 1] ^= 1 }, 2),
      ("end cut", { $0.removeLast(5000) }, 1), ("beginning cut", { $0.removeFirst(4096) }, 1),
      (
        "text at the front, table at the end",
        { bytes in
          let head = length(bytes)
          bytes[150] ^= 1
          let table = bytes.count - 16 - head + 96 + bytes[16..<24].reduce(0) { $0 << 8 | Int($1) }
          bytes[table + 5] ^= 1
        }, 0
      ),
    ]
    for (name, change, intact) in changes {
      let sample = try Sample()
      try sample.damage(change)
      let file = try ParityFile(sample.parity)
      #expect(file.head == sample.head && file.intactHeads == intact, "\(name)")
      #expect(file.damagedShards { _ in true } == 0, "\(name)")
      #expect(ParityFile.isOne(sample.parity), "\(name)")
    }
  }

  @Test func bothHeadsDamagedIsSaidInOneLine() throws {
    let sample = try Sample()
    try sample.damage { bytes in
      let head = bytes[8..<16].reduce(0) { $0 << 8 | Int($1) }
      bytes[150] ^= 1
      bytes[bytes.count - 16 - head + 150] ^= 1
    }
    #expect { try ParityFile(sample.parity) } throws: {
      ($0 as? EvidenceError)?.code == .parityMalformed && ($0 as? EvidenceError)?.subject == "a.dd.parity"
    }
  }

  /// Heads that state what cannot be are refused before anything is allocated for it.
  @Test func hostileHeadsAreRefused() throws {
    let text = String(decoding: try Sample().head.canonicalBytes, as: UTF8.self)
    func problem(_ from: String, _ to: String) -> EvidenceError? {
      #expect(text.contains(from), "\(from)")
      let changed = text.replacing(from, with: to, maxReplacements: 1)
      do throws(EvidenceError) {
        _ = try ParityHead(parsing: Array(changed.utf8), name: "x.parity")
        return nil
      } catch { return error }
    }
    let changes = [
      ("\"shardSize\":4096", "\"shardSize\":4097"), ("\"shardSize\":4096", "\"shardSize\":8388608"),
      ("\"shardSize\":4096", "\"shardSize\":0"), ("\"size\":300001", "\"size\":300002"),
      ("\"size\":300001", "\"size\":9007199254740991"), ("[0,0,300001,4096]", "[1,0,300001,4096]"),
      ("[0,0,300001,4096]", "[0,4096,295905,4096]"),
      ("[0,0,300001,4096]", "[0,0,9007199254740991,9007199254740991]"),
      ("[0,0,300001,4096]", "[0,0,300001,1]"),
      ("[0,0,300001,4096]", "[0,-1,300001,4096]"), ("[0,0,300001,4096]", "[0,0,300001,0]"),
      ("\"parity\":8", "\"parity\":255"),
      ("\"parity\":8", "\"parity\":0"), ("\"stripes\":1", "\"stripes\":8388608"),
      ("\"name\":\"a.dd\"", "\"name\":\"../a.dd\""), ("\"name\":\"a.dd\"", "\"name\":\"/a.dd\""),
      ("\"name\":\"a.dd\"", "\"name\":\"\""), ("\"version\":1", "\"version\":2"),
      ("exhibit-parity", "exhibit-other"), ("{", "{ "),
    ]
    for (from, to) in changes {
      let error = problem(from, to)
      #expect(error?.code == .parityMalformed, "\(to): \(error.map(\.description) ?? "accepted")")
    }
  }

  @Test func aFileThatChangesItsSizeIsNotProtected() throws {
    let folder = try TemporaryFolder()
    let source = folder.appending("a.dd")
    try TestFiles.write(ArchiveTests.noise(9000), to: source)
    let writer = ParityWriter(
      .file, of: "1", tool: "test", layout: try .file(size: 9001, percent: 5),
      files: [("a.dd", source, 9001)],
      stop: StopFlag())
    #expect {
      try writer.write(to: folder.appending("p"), made: Host.now(), progress: { _ in }) { _ in [] }
    } throws: { ($0 as? EvidenceError)?.code == .notAsRecorded }
    #expect(!Files.exists(folder.appending("p")))
  }
}
