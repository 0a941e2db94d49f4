import DiscWriters
import DiskWriters
import Evidence
import EvidenceTestKit
import FormatKit
import Formats
import Foundation
import SystemPackage
import Testing
import WriterKit

/// Formats as their own programs write them, and what Exhibit says they are.
@Suite struct IdentificationTests {
  /// Makes `made` of `src.img`, 1 MiB of noise, in the current folder.
  private struct Producer: Sendable, CustomTestStringConvertible {
    let format: String
    let tool: String
    let command: String
    var testDescription: String { "\(format) by \(command)" }

    init(_ format: String, _ tool: String, _ command: String) {
      self.format = format
      self.tool = tool
      self.command = command
    }
  }

  private static let producers = [
    Producer("vmdk", "qemu-img", "qemu-img convert -O vmdk src.img made"),
    Producer("vmdk", "qemu-img", "qemu-img convert -O vmdk -o subformat=streamOptimized src.img made"),
    Producer(
      "vmdk-descriptor", "qemu-img", "qemu-img convert -O vmdk -o subformat=monolithicFlat src.img made"),
    Producer("qcow", "qemu-img", "qemu-img convert -O qcow2 src.img made"),
    Producer("qcow", "qemu-img", "qemu-img convert -O qcow src.img made"),
    Producer("vhd", "qemu-img", "qemu-img convert -O vpc src.img made"),
    Producer("vhd", "qemu-img", "qemu-img convert -O vpc -o subformat=fixed,force_size=on src.img made"),
    Producer("vhdx", "qemu-img", "qemu-img convert -O vhdx src.img made"),
    Producer("vdi", "qemu-img", "qemu-img convert -O vdi src.img made"),
    Producer("parallels", "qemu-img", "qemu-img convert -O parallels src.img made"),
    Producer(
      "aff", "affconvert", "cp src.img src.raw && affconvert -q -o made.aff src.raw >&2 && mv made.aff made"),
    Producer(
      "partclone", "partclone.dd",
      "mkfs.ext4 -q -F -O ^metadata_csum_seed fs.img 2M && partclone.extfs -c -s fs.img -o made -L log >&2"),
    Producer("wim", "wimlib-imagex", "mkdir tree && cp src.img tree && wimlib-imagex capture tree made >&2"),
    Producer("zip", "zip", "zip -q made.zip src.img && mv made.zip made"),
    Producer("gz", "gzip", "gzip -c src.img > made"),
    Producer("bz2", "bzip2", "bzip2 -c src.img > made"),
    Producer("xz", "xz", "xz -c src.img > made"),
    Producer("zst", "zstd", "zstd -q -c src.img > made"),
    Producer("lz4", "lz4", "lz4 -q -c src.img > made"),
    Producer("7z", "7zz", "7zz a -bso0 made.7z src.img && mv made.7z made"),
  ]

  /// Its name says nothing: the bytes do. What is known and cannot be read is never taken for raw.
  @Test(arguments: producers)
  private func whatAProgramWroteIsNamed(producer: Producer) throws {
    guard Tool.exists(producer.tool) else {
      try Test.cancel("needs \(producer.tool)")
    }
    let folder = try TemporaryFolder()
    var random = SeededGenerator(seed: 5)
    try TestFiles.write(random.bytes(1 << 20), to: folder.appending("src.img"))
    try Tool.require("bash", ["-c", "cd '\(folder.path)' && \(producer.command)"])
    let made = folder.appending("made")
    let format = try #require(try Formats.identify(made))
    #expect(format.id.rawValue == producer.format)
    let error = #expect(throws: EvidenceError.self) { try Formats.openDisk(made) }
    #expect(error?.code == .formatUnreadable)
    #expect(error?.detail.contains(format.title) == true)
    #expect(error?.detail != format.title, "it says what to do")
    // The file itself can be had, where that is asked for.
    let raw = try Formats.openDisk(made, as: .raw)
    #expect(raw.geometry.length == UInt64(try TestFiles.read(made).count))
  }

