import Evidence
import FormatKit

/// Signatures that take more than a comparison. Total: any bytes, any sizes.
enum Signatures {
  /// A footer at the end with its own checksum (511 bytes from it in old files), or the copy of one at the beginning.
  static func vhd(_ input: ProbeInput) -> Bool {
    if isFooter(input.head.prefix(512)) { return true }
    // Of a fixed disk the footer is all there is, and what stands before it is data: only the checksum tells.
    return [512, 511].contains { size in
      input.tail.count >= size && isFooter(input.tail.suffix(size) + [UInt8](repeating: 0, count: 512 - size))
    }
  }

  private static func isFooter(_ bytes: some Collection<UInt8>) -> Bool {
    let bytes = Array(bytes)
    guard bytes.count == 512, bytes.starts(with: "conectix".utf8) else { return false }
    let sum = bytes.enumerated().reduce(UInt32(0)) {
      (64..<68).contains($1.offset) ? $0 : $0 &+ UInt32($1.element)
    }
    return bytes.span.bytes.bigEndian(at: 64, as: UInt32.self) == ~sum
  }

  /// Sparse, of an older server, or of a newer one, each with a version there is.
  static func vmdk(_ input: ProbeInput) -> Bool {
    (1...3).contains { input.has(Array("KDMV".utf8) + [$0, 0, 0, 0]) }
      || input.has(Array("COWD".utf8) + [1, 0, 0, 0]) || input.has([0xBE, 0xBA, 0xFE, 0xCA, 0, 0, 0, 0])
  }

  /// A text that names extents.
  static func vmdkDescriptor(_ input: ProbeInput) -> Bool {
    guard input.isShortText else { return false }
    let lines = input.firstLines.prefix(40)
    return lines.contains { $0.hasPrefix("# DISK DESCRIPTOR") }
      || (lines.contains { $0.hasPrefix("VERSION=") } && lines.contains { $0.hasPrefix("CREATETYPE=") })
  }

  /// `koly` in the last 512 bytes, or before up to 1023 bytes of something else.
  static func udif(_ input: ProbeInput) -> Bool {
    let trailer: [UInt8] = Array("koly".utf8) + [0, 0, 0, 4, 0, 0, 2, 0]
    if input.has(trailer) { return true }
    let end = input.tail.suffix(512 + 1023)
    return end.indices.dropLast(trailer.count - 1).contains { end[$0...].starts(with: trailer) }
  }

  /// Name, sizes of data and tags, and nothing else in the file.
  static func diskCopy(_ input: ProbeInput) -> Bool {
    guard input.has([1, 0], at: 0x52), (1...63).contains(input.head[0]) else { return false }
    let bytes = input.head.span.bytes
    guard let data = bytes.bigEndian(at: 0x40, as: UInt32.self),
      let tags = bytes.bigEndian(at: 0x44, as: UInt32.self)
    else { return false }
    return data > 0 && 84 + UInt64(data) + UInt64(tags) == input.size
  }

  /// A ZIP whose directory has the members of every AFF4.
  static func aff4(_ input: ProbeInput) -> Bool {
    guard input.has([0x50, 0x4B, 3, 4]) else { return false }
    let texts = [input.head, input.tail].map { String(decoding: $0, as: UTF8.self) }
    return ["information.turtle", "container.description"].contains { name in
      texts.contains { $0.contains(name) }
    }
  }

  /// A record that Exhibit writes beside images, by the name of its format; a journal by its keys.
  static func record(_ input: ProbeInput) -> Bool {
    guard input.has("{") else { return false }
    let text = String(decoding: input.head, as: UTF8.self) + String(decoding: input.tail, as: UTF8.self)
    let names = [
      "manifest", "proof", "validation", "report", "case-archive", "audit-log", "audit-checkpoint",
    ]
    return names.contains { text.contains("\"exhibit-\($0)\"") }
      || (text.contains("\"toolVersion\"") && text.contains("\"checkpoint\"") && text.contains("\"request\""))
  }
}
