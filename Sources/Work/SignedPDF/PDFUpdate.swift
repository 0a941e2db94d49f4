import Digests
import Evidence

/// Objects to append to a PDF; its own bytes stay as they are (ISO 32000-1, 7.5.6).
struct PDFUpdate {
  private let file: PDFFile
  private var objects: [Int: (generation: Int, text: String)] = [:]
  private var next: Int

  init(of file: PDFFile) {
    self.file = file
    self.next = file.trailer["Size"]?.integer ?? 0
  }

  /// A number for a new object.
  mutating func newObject() -> PDFObject {
    defer { next += 1 }
    return .reference(number: next, generation: 0)
  }

  /// Writes an object, new or in place of the one that is there.
  /// - Parameter text: of characters that are bytes each (Latin-1).
  mutating func write(_ text: String, as place: PDFObject) {
    guard case .reference(let number, let generation) = place else { return }
    objects[number] = (generation, text)
  }

  /// The whole file. The same update of the same file gives the same bytes.
  func bytes() -> [UInt8] {
    var output = file.bytes
    if output.last != 10 { output.append(10) }
    var places: [(number: Int, generation: Int, place: Int)] = []
    for (number, object) in objects.sorted(by: { $0.key < $1.key }) {
      places.append((number, object.generation, output.count))
      output += Self.latin1("\(number) \(object.generation) obj\n\(object.text)\nendobj\n")
    }
    let table = output.count
    var trailer = file.trailer
    trailer["Size"] = .plain("\(next)")
    trailer["Prev"] = .plain("\(file.table)")
    trailer["ID"] = identifier(of: output)
    output += "xref\n".utf8
    for (number, generation, place) in places {
      output += "\(number) 1\n\(Self.padded(place, 10)) \(Self.padded(generation, 5)) n \n".utf8
    }
    output += Self.latin1("trailer\n\(trailer.text)\nstartxref\n\(table)\n%%EOF\n")
    return output
  }

  /// The first half names the document for ever, the second this state of it.
  private func identifier(of bytes: [UInt8]) -> PDFObject {
    let state = PDFObject.plain("<\(Digest.of(bytes, .sha256).hex.prefix(32))>")
    guard case .array(let halves) = file.trailer["ID"], let first = halves.first else {
      return .array([state, state])
    }
    return .array([first, state])
  }

  private static func padded(_ number: Int, _ width: Int) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(0, width - digits.count)) + digits
  }

  private static func latin1(_ text: String) -> [UInt8] {
    text.unicodeScalars.map { UInt8(truncatingIfNeeded: $0.value) }
  }
}
