import Evidence

/// A B-tree of HFS or HFS+ in memory: its leaves, by the chain that joins them.
struct HFSBTree {
  private let bytes: [UInt8]
  private let nodeSize: Int
  private let firstLeaf: UInt32
  /// Keys are as long as two bytes say (HFS+), or one (HFS).
  private let hasLongKeys: Bool

  /// - Returns: `nil` where the header is none.
  init?(_ bytes: [UInt8], hasLongKeys: Bool) {
    let span = bytes.span.bytes
    guard bytes.count >= 512, bytes[8] == 1, let size = span.bigEndian(at: 32, as: UInt16.self),
      let first = span.bigEndian(at: 24, as: UInt32.self), size >= 512, Int(size) <= 1 << 15
    else { return nil }
    self.bytes = bytes
    self.nodeSize = Int(size)
    self.firstLeaf = first
    self.hasLongKeys = hasLongKeys
  }

  /// Calls for each record with its key (behind its length) and its data.
  /// - Returns: whether the chain came to its end.
  func forEach(_ body: (_ key: ArraySlice<UInt8>, _ data: ArraySlice<UInt8>) -> Void) -> Bool {
    var node = firstLeaf
    var left = bytes.count / nodeSize
    while node != 0 {
      let start = Int(node) * nodeSize
      guard left > 0, start + nodeSize <= bytes.count, bytes[start + 8] == 0xFF else { return false }
      left -= 1
      records(at: start, body)
      node = bytes.span.bytes.bigEndian(at: start, as: UInt32.self) ?? 0
    }
    return true
  }

  /// Their places stand at the end of the node, last first.
  private func records(at start: Int, _ body: (ArraySlice<UInt8>, ArraySlice<UInt8>) -> Void) {
    let span = bytes.span.bytes
    let count = Int(span.bigEndian(at: start + 10, as: UInt16.self) ?? 0)
    func place(_ number: Int) -> Int {
      Int(span.bigEndian(at: start + nodeSize - 2 * (number + 1), as: UInt16.self) ?? 0)
    }
    guard count <= nodeSize / 4 else { return }
    for number in 0..<count {
      let (begin, end) = (place(number), place(number + 1))
      guard begin >= 14, begin < end, end <= nodeSize - 2 * (count + 1) else { continue }
      let record = bytes[start + begin..<start + end]
      let head = hasLongKeys ? 2 : 1
      guard record.count > head else { continue }
      let at = record.startIndex
      let length = hasLongKeys ? Int(record[at]) << 8 | Int(record[at + 1]) : Int(record[at])
      // Data begins at an even place.
      let dataAt = (head + length + 1) / 2 * 2
      guard length > 0, dataAt <= record.count else { continue }
      body(record[at + head..<at + head + length], record[(at + dataAt)...])
    }
  }
}
