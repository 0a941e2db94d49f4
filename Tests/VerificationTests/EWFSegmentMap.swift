import EvidenceTestKit
import Foundation
import SystemPackage

/// Where the sections and chunks of one E01 segment lie, read plainly from a sound file; shares nothing with the
/// reader under test.
struct EWFSegmentMap {
  struct Section {
    let type: String
    let offset: Int
    let end: Int
  }

  /// Stored bytes of the chunks in this segment, in order.
  private(set) var chunks: [Range<Int>] = []
  private(set) var sections: [Section] = []
  let size: Int

  init(_ bytes: [UInt8]) throws {
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
        let base = number(offset + 76 + 8, 8)
        let count = number(offset + 76, 4)
        let starts = (0..<count).map { base + number(offset + 76 + 24 + 4 * $0, 4) & 0x7fff_ffff }
        chunks += zip(starts, starts.dropFirst() + [offset]).map { $0..<$1 }
      }
      if isLast { return }
      offset = next
    }
  }
}
