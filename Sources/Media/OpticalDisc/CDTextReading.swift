extension CDText {
  /// Reads packs as they come from a disc or a `.cdt` file. Total: what cannot be read is left out and named.
  /// - Parameter bytes: packs of 18 bytes; a trailing part of one is left out.
  /// - Returns: the texts, and what is wrong with the packs.
  package static func read(packs bytes: [UInt8]) -> (text: CDText, remarks: [String]) {
    var remarks: [String] = []
    let tail = bytes.count % CDTextPack.size
    // Some files end with one NUL more.
    if tail > 1 || (tail == 1 && bytes.last != 0) {
      remarks.append("CD-TEXT: \(tail) bytes after the last pack")
    }
    var packs: [CDTextPack] = []
    var wrong = 0
    for start in stride(from: 0, to: bytes.count - tail, by: CDTextPack.size) {
      if let pack = CDTextPack(Array(bytes[start..<start + CDTextPack.size])) {
        packs.append(pack)
      } else {
        wrong += 1
      }
    }
    if wrong > 0 { remarks.append("CD-TEXT: \(wrong) packs with a wrong CRC are left out") }
    var text = CDText()
    let sizes = packs.filter { $0.type == CDTextPack.sizeType }
    for number in Set(packs.map(\.block)).sorted() {
      var reading = BlockReading(number: number, sizes: sizes.filter { $0.block == number })
      let block = reading.read(packs.filter { $0.block == number && $0.type != CDTextPack.sizeType })
      text.blocks[Int(number)] = block
      remarks += reading.remarks
    }
    return (text, remarks)
  }
}

/// Reads the packs of one block.
private struct BlockReading {
  let number: UInt8
  var remarks: [String] = []
  private let size: [UInt8]?
  private var block = CDText.Block(language: nil)

  init(number: UInt8, sizes: [CDTextPack]) {
    self.number = number
    let parts = sizes.sorted { $0.track < $1.track }
    self.size = parts.map(\.track) == [0, 1, 2] ? parts.flatMap(\.payload) : nil
  }

  mutating func read(_ packs: [CDTextPack]) -> CDText.Block {
    let areDouble = packs.contains { $0.hasDoubleBytes }
    if let size {
      if let set = CDText.CharacterSet(rawValue: size[0]) {
        block.characterSet = set
      } else {
        remark("unknown character set \(size[0]), taken for ISO-8859-1")
      }
      // Counts of packs, last sequence numbers of all blocks, languages of all blocks.
      block.language = size[28 + Int(number)]
      for (index, count) in size[4..<19].enumerated() {
        let found = packs.count { $0.type == 0x80 + UInt8(index) }
        if found != Int(count) {
          remark("\(found) packs of type \(hex(0x80 + UInt8(index))), \(count) announced")
        }
      }
    } else {
      block.characterSet = areDouble ? .japanese : .latin1
      remark("no size packs; taken for \(block.characterSet.coding.rawValue)")
    }
    if areDouble, !block.characterSet.hasDoubleBytes {
      remark("marked as double-byte, but its character set has single bytes")
    }
    for type in Set(packs.map(\.type)).sorted() {
      let run = packs.filter { $0.type == type }.sorted { $0.sequence < $1.sequence }
      if let kind = CDText.Kind(rawValue: type) {
        readTexts(kind, run)
      } else {
        block.binary[type] = run.flatMap(\.payload)
      }
    }
    return block
  }

  /// Texts run through packs that follow each other; after a missing pack a new run begins.
  private mutating func readTexts(_ kind: CDText.Kind, _ packs: [CDTextPack]) {
    var rest = packs[...]
    while let first = rest.first {
      var end = rest.startIndex + 1
      while end < rest.endIndex, rest[end].sequence == rest[end - 1].sequence &+ 1 { end += 1 }
      readRun(kind, first, rest[..<end].flatMap(\.payload))
      rest = rest[end...]
    }
  }

  private mutating func readRun(_ kind: CDText.Kind, _ first: CDTextPack, _ payload: [UInt8]) {
    var bytes = payload
    if kind == .genre, first.position == 0, bytes.count >= 2 {
      block.genreCode = UInt16(bytes[0]) << 8 | UInt16(bytes[1])
      bytes.removeFirst(2)
    }
    // No character of these sets contains a zero byte; of double bytes, the end of a text is two of them.
    let endWidth = block.characterSet.hasDoubleBytes && first.hasDoubleBytes ? 2 : 1
    var track = Int(first.track)
    var text: [UInt8] = []
    var isWhole = first.position == 0
    if !isWhole { remark("the beginning of the \(kind.title) of track \(track) is missing") }
    var index = 0
    while index < bytes.count {
      guard bytes[index] == 0 else {
        text.append(bytes[index])
        index += 1
        continue
      }
      if isWhole { put(text, kind, track) }
      isWhole = true
      text = []
      track += 1
      index += endWidth
    }
    if !text.isEmpty { remark("the end of the \(kind.title) of track \(track) is missing") }
  }

  private mutating func put(_ bytes: [UInt8], _ kind: CDText.Kind, _ track: Int) {
    guard !bytes.isEmpty, track <= 99 else { return }
    // A lone tab says: as the track before.
    if bytes.allSatisfy({ $0 == 9 }), bytes.count <= 2 {
      block[kind, track] = block[kind, track - 1]
      return
    }
    if let text = block.characterSet.coding.decode(bytes) {
      block[kind, track] = text
    } else {
      block[kind, track] = TextCoding.latin1.decode(bytes)
      remark("the \(kind.title) of track \(track) is not \(block.characterSet.coding.rawValue)")
    }
  }

  private mutating func remark(_ text: String) { remarks.append("CD-TEXT block \(number): \(text)") }

  private func hex(_ byte: UInt8) -> String { String(byte, radix: 16, uppercase: true) + "h" }
}
