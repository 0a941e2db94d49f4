import Evidence
import OpticalDisc

/// RIFF WAVE files with the samples of a CD: 44,100 Hz, two channels, 16 bits.
package enum WaveFile {
  /// Bytes in front of the samples in files that Exhibit writes.
  package static let headerSize = 44
  /// Chunks looked through for the samples.
  private static let chunkLimit = 1000

  /// Where the samples lie.
  /// - Returns: their bytes, and what is worth saying.
  /// - Throws: `formatUnreadable` where it is no such file, or has other samples; `imageMalformed` where it has none.
  package static func samples(of file: any DiscFile) throws(EvidenceError) -> (
    range: Range<UInt64>, remark: String?
  ) {
    func refused(_ reason: String) -> EvidenceError { EvidenceError(.imageMalformed, file.name, reason) }
    func unsupported(_ reason: String) -> EvidenceError {
      EvidenceError(.formatUnreadable, file.name, reason)
    }
    let start = try file.bytes(at: 0, count: 12)
    guard start.count == 12, ["RIFF", "RF64", "BW64"].contains(text(start[..<4])), text(start[8...]) == "WAVE"
    else {
      throw unsupported("it is no RIFF WAVE file")
    }
    var offset: UInt64 = 12
    var hasFormat = false
    var longSize: UInt64?
    for _ in 0..<chunkLimit {
      let head = try file.bytes(at: offset, count: 8 + 16)
      guard head.count >= 8, let size = head.span.bytes.littleEndian(at: 4, as: UInt32.self) else { break }
      let body = offset + 8
      switch text(head[..<4]) {
      case "ds64":
        let stated = try file.bytes(at: body + 8, count: 8)
        longSize = stated.span.bytes.littleEndian(at: 0, as: UInt64.self)
      case "fmt ":
        guard isCD(head) else { throw unsupported("WAVE of other than 44,100 Hz, two channels, 16 bits") }
        hasFormat = true
      case "data":
        guard hasFormat else { throw refused("samples without a format") }
        // Streams do not know their size: 0 or all ones, and all that is there belongs to it. RF64 and BW64 have it before.
        let room = file.size - body
        let stated = size == .max ? longSize ?? 0 : UInt64(size)
        let count = stated == 0 ? room : min(stated, room)
        let remark =
          stated == 0
          ? "\(file.name): its size is not given; all of it was taken"
          : stated > room
            ? "\(file.name): \(stated) bytes of samples are announced, \(room) are there" : nil
        return (body..<body + count, remark)
      default: break
      }
      offset = body + UInt64(size) + UInt64(size & 1)
    }
    throw refused("no samples found")
  }

  private static func isCD(_ head: [UInt8]) -> Bool {
    let span = head.span.bytes
    return [1, 0xFFFE].contains(span.littleEndian(at: 8, as: UInt16.self) ?? 0)
      && span.littleEndian(at: 10, as: UInt16.self) == 2
      && span.littleEndian(at: 12, as: UInt32.self) == 44100
      && span.littleEndian(at: 22, as: UInt16.self) == 16
  }

  private static func text(_ bytes: ArraySlice<UInt8>) -> String { String(decoding: bytes, as: UTF8.self) }

  /// The 44 bytes before `count` bytes of samples.
  /// - Precondition: it fits into 32 bits; a CD holds less than 1 GB.
  package static func header(samples count: UInt64) -> [UInt8] {
    func number(_ value: UInt32, _ bytes: Int) -> [UInt8] {
      (0..<bytes).map { UInt8(truncatingIfNeeded: value >> UInt32(8 * $0)) }
    }
    return Array("RIFF".utf8) + number(UInt32(count) + 36, 4) + Array("WAVEfmt ".utf8) + number(16, 4)
      + number(1, 2)
      + number(2, 2) + number(44100, 4) + number(176_400, 4) + number(4, 2) + number(16, 2)
      + Array("data".utf8)
      + number(UInt32(count), 4)
  }
}
