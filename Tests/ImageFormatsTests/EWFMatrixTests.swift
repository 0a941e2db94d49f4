import Digests
import Evidence
import EvidenceTestKit
import Formats
import SystemPackage
import Testing

/// Images of every program's form, made by ewfacquire, read back equal.
@Suite struct EWFMatrixTests {
  /// Every pair of two of the dimensions occurs at least once for the ones that matter to the reader.
  static let matrix: [(EWFAcquire, Int)] = {
    let formats = [
      "encase1", "encase2", "encase3", "encase4", "encase5", "encase6", "ftk", "linen5", "linen6", "ewfx",
      "smart",
      "ewf",
    ]
    let compressions = ["none", "empty-block", "fast", "best"]
    let sizes = [16, 64, 128, 1024]
    let sectors = [512, 4096, 2048]
    var result: [(EWFAcquire, Int)] = []
    for (row, format) in formats.enumerated() {
      for turn in 0..<2 {
        result.append(
          (
            EWFAcquire(
              format: format, compression: compressions[(row + 2 * turn + row / 4) % 4],
              sectorsPerChunk: sizes[(row + turn) % 4]), sectors[(row + turn) % 3]
          ))
      }
    }
    return result
  }()

  @Test(arguments: matrix)
  func readsBack(_ image: EWFAcquire, sectorSize: Int) throws {
    let conformance = FormatConformance(.e01, padsLastSector: true, storedDigests: [.md5]) {
      try image.build($0, sectorSize: $1, folder: $2)
    }
    let failures = try conformance.failures(
      length: 2_000_000 / sectorSize * sectorSize, sectorSize: sectorSize)
    #expect(failures == [])
  }

  @Test(arguments: ["encase1", "encase6", "ftk", "linen5", "ewfx", "smart", "ewf"])
  func readsSeveralSegments(format: String) throws {
    let image = EWFAcquire(format: format, compression: "none", segmentSize: 1 << 20)
    let conformance = FormatConformance(.e01, padsLastSector: true, storedDigests: [.md5]) {
      let path = try image.build($0, sectorSize: $1, folder: $2)
      try #require(TestFiles.names(in: $2).count > 1)
      return path
    }
    let failures = try conformance.failures(length: 5 << 20, sectorSize: 512)
    #expect(failures == [])
  }

  @Test(arguments: [512, 512 * 64, 512 * 65, 512 * 127])
  func readsTinyImages(length: Int) throws {
    for compression in ["none", "fast"] {
      let conformance = FormatConformance(.e01, padsLastSector: true, storedDigests: [.md5, .sha1]) {
        try EWFAcquire(compression: compression).build($0, sectorSize: $1, folder: $2)
      }
      let failures = try conformance.failures(length: length, sectorSize: 512)
      #expect(failures == [])
    }
  }

  @Test(arguments: ["encase1", "encase3", "encase5", "encase6", "ftk", "linen6", "ewfx"])
  func readsCaseData(format: String) throws {
    let folder = try TemporaryFolder()
    let image = EWFAcquire(
      format: format,
      extra: [
        "-C", "2026-0142", "-E", "001-2", "-e", "A. Examiner", "-D", "found in the desk", "-N", "two dents",
      ])
    let path = try image.build(ReferencePayload.bytes(length: 1 << 16), sectorSize: 512, folder: folder.path)
    let description = try Formats.openDisk(path).description
    #expect(description.caseNumber == "2026-0142")
    #expect(description.evidenceNumber == "001-2")
    #expect(description.examiner == "A. Examiner")
    #expect(description.description == "found in the desk")
    #expect(description.notes == "two dents")
    // EnCase 1 has no field for it.
    #expect(description.software == (format == "encase1" ? nil : "20140813"))
    #expect(description.acquisitionDate?.isEmpty == false)
    let info = try Tool.run("ewfinfo", [path.string])
    for value in [description.caseNumber, description.examiner, description.notes] {
      #expect(info.output.contains(value ?? "?"))
    }
  }

  /// libewf floors the number of sectors; the last bytes are in the last chunk, or in one of their own, and in the
  /// digest that is stored.
  @Test(arguments: [(1_000_001, 65), (32_800, 32), (65_536, 0)])
  func deliversBytesBehindTheLastSector(length: Int, tail: Int) throws {
    let folder = try TemporaryFolder()
    let payload = ReferencePayload.bytes(length: length)
    let path = try EWFAcquire(compression: "none").build(payload, sectorSize: 512, folder: folder.path)
    let reader = try Formats.openDisk(path)
    #expect(reader.geometry.length == length)
    #expect(try ImageBytes.all(reader).bytes == payload)
    #expect(reader.storedDigests[.md5] == Digest.of(payload, .md5))
    #expect(reader.structureFindings.map(\.code) == (tail > 0 ? [.lengthMismatch] : []))
    #expect(reader.structureFindings.allSatisfy { $0.severity == .warning })
  }
}