  // MARK: Formats that nothing here writes

  private static func bytes(_ head: [UInt8], tail: [UInt8] = [], size: Int = 8192) -> [UInt8] {
    head + [UInt8](repeating: 0, count: size - head.count - tail.count) + tail
  }

  private static func bigEndian(_ number: UInt64, bytes: Int) -> [UInt8] {
    (0..<bytes).map { UInt8(truncatingIfNeeded: number >> (8 * (bytes - 1 - $0))) }
  }

  private static let crafted: [(format: String, bytes: [UInt8])] = [
    ("c2d", bytes(Array("Roxio Image File Format 3.0".utf8))), ("b5t", bytes(Array("BWT5 STREAM SIGN".utf8))),
    ("uif", bytes([], tail: Array("bbis".utf8) + [UInt8](repeating: 0, count: 60))),
    ("ex01", bytes(Array("EVF2\r\n".utf8) + [0x81, 0])), ("l01", bytes(Array("LVF\t\r\n".utf8) + [0xFF, 0])),
    ("lx01", bytes(Array("LEF2\r\n".utf8) + [0x81, 0])), ("ad1", bytes(Array("ADSEGMENTEDFILE\0".utf8))),
    ("adcrypt", bytes(Array("ADCRYPT\0".utf8))),
    ("aff4", bytes([0x50, 0x4B, 3, 4], tail: Array("information.turtle".utf8))),
    (
      "udif",
      bytes([], tail: Array("koly".utf8) + [0, 0, 0, 4, 0, 0, 2, 0] + [UInt8](repeating: 0, count: 500))
    ),
    (
      "udif",
      bytes([], tail: Array("koly".utf8) + [0, 0, 0, 4, 0, 0, 2, 0] + [UInt8](repeating: 0, count: 580))
    ), ("encrypted-dmg", bytes(Array("encrcdsa".utf8))),
    ("sparseimage", bytes(Array("sprs".utf8) + [0, 0, 0, 3])),
    ("gho", bytes([0xFE, 0xEF, 1, 2])), ("v2i", bytes(Array("$CAN".utf8))),
    ("tib", bytes([0xB4, 0x6E, 0x68, 0x44])), ("mds", bytes(Array("MEDIA DESCRIPTOR".utf8) + [1, 3])),
    ("ccd", Array("[CloneCD]\r\nVersion=3\r\n[Disc]\r\nTocEntries=4\r\n".utf8)),
    ("nrg", bytes([], tail: Array("DAOX".utf8) + Array("NER5".utf8) + bigEndian(8176, bytes: 8))),
    ("nrg", bytes([], tail: Array("CUES".utf8) + Array("NERO".utf8) + bigEndian(8180, bytes: 4))),
    ("cdi", bytes([], tail: [6, 0, 0, 0x80, 0, 1, 0, 0])), ("daa", bytes(Array("DAA\0".utf8))),
    ("isz", bytes(Array("IsZ!".utf8))), ("ecm", bytes(Array("ECM\0".utf8))),
    ("exhibit-record", Array("{\"format\":\"exhibit-manifest\",\"version\":1}".utf8)),
  ]

  @Test(arguments: crafted)
  func whatItsSpecificationSaysIsNamed(format: String, bytes: [UInt8]) throws {
    #expect(identity(bytes)?.id.rawValue == format)
    // With a name that says something else as well.
    #expect(identity(bytes, name: "evidence.E01")?.id.rawValue == format)
    #expect(identity(bytes, name: "evidence.raw")?.id.rawValue == format)
  }

  private func identity(_ bytes: [UInt8], name: String = "evidence") -> Format? {
    Formats.identify(
      ProbeInput(
        head: Array(bytes.prefix(ProbeInput.headSize)), tail: Array(bytes.suffix(ProbeInput.tailSize)),
        size: UInt64(bytes.count)), name: name)
  }

