import Foundation
import SystemPackage

/// Files that claim more than they hold, made so that programs take too much memory or too much time over them.
package struct HostileFile: Sendable, CustomStringConvertible {
  package let name: String
  package let make: @Sendable (FilePath) throws -> Void

  package var description: String { name }

  private init(_ name: String, _ make: @escaping @Sendable (FilePath) throws -> Void) {
    self.name = name
    self.make = make
  }

  private init(_ name: String, _ bytes: @escaping @Sendable () -> [UInt8], upTo size: UInt64? = nil) {
    self.init(name) { path in
      try TestFiles.write(bytes(), to: path)
      if let size {
        guard truncate(path.string, off_t(size)) == 0 else { throw CocoaError(.fileWriteOutOfSpace) }
      }
    }
  }

  // MARK: E01

  package static let images: [HostileFile] = [
    HostileFile("claims-512-pib.E01") {
      image(
        EWFCraft.volume(
          chunks: .max, sectorsPerChunk: 32768, bytesPerSector: 4096, sectors: 0xffff_ffff << 15))
    },
    HostileFile("claims-128-tib.E01") {
      image(EWFCraft.volume(chunks: .max, sectorsPerChunk: 64, sectors: 0xffff_ffff << 6))
    },
    HostileFile("one-chunk-in-every-entry.E01") {
      image(large(100_000)) { place in [[UInt32](repeating: place, count: 100_000)] }
    },
    HostileFile("one-chunk-in-every-table.E01") {
      image(large(2000)) { place in [[UInt32]](repeating: [place], count: 2000) }
    },
    HostileFile("an-entry-for-every-byte.E01") {
      image(large(50_000)) { place in [(0..<50_000).map { place + UInt32($0) }] }
    },
    HostileFile("damage-in-every-sector.E01") {
      var craft = EWFCraft()
      craft.section("volume", EWFCraft.volume(chunks: 20_000, sectorsPerChunk: 1, sectors: 20_000))
      let place = UInt32(craft.bytes.count + 76) | 0x8000_0000
      craft.section("sectors", [UInt8](repeating: 0x78, count: 160_000))
      craft.section("table", EWFCraft.table((0..<20_000).map { place + 8 * UInt32($0) }))
      craft.section("done")
      return craft.bytes
    },
    HostileFile("sectors-of-one-byte.E01") {
      image(EWFCraft.volume(chunks: 1 << 20, sectorsPerChunk: 1, bytesPerSector: 1, sectors: 1 << 20)) {
        place in
        [[UInt32](repeating: place, count: 1 << 18)]
      }
    },
    HostileFile("sections-without-end.E01") {
      var craft = EWFCraft()
      craft.section("volume", EWFCraft.volume(chunks: 3, sectorsPerChunk: 64, sectors: 192))
      for _ in 0..<20_000 { craft.section("zzz") }
      return craft.bytes
    },
    HostileFile("a-hole-to-search.E01", { damagedSection }, upTo: 1 << 40),
    HostileFile("a-table-in-a-hole.E01", { tableOfAHole }, upTo: 16 << 30),
    HostileFile("a-million-errors.E01") {
      var craft = EWFCraft()
      craft.section("volume", EWFCraft.volume(chunks: .max, sectorsPerChunk: 64, sectors: 0xffff_ffff << 6))
      craft.section("error2", EWFCraft.errors((0..<1 << 20).map { (2 * UInt64($0), 1) }))
      craft.section("done")
      return craft.bytes
    },
    HostileFile("a-chunk-that-expands.E01") {
      image(EWFCraft.volume(chunks: 3000, sectorsPerChunk: 8, sectors: 24_000))
    },
  ]

  /// 128 MiB a chunk, the largest that is read.
  private static func large(_ chunks: UInt32) -> [UInt8] {
    EWFCraft.volume(chunks: chunks, sectorsPerChunk: 1 << 18, sectors: UInt64(chunks) << 18)
  }

  /// One stored chunk of 16 MiB of zeros, and tables for its place.
  private static func image(
    _ volume: [UInt8], tables: (UInt32) -> [[UInt32]] = { [[$0]] }
  ) -> [UInt8] {
    var craft = EWFCraft()
    craft.section("volume", volume)
    let place = UInt32(craft.bytes.count + 76) | 0x8000_0000
    craft.section("sectors", EWFCraft.packed([UInt8](repeating: 0, count: 16 << 20)))
    for table in tables(place) { craft.section("table", EWFCraft.table(table)) }
    craft.section("hash", EWFCraft.md5(of: []))
    craft.section("done")
    return craft.bytes
  }

  private static var damagedSection: [UInt8] {
    var craft = EWFCraft()
    craft.section("volume", EWFCraft.volume(chunks: 3, sectorsPerChunk: 64, sectors: 192))
    return craft.bytes + [UInt8](repeating: 0x78, count: 76)
  }

  private static var tableOfAHole: [UInt8] {
    var craft = EWFCraft()
    craft.section("volume", EWFCraft.volume(chunks: .max, sectorsPerChunk: 64, sectors: 0xffff_ffff << 6))
    let start = craft.bytes.count
    let length = (16 << 30) - start
    let header = EWFCraft.little(UInt64(length - 104) / 4, 4) + [UInt8](repeating: 0, count: 16)
    return craft.bytes + EWFCraft.descriptor("table", next: start + length, size: length)
      + EWFCraft.summed(header)
  }

  // MARK: Discs, text, archives

  package static let discs: [HostileFile] = [
    HostileFile("one-file-a-thousand-times.toc") {
      Array(("CD_DA\nTRACK AUDIO\n" + String(repeating: "FILE \"self.bin\" 0\n", count: 1000)).utf8)
    },
    HostileFile("silence.toc") {
      Array("CD_DA\nTRACK AUDIO\nSILENCE 99999999:00:00\nZERO 9999999:00:00\nFILE \"self.bin\" 0\n".utf8)
    },
    HostileFile("gaps.cue") {
      Array(
        "FILE \"self.bin\" BINARY\nTRACK 01 AUDIO\nPREGAP 99:59:74\nINDEX 01 00:00:00\nPOSTGAP 99:59:74\n"
          .utf8)
    },
    HostileFile("one-line.cue") { Array("REM ".utf8) + [UInt8](repeating: 0x78, count: 8 << 20) },
    HostileFile("far.disc.json") {
      Array(
        """
        {"format":"exhibit-disc","image":"self.bin","medium":"cd","origin":{"files":[],"format":"cue","remarks":[]},\
        "sectorSize":2352,"sessions":[{"leadOut":1099511627776,"number":1,"tracks":[{"control":0,"extents":[{"lba":0,\
        "sectors":1099511627776,"source":"synthesised"}],"indexes":[{"lba":0,"number":1}],"mode":"audio","number":1}],\
        "type":0}],"version":1}
        """.utf8)
    },
    HostileFile("a-volume-of-256-tib.iso") {
      var iso = [UInt8](repeating: 0, count: 40 * 2048)
      iso.replaceSubrange(32768..<32775, with: [1] + Array("CD001".utf8) + [1])
      iso.replaceSubrange(32848..<32852, with: [0xff, 0xff, 0xff, 0xff])
      iso.replaceSubrange(32896..<32898, with: [0xff, 0xff])
      iso.replaceSubrange(34816..<34823, with: [255] + Array("CD001".utf8) + [1])
      return iso
    },
  ]

  package static let logs: [HostileFile] = [
    HostileFile("one-line.jsonl") { Array("{\"a\":\"".utf8) + [UInt8](repeating: 0x61, count: 80 << 20) },
    HostileFile("deep.jsonl") { [UInt8](repeating: UInt8(ascii: "["), count: 80 << 20) },
    HostileFile("a-hole.jsonl", { Array("{}\n".utf8) }, upTo: 1 << 40),
  ]

  package static let archives: [HostileFile] = [
    HostileFile("size.tar") {
      member(size: [0x80, 0, 0, 0, 0x7f] + [UInt8](repeating: 0xff, count: 7), type: "0")
    },
    HostileFile("extended.tar") { member(size: Array("77777777777\0".utf8), type: "x") },
    HostileFile("a-hole.tar", { member(size: Array("77777777777\0".utf8), type: "0") }, upTo: 1 << 40),
  ]

  private static func member(size: [UInt8], type: Character) -> [UInt8] {
    var header = [UInt8](repeating: 0, count: 1024)
    func put(_ bytes: [UInt8], at offset: Int) {
      header.replaceSubrange(offset..<offset + bytes.count, with: bytes)
    }
    put(Array("case/case.sqlite".utf8), at: 0)
    put(size, at: 124)
    put([UInt8](repeating: 0x20, count: 8) + Array(String(type).utf8), at: 148)
    put(Array("ustar\0".utf8) + Array("00".utf8), at: 257)
    let sum = String(header[..<512].reduce(0) { $0 + Int($1) }, radix: 8)
    put(Array((String(repeating: "0", count: 6 - sum.count) + sum + "\0 ").utf8), at: 148)
    return header
  }
}
