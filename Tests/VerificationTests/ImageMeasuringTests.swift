import Digests
import Evidence
import EvidenceTestKit
import ImageFormats
import SystemIO
import SystemPackage
import Testing

import Verification

@Suite struct ImageMeasuringTests {
  private static func raw(_ contents: [UInt8], in folder: TemporaryFolder) throws -> any ImageReader {
    let path = folder.appending("disk.raw")
    try TestFiles.write(contents, to: path)
    return try ImageFormatRegistry.open(path)
  }

  @Test(arguments: [1, 1 << 20, (1 << 20) + 1, 9_000_001, 12 << 20], [1, 3])
  func givesTheDigestsOfTheContents(length: Int, workers: Int) throws {
    let folder = try TemporaryFolder()
    let contents = ReferencePayload.bytes(length: length)
    var plan = ImageMeasurementPlan(chunks: ChunkPlan(length: UInt64(length)), workers: workers)
    plan.algorithms = DigestAlgorithm.allCases
    let result = try ImageMeasuring.measure(try Self.raw(contents, in: folder), plan)
    #expect(result.damage == [])
    #expect(result.paddedDigests == result.digests)
    for algorithm in DigestAlgorithm.allCases {
      #expect(result.digests[algorithm] == Digest.of(contents, algorithm))
    }
    var tree = MerkleAccumulator()
    try #require(result.chunks.count == (length + (1 << 20) - 1) >> 20)
    for index in 0..<result.chunks.count {
      let chunk = Array(contents[index << 20..<min((index + 1) << 20, length)])
      #expect(result.chunks.sha256(index) == Digest.of(chunk, .sha256))
      #expect(result.chunks.md5(index) == Digest.of(chunk, .md5))
      tree.append(Digest.of(chunk, .sha256))
    }
    #expect(result.merkleRoot == tree.root)
  }

  /// The medium ends inside, at the border of, and a block before the last block of the contents.
  @Test(arguments: [1, 511, 4 << 20, (4 << 20) + 5, (8 << 20) - 512, 8 << 20])
  func keepsMediumAndPaddingApart(length: Int) throws {
    let folder = try TemporaryFolder()
    var contents = ReferencePayload.bytes(length: length) + [UInt8](repeating: 0, count: (9 << 20) - length)
    let plan = ImageMeasurementPlan(chunks: ChunkPlan(length: UInt64(length)), workers: 2)
    let result = try ImageMeasuring.measure(try Self.raw(contents, in: folder), plan)
    #expect(result.digests[.sha256] == Digest.of(Array(contents[..<length]), .sha256))
    #expect(result.paddedDigests[.sha256] == Digest.of(contents, .sha256))
    #expect(result.chunks.sha256(0) == Digest.of(Array(contents[..<min(length, 1 << 20)]), .sha256))
    #expect(result.isPaddingZero)
    contents[length] = 1
    #expect(try !ImageMeasuring.measure(try Self.raw(contents, in: folder), plan).isPaddingZero)
  }

  @Test func computesChunkDigestsAlone() throws {
    let folder = try TemporaryFolder()
    let contents = ReferencePayload.bytes(length: 6 << 20)
    var plan = ImageMeasurementPlan(chunks: ChunkPlan(length: 6 << 20), workers: 2)
    plan.algorithms = []
    plan.chunkMD5 = false
    let result = try ImageMeasuring.measure(try Self.raw(contents, in: folder), plan)
    #expect(result.digests.isEmpty)
    #expect(result.chunks.sha256(5) == Digest.of(Array(contents[5 << 20..<6 << 20]), .sha256))
    #expect(result.chunks.md5(5) == nil)
  }

  @Test func reportsProgressAndStops() throws {
    let folder = try TemporaryFolder()
    let reader = try Self.raw(ReferencePayload.bytes(length: 20 << 20), in: folder)
    let plan = ImageMeasurementPlan(chunks: ChunkPlan(length: 20 << 20), workers: 2)
    var seen: [UInt64] = []
    _ = try ImageMeasuring.measure(reader, plan, progress: { seen.append($0) })
    #expect(seen.last == 20 << 20)
    #expect(seen == seen.sorted())
    let asked = Monitor(0)
    let error = #expect(throws: EvidenceError.self) {
      try ImageMeasuring.measure(
        reader, plan,
        shouldStop: {
          asked.withLock { count in
            count += 1
            return count > 2
          }
        })
    }
    #expect(error?.code == .interrupted)
  }
}

