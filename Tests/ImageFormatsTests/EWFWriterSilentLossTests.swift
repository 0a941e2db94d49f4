import DiskWriters
import Evidence
import EvidenceTestKit
import FormatKit
import Formats
import Foundation
import SystemIO
import SystemPackage
import Testing
import WriterKit

/// Ways in which libewf loses evidence without a word, and that the writer stays out of each.
@Suite struct EWFWriterSilentLossTests {
  private static let odd = ReferencePayload.bytes(length: 1_000_001)

  /// libewf drops what follows the last whole sector; we pad it and store the digests of the padded contents.
  @Test(arguments: ImageCompression.allCases)
  func tailOfAnOddSizeIsKept(compression: ImageCompression) throws {
    let folder = try TemporaryFolder()
    let path = try EWFWriting(compression).build(Self.odd, folder: folder.path)
    let exported = try EWFTools.export(path)
    let padded = EWFWriting.padded(Self.odd, sectorSize: 512)
    #expect(ImageBytes.equal(exported, padded, 0..<padded.count))
    #expect(try EWFTools.info(path)["MD5"] == Digest.of(exported, .md5).hex)
    #expect(try Formats.openDisk(path).structureFindings == [])
    // ewfacquire loses the tail of the same bytes.
    let other = try TemporaryFolder()
    let theirs = try EWFAcquire().build(Self.odd, sectorSize: 512, folder: other.path)
    #expect(try EWFTools.export(theirs).count == 999_936)
  }

