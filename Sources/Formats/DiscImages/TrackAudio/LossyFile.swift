import Evidence
import OpticalDisc

/// A track of which there is only a lossy recording, or none that is read: without a byte of the disc.
struct LossyFile: DiscFile {
  let name: String
  let size: UInt64

  func read(into buffer: UnsafeMutableRawBufferPointer, at offset: UInt64) -> Int { 0 }
}

/// How long an MP3 file plays (ISO 11172-3 and 13818-3, layer III).
enum MP3File {
  /// Most bytes before the first frame, behind an ID3 tag.
  private static let mostBefore = 64 << 10
  private static let bitrates = [
    [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320],
    [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160],
  ]

  private struct Frame {
    /// Of MPEG 2 and 2.5: half the samples.
    let isLow: Bool
    let rate: Int
    let bitrate: Int
    /// Bytes of header and side information.
    let sideEnd: Int
  }

  /// Sectors of a CD, the last one counted whole: from the number of frames that the file states, otherwise from its size.
  /// - Returns: `nil` where there is no frame.
  static func sectors(of file: any DiscFile) throws(EvidenceError) -> Int? {
    let start = try tagSize(file)
    let bytes = try file.bytes(at: start, count: mostBefore)
    for place in 0..<max(0, bytes.count - 200) where bytes[place] == 0xFF {
      guard let frame = frame(bytes[place..<place + 4]) else { continue }
      let samples = frame.isLow ? 576 : 1152
      let count: Double
      if let frames = statedFrames(bytes, place + frame.sideEnd) {
        count = Double(frames) * Double(samples)
      } else {
        let size = Double(file.size - start - UInt64(place))
        count = size * 8 / Double(frame.bitrate * 1000) * Double(frame.rate)
      }
      let sectors = (count * 75 / Double(frame.rate)).rounded(.up)
      return sectors >= 1 && sectors < 1e6 ? Int(sectors) : nil
    }
    return nil
  }

  /// Bytes of an ID3 tag at the beginning, whose size has 7 bits in each byte.
  private static func tagSize(_ file: any DiscFile) throws(EvidenceError) -> UInt64 {
    let head = try file.bytes(at: 0, count: 10)
    guard head.count == 10, head.starts(with: Array("ID3".utf8)) else { return 0 }
    let size = head[6..<10].reduce(UInt64(0)) { $0 << 7 | UInt64($1 & 0x7F) } + 10
    return size < file.size ? size : 0
  }

  private static func frame(_ header: ArraySlice<UInt8>) -> Frame? {
    let bytes = Array(header)
    guard bytes[0] == 0xFF, bytes[1] & 0xE6 == 0xE2, bytes[2] >> 4 != 15, bytes[2] >> 4 != 0,
      bytes[2] >> 2 & 3 != 3
    else { return nil }
    let version = bytes[1] >> 3 & 3
    guard version != 1 else { return nil }
    let isLow = version != 3
    let rate = [44100, 48000, 32000][Int(bytes[2] >> 2 & 3)] >> (version == 3 ? 0 : version == 2 ? 1 : 2)
    let isMono = bytes[3] >> 6 == 3
    return Frame(
      isLow: isLow, rate: rate, bitrate: bitrates[isLow ? 1 : 0][Int(bytes[2] >> 4)],
      sideEnd: 4 + (isLow ? isMono ? 9 : 17 : isMono ? 17 : 32))
  }

  /// Of the tag that encoders put in the first frame.
  private static func statedFrames(_ bytes: [UInt8], _ place: Int) -> UInt32? {
    guard bytes.count >= place + 12,
      ["Xing", "Info"].contains(String(decoding: bytes[place..<place + 4], as: UTF8.self)),
      bytes[place + 7] & 1 != 0
    else { return nil }
    return bytes.span.bytes.bigEndian(at: place + 8, as: UInt32.self)
  }
}
