import Evidence
import OpticalDisc

/// The header of 128 bytes in which files came from a Mac.
enum MacBinary {
  private static let headerSize: UInt64 = 128

  /// The data in such a file; `nil` where there is no such header.
  static func dataFork(of file: any DiscFile) throws(EvidenceError) -> DiscFilePart? {
    let head = try file.bytes(at: 0, count: Int(headerSize))
    guard head.count == Int(headerSize), head[0] == 0, (1...63).contains(head[1]), head[74] == 0,
      head[82] == 0,
      let size = head.span.bytes.bigEndian(at: 83, as: UInt32.self), size > 0,
      UInt64(size) <= file.size - headerSize
    else { return nil }
    return DiscFilePart(file, range: headerSize..<headerSize + UInt64(size))
  }
}
