import Evidence
import EvidenceTestKit
import Foundation
import Manifests
import Testing

@Suite struct ChunkFileTests {
  static let plan = ChunkPlan(length: ManifestSamples.length, sectorSize: 512)

  static func entries(md5: Bool) -> [ChunkEntry] {
    (0..<plan.chunkCount).map { index in
      let sectors = plan.sectors(ofChunk: index, sectorSize: 512)
      return ChunkEntry(
        sectors: sectors, state: ChunkState(of: sectors, in: ManifestSamples.map),
        md5: md5 ? ManifestSamples.digest("\(index)", .md5) : nil, sha256: ManifestSamples.digest("\(index)"))
    }
  }

  private func read(_ bytes: [UInt8]) throws -> [ChunkEntry] {
    try ChunkFile.entries(in: bytes, plan: Self.plan, sectorSize: 512, name: "001.chunks.csv")
  }

  @Test(arguments: [true, false])
  func survivesWritingAndReading(md5: Bool) throws {
    let entries = Self.entries(md5: md5)
    #expect(entries.map(\.state) == [.read, .filled, .read, .filled])
    #expect(try read(ChunkFile.bytes(entries)) == entries)
  }

  @Test func chunksThatWereNotAttemptedMayHaveNoDigest() throws {
    var entries = Self.entries(md5: true)
    entries[2] = ChunkEntry(sectors: entries[2].sectors, state: .notAttempted, md5: nil, sha256: nil)
    #expect(try read(ChunkFile.bytes(entries)) == entries)
    entries[2].state = .read
    #expect(failure { _ = try read(ChunkFile.bytes(entries)) } == .recordFileMalformed)
  }

  @Test(arguments: [true, false])
  func everyFlippedBitIsNoticed(md5: Bool) throws {
    #expect(try unnoticedFlips(ChunkFile.bytes(Self.entries(md5: md5)), read).isEmpty)
  }

  @Test func otherFormsAreRefused() throws {
    let text = String(decoding: ChunkFile.bytes(Self.entries(md5: true)), as: UTF8.self)
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    let changed = [
      "", "lba\n", lines[0] + "\n", String(text.dropLast()), text + "\n", text + lines[4] + "\n",
      lines.dropLast(2).joined(separator: "\n") + "\n", text.replacingOccurrences(of: "\n", with: "\r\n"),
      text.replacingOccurrences(of: "\n0,", with: "\n00,"),
      text.replacingOccurrences(of: "\n0,", with: "\n+0,"),
      text.replacingOccurrences(of: "read,", with: "READ,"),
      text.replacingOccurrences(of: ",2048,", with: ",2047,"),
      text.replacingOccurrences(of: lines[2], with: lines[3]), text.uppercased(),
      text.replacingOccurrences(of: lines[1], with: lines[1] + ","),
      text.replacingOccurrences(of: ManifestSamples.digest("0", .md5).hex, with: ""),
    ]
    for text in changed {
      #expect(failure { _ = try read(Array(text.utf8)) } == .recordFileMalformed, "\(text.prefix(200))")
    }
  }
}

@Suite struct MapFileTests {
  private func file(_ marks: [(Range<UInt64>, SectorState)], length: UInt64 = ManifestSamples.length)
    -> MapFile
  {
    var map = SectorMap(sectorCount: (length + 511) / 512)
    for (range, state) in marks { map.mark(SectorRange(range), as: state) }
    return MapFile(map: map, sectorSize: 512, length: length)
  }

  private func read(_ bytes: [UInt8]) throws -> MapFile {
    try MapFile(parsing: bytes, sectorSize: 512, length: ManifestSamples.length, name: "001.map")
  }

  @Test func survivesWritingAndReading() throws {
    for marks in [[], [(0..<6145, .read)], [(0..<10, .read), (20..<30, .unreadable), (6144..<6145, .read)]]
      as [[(Range<UInt64>, SectorState)]]
    {
      let file = file(marks)
      #expect(try read(file.bytes) == file)
    }
  }

  @Test func everyFlippedBitIsNoticed() throws {
    let file = MapFile(map: ManifestSamples.map, sectorSize: 512, length: ManifestSamples.length)
    #expect(try unnoticedFlips(file.bytes, read).isEmpty)
  }

