/// What an image holds in place of a sector that was not read.
package enum FillPattern: Hashable, Sendable, CustomStringConvertible {
  /// Every byte is this one.
  case byte(UInt8)
  /// The sector's own address on the medium, as text.
  case address

  package static let zero = FillPattern.byte(0)

  /// As it is stored and typed: `zero`, `text`, or a byte as two hexadecimal digits.
  package init?(_ text: String) {
    switch text {
    case "zero": self = .zero
    case "text": self = .address
    default:
      guard text.utf8.count == 2, text != "00", text == text.lowercased(),
        text.utf8.allSatisfy({ $0 != UInt8(ascii: "+") }), let byte = UInt8(text, radix: 16)
      else { return nil }
      self = .byte(byte)
    }
  }

  package var description: String {
    switch self {
    case .byte(0): "zero"
    case .byte(let byte): (byte < 16 ? "0" : "") + String(byte, radix: 16)
    case .address: "text"
    }
  }

  /// In words, for a report.
  package var sentence: String {
    switch self {
    case .byte(0): "zero bytes"
    case .byte(let byte): "bytes of 0x\((byte < 16 ? "0" : "") + String(byte, radix: 16))"
    case .address: "text that states the sector's address"
    }
  }

  /// Fills the place of one sector.
  /// - Parameter sector: its address on the medium.
  package func fill(_ target: UnsafeMutableRawBufferPointer, sector: UInt64) {
    switch self {
    case .byte(let byte): target.initializeMemory(as: UInt8.self, repeating: byte)
    case .address:
      let text = Array("unreadable sector \(sector)\n".utf8)
      for index in target.indices { target[index] = text[index % text.count] }
    }
  }
}

/// How a medium is read, and what is done where it refuses.
package struct ReadingPolicy: Hashable, Sendable {
  /// Retries for each unreadable sector.
  package var retries: UInt32 = 0
  /// Seconds after which a read that has not come back counts as refused; as long as the kernel takes where `nil`.
  package var timeLimit: UInt32?
  /// Unreadable sectors with which the acquisition stops as incomplete; any number is accepted where `nil`.
  package var errorLimit: UInt64?
  /// From the end of the medium to its beginning.
  package var isReverse = false
  /// Leave a dead zone out, go on behind it, and return to it at the end.
  package var skipsAhead = false

  package init() {}

  /// Images are written from beginning to end: another order needs a place to put sectors meanwhile.
  package var needsStaging: Bool { isReverse || skipsAhead }
}
