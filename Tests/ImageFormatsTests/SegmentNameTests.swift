import Evidence
import EvidenceTestKit
import FormatKit
import Formats
import SystemPackage
import Testing

@Suite struct SegmentNameTests {
  @Test(arguments: [
    (1, "E01"), (9, "E09"), (99, "E99"), (100, "EAA"), (101, "EAB"), (126, "EBA"), (775, "EZZ"), (776, "FAA"),
    (14971, "ZZZ"),
  ])
  func namesEncaseSegments(number: Int, suffix: String) {
    #expect(SegmentNames.suffix(number: number) == suffix)
    #expect(SegmentNames.suffix(number: number, first: "e") == suffix.lowercased())
    #expect(SegmentNames.number(suffix: suffix, first: "E") == number)
    #expect(SegmentNames.number(suffix: suffix, first: "e") == nil)
  }

  @Test func hasNoNameOutsideTheRange() {
    #expect(SegmentNames.suffix(number: 0) == nil)
    #expect(SegmentNames.suffix(number: 14972) == nil)
    #expect(SegmentNames.last() == SegmentNames.largestCount)
    for suffix in ["E00", "E1", "E001", "Eaa", "DAA", "EA1", "", "É01"] {
      #expect(SegmentNames.number(suffix: suffix, first: "E") == nil, "\(suffix)")
    }
  }

  @Test func everyNameIsItsOwn() {
    for first in ["E", "e", "s"] as [Character] {
      let names = (1...SegmentNames.last(first: first)).compactMap {
        SegmentNames.suffix(number: $0, first: first)
      }
      #expect(Set(names).count == SegmentNames.last(first: first))
      for (index, name) in names.enumerated()
      where SegmentNames.number(suffix: name, first: first) != index + 1 {
        Issue.record("\(name) is not \(index + 1)")
      }
    }
  }

  @Test(
    arguments: [
      ("d.001", ["d.001", "d.002", "d.003"], ["d.001", "d.002", "d.003"], nil),
      ("d.003", ["d.001", "d.002", "d.003"], ["d.001", "d.002", "d.003"], nil),
      ("d.000", ["d.000", "d.001"], ["d.000", "d.001"], nil),
      ("d.001", ["d.001", "d.003"], ["d.001"], "d.002"),
      ("d.003", ["d.003", "d.002"], [], "d.001"),
      ("d.01", ["d.01", "d.02", "d.003"], ["d.01", "d.02"], nil),
      ("d.001", ["d.001", "D.002", "e.002"], ["d.001"], nil),
      ("d.aa", ["d.aa", "d.ab", "d.ac"], ["d.aa", "d.ab", "d.ac"], nil),
      ("d.aa", ["d.aa", "d.ac"], ["d.aa"], "d.ab"),
      ("d.dd", ["d.dd", "d.de"], ["d.dd"], nil),
      ("d.dd", ["d.aa", "d.ab", "d.dd"], ["d.dd"], nil),
      ("d.aa", ["d.aa", "d.ab", "d.dd"], ["d.aa", "d.ab"], nil),
      ("d.raw", ["d.raw", "d.rax"], ["d.raw"], nil),
      ("d.2024", ["d.2024"], ["d.2024"], nil),
      ("disk", ["disk", "disk.001"], ["disk"], nil),
      (".001", [".001", ".002"], [".001"], nil),
    ] as [(String, [String], [String], String?)])
  func findsSplitSets(name: String, present: [String], names: [String], missing: String?) {
    #expect(
      SplitFileNames.set(containing: name, among: present) == SplitFileSet(names: names, missing: missing))
  }

  @Test func countsOnPastThreeDigits() {
    let names = (1...1001).map { SplitFileNames.numbered(base: "d", index: $0) }
    #expect(names[998...] == ["d.999", "d.1000", "d.1001"])
    for name in ["d.001", "d.1001"] {
      #expect(SplitFileNames.set(containing: name, among: names.shuffled()) == SplitFileSet(names: names))
    }
  }

  /// `disk.EXE` beside `disk.E01` has the form of a segment's name, and is none.
  @Test func believesNoNameBehindAGap() throws {
    let folder = try TemporaryFolder()
    let payload = ReferencePayload.bytes(length: 1 << 16)
    let path = try EWFAcquire().build(payload, sectorSize: 512, folder: folder.path)
    for name in ["image.EXE", "image.E05", "image.e02", "Image.E02", "image.E02.txt"] {
      try TestFiles.write(Array("MZ nothing of ours".utf8), to: folder.appending(name))
    }
    let reader = try Formats.openDisk(path)
    #expect(reader.segments == [path])
    #expect(reader.structureFindings == [])
    #expect(try ImageBytes.all(reader).bytes == payload)
  }
}
