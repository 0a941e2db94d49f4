import CanonicalJSON
import CaseFolders
import Casework
import Evidence
import EvidenceTestKit
import Foundation
import Manifests
import Signing
import SystemIO
import SystemPackage
import Testing
import Verification

/// A partial proof in which anything was altered is refused, for the right reason.
@Suite struct ProofAttackTests {
  /// Sectors 100-2060 and 3000 of the sealed case: both of its chunks.
  private final class Bundle {
    private let scratch: TemporaryFolder
    let folder: FilePath
    let trusted: [Certificate]

    static func make(_ sealed: SealedCase) throws -> (scratch: TemporaryFolder, folder: FilePath) {
      let scratch = try TemporaryFolder()
      let folder = scratch.appending("proof")
      _ = try ProofJob(
        try ItemNumber("001"), in: try CaseFolder.at(sealed.folder),
        sectors: [SectorRange(100..<2061), SectorRange(3000..<3001)], output: folder
      ).perform { _, _ in }
      return (scratch, folder)
    }

    private static let original = Result {
      let sealed = try SealedCase()
      return (bundle: try make(sealed), trusted: try sealed.trusted())
    }

    init() throws {
      let original = try Self.original.get()
      self.scratch = try TemporaryFolder()
      self.folder = scratch.appending("proof")
      self.trusted = original.trusted
      try FileManager.default.copyItem(atPath: original.bundle.folder.string, toPath: folder.string)
    }

    func path(_ name: String) -> FilePath { folder.appending(name) }
    func read(_ name: String) throws -> [UInt8] { try TestFiles.read(path(name)) }
    func write(_ bytes: [UInt8], to name: String) throws { try TestFiles.write(bytes, to: path(name)) }
    func remove(_ name: String) throws { try FileManager.default.removeItem(atPath: path(name).string) }

    /// Replaces a part of the proof's text.
    func edit(_ old: String, _ new: String) throws {
      let text = String(decoding: try read("001.proof.json"), as: UTF8.self)
      try #require(text.contains(old), "\(text.prefix(400))")
      try write(Array(text.replacingOccurrences(of: old, with: new).utf8), to: "001.proof.json")
    }

    func editPaths(_ change: ([Digest]) -> [Digest]) throws {
      let proof = try PartialProof(parsing: try read("001.proof.json"), name: "proof")
      let chunks = proof.chunks.map { PartialProof.Chunk(number: $0.number, path: change($0.path)) }
      let altered = PartialProof(
        manifest: proof.manifest, stream: proof.stream, sectors: proof.sectors, chunks: chunks)
      try write(altered.canonicalBytes, to: "001.proof.json")
    }

    func verify() throws -> VerificationReport {
      try ProofVerification(folder, VerificationSettings(trust: Trust(trusted))).perform { _, _ in }
    }
  }

  @Test func unalteredItIsAccepted() throws {
    let report = try Bundle().verify()
    #expect(report.verdict == .verified, "\(report.findings)")
    #expect(report.findings.map(\.code) == [.proofShowsMore])
    #expect(report.checks.contains { $0.outcome == .notChecked && $0.name.contains("every other sector") })
  }

  @Test(
    "One flipped bit is found",
    arguments: [
      ("001.proof.json", 3), ("001.sectors.raw", 9973), ("001.chunks.raw", 19_997),
      ("001.manifest.json", 61), ("001.manifest.json.p7s", 31),
    ]) func flips(_ name: String, step: Int) throws
  {
    let bundle = try Bundle()
    let file = try FileUnderTest(bundle.path(name))
    for (index, position) in stride(from: 0, to: file.original.count, by: step).enumerated() {
      try file.flipped(position, bit: index % 8) {
        let report = try bundle.verify()
        #expect(report.verdict == .mismatch, "byte \(position): \(report.verdict)")
        #expect(report.names("001."), "byte \(position): \(report.failures)")
      }
    }
  }

