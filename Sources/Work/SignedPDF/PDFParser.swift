/// Reads objects of a PDF from a place on (ISO 32000-1, 7.2 and 7.3).
struct PDFParser {
  private let bytes: [UInt8]
  private(set) var position: Int

  /// Deepest nesting of dictionaries and arrays.
  private static let deepest = 32
  private static let spaces = Set([0, 9, 10, 12, 13, 32] as [UInt8])
  private static let delimiters = Set("()<>[]{}/%".utf8)

  init(_ bytes: [UInt8], at position: Int) {
    self.bytes = bytes
    self.position = position
  }

  private var byte: UInt8? { bytes.indices.contains(position) ? bytes[position] : nil }

  /// Goes on behind white space and comments.
  mutating func skipSpace() {
    while let next = byte {
      if next == UInt8(ascii: "%") {
        while let next = byte, next != 10, next != 13 { position += 1 }
      } else if Self.spaces.contains(next) {
        position += 1
      } else {
        return
      }
    }
  }

  /// Goes on behind these characters, where they stand next.
  mutating func take(_ text: String) -> Bool {
    skipSpace()
    guard bytes[min(position, bytes.count)...].starts(with: text.utf8) else { return false }
    position += text.utf8.count
    return true
  }

  /// A number without sign.
  mutating func takeNumber() -> Int? {
    skipSpace()
    let start = position
    while let next = byte, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(next) { position += 1 }
    guard start < position, let number = Int(text(from: start)) else {
      position = start
      return nil
    }
    return number
  }

  mutating func object(depth: Int = 0) throws(PDFProblem) -> PDFObject {
    guard depth < Self.deepest else { throw PDFProblem("its objects are nested too deeply") }
    skipSpace()
    let start = position
    if take("<<") { return .dictionary(try dictionary(depth: depth)) }
    if take("[") { return .array(try array(depth: depth)) }
    if take("<") { return .plain(try hexadecimal(from: start)) }
    if take("(") { return .plain(try string(from: start)) }
    if let reference = takeReference() { return reference }
    if byte == UInt8(ascii: "/") { position += 1 }
    skipWord()
    guard start < position else { throw PDFProblem("no object at byte \(start)") }
    return .plain(text(from: start))
  }

  /// `12 0 R`
  private mutating func takeReference() -> PDFObject? {
    let start = position
    if let number = takeNumber(), let generation = takeNumber(), take("R"),
      byte.map({ Self.spaces.contains($0) || Self.delimiters.contains($0) }) ?? true
    {
      return .reference(number: number, generation: generation)
    }
    position = start
    return nil
  }

  private mutating func dictionary(depth: Int) throws(PDFProblem) -> PDFDictionary {
    var dictionary = PDFDictionary()
    while !take(">>") {
      guard byte == UInt8(ascii: "/") else { throw PDFProblem("no key at byte \(position)") }
      position += 1
      let start = position
      skipWord()
      let key = text(from: start)
      guard !key.isEmpty, dictionary[key] == nil else {
        throw PDFProblem("a key that is empty or stands twice at byte \(start)")
      }
      dictionary[key] = try object(depth: depth + 1)
    }
    return dictionary
  }

  private mutating func array(depth: Int) throws(PDFProblem) -> [PDFObject] {
    var elements: [PDFObject] = []
    while !take("]") { elements.append(try object(depth: depth + 1)) }
    return elements
  }

  private mutating func hexadecimal(from start: Int) throws(PDFProblem) -> String {
    while let next = byte {
      position += 1
      if next == UInt8(ascii: ">") { return text(from: start) }
    }
    throw PDFProblem("a string without an end at byte \(start)")
  }

  private mutating func string(from start: Int) throws(PDFProblem) -> String {
    var open = 1
    while let next = byte {
      position += 1
      switch next {
      case UInt8(ascii: "\\"): position += 1
      case UInt8(ascii: "("): open += 1
      case UInt8(ascii: ")"): open -= 1
      default: break
      }
      if open == 0 { return text(from: start) }
    }
    throw PDFProblem("a string without an end at byte \(start)")
  }

  private mutating func skipWord() {
    while let next = byte, !Self.spaces.contains(next), !Self.delimiters.contains(next) { position += 1 }
  }

  /// Latin-1, so that every byte is one character.
  private func text(from start: Int) -> String {
    var text = ""
    for byte in bytes[start..<min(position, bytes.count)] { text.unicodeScalars.append(Unicode.Scalar(byte)) }
    return text
  }
}
