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

  /// The markup with places to break long words (U+200B) in its texts.
  static func markup(_ html: String) -> String {
    var output = ""
    output.reserveCapacity(html.utf8.count + html.utf8.count / 16)
    var open: [Substring] = []
    var rest = Substring(html)
    while let start = rest.firstIndex(of: "<") {
      let text = rest[..<start]
      let isCode = open.contains(where: code.contains)
      let isKept = open.contains(where: untouched.contains) || isCode && text.count <= longestCode
      output += isKept ? String(text) : broken(text)
      guard let end = rest[start...].firstIndex(of: ">") else { return output + rest[start...] }
      let tag = rest[rest.index(after: start)..<end]
      output += rest[start...end]
      follow(tag, &open)
      rest = rest[rest.index(after: end)...]
    }
    return output + rest
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