@Suite struct LoneImageVerificationTests {
  private static let payload = ReferencePayload.bytes(length: 3_000_000 / 512 * 512)

  /// An image by ewfacquire of 8 KiB chunks.
  private static func image(_ folder: TemporaryFolder) throws -> FilePath {
    try TestFiles.write(payload, to: folder.appending("source"))
    let result = try Tool.run(
      "ewfacquire", ["-u", "-b", "16", "-d", "sha1", "-t", "image", "source"], in: folder.path)
    try #require(result.status == 0)
    return folder.appending("image.E01")
  }

  @Test func verifiesAgainstWhatIsStored() throws {
    let folder = try TemporaryFolder()
    let result = try LoneImageVerification.verify(try Self.image(folder))
    #expect(result.verdict == .verified)
    #expect(result.findings == [])
    #expect(result.storedDigests.all.map(\.algorithm) == [.md5, .sha1])
    #expect(result.measurement.digests[.sha256] == Digest.of(Self.payload, .sha256))
  }

  @Test func namesDamagedSectors() throws {
    let folder = try TemporaryFolder()
    let path = try Self.image(folder)
    let bytes = try TestFiles.read(path)
    // Noise of the payload is stored raw: find sector 300 and change it.
    let sector = Array(Self.payload[300 * 512..<301 * 512])
    let place = try #require(
      (0..<bytes.count - 512).first { bytes[$0] == sector[0] && Array(bytes[$0..<$0 + 512]) == sector })
    try TestFiles.flipBit(path, byte: place + 100)
    let result = try LoneImageVerification.verify(path)
    #expect(result.verdict == .damaged)
    #expect(result.findings.map(\.code) == [.chunkDamaged, .storedDigestMismatch, .storedDigestMismatch])
    #expect(result.findings.first?.sectors == SectorRange(288..<304))
  }

  /// A changed image whose every checksum is right but for the digests.
  @Test func tellsAnotherDigest() throws {
    let folder = try TemporaryFolder()
    let path = try Self.image(folder)
    var bytes = try TestFiles.read(path)
    let md5 = Digest.of(Self.payload, .md5).bytes
    for (size, index) in bytes.indices.filter({ bytes[$0] == md5[0] }).compactMap({ index in
      index + 80 <= bytes.count && Array(bytes[index..<index + 16]) == md5
        ? (Array(bytes[index - 76..<index - 72]) == Array("dige".utf8) ? 80 : 36, index) : nil
    }) {
      bytes[index] ^= 1
      let sum = Adler32.of(bytes[index..<index + size - 4].span.bytes)
      for byte in 0..<4 {
        bytes[index + size - 4 + byte] = UInt8(truncatingIfNeeded: sum >> UInt32(8 * byte))
      }
    }
    try TestFiles.write(bytes, to: path)
    let result = try LoneImageVerification.verify(path)
    #expect(result.verdict == .mismatch)
    #expect(result.findings.map(\.code) == [.storedDigestMismatch])
    #expect(result.findings.first?.observed == Hex.encode(md5))
  }

  @Test func saysThatRawHasNoReference() throws {
    let folder = try TemporaryFolder()
    try TestFiles.write(Self.payload, to: folder.appending("disk.dd"))
    let result = try LoneImageVerification.verify(folder.appending("disk.dd"))
    #expect(result.verdict == .noReference)
    #expect(result.findings.map(\.code) == [.noStoredDigest])
  }

  @Test func joinsRunsOfDamage() {
    let damage = [
      DamagedRange(bytes: 1024..<2048, reason: "b"), DamagedRange(bytes: 0..<1024, reason: "a"),
      DamagedRange(bytes: 5000..<5001, reason: "c"),
    ]
    let findings = LoneImageVerification.damageFindings(
      damage, geometry: MediaGeometry(length: 1 << 20), subject: "x")
    #expect(findings.map(\.sectors) == [SectorRange(0..<4), SectorRange(9..<10)])
    #expect(findings.map(\.observed) == ["a", "c"])
  }
}