  /// Where nothing is known of its bytes, the name says what a file is; its bytes come first.
  @Test(arguments: ["pdi", "vcd", "pxi", "bwi", "bwt", "cif", "ncd", "fcd", "xmd"])
  func aNameOfAKnownFormatIsSaid(ending: String) {
    let found = identity([1, 2, 3], name: "DISC." + ending.uppercased())
    #expect(found?.id.rawValue == ending && found?.refusal(of: "x") != nil)
    #expect(identity(Array("IsZ!".utf8), name: "disc." + ending)?.id == .isz)
  }

  // MARK: What must not be claimed

  /// Noise is nobody's, however long; whatever is cut short does not trap.
  @Test func noiseIsRaw() {
    for seed in 0..<400 as Range<UInt64> {
      var random = SeededGenerator(seed: seed)
      let noise = random.bytes(Int(seed * 37 % 9000))
      #expect(identity(noise)?.id == nil, "seed \(seed)")
    }
    for bytes in Self.crafted.map(\.bytes) + [[0x51, 0x46, 0x49, 0xFB, 0, 0, 0, 2]] {
      for count in 0...min(600, bytes.count) { _ = identity(Array(bytes.prefix(count))) }
    }
  }

  /// A text that only ends as a VHD does, with another checksum, is data of a disk.
  @Test func aSignatureWithoutItsChecksumIsData() {
    #expect(identity(Self.bytes([], tail: Array("conectix".utf8) + [UInt8](repeating: 7, count: 504))) == nil)
    // A place outside of the file, and one where no chunk begins.
    for place in [1 << 40, 4096] as [UInt64] {
      #expect(identity(Self.bytes([], tail: Array("NER5".utf8) + Self.bigEndian(place, bytes: 8))) == nil)
    }
  }

  /// A stick that a disc was written to begins with the sectors of the disc: there the name decides.
  @Test func aDiscOnAStickIsADisk() {
    var bytes = [UInt8](repeating: 0, count: 48 << 10)
    bytes.replaceSubrange(32_768..<32_774, with: [1] + Array("CD001".utf8))
    bytes.replaceSubrange(32_848..<32_852, with: [24, 0, 0, 0])
    #expect(identity(bytes, name: "disc.dd")?.id == .iso)
    // What a disc left at the beginning of a larger disk.
    let remains = bytes + [UInt8](repeating: 0, count: 2 << 20)
    #expect(identity(remains, name: "stick.dd")?.id == .raw)
    #expect(identity(remains, name: "stick")?.id == nil)
    #expect(identity(remains, name: "disc.iso")?.id == .iso)
    bytes.replaceSubrange(446..<462, with: [0x80, 1, 1, 0, 0x17, 0, 0, 0, 0, 0, 0, 0, 0x40, 0, 0, 0])
    bytes[510] = 0x55
    bytes[511] = 0xAA
    #expect(identity(bytes, name: "stick.dd")?.id == .raw)
    #expect(identity(bytes, name: "stick.img")?.id == .raw)
    #expect(identity(bytes, name: "stick")?.id == nil)
    #expect(identity(bytes, name: "linux.iso")?.id == .iso)
  }

  /// The map of an Apple disk, a volume of HFS+, UDF on a stick: without a name that says disc, a disk.
  @Test func fileSystemsOfDiscsOnDisksAreDisks() {
    for (place, signature) in [(0, "ER"), (1024, "H+"), (1024, "BD"), (32_769, "BEA01")] {
      var bytes = [UInt8](repeating: 0, count: 48 << 10)
      bytes.replaceSubrange(place..<place + signature.utf8.count, with: Array(signature.utf8))
      #expect(identity(bytes, name: "disk")?.id == nil, "\(signature)")
      #expect(identity(bytes, name: "disk.dd")?.id == .raw, "\(signature)")
      #expect(identity(bytes, name: "disc.iso")?.id == .iso, "\(signature)")
    }
  }