  /// What was done to the bundle, and the finding that must come of it.
  private static let attacks: [(name: String, code: FindingCode, attack: @Sendable (Bundle) throws -> Void)] =
    [
      ("the signature is stripped", .signatureMissing, { try $0.remove("001.manifest.json.p7s") }),
      (
        "manifest and signature are those of another signer", .signerUntrusted,
        {
          let other = try SealedCase(signedAnew: true)
          for name in ["001.manifest.json", "001.manifest.json.p7s"] {
            try $0.write(try TestFiles.read(other.evidence.appending(name)), to: name)
          }
        }
      ),
      (
        "the manifest is another, with the old signature", .signatureInvalid,
        {
          let other = try SealedCase(signedAnew: true)
          try $0.write(try TestFiles.read(other.manifest), to: "001.manifest.json")
        }
      ),
      (
        "the sectors are exchanged, chunks and all", .proofPathWrong,
        {
          for name in ["001.chunks.raw", "001.sectors.raw"] {
            try $0.write([UInt8](repeating: 0, count: try $0.read(name).count), to: name)
          }
        }
      ),
      (
        "two chunks are exchanged", .proofPathWrong,
        {
          let bytes = try $0.read("001.chunks.raw")
          try $0.write(
            Array(bytes[(1 << 20)...]) + Array(bytes[..<(1 << 20)]), to: "001.chunks.raw")
        }
      ),
      ("other sectors are claimed", .proofSectorsDiffer, { try $0.edit("[100,1961]", "[101,1961]") }),
      ("another chunk is claimed", .proofMalformed, { try $0.edit("\"number\":1,", "\"number\":2,") }),
      ("more chunks than are needed", .proofMalformed, { try $0.edit("[100,1961],[3000,1]", "[100,200]") }),
      ("sectors past the end", .proofMalformed, { try $0.edit("[3000,1]", "[3000,1000000]") }),
      (
        "sectors far past the end", .proofMalformed,
        { try $0.edit("[3000,1]", "[9007199254740991,9007199254740991]") }
      ),
      ("ranges out of order", .proofMalformed, { try $0.edit("[100,1961],[3000,1]", "[3000,1],[100,1961]") }),
      ("ranges that touch", .proofMalformed, { try $0.edit("[100,1961]", "[100,1960],[2060,1]") }),
      ("an empty range", .proofMalformed, { try $0.edit("[3000,1]", "[3000,0]") }),
      ("another stream", .proofMalformed, { try $0.edit("\"stream\":\"main\"", "\"stream\":\"sub\"") }),
      (
        "another manifest is named", .proofMalformed,
        { try $0.edit("001.manifest.json", "../001.manifest.json") }
      ),
      ("an unknown field", .proofMalformed, { try $0.edit("\"version\":1", "\"version\":1,\"zz\":1") }),
      ("a field twice", .proofMalformed, { try $0.edit("\"version\":1", "\"version\":1,\"version\":1") }),
      ("a later version", .proofMalformed, { try $0.edit("\"version\":1", "\"version\":2") }),
      ("not canonical", .proofMalformed, { try $0.edit("\"version\":1", "\"version\": 1") }),
      (
        "a path that is cut", .proofPathWrong,
        { try $0.editPaths { Array($0.dropLast()) } }
      ),
      ("a path that is longer", .proofPathWrong, { try $0.editPaths { $0 + $0 } }),
      (
        "a file is a link to one outside", .fileMissing,
        {
          let path = $0.path("001.chunks.raw").string
          try FileManager.default.moveItem(atPath: path, toPath: path + ".away")
          try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: path + ".away")
        }
      ),
      ("a file is gone", .fileMissing, { try $0.remove("001.sectors.raw") }),
      (
        "bytes are added", .fileSizeMismatch,
        { try $0.write(try $0.read("001.sectors.raw") + [0], to: "001.sectors.raw") }
      ),
    ]

  @Test(arguments: attacks.indices) func attack(_ index: Int) throws {
    let attack = Self.attacks[index]
    let bundle = try Bundle()
    try attack.attack(bundle)
    let report = try bundle.verify()
    #expect(report.verdict == .mismatch, "\(attack.name): \(report.verdict)")
    #expect(
      report.findings.contains { $0.code == attack.code && $0.severity == .failure },
      "\(attack.name): \(report.failures)")
  }

  /// A chunk of a disc holds whole sectors of 2352 bytes: sectors on both sides of its end need two chunks.
  @Test func sectorsOnBothSidesOfTheEndOfAChunk() {
    let chunk: UInt64 = 512 * 2352
    let shown = Self.disc(SectorRange(511..<513), chunkSize: chunk, count: 2)
    #expect(shown.problem == nil)
    #expect(shown.chunks == [SectorRange(0..<2)])
    #expect(shown.others == [SectorRange(0..<511), SectorRange(513..<1000)])
    let parts = (shown.others + shown.sectors).flatMap {
      shown.parts(of: shown.plan.bytes(of: $0, sectorSize: 2352))
    }
    #expect(parts.reduce(0) { $0 + $1.bytes.count } == 1000 * 2352)
    #expect(parts.allSatisfy { $0.offset + UInt64($0.bytes.count) <= shown.chunkBytes })
    let asked = shown.parts(of: shown.plan.bytes(of: SectorRange(511..<513), sectorSize: 2352))
    #expect(asked.map(\.bytes) == [chunk - 2352..<chunk, chunk..<chunk + 2352])
    #expect(asked.map(\.offset) == [chunk - 2352, chunk])
  }

  /// Chunks of a power of two would cut sectors of a disc; the format has no such ones.
  @Test func otherChunksOfADiscAreRefused() {
    #expect(Self.disc(SectorRange(500..<501), chunkSize: 1 << 20, count: 3).problem != nil)
  }

  private static func disc(_ sectors: SectorRange, chunkSize: UInt64, count: UInt64) -> ShownSectors {
    let zero = Digest(.sha256, [UInt8](repeating: 0, count: 32))
    return ShownSectors(
      sectors: [sectors],
      stream: Manifest.Stream(
        unitSize: 2352, length: 2352 * 1000, digests: DigestSet([zero]),
        chunks: Manifest.Chunks(size: chunkSize, count: count, file: "c", merkleRoot: zero),
        map: SectorMap(sectorCount: 1000)))
  }

  @Test func twoProofsOrNoneAreNoBundle() throws {
    let bundle = try Bundle()
    try bundle.write(try bundle.read("001.proof.json"), to: "002.proof.json")
    #expect(throws: EvidenceError.self) { _ = try bundle.verify() }
    try bundle.remove("001.proof.json")
    try bundle.remove("002.proof.json")
    #expect(throws: EvidenceError.self) { _ = try bundle.verify() }
  }
}
