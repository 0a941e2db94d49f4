/// Where the sections and chunks of one E01 segment lie, read plainly from a sound file; shares nothing with the
/// reader that is judged with it.
package struct EWFSegmentMap {
  package struct Section {
    package let type: String
    /// First byte of the descriptor.
    package let offset: Int
    /// Byte after the payload.
    package let end: Int
  }

  /// Bytes of a section's descriptor.
  package static let descriptorSize = 76

  /// Stored bytes of the chunks in this segment, in order.
  package private(set) var chunks: [Range<Int>] = []
  package private(set) var sections: [Section] = []
  package let size: Int

  /// - Precondition: `bytes` is a sound segment.
  package init(_ bytes: [UInt8]) {
    func number(_ offset: Int, _ width: Int) -> Int {
      (0..<width).reduce(0) { $0 | Int(bytes[offset + $1]) << (8 * $1) }
    }
    size = bytes.count
    var offset = 13
    while true {
      let type = String(decoding: bytes[offset..<offset + 16].prefix { $0 != 0 }, as: UTF8.self)
      let next = number(offset + 16, 8)
      let isLast = type == "next" || type == "done"
      sections.append(Section(type: type, offset: offset, end: isLast ? bytes.count : next))
      if type == "table" {
        let table = offset + Self.descriptorSize
        let base = number(table + 8, 8)
        let count = number(table, 4)
        let starts = (0..<count).map { base + number(table + 24 + 4 * $0, 4) & 0x7fff_ffff }
        chunks += zip(starts, starts.dropFirst() + [offset]).map { $0..<$1 }
      }
      if isLast { return }
      offset = next
    }
  }
}
