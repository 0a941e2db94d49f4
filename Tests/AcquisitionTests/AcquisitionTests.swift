import Acquisition
import Digests
import DiskWriters
import Evidence
import EvidenceTestKit
import Media
import Synchronization
import SystemPackage
import Testing

@Suite struct AcquisitionRunTests {
  @Test(
    "DA-AM-08 DA-AO-01 an E01 holds the source, as libewf decodes and verifies it",
    arguments: [
      (1 << 20, 512), (5_000_001, 512), (512, 512), (1, 512), (4096 * 700, 4096), (40 << 20, 512),
    ])
  func e01HoldsTheSource(length: Int, sectorSize: Int) throws {
    let folder = try TemporaryFolder()
    let payload = ReferencePayload.bytes(length: length, sectorSize: sectorSize)
    try TestFiles.write(payload, to: folder.appending("source.bin"))
    let source = try Sources.open(folder.appending("source.bin"), sectorSize: UInt32(sectorSize))
    let plan = AcquisitionPlan(geometry: source.geometry, digests: Set(DigestAlgorithm.allCases))
    var options = EWFOptions()
    options.description.caseNumber = "2026-0001"
    options.description.notes = "tab\there"
    let writer = try EWFImageWriter(
      folder: folder.path, name: "image", geometry: source.geometry, options: options,
      blockSize: plan.blockSize, blocksAtOnce: plan.blocksAtOnce)
    let chunks = Atomic<Int>(0)
    let outcome = AcquisitionRun(source: source, plan: plan, writers: [writer]).perform(
      eachChunk: { _ in chunks.add(1, ordering: .relaxed) }, progress: { _ in })
    #expect(outcome.failure == nil)
    #expect(outcome.verdict == .complete)
    #expect(chunks.load(ordering: .relaxed) == Int(plan.chunks.chunkCount))

    let verify = try Tool.run("ewfverify", ["-q", folder.appending("image.E01").string])
    #expect(verify.status == 0, "\(verify.output)\(verify.errors)")
    let padded = payload + [UInt8](repeating: 0, count: Int(source.geometry.paddingBytes))
    let exported = try EWFTools.export(folder.appending("image.E01"))
    #expect(ImageBytes.equal(exported, padded, 0..<padded.count))
    // What the container holds, and the true length beside it.
    #expect(outcome.images[0].written?.paddingBytes == source.geometry.paddingBytes)
    #expect(outcome.images[0].written?.digests[.md5] == Digest.of(padded, .md5))
    #expect(outcome.digests[.md5] == Digest.of(payload, .md5))
    let sum = try Tool.run("md5sum", [folder.appending("source.bin").string])
    #expect(sum.output.hasPrefix(outcome.digests[.md5]?.hex ?? "none"))
  }
}
