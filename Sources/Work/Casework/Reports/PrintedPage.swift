/// A page as it is printed: what takes a renderer time without end is laid out so that it does not.
enum PrintedPage {
  /// Characters without a space that a column still has to hold.
  private static let longestWord = 60
  /// Characters between two places at which a longer one may be broken.
  private static let piece = 20
  /// Elements whose text is not touched: style, drawings.
  private static let untouched: Set<Substring> = ["style", "svg", "title"]
  /// Hash values and commands are broken anywhere by the style sheet, which is quick as long as they are short.
  private static let code: Set<Substring> = ["code", "pre"]
  private static let longestCode = 400
  /// Marks above and below one letter that are printed.
  private static let mostMarks = 8

  /// What a page may cost its renderer, in Unicode scalars of all texts together: what is past that is cut, and is whole
  /// in the report's other formats and in the case.
  struct Budget {
    /// Of any kind; some 500 pages.
    var all = 1_500_000
    /// Of scripts that few fonts have, which are looked for letter by letter.
    var rare = 100_000
    /// Line ends inside of texts.
    var lines = 50_000
  }

  /// The markup with places to break long words (U+200B) in its texts, of which none costs the renderer more than there
  /// is left for it.
  /// - Parameter note: says that a text was cut, given the number of its characters.
  static func markup(
    _ html: String, budget given: Budget = Budget(), note: (Int) -> String = { "cut here: \($0) characters" }
  ) -> String {
    var budget = given
    var output = ""
    output.reserveCapacity(html.utf8.count + html.utf8.count / 16)
    var open: [Substring] = []
    var rest = Substring(html)
    while let start = rest.firstIndex(of: "<") {
      let text = rest[..<start]
      let isCode = open.contains(where: code.contains)
      let isKept = open.contains(where: untouched.contains) || isCode && text.count <= longestCode
      let isUntouched = open.contains(where: untouched.contains)
      let printed = isUntouched ? text : Substring(bounded(text, &budget, note))
      output += isKept ? String(printed) : broken(printed)
      guard let end = rest[start...].firstIndex(of: ">") else { return output + rest[start...] }
      let tag = rest[rest.index(after: start)..<end]
      output += rest[start...end]
      follow(tag, &open)
      rest = rest[rest.index(after: end)...]
    }
    return output + rest
  }

  /// The text as far as the page has room for it. What is written `&amp;` is not torn.
  private static func bounded(_ text: Substring, _ budget: inout Budget, _ note: (Int) -> String) -> String {
    var output = String.UnicodeScalarView()
    var marks = 0
    var isReference = false
    for scalar in text.unicodeScalars {
      if scalar == "&" { isReference = true }
      let isMark = scalar.value >= 0x300 && scalar.properties.canonicalCombiningClass != .notReordered
      marks = isMark ? marks + 1 : 0
      guard marks <= mostMarks else { continue }
      budget.all -= 1
      if scalar == "\n" { budget.lines -= 1 }
      if scalar.value >= 0x530, !(0x2000..<0x2070).contains(scalar.value) { budget.rare -= 1 }
      if !isReference, budget.all < 0 || budget.rare < 0 || budget.lines < 0 {
        // What is left is for the texts of the report itself, which are short.
        guard text.unicodeScalars.count > longestWord else {
          output.append(scalar)
          continue
        }
        return String(output) + " [\(note(text.unicodeScalars.count))]"
      }
      if scalar == ";" { isReference = false }
      output.append(scalar)
    }
    return String(output)
  }

  private static func follow(_ tag: Substring, _ open: inout [Substring]) {
    let isEnd = tag.hasPrefix("/")
    let name = (isEnd ? tag.dropFirst() : tag).prefix { $0.isLetter || $0.isNumber }
    guard untouched.contains(name) || code.contains(name), !tag.hasSuffix("/") else { return }
    if !isEnd { open.append(name) } else if let last = open.lastIndex(of: name) { open.remove(at: last) }
  }

  private static func broken(_ text: Substring) -> String {
    var output = ""
    for word in text.split(separator: " ", omittingEmptySubsequences: false) {
      if !output.isEmpty || word.startIndex != text.startIndex { output += " " }
      output += word.count > longestWord ? pieces(word) : String(word)
    }
    return output
  }

  /// A character that is written `&amp;` is not torn.
  private static func pieces(_ word: Substring) -> String {
    var output = ""
    var length = 0
    var isReference = false
    for character in word {
      output.append(character)
      if character == "&" { isReference = true }
      if character == ";" { isReference = false }
      length += 1
      if length >= piece, !isReference {
        output += "\u{200B}"
        length = 0
      }
    }
    return output
  }
}
