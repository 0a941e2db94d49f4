import Evidence
import FormatKit
import OpticalDisc
import SystemPackage

extension FormatID {
  package static let iso = FormatID("iso")
}

extension Format {
  /// Sectors of one data track, without a description.
  package static let iso = Format(
    .iso, "ISO", endings: ["iso", "cdr", "toast"], contents: .disc, isContainer: false,
    reading: .disc { (path: FilePath, _: DiskOpener) throws(EvidenceError) in
      try ISOReader.open(path, isNamed: true)
    }, probe: ISOProbe.confidence)
}

/// Whether a file holds nothing but the sectors of a disc.
enum ISOProbe {
  /// Partitions of a disk: a stick that a disc was written to begins with the same sectors as the disc.
  private static func hasPartitions(_ input: ProbeInput) -> Bool {
    input.has([0x55, 0xAA], at: 510)
      && (0..<4).contains { number in
        let entry = 446 + 16 * number
        return [0, 0x80].contains(input.head[entry]) && input.head[entry + 4] != 0
          && input.head[entry + 12..<entry + 16] != [0, 0, 0, 0]
      }
  }

  /// How sectors lie in a file, and where user data stands in each.
  private static let shapes = [(stride: 2048, lead: 0), (stride: 2336, lead: 8), (stride: 2056, lead: 8)]
  /// Sectors that a file may have behind its file system: what programs pad with, and run-out.
  private static let mostBehind: UInt64 = 512

  /// Whether an ISO 9660 file system is as long as the file: one on a disk or a stick leaves the rest.
  private static func isFilled(_ input: ProbeInput) -> Bool {
    shapes.contains { stride, lead in
      let descriptor = 16 * stride + lead
      guard input.has("CD001", at: descriptor + 1), input.head[descriptor] == 1,
        let size = input.head.span.bytes.littleEndian(at: descriptor + 80, as: UInt32.self)
      else { return false }
      let sectors = input.size / UInt64(stride)
      return size > 0 && input.size % UInt64(stride) == 0 && UInt64(size) <= sectors
        && sectors - UInt64(size) <= mostBehind
    }
  }

  static func confidence(_ input: ProbeInput) -> ProbeConfidence {
    let start = ProbedFile(bytes: input.head, size: input.size)
    guard (try? ISOReader.claims(start)) == true else { return .none }
    if input.has(SectorCodec.sync) { return .certain }
    // UDF, HFS and the map of an Apple disk lie on disks and sticks as well, and so do the remains of a disc.
    return isFilled(input) && !hasPartitions(input) ? .certain : .possible
  }
}

/// The beginning of a file, for a probe.
struct ProbedFile: DiscFile {
  let bytes: [UInt8]
  let size: UInt64
  var name: String { "" }

  func read(into buffer: UnsafeMutableRawBufferPointer, at offset: UInt64) throws(EvidenceError) -> Int {
    guard offset < UInt64(bytes.count) else { return 0 }
    let part = bytes[Int(offset)...].prefix(buffer.count)
    buffer.copyBytes(from: part)
    return part.count
  }
}
