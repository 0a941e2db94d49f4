import Evidence

/// A PDF whose objects are found by classic tables (ISO 32000-1, 7.5.4), as WeasyPrint and our own updates write it.
struct PDFFile {
  let bytes: [UInt8]
  /// Of the newest update.
  let trailer: PDFDictionary
  /// Where the newest table begins.
  let table: Int
  /// Where objects lie, by number: the newest of each.
  private let places: [Int: Int]

  /// Most objects: a reader of the first PDF/A could not take more (ISO 19005-1, 6.1.12).
  private static let mostObjects = 8_388_607
  /// Most updates that are followed.
  private static let mostUpdates = 1000
  /// How deep a first page may lie.
  private static let deepestPage = 32

  init(_ bytes: [UInt8]) throws(PDFProblem) {
    guard bytes.starts(with: "%PDF-1.".utf8) else { throw PDFProblem("it does not begin as a PDF") }
    let table = try Self.lastTable(in: bytes)
    var places: [Int: Int] = [:]
    var newest: PDFDictionary?
    var next: Int? = table
    var updates = 0
    while let place = next {
      let trailer = try Self.read(bytes, table: place, into: &places)
      newest = newest ?? trailer
      next = trailer["Prev"]?.integer
      updates += 1
      // Each earlier table lies before the later one, which ends the way back.
      guard next.map({ (0..<place).contains($0) }) ?? true, updates <= Self.mostUpdates else {
        throw PDFProblem("its tables of objects do not follow each other")
      }
    }
    guard let newest else { throw PDFProblem("it has no trailer") }
    (self.bytes, self.trailer, self.table, self.places) = (bytes, newest, table, places)
    guard let size = trailer["Size"]?.integer, (1...Self.mostObjects).contains(size),
      (places.keys.max() ?? 0) < size
    else { throw PDFProblem("its number of objects is not stated") }
  }

  /// The number after the last `startxref`, which only the end of the file may follow.
  private static func lastTable(in bytes: [UInt8]) throws(PDFProblem) -> Int {
    let word = Array("startxref".utf8)
    let tail = max(0, bytes.count - 64)
    guard
      let place = (tail..<bytes.count).last(where: { bytes[$0...].starts(with: word) })
    else { throw PDFProblem("its end is missing") }
    var parser = PDFParser(bytes, at: place + word.count)
    guard let table = parser.takeNumber(), table < place else { throw PDFProblem("its end is damaged") }
    let end = String(decoding: bytes[parser.position...], as: UTF8.self).filter { !$0.isWhitespace }
    guard end == "%%EOF" else { throw PDFProblem("its end is missing") }
    return table
  }

  /// One table and its trailer; of objects that are known already, the newer stay.
  private static func read(
    _ bytes: [UInt8], table: Int, into places: inout [Int: Int]
  ) throws(PDFProblem) -> PDFDictionary {
    var parser = PDFParser(bytes, at: table)
    guard parser.take("xref") else { throw PDFProblem("it has no classic table of objects at byte \(table)") }
    var found: [Int: Int] = [:]
    while let first = parser.takeNumber() {
      guard let count = parser.takeNumber(), max(first, count) <= mostObjects else {
        throw PDFProblem("its table of objects is damaged")
      }
      for number in first..<first + count {
        guard let place = parser.takeNumber(), parser.takeNumber() != nil else {
          throw PDFProblem("its table of objects is damaged")
        }
        if parser.take("n") {
          found[number] = place
        } else if !parser.take("f") {
          throw PDFProblem("its table of objects is damaged")
        }
      }
    }
    places.merge(found) { newer, _ in newer }
    guard parser.take("trailer"), case .dictionary(let trailer) = try parser.object() else {
      throw PDFProblem("it has no trailer")
    }
    guard trailer["Encrypt"] == nil else { throw PDFProblem("it is encrypted") }
    guard trailer["XRefStm"] == nil else { throw PDFProblem("it has objects that no classic table locates") }
    return trailer
  }

  // MARK: Objects

  /// The object that is referred to, or the object itself.
  func resolve(_ object: PDFObject?) throws(PDFProblem) -> PDFObject? {
    guard case .reference(let number, let generation) = object else { return object }
    guard let place = places[number] else { throw PDFProblem("object \(number) is missing") }
    var parser = PDFParser(bytes, at: place)
    guard parser.takeNumber() == number, parser.takeNumber() == generation, parser.take("obj") else {
      throw PDFProblem("object \(number) is not where it should be")
    }
    return try parser.object()
  }

  func dictionary(_ object: PDFObject?, _ name: String) throws(PDFProblem) -> PDFDictionary {
    guard case .dictionary(let dictionary) = try resolve(object) else {
      throw PDFProblem("\(name) is missing")
    }
    return dictionary
  }

  /// Elements of an array that may be missing.
  func elements(_ object: PDFObject?, _ name: String) throws(PDFProblem) -> [PDFObject] {
    switch try resolve(object) {
    case nil: return []
    case .array(let elements): return elements
    default: throw PDFProblem("\(name) is damaged")
    }
  }

  /// Where its first page is.
  func firstPage(of catalog: PDFDictionary) throws(PDFProblem) -> PDFObject {
    var next = catalog["Pages"]
    for _ in 0..<Self.deepestPage {
      guard let place = next, case .reference = place else { break }
      let node = try dictionary(place, "a page")
      if node["Type"] == .plain("/Page") { return place }
      next = try elements(node["Kids"], "the tree of pages").first
    }
    throw PDFProblem("it has no pages")
  }
}
