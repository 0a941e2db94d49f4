import Evidence

/// An object of a PDF as far as an update needs it: dictionaries and arrays are taken apart, everything else stays as
/// it is written (ISO 32000-1, 7.3).
indirect enum PDFObject: Hashable {
  case dictionary(PDFDictionary)
  case array([PDFObject])
  case reference(number: Int, generation: Int)
  /// A number, name, string, boolean or null, as it stands in the file.
  case plain(String)

  /// As it is written; the characters are bytes (Latin-1).
  var text: String {
    switch self {
    case .dictionary(let dictionary): dictionary.text
    case .array(let elements): "[ \(elements.map(\.text).joined(separator: " ")) ]"
    case .reference(let number, let generation): "\(number) \(generation) R"
    case .plain(let text): text
    }
  }

  var integer: Int? {
    guard case .plain(let text) = self else { return nil }
    return Int(text)
  }

  /// A text for people, as a hexadecimal string in UTF-16.
  static func text(_ text: String) -> PDFObject {
    let units = [0xfeff] + Array(text.utf16)
    let bytes = units.flatMap { [UInt8(truncatingIfNeeded: $0 >> 8), UInt8(truncatingIfNeeded: $0)] }
    return .plain("<\(Hex.encode(bytes))>")
  }
}

/// A dictionary of a PDF, in the order in which it is written. Keys have no slash.
struct PDFDictionary: Hashable {
  private(set) var entries: [Entry] = []

  struct Entry: Hashable {
    let key: String
    var value: PDFObject
  }

  init(_ entries: [(String, PDFObject)] = []) {
    for (key, value) in entries { self[key] = value }
  }

  subscript(_ key: String) -> PDFObject? {
    get { entries.first { $0.key == key }?.value }
    set {
      let place = entries.firstIndex { $0.key == key }
      switch (place, newValue) {
      case (let place?, let value?): entries[place].value = value
      case (let place?, nil): entries.remove(at: place)
      case (nil, let value?): entries.append(Entry(key: key, value: value))
      case (nil, nil): break
      }
    }
  }

  var text: String { "<<\n" + entries.map { "/\($0.key) \($0.value.text)\n" }.joined() + ">>" }
}

/// Why a file is not a PDF that can be signed inside.
struct PDFProblem: Error, Hashable {
  let reason: String

  init(_ reason: String) { self.reason = reason }
}