  /// A split image is read as a whole, also where its first file begins as a disc, and judged by both of its ends.
  @Test func aSplitImageIsJudgedByBothOfItsEnds() throws {
    let folder = try TemporaryFolder()
    var disc = [UInt8](repeating: 0, count: 48 << 10)
    disc.replaceSubrange(32_768..<32_774, with: [1] + Array("CD001".utf8))
    disc.replaceSubrange(32_848..<32_852, with: [24, 0, 0, 0])
    try TestFiles.write(Array(disc[..<40_960]), to: folder.appending("disc.001"))
    try TestFiles.write(Array(disc[40_960...]), to: folder.appending("disc.002"))
    for name in ["disc.001", "disc.002"] {
      #expect(try Formats.identify(folder.appending(name))?.id == .raw)
      #expect(try Formats.openDisk(folder.appending(name)).geometry.length == 48 << 10)
    }
    // No command on discs takes a part for the whole.
    for id in [nil, FormatID.iso] {
      #expect(throws: EvidenceError.self) { try Formats.openDisc(folder.appending("disc.001"), as: id) }
    }
    let trailer = Array("koly".utf8) + [0, 0, 0, 4, 0, 0, 2, 0] + [UInt8](repeating: 0, count: 500)
    try TestFiles.write([UInt8](repeating: 0, count: 4096), to: folder.appending("mac.001"))
    try TestFiles.write([UInt8](repeating: 0, count: 512) + trailer, to: folder.appending("mac.002"))
    #expect(try Formats.identify(folder.appending("mac.001"))?.id.rawValue == "udif")
  }

  /// A container may keep the sectors of a disc as they are, before its own footer.
  @Test func aFooterBehindTheSectorsOfADiscIsOfTheContainer() {
    var disc = [UInt8](repeating: 0, count: 48 << 10)
    disc.replaceSubrange(32_768..<32_774, with: [1] + Array("CD001".utf8))
    disc.replaceSubrange(32_848..<32_852, with: [24, 0, 0, 0])
    #expect(identity(disc)?.id == .iso)
    for (footer, format) in [
      (
        Array("CUES".utf8) + Self.bigEndian(0, bytes: 4) + Array("NERO".utf8)
          + Self.bigEndian(49_152, bytes: 4), "nrg"
      ),
      (Array("koly".utf8) + [0, 0, 0, 4, 0, 0, 2, 0] + [UInt8](repeating: 0, count: 500), "udif"),
    ] {
      #expect(identity(disc + footer, name: "disc.iso")?.id.rawValue == format)
    }
  }

  /// A disk may begin with any text: it is a description only where nothing else follows.
  @Test func textAtTheBeginningOfADiskIsData() {
    for text in [
      "FILE \"/etc/shadow\" BINARY\nTRACK 01 AUDIO\n", "CD_DA\nTRACK AUDIO\n", "# Disk DescriptorFile\n",
      "[CloneCD]\n",
    ] {
      let sector = Array(text.utf8) + [UInt8](repeating: 10, count: 512 - text.utf8.count)
      #expect(identity(sector)?.id != nil, "\(text)")
      #expect(identity(sector + [UInt8](repeating: 0, count: 4096) + [1])?.id == nil, "\(text)")
    }
  }

  /// A sheet may name anything; a container's bytes are not the sectors of a disc.
  @Test func aContainerThatASheetNamesIsNotSectors() throws {
    let folder = try TemporaryFolder()
    let sheet = "FILE \"a.bin\" BINARY\n  TRACK 01 MODE1/2048\n    INDEX 01 00:00:00\n"
    try TestFiles.write(Array(sheet.utf8), to: folder.appending("a.cue"))
    try TestFiles.write([UInt8](repeating: 1, count: 61_440), to: folder.appending("a.bin"))
    #expect(try Formats.openDisc(folder.appending("a.cue")).image.disc.tracks.count == 1)
    let container = Array("QFI".utf8) + [0xFB, 0, 0, 0, 3] + [UInt8](repeating: 0, count: 61_432)
    try TestFiles.write(container, to: folder.appending("b.bin"))
    let other = sheet.replacing("a.bin", with: "b.bin")
    try TestFiles.write(Array(other.utf8), to: folder.appending("b.cue"))
    let error = #expect(throws: EvidenceError.self) { try Formats.openDisc(folder.appending("b.cue")) }
    #expect(error?.code == .sheetMalformed && error?.detail.contains("QCOW") == true)
  }

