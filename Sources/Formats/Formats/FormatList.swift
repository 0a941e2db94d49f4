import DiscImages
import DiskImages
import Evidence
import FormatKit

/// The list.
extension Formats {
  /// Those that are read, in the order in which they are asked.
  package static let readable: [Format] = [
    .e01, .discDescription, .cue, .toc, .ccd, .nrg, .mds, .chd, .chdDisk, .ecm, .cso, .isz, .daa,
    .cdi,
    .iso, .trackFiles, .nrgTrackAtOnce, .raw,
  ]

  /// Formats that are known so that they are never taken for raw, each until there is a reader for it.
  static let known: [Format] =
    virtualDisks + evidenceFiles + discs + archives + packed + [record]

  private static let virtualDisks = [
    refused("vhd", "VHD", ["vhd"], .disk, advice: toRaw, Signatures.vhd),
    refused("vhdx", "VHDX", ["vhdx", "avhdx"], .disk, advice: toRaw) { $0.has("vhdxfile") },
    refused("vmdk", "VMDK", ["vmdk"], .disk, advice: toRaw, Signatures.vmdk),
    refused("vmdk-descriptor", "VMDK descriptor", ["vmdk"], .disk, advice: toRaw, Signatures.vmdkDescriptor),
    refused("qcow", "QCOW", ["qcow", "qcow2"], .disk, advice: toRaw) { input in
      (1...3).contains { input.has([0x51, 0x46, 0x49, 0xFB, 0, 0, 0, $0]) }
    },
    refused("vdi", "VDI", ["vdi"], .disk, advice: toRaw) { $0.has([0x7F, 0x10, 0xDA, 0xBE], at: 0x40) },
    refused("parallels", "Parallels disk", ["hdd", "hds"], .disk, advice: toRaw) {
      $0.has("WithoutFreeSpace") || $0.has("WithouFreSpacExt")
    },
    refused("udif", "Apple disk image (UDIF)", ["dmg"], .disk, advice: onAMac, Signatures.udif),
    refused("encrypted-dmg", "encrypted Apple disk image", ["dmg", "sparseimage"], .disk, advice: onAMac) {
      $0.has("encrcdsa") || $0.ends("cdsaencr", 8)
    },
    refused("sparseimage", "Apple sparse image", ["sparseimage"], .disk, advice: onAMac) {
      $0.has([0x73, 0x70, 0x72, 0x73, 0, 0, 0, 3])
    },
    refused("asif", "Apple sparse image (ASIF)", ["asif"], .disk, advice: onAMac) { $0.has("shdw\0") },
    refused("dc42", "DiskCopy 4.2", ["image", "img"], .disk, advice: onAMac, Signatures.diskCopy),
    refused("partclone", "partclone", ["img"], .disk, advice: "restore it with partclone to a raw file") {
      $0.has("partclone-image")
    },
    refused("gho", "Ghost", ["gho", "ghs"], .disk, advice: original) {
      $0.has([0xFE, 0xEF, 1]) || $0.has([0xFE, 0xEF, 9])
    },
    refused("v2i", "System Recovery (V2I)", ["v2i", "iv2i", "sv2i"], .disk, advice: original) {
      $0.has("$CAN")
    },
    refused("tib", "Acronis True Image", ["tib"], .disk, advice: original) {
      $0.has([0xB4, 0x6E, 0x68, 0x44])
    },
  ]

  private static let evidenceFiles = [
    refused("adcrypt", "AccessData encrypted image", ["e01", "s01", "ad1"], .disk, advice: decrypted) {
      $0.has("ADCRYPT\0")
    },
    refused("ex01", "EnCase 7 Ex01", ["ex01"], .disk, advice: original) { $0.has("EVF2\r\n") },
    refused("l01", "EnCase logical evidence (L01)", ["l01"], .files, advice: original) {
      $0.has("LVF\t\r\n")
    },
    refused("lx01", "EnCase 7 logical evidence (Lx01)", ["lx01"], .files, advice: original) {
      $0.has("LEF2\r\n")
    },
    refused("ad1", "AccessData logical image (AD1)", ["ad1"], .files, advice: original) {
      $0.has("ADSEGMENTEDFILE\0")
    },
    refused("aff", "AFF", ["aff"], .disk, advice: original) { $0.has("AFF10\r\n") },
    refused("aff4", "AFF4", ["aff4"], .disk, advice: original, Signatures.aff4),
  ]

