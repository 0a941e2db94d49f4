import Evidence
import OpticalDisc

/// AIFF files with the samples of a CD.
enum AIFFFile {
  private static let chunkLimit = 1000
  /// 44,100 as an 80-bit number.
  private static let rate: [UInt8] = [0x40, 0x0E, 0xAC, 0x44, 0, 0, 0, 0, 0, 0]

  static func isOne(_ file: any DiscFile) throws(EvidenceError) -> Bool {
    try file.bytes(at: 0, count: 4) == Array("FORM".utf8)
  }

  /// Where the samples lie, and in which order of bytes.
  /// - Throws: `formatUnreadable` where it has other samples, `imageMalformed` where it has none.
  static func samples(
    of file: any DiscFile
  ) throws(EvidenceError) -> (range: Range<UInt64>, isBigEndian: Bool, remark: String?) {
    func unsupported(_ reason: String) -> EvidenceError {
      EvidenceError(.formatUnreadable, file.name, reason)
    }
    let start = try file.bytes(at: 0, count: 12)
    let kind = String(decoding: start.dropFirst(8), as: UTF8.self)
    guard ["AIFF", "AIFC"].contains(kind) else { throw unsupported("it is not an AIFF file") }
    var offset: UInt64 = 12
    var (stated, isBigEndian): (UInt64?, Bool) = (nil, true)
    var place: (start: UInt64, count: UInt64)?
    for _ in 0..<chunkLimit where stated == nil || place == nil {
      let head = try file.bytes(at: offset, count: 8 + 22)
      let span = head.span.bytes
      guard let size = span.bigEndian(at: 4, as: UInt32.self) else { break }
      switch String(decoding: head[..<4], as: UTF8.self) {
      case "COMM":
        guard head.count >= 26, span.bigEndian(at: 8, as: UInt16.self) == 2,
          span.bigEndian(at: 14, as: UInt16.self) == 16, Array(head[16..<26]) == rate
        else {
          throw unsupported("AIFF of other than 44,100 Hz, two channels, 16 bits; decode a copy to WAVE")
        }
        stated = UInt64(span.bigEndian(at: 10, as: UInt32.self) ?? 0) * 4
        if kind == "AIFC" {
          let packing = String(decoding: head.dropFirst(26), as: UTF8.self)
          guard ["NONE", "twos", "sowt"].contains(packing) else {
            throw unsupported("AIFF with compression; decode a copy to WAVE")
          }
          isBigEndian = packing != "sowt"
        }
      case "SSND":
        let skipped = UInt64(span.bigEndian(at: 8, as: UInt32.self) ?? 0) + 8
        guard UInt64(size) >= skipped else { break }
        place = (offset + 8 + skipped, UInt64(size) - skipped)
      default: break
      }
      offset += 8 + UInt64(size) + UInt64(size & 1)
    }
    guard let stated, let place, place.start <= file.size else {
      throw EvidenceError(.imageMalformed, file.name, "AIFF without samples, or without their form")
    }
    let room = min(place.count, file.size - place.start)
    let count = min(stated, room)
    let remark =
      stated == place.count && stated == count
      ? nil : "\(file.name): \(stated) bytes of samples are announced, \(room) are there"
    return (place.start..<place.start + count, isBigEndian, remark)
  }
}
