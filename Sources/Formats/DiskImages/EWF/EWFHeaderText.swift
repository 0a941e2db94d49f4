import Evidence
import FormatKit

/// The case data in `header` (8 bits a character) and `header2` (UTF-16), both as zlib streams.
///
/// Lines: number of categories, `main`, tab-separated keys, tab-separated values, and more that is not used.
struct EWFHeaderText {
  private(set) var values: [String: String] = [:]
  /// Every key, also those without a value.
  private(set) var keys: Set<String> = []
  /// The number in the first line: categories, 1 up to EnCase 4 and 3 from EnCase 5 on.
  let categoryCount: String
  /// Whether lines end in CR LF, as EnCase writes them, rather than in LF.
  let hasCarriageReturns: Bool

  /// Reads decompressed bytes; `nil` where they do not hold such lines.
  init?(_ plain: [UInt8]) {
    guard let text = Self.text(plain) else { return nil }
    self.hasCarriageReturns = plain.contains(0x0d)
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    guard let main = lines.firstIndex(where: { $0 == "main" }), main + 2 < lines.count else { return nil }
    let keys = lines[main + 1].split(separator: "\t", omittingEmptySubsequences: false)
    let fields = lines[main + 2].split(separator: "\t", omittingEmptySubsequences: false)
    self.categoryCount = main > 0 ? String(lines[main - 1]) : ""
    self.keys = Set(keys.map(String.init))
    for (key, value) in zip(keys, fields) where !value.isEmpty { values[String(key)] = String(value) }
  }

  /// Unicode by byte order mark, otherwise UTF-8 where it is valid, otherwise Latin-1, which reads every byte.
  private static func text(_ bytes: [UInt8]) -> String? {
    let decoded: String
    if bytes.count >= 2, (bytes[0], bytes[1]) == (0xff, 0xfe) || (bytes[0], bytes[1]) == (0xfe, 0xff) {
      let isLittle = bytes[0] == 0xff
      let units = stride(from: 2, to: bytes.count - 1, by: 2).map { index in
        UInt16(bytes[index + (isLittle ? 1 : 0)]) << 8 | UInt16(bytes[index + (isLittle ? 0 : 1)])
      }
      decoded = String(decoding: units, as: UTF16.self)
    } else {
      decoded =
        String(validating: bytes, as: UTF8.self)
        ?? String(String.UnicodeScalarView(bytes.map { Unicode.Scalar($0) }))
    }
    var scalars = String.UnicodeScalarView()
    // A line may end in CR LF, which is one character to Swift.
    scalars.append(contentsOf: decoded.unicodeScalars.filter { $0 != "\0" && $0 != "\r" })
    return scalars.isEmpty ? nil : String(scalars)
  }

  /// Digests in the XML of an `xhash` section: `<md5>…</md5>`, `<sha1>…</sha1>`, in any case of letters.
  static func digests(inXML plain: [UInt8]) -> [Digest] {
    guard let text = text(plain)?.lowercased() else { return [] }
    return DigestAlgorithm.allCases.compactMap { algorithm in
      let tag = "<\(algorithm.rawValue)>"
      guard let start = text.ranges(of: tag).first?.upperBound else { return nil }
      return Digest(algorithm, hex: String(text[start...].prefix { $0 != "<" }))
    }
  }

  /// Fills what `description` does not say yet.
  func complete(_ description: inout ImageDescription) {
    func fill(_ field: WritableKeyPath<ImageDescription, String?>, _ key: String) {
      if description[keyPath: field] == nil { description[keyPath: field] = values[key] }
    }
    fill(\.caseNumber, "c")
    fill(\.evidenceNumber, "n")
    fill(\.examiner, "e")
    fill(\.description, "a")
    fill(\.notes, "t")
    fill(\.model, "md")
    fill(\.serialNumber, "sn")
    fill(\.software, "av")
    fill(\.acquisitionDate, "m")
  }
}