  private static let discs = [
    refused("b5t", "BlindWrite 5 and 6 (B5T, B6T)", ["b5t", "b6t"], .disc, advice: toSheet) {
      $0.has("BWT5 STREAM SIGN")
    },
    refused("c2d", "WinOnCD (C2D)", ["c2d"], .disc, advice: toSheet) {
      $0.has("Adaptec CeQuadrat VirtualCD File") || $0.has("Roxio Image File Format 3.0")
    },
    refused("uif", "MagicISO (UIF)", ["uif"], .disc, advice: toSheet) { $0.ends("bbis", 64) },
  ]

  /// Formats of discs whose bytes nothing is known of: where those say nothing, the name of the file does.
  static let named: [Format] = [
    ("pdi", "Instant CD/DVD (PDI)"), ("vcd", "Virtual CD (VCD)"), ("pxi", "PlexTools (PXI)"),
    ("bwi", "BlindWrite 4 (BWI)"), ("bwt", "BlindWrite 4 (BWT)"), ("cif", "Easy CD Creator (CIF)"),
    ("ncd", "NTI CD-Maker (NCD)"), ("fcd", "Uniso and Virtual Drive (FCD)"), ("xmd", "GEAR (XMD)"),
  ].map { ending, title in
    refused(ending, title, [ending], .disc, advice: toSheet) { _ in false
    }
  }

  private static let archives = [
    refused("wim", "WIM", ["wim", "esd", "swm"], .files, advice: "unpack it with wimlib-imagex") {
      $0.has("MSWIM\0\0\0") || $0.has("WLPWM\0\0\0")
    }
  ]

  /// Behind those that lie in a ZIP.
  private static let packed = [
    refused("zip", "ZIP", ["zip", "imz"], .packed, advice: unpacked) {
      $0.has([0x50, 0x4B, 3, 4]) || $0.has([0x50, 0x4B, 5, 6])
    },
    refused("gz", "gzip", ["gz"], .packed, advice: unpacked) { input in
      input.has([0x1F, 0x8B, 8]) && input.head.count > 9 && input.head[3] < 0x20
    },
    refused("bz2", "bzip2", ["bz2"], .packed, advice: unpacked) { input in
      input.has("BZh") && input.has([0x31, 0x41, 0x59, 0x26, 0x53, 0x59], at: 4)
    },
    refused("xz", "xz", ["xz"], .packed, advice: unpacked) { $0.has([0xFD, 0x37, 0x7A, 0x58, 0x5A, 0]) },
    refused("zst", "Zstandard", ["zst"], .packed, advice: unpacked) { $0.has([0x28, 0xB5, 0x2F, 0xFD]) },
    refused("lz4", "LZ4", ["lz4"], .packed, advice: unpacked) { $0.has([4, 0x22, 0x4D, 0x18]) },
    refused("7z", "7-Zip", ["7z"], .packed, advice: unpacked) {
      $0.has([0x37, 0x7A, 0xBC, 0xAF, 0x27, 0x1C])
    },
  ]

  /// What Exhibit itself writes beside images.
  private static let record = refused(
    "exhibit-record", "Exhibit record", ["manifest.json"], .files,
    advice: "it is not an image; name the image it describes", Signatures.record)

  private static let toRaw = "convert a copy to raw, for example with qemu-img"
  private static let onAMac = "convert a copy to raw, for example with hdiutil or dmg2img"
  private static let toSheet = "convert a copy to BIN/CUE or ISO with a program that reads it"
  private static let original = "export it to E01 or raw with the program that made it"
  private static let decrypted = "decrypt a copy with the program that made it"
  private static let unpacked = "unpack it first"

  private static func refused(
    _ id: String, _ title: String, _ endings: [String], _ contents: FormatContents, advice: String,
    _ isOne: @escaping @Sendable (ProbeInput) -> Bool
  ) -> Format {
    Format(
      FormatID(id), title, endings: endings, contents: contents, reading: .refused(advice: advice),
      probe: { isOne($0) ? .certain : .none })
  }
}