  @Test func ddrescuelogReadsIt() throws {
    let folder = try TemporaryFolder()
    let path = folder.appending("001.map")
    let complete = MapFile(map: ManifestSamples.map, sectorSize: 512, length: ManifestSamples.length)
    try TestFiles.write(complete.bytes, to: path)
    let summary = try Tool.run("ddrescuelog", ["-t", path.string])
    #expect(summary.status == 0, "\(summary.errors)")
    #expect(summary.output.contains("finished"))
    let bad = try Tool.run("ddrescuelog", ["-b512", "-l-", path.string])
    #expect(bad.output == (Array(2048..<2055) + [6144]).map { "\($0)\n" }.joined())
    let read = try Tool.run("ddrescuelog", ["-b1", "-l+", path.string])
    #expect(read.output.split(separator: "\n").count == Int(ManifestSamples.length) - 7 * 512 - 100)

    let partial = file([(0..<10, .read), (20..<30, .unreadable)])
    let other = folder.appending("002.map")
    try TestFiles.write(partial.bytes, to: other)
    let pending = try Tool.run("ddrescuelog", ["-b512", "-l?", other.string])
    #expect(pending.status == 0)
    #expect(pending.output.hasPrefix("10\n11\n") && pending.output.hasSuffix("6143\n6144\n"))
    // Its own exit status: 1 where the rescue is not complete.
    #expect(try Tool.run("ddrescuelog", ["-D", other.string]).status == 1)
  }

  @Test func otherFormsAreRefused() throws {
    let text = String(decoding: file([(0..<6145, .read)]).bytes, as: UTF8.self)
    for changed in [
      "", "# x\n", text.replacingOccurrences(of: "0x00300064", with: "0x00300063"),
      text.replacingOccurrences(of: "0x00300064", with: "0xFFFFFFFFFFFFFFFF"),
      text.replacingOccurrences(of: "0x00300064", with: "0x00000000"),
      text + "0x00300064  0x00000200  +\n", text.replacingOccurrences(of: "  +\n", with: "  /\n"),
      "# one more comment\n" + text, text + "\n",
    ] {
      #expect(failure { _ = try read(Array(changed.utf8)) } == .recordFileMalformed, "\(changed)")
    }
  }
}

@Suite struct DigestListTests {
  private func read(_ bytes: [UInt8]) throws -> DigestList {
    try DigestList(parsing: bytes, name: "SHA256SUMS")
  }

  @Test func sha256sumAcceptsItAndFindsAChangedFile() throws {
    let folder = try TemporaryFolder()
    let names = ["001.E01", "001.manifest.json"]
    for name in names { try TestFiles.write(Array(name.utf8), to: folder.appending(name)) }
    let list = DigestList(entries: names.map { .init(name: $0, sha256: ManifestSamples.digest($0)) })
    try TestFiles.write(list.bytes, to: folder.appending("SHA256SUMS"))
    #expect(try read(list.bytes) == list)
    #expect(try Tool.run("sha256sum", ["-c", "--strict", "SHA256SUMS"], in: folder.path).status == 0)
    try TestFiles.flipBit(folder.appending("001.E01"), byte: 0)
    #expect(try Tool.run("sha256sum", ["-c", "--strict", "SHA256SUMS"], in: folder.path).status == 1)
  }

  @Test func everyFlippedBitIsNoticed() throws {
    let list = DigestList(
      entries: ["001.E01", "a"].map { .init(name: $0, sha256: ManifestSamples.digest($0)) })
    #expect(try unnoticedFlips(list.bytes, read).isEmpty)
  }

  @Test(arguments: [
    "", "\n", "{hex}  a", "{hex} a\n", "{hex} *a\n", "{HEX}  a\n", "{hex}  ../a\n", "{hex}  a/b\n",
    "{hex}  \n", "\\{hex}  a\n", "{hex}  a\r\n", "{hex}  a\n{hex}  A\n", "{hex}  a\n\n", "# x\n{hex}  a\n",
  ])
  func otherFormsAreRefused(form: String) {
    let hex = ManifestSamples.digest("a").hex
    let text = form.replacingOccurrences(of: "{hex}", with: hex)
      .replacingOccurrences(of: "{HEX}", with: hex.uppercased())
    #expect(failure { _ = try read(Array(text.utf8)) } == .recordFileMalformed)
  }
}