  /// Only its bytes as they are can be had of what certainly is something else.
  @Test func whatIsSaidDoesNotOverrideASignature() throws {
    let folder = try TemporaryFolder()
    let path = folder.appending("a.chd")
    try TestFiles.write(Array("MComprHD".utf8) + [UInt8](repeating: 0, count: 60_000), to: path)
    #expect(throws: EvidenceError.self) { try Formats.openDisc(path, as: .iso) }
    #expect(throws: EvidenceError.self) { try Formats.openDisk(path, as: .e01) }
    #expect(try Formats.openDisk(path, as: .raw).geometry.length == 60_008)
  }

  /// The second file of a split image may begin with anything.
  @Test func aLaterFileOfASetIsJudgedByTheFirst() throws {
    let folder = try TemporaryFolder()
    try TestFiles.write([UInt8](repeating: 0, count: 4096), to: folder.appending("disk.001"))
    try TestFiles.write(
      Array("MComprHD".utf8) + [UInt8](repeating: 0, count: 4088), to: folder.appending("disk.002"))
    #expect(try Formats.identify(folder.appending("disk.002"))?.id == .raw)
    #expect(try Formats.openDisk(folder.appending("disk.002")).geometry.length == 8192)
  }

  // MARK: The list

  @Test func everyFormatIsOnTheListOnce() {
    let ids = Formats.all.map(\.id)
    #expect(Set(ids).count == ids.count)
    #expect(Formats.all.allSatisfy { !$0.title.isEmpty && $0.endings.allSatisfy { $0 == $0.lowercased() } })
  }

  /// What is written is on the list, can be read back, and is read as what it was written as.
  @Test func whatIsWrittenIsRead() {
    for kind in DiskWriters.all {
      guard let format = Formats.named(kind.format), case .disk = format.reading else {
        Issue.record("\(kind.format) is written, but no disk is read as it")
        continue
      }
      #expect(kind.init(ImageSettings()).isPlain == !format.isContainer)
    }
    for writer in DiscWriters.all {
      for id in [writer.format, writer.readAs] {
        guard let format = Formats.named(id), case .disc = format.reading else {
          Issue.record("\(id) is written, but no disc is read as it")
          continue
        }
        #expect(id != writer.readAs || format.claims(name: "disc.\(writer.ending)"))
      }
    }
  }

  /// Parts that nothing joins by itself are never taken for a whole medium.
  @Test(
    arguments: [
      ["xaa", "xab", "xac"], ["x00", "x01"], ["disk_001", "disk_002"], ["disk-aa", "disk-ab"],
      ["stick.dmg", "stick.002.dmgpart", "stick.003.dmgpart"],
    ])
  func namesTheOtherPartsOfASplitImage(parts: [String]) throws {
    let folder = try TemporaryFolder()
    for part in parts { try TestFiles.write([UInt8](repeating: 7, count: 4096), to: folder.appending(part)) }
    for part in parts {
      let found = try #require(try Formats.identify(folder.appending(part)), "\(part)")
      #expect(found.isContainer && parts.allSatisfy { found.title.contains($0) })
      #expect(throws: EvidenceError.self) { try Formats.openDisk(folder.appending(part)) }
      #expect(try Formats.openDisk(folder.appending(part), as: .raw).geometry.length == 4096)
    }
  }

  @Test(arguments: [
    ["xaa"], ["disk_001"], ["disk_007", "disk_008"], ["notes-de", "notes-en"], ["stick.dmg"],
  ])
  func namesThatOnlyLookLikePartsAreFiles(names: [String]) throws {
    let folder = try TemporaryFolder()
    for name in names { try TestFiles.write([UInt8](repeating: 7, count: 4096), to: folder.appending(name)) }
    for name in names { #expect(try Formats.openDisk(folder.appending(name)).geometry.length == 4096) }
  }
}
