import Evidence
import EvidenceTestKit
import FormatKit
import Formats
import SystemPackage
import Testing
import Verification

/// One flipped bit anywhere in an image is found, in the right file, at the right sectors.
@Suite struct ImageFlipTests {
  private static let sectorsPerChunk = 64
  /// 1 MiB in sectors of 512 bytes: the chunks of the manifest.
  private static let sectorsPerDigest: UInt64 = 2048

  @Test(
    "DA-AO-07 one changed bit in any section of an E01 is found in the right file",
    arguments: ["001.E01", "001.E02"]) func everySectionOfASegment(_ name: String) throws
  {
    let sealed = try SealedCase()
    let trusted = try sealed.trusted()
    let file = try FileUnderTest(sealed.evidence.appending(name))
    let map = EWFSegmentMap(file.original)
    let soundDescription = try Formats.openDisk(sealed.evidence.appending("001.E01")).description
    let kinds = Set(map.sections.map(\.type))
    #expect(
      kinds.isSuperset(
        of: name == "001.E01" ? ["header", "header2", "volume", "next"] : ["data", "digest", "hash", "done"]))
    #expect(kinds.isSuperset(of: ["sectors", "table", "table2"]))

    var positions = Array(0..<13)
    for section in map.sections where section.type != "sectors" {
      // The descriptor densely, the payload in steps, and its last byte.
      positions += stride(from: section.offset, to: min(section.offset + 76, section.end), by: 9)
      let payload = section.offset + 76..<max(section.offset + 76, section.end)
      positions += stride(from: payload.lowerBound, to: payload.upperBound, by: max(1, payload.count / 7))
      if let last = payload.last { positions.append(last) }
    }
    for section in map.sections where section.type == "sectors" {
      positions += stride(from: section.offset, to: section.offset + 76, by: 9)
    }
    for (index, position) in positions.enumerated() {
      try file.flipped(position, bit: index % 8) {
        let report = try sealed.verifyManifest(trusting: trusted)
        #expect(report.verdict > .chainBroken, "byte \(position): \(report.verdict)")
        #expect(report.names(name), "byte \(position): \(report.failures)")
        try checkAlone(sealed, soundDescription, "byte \(position) of \(name)")
        guard index % 40 == 0 else { return }
        let ofCase = try sealed.verifyCase()
        #expect(ofCase.verdict > .chainBroken && ofCase.names(name), "byte \(position): \(ofCase.failures)")
      }
    }
  }

  @Test("DA-AO-07 DA-AO-08 one changed bit in any chunk of an E01 is found and located")
  func everyChunkOfAnE01() throws {
    let sealed = try SealedCase()
    let trusted = try sealed.trusted()
    let sound = try sealed.verifyManifest(trusting: trusted)
    #expect(sound.verdict == .verified)
    var first = 0
    var number = 0
    var fillings = 0
    for name in ["001.E01", "001.E02"] {
      let file = try FileUnderTest(sealed.evidence.appending(name))
      let map = EWFSegmentMap(file.original)
      for (index, stored) in map.chunks.enumerated() {
        // Beginning, end (the checksum), somewhere inside: in turns, over all chunks.
        let position = [stored.lowerBound, stored.upperBound - 1, stored.lowerBound + stored.count / 3][
          number % 3]
        number += 1
        try file.flipped(position, bit: number % 8) {
          let report = try sealed.verifyManifest(trusting: trusted)
          #expect(report.names(name))
          // Bits that fill up the last byte of a deflate stream say nothing: the contents are what they were, and
          // only the digest of the file finds such a bit.
          if report.verdict == .mismatch, report.computed == sound.computed {
            fillings += 1
            return
          }
          #expect(report.verdict == .damaged, "chunk \(first + index): \(report.failures)")
          check(report, sector: UInt64((first + index) * Self.sectorsPerChunk), image: "001.E01")
        }
      }
      first += map.chunks.count
    }
    #expect(first == (SealedCase.length + 32767) / 32768)
    #expect(fillings <= 2)
  }

  @Test("DA-AO-07 DA-AO-08 one changed bit in a raw image is found and located") func everyPartOfARawImage()
    throws
  {
    let sealed = try SealedCase()
    let trusted = try sealed.trusted()
    let file = try FileUnderTest(sealed.evidence.appending("001.raw"))
    let last = file.original.count - 1
    for position in [0, last] + stride(from: 511, to: last, by: 99_991) {
      try file.flipped(position, bit: position % 8) {
        let report = try sealed.verifyManifest(trusting: trusted)
        #expect(report.verdict == .mismatch, "byte \(position): \(report.failures)")
        check(report, sector: UInt64(position / 512), image: "001.raw")
        #expect(!report.names("001.E01"))
        for algorithm in ["MD5", "SHA-1", "SHA-256"] {
          let expected = report.findings.contains {
            $0.code == .digestMismatch && $0.subject == "001.raw" && $0.expected?.hasPrefix(algorithm) == true
          }
          #expect(expected, "\(algorithm)")
        }
      }
    }
    try file.flipped(1_048_576) {
      let report = try sealed.verifyCase()
      #expect(report.verdict == .mismatch)
      check(report, sector: 2048, image: "001.raw")
    }
  }

  /// With nothing but the checksums of the format it is found too.
  private func checkAlone(
    _ sealed: SealedCase, _ sound: ImageDescription, _ place: String
  ) throws {
    do {
      let report = try sealed.verifyImage("001.E01")
      guard report.verdict == .verified else { return }
      // A bit that fills up the last byte of a compressed header says nothing.
      let reader = try Formats.openDisk(sealed.evidence.appending("001.E01"))
      #expect(reader.description == sound, "\(place), alone")
    } catch is EvidenceError {}
  }

  /// A finding names the damaged sector, and none names a chunk of the manifest that is sound.
  private func check(_ report: VerificationReport, sector: UInt64, image: String) {
    let ranges = report.findings.filter { $0.subject.hasPrefix(image) }.compactMap(\.sectors)
    #expect(ranges.contains { $0.first <= sector && sector < $0.end }, "sector \(sector): \(report.failures)")
    let chunk = sector / Self.sectorsPerDigest
    for range in ranges {
      #expect(
        range.first / Self.sectorsPerDigest == chunk && (range.end - 1) / Self.sectorsPerDigest == chunk)
    }
  }
}
