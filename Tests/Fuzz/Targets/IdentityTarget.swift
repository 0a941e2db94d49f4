import Evidence
import FormatKit
import Formats

/// What a file is, by its first and last bytes.
enum IdentityTarget {
  private static let names = [
    "evidence", "evidence.E01", "disk.raw", "disc.cue", "disc.iso", "001.disc.json",
  ]

  static func problem(with input: [UInt8]) -> String? {
    let probe = ProbeInput(
      head: Array(input.prefix(ProbeInput.headSize)), tail: Array(input.suffix(ProbeInput.tailSize)),
      size: UInt64(input.count))
    let certain = Formats.all.filter { $0.probe(probe) == .certain }
    for name in names {
      let format = Formats.identify(probe, name: name)
      // A container may hold the sectors of a disc as they are: an Apple disk image of an ISO begins like the ISO.
      if let first = certain.first(where: \.isContainer) ?? certain.first, format?.id != first.id {
        return "\(name): certainly \(first.id), and said to be \(format?.id.rawValue ?? "nothing")"
      }
      if let format, !certain.contains(where: { $0.id == format.id }), format.probe(probe) == .none,
        !format.claims(name: name)
      {
        return "\(name): neither its bytes nor its name say \(format.id)"
      }
    }
    return nil
  }

  static let seeds: [(String, [UInt8])] = [
    ("e01", Array("EVF\t\r\n".utf8) + [0xFF, 0, 1, 1, 0, 0, 0]),
    ("vhd", [UInt8](repeating: 0, count: 512) + Array("conectix".utf8) + [UInt8](repeating: 0, count: 504)),
    ("udif", [UInt8](repeating: 0, count: 600) + Array("koly".utf8) + [0, 0, 0, 4, 0, 0, 2, 0]),
    ("nrg", [UInt8](repeating: 0, count: 600) + Array("NER5".utf8) + [0, 0, 0, 0, 0, 0, 1, 0]),
    ("cdi", [UInt8](repeating: 0, count: 600) + [6, 0, 0, 0x80, 0, 1, 0, 0]),
    ("vmdk", Array("# Disk DescriptorFile\nversion=1\ncreateType=\"monolithicFlat\"\n".utf8)),
    ("cue", Array("FILE \"a.bin\" BINARY\n  TRACK 01 AUDIO\n    INDEX 01 00:00:00\n".utf8)),
    ("toc", Array("CD_DA\nTRACK AUDIO\nFILE \"a.wav\" 0\n".utf8)),
    ("dc42", [4] + Array("Disk".utf8) + [UInt8](repeating: 0, count: 77) + [1, 0, 0, 0]),
    (
      "mbr",
      [UInt8](repeating: 0, count: 446) + [0x80, 1, 1, 0, 7, 0, 0, 0, 8, 0, 0, 0, 9]
        + [UInt8](repeating: 0, count: 51) + [0x55, 0xAA]
    ),
    (
      "sync",
      [0] + [UInt8](repeating: 0xFF, count: 10) + [0, 0, 2, 0, 1] + [UInt8](repeating: 0, count: 2336)
    ),
    (
      "sync-in-udif",
      [0] + [UInt8](repeating: 0xFF, count: 10) + [0, 0, 2, 0, 1] + [UInt8](repeating: 0, count: 2336)
        + Array("koly".utf8) + [0, 0, 0, 4, 0, 0, 2, 0] + [UInt8](repeating: 0, count: 500)
    ),
    ("zip", [0x50, 0x4B, 3, 4] + Array("container.description".utf8)),
    ("json", Array("{\"format\":\"exhibit-disc\"}".utf8)),
  ]
}