  /// libewf counts fewer bytes than announced as success and does nothing.
  @Test(arguments: [0, 1, 2])
  func finalizeThatDoesNothingIsAnError(which: Int) throws {
    let folder = try TemporaryFolder()
    let writer = try EWFWriting(sectorsPerChunk: 64).writer(length: 3 << 20, folder: folder.path)
    let written = [0, 32768, 2 << 20][which]
    try EWFWriting.write(ReferencePayload.bytes(length: written), to: writer)
    let error = #expect(throws: EvidenceError.self) {
      try writer.finish(ImageClosing(digests: DigestSet(), unreadable: []))
    }
    #expect(error?.code == .writeFailed)
    writer.abandon()
    try expectIncomplete(folder.appending("image.E01"))
  }

  /// What is closed without being finalized can be told from what is complete.
  @Test func closedWithoutFinalizingIsIncomplete() throws {
    let folder = try TemporaryFolder()
    let writer = try EWFWriting(.none).writer(length: 3 << 20, folder: folder.path)
    try EWFWriting.write(ReferencePayload.bytes(length: 2 << 20), to: writer)
    writer.abandon()
    try expectIncomplete(folder.appending("image.E01"))
    // Nothing more can be made of it, and a second abandoning is harmless.
    writer.abandon()
  }

  /// libewf completes the file by itself with the last chunk, so that it looks whole although nobody vouched for
  /// the contents. Ours stays recognisably incomplete until it is finished.
  @Test func closedAfterTheLastChunkIsIncomplete() throws {
    let folder = try TemporaryFolder()
    let payload = ReferencePayload.bytes(length: 3 << 20)
    let writer = try EWFWriting(.none).writer(length: payload.count, folder: folder.path)
    try EWFWriting.write(payload, to: writer)
    writer.abandon()
    try expectIncomplete(folder.appending("image.E01"))
  }

  private func expectIncomplete(_ path: FilePath) throws {
    #expect(try EWFTools.verify(path).status != 0)
    let reader = try Formats.openDisk(path)
    #expect(reader.structureFindings.contains { $0.code == .imageTruncated })
    #expect(reader.storedDigests.isEmpty)
  }

  /// libewf would open an existing segment for writing and empty it.
  @Test(arguments: ["image.E01", "image.E02", "image.E99", "image.EAA", "image.ZZZ"])
  func existingSegmentIsNeverOverwritten(name: String) throws {
    let folder = try TemporaryFolder()
    let evidence = Array("evidence".utf8)
    try TestFiles.write(evidence, to: folder.appending(name))
    let error = #expect(throws: EvidenceError.self) {
      try EWFWriting().build(Self.odd, folder: folder.path)
    }
    #expect(error?.code == .outputExists)
    #expect(error?.subject == folder.appending(name).string)
    #expect(try TestFiles.read(folder.appending(name)) == evidence)
    #expect(try TestFiles.names(in: folder.path) == [name])
  }

  /// Files of similar names are no segments and stay as they are.
  @Test func otherFilesBesideAreNoSegments() throws {
    let folder = try TemporaryFolder()
    let names = ["image.e01", "image.E00x", "image.E1", "image.csv", "image2.E01", "image.D01"]
    for name in names { try TestFiles.write([7], to: folder.appending(name)) }
    let files = try EWFWriting().files(Self.odd, folder: folder.path)
    #expect(files == [folder.appending("image.E01")])
    for name in names { #expect(try TestFiles.read(folder.appending(name)) == [7]) }
  }

  /// libewf delivers something else in place of a damaged chunk and reports success; our reader names it.
  @Test(arguments: [ImageCompression.none, .fast, .best])
  func checksumErrorIsNotBehindASuccess(compression: ImageCompression) throws {
    let folder = try TemporaryFolder()
    let payload = ReferencePayload.bytes(length: 1 << 20)
    let path = try EWFWriting(compression, sectorsPerChunk: 16).build(payload, folder: folder.path)
    let sectors = try #require(SectionPlace.list(try TestFiles.read(path)).first { $0.type == "sectors" })
    try TestFiles.flipBit(path, byte: sectors.offset + 76 + 40, bit: 3)
    let (bytes, damage) = try ImageBytes.all(try Formats.openDisk(path))
    #expect(damage.map(\.bytes) == [0..<8192])
    #expect(ImageBytes.equal([UInt8](repeating: 0, count: 8192), bytes, 0..<8192))
    // ewfexport ends with 0 all the same.
    let exported = try EWFTools.export(path)
    #expect(exported.count == payload.count)
    #expect(!ImageBytes.equal(exported, payload, 0..<payload.count))
  }

  /// Entries of the list of unreadable sectors have 32 bits; libewf would store sector 2³² + 5 as sector 5.
  @Test("DA-AM-09 an unreadable sector past 2^32 is left out of an E01's list and not stored as another")
  func unreadableSectorPastTheListIsNotStoredWrongly() throws {
    let folder = try TemporaryFolder()
    var image = EWFWriting()
    image.unreadable = [
      SectorRange(10..<12), SectorRange(0xffff_fffe..<(1 << 32) + 3),
      SectorRange((1 << 32) + 5..<(1 << 32) + 6),
      SectorRange(1 << 33..<1 << 34),
    ]
    let path = try image.build(ReferencePayload.bytes(length: 1 << 20), folder: folder.path)
    #expect(try Formats.openDisk(path).recordedUnreadable == [SectorRange(10..<12)])
    let info = try Tool.run("ewfinfo", [path.string])
    #expect(info.output.contains("total number: 2"))
    #expect(info.output.contains("at sector(s): 10 - 11 number: 2"))
    #expect(info.output.contains("4294967294 - 4294967294 number: 1"))
  }

  /// A medium that is unreadable throughout must not be listed with a count that wraps to nothing.
  @Test("DA-AM-09 a range of unreadable sectors longer than an E01's list is cut, and the rest is named")
  func unreadableRangeLongerThanTheListIsCut() {
    let all = [SectorRange(0..<1 << 31), SectorRange(1 << 31..<1 << 40)]
    #expect(EWFErrorAddresses.listed(all).joined() == [SectorRange(0..<0xffff_ffff)])
    #expect(EWFErrorAddresses.unlisted(all) == [SectorRange(0xffff_ffff..<1 << 40)])
    #expect(EWFErrorAddresses.listed([]).isEmpty)
    #expect(EWFErrorAddresses.unlisted([SectorRange(0..<0xffff_ffff)]).isEmpty)
  }

  /// libewf verifies what it wrote, in every compression.
  @Test("DA-AO-02 DA-AO-06 libewf verifies an E01 of every compression", arguments: ImageCompression.allCases)
  func ewfverifyPasses(compression: ImageCompression) throws {
    let folder = try TemporaryFolder()
    let payload = ReferencePayload.bytes(length: 3 << 20)
    let path = try EWFWriting(compression).build(payload, folder: folder.path)
    let verify = try EWFTools.verify(path)
    #expect(verify.status == 0, "\(verify.output)\(verify.errors)")
    #expect(verify.output.contains("MD5 hash stored in file:\t\t\(Digest.of(payload, .md5).hex)"))
    #expect(verify.output.contains("SHA1 hash stored in file:\t\t\(Digest.of(payload, .sha1).hex)"))
  }
}
