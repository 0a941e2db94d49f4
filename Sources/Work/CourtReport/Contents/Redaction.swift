import CanonicalJSON
import Evidence

/// What is taken out of a report, everywhere it occurs, with a mark in its place.
///
/// Works on the texts of the report and not on single fields: a name in a remark is found as well as the one in its
/// own column.
package struct Redaction: Hashable, Sendable {
  package enum Kind: String, Hashable, Sendable, CaseIterable {
    /// Names and numbers of the people of the case, and account names.
    case people
    /// Paths of sources and folders, command lines, names of machines.
    case paths
    /// Texts that whoever makes the report names: parties, addresses.
    case texts
  }

  /// A text that must not be shown.
  fileprivate struct Secret: Hashable, Sendable {
    /// Folded. Of a name the letters and digits alone.
    let scalars: [Unicode.Scalar]
    let mark: String
    /// Only its beginning is compared, and everything behind it is removed.
    let isCut: Bool
    /// Other marks may stand between its letters: a name in another spelling.
    let isName: Bool
    /// A whole name, long enough to be looked for inside of words.
    let standsAnywhere: Bool
  }

  /// Most characters of a secret that are compared.
  private static let longestSecret = 2000
  /// Shortest surname that is removed where it stands alone.
  private static let shortestAlone = 4
  /// Shortest name of several words that is removed inside of a word.
  private static let shortestAnywhere = 8

  package static let none = Redaction(kinds: [], people: [], paths: [])

  package let kinds: Set<Kind>
  /// How many different texts are removed, by kind.
  package let counts: [Kind: Int]
  /// By their first letter, the longest first, so that a name goes before a part of it.
  private let secrets: [Unicode.Scalar: [Secret]]

  /// - Parameters:
  ///   - kinds: what to remove; of the other kinds nothing is.
  ///   - people: names, with the people in their order in the case.
  ///   - paths: paths, command lines, hosts.
  ///   - texts: what else is removed, in other spellings and orders of its words too.
  package init(kinds: Set<Kind>, people: [String], paths: [String], texts: [String] = []) {
    self.kinds = kinds
    var secrets: [Secret] = []
    var counts: [Kind: Int] = [:]
    for (kind, texts, word) in [
      (Kind.people, people, "person"), (.paths, paths, "path"), (.texts, texts, "text"),
    ] where kinds.contains(kind) {
      var seen: Set<String> = []
      for text in texts where text.contains(where: { !$0.isWhitespace }) && seen.insert(text).inserted {
        secrets += Self.secrets(
          text, mark: "[\(word) \(seen.count) removed]", isName: kind != .paths, isPerson: kind == .people)
      }
      counts[kind] = seen.count
    }
    self.secrets = Dictionary(
      grouping: secrets.sorted { $0.scalars.count > $1.scalars.count }.filter { !$0.scalars.isEmpty },
      by: { $0.scalars[0] })
    self.counts = counts
  }

  package var removesNothing: Bool { secrets.isEmpty }

  /// A text in the spellings in which it is looked for.
  private static func secrets(_ text: String, mark: String, isName: Bool, isPerson: Bool) -> [Secret] {
    let head = Array(text.unicodeScalars.prefix(longestSecret + 1))
    let isCut = head.count > longestSecret
    let folded = FoldedText(Array(head.prefix(longestSecret))).units.map(\.scalar)
    let letters = folded.filter(FoldedText.isLetterOrDigit)
    guard isName, !isCut, !letters.isEmpty else {
      return [Secret(scalars: folded, mark: mark, isCut: isCut, isName: false, standsAnywhere: false)]
    }
    let words = text.split { !$0.unicodeScalars.contains(where: FoldedText.isLetterOrDigit) }.map(String.init)
    var orders = [words]
    if let first = words.first, let last = words.last, words.count > 1 {
      orders += [[last] + words.dropLast(), [first, last], [last, first]]
    }
    var spellings = Set(
      orders.flatMap { words in umlauts(words.joined()).map { (spelling) in [spelling, "\(words.count)"] } })
    // A surname stands alone; the last word of an address is anybody's.
    if isPerson, words.count > 1, let last = words.last, last.count >= shortestAlone,
      last.allSatisfy(\.isLetter),
      !vocabulary.contains(FoldedText.letters(of: last))
    {
      for spelling in umlauts(last) { spellings.insert([spelling, "1"]) }
    }
    return spellings.map { spelling in
      let letters = FoldedText.letters(of: spelling[0])
      return Secret(
        scalars: letters, mark: mark, isCut: false, isName: true,
        standsAnywhere: spelling[1] != "1" && letters.count >= shortestAnywhere)
    }
  }

  /// The name as it is, and with umlauts written out or drawn together.
  private static func umlauts(_ name: String) -> Set<String> {
    let plain = String(String.UnicodeScalarView(FoldedText.letters(of: name)))
    func replaced(_ text: String, _ pairs: [(Character, String)]) -> String {
      text.lowercased().map { letter in pairs.first { $0.0 == letter }?.1 ?? String(letter) }.joined()
    }
    let written = replaced(name, [("\u{e4}", "ae"), ("\u{f6}", "oe"), ("\u{fc}", "ue")])
    var drawn = ""
    for letter in plain where !(letter == "e" && "aou".contains(drawn.last ?? " ")) { drawn.append(letter) }
    return [plain, written, drawn.count >= shortestAlone ? drawn : plain]
  }

  /// Words of the report itself, which stay where they stand without the rest of a name.
  private static let vocabulary: Set<[Unicode.Scalar]> = Set(
    Phrase.translations.values.flatMap { [$0.english, $0.german] }.flatMap { text in
      text.split { !$0.isLetter }.map { FoldedText.letters(of: String($0)) }
    })

  /// The text with marks where secrets stood.
  package func apply(to text: String) -> String {
    guard !removesNothing else { return text }
    let scalars = Array(text.unicodeScalars)
    let units = FoldedText(scalars).units
    var output = String.UnicodeScalarView()
    var (index, next) = (0, 0)
    while index < units.count {
      let found = secrets[units[index].scalar]?.lazy.compactMap { secret in
        secret.end(at: index, in: units, scalars).map { (secret, $0) }
      }.first
      guard let (secret, end) = found else {
        index += 1
        continue
      }
      output.append(contentsOf: scalars[next..<max(next, units[index].source)])
      output.append(contentsOf: secret.mark.unicodeScalars)
      guard !secret.isCut else { return String(output) }
      index = end
      next = units[end - 1].source + 1
      // Accents that stand behind the last letter.
      while next < scalars.count, FoldedText.isSilent(scalars[next]) { next += 1 }
    }
    output.append(contentsOf: scalars[next...])
    return String(output)
  }

  /// As `apply(to:)`, of the texts in markup of the program's own.
  package func apply(toMarkup markup: String) -> String {
    guard !removesNothing else { return markup }
    var output = ""
    var rest = Substring(markup)
    // Texts stand between tags and in quotation marks.
    while let end = rest.firstIndex(where: { "<>\"".contains($0) }) {
      output += changed(rest[..<end])
      output.append(rest[end])
      rest = rest[rest.index(after: end)...]
    }
    return output + changed(rest)
  }

  private func changed(_ escaped: Substring) -> String {
    let marks = [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&amp;", "&")]
    var plain = String(escaped)
    for (mark, character) in marks {
      plain = plain.split(separator: mark, omittingEmptySubsequences: false).joined(separator: character)
    }
    let shown = apply(to: plain)
    return shown == plain ? String(escaped) : Markup.escape(shown)
  }

  /// Every text of a JSON value, keys left as they are.
  package func apply(to json: JSONValue) -> JSONValue {
    switch json {
    case .string(let text): .string(apply(to: text))
    case .array(let values): .array(values.map { apply(to: $0) })
    case .object(let object): .object(object.mapValues { apply(to: $0) })
    default: json
    }
  }
}

extension Redaction.Secret {
  /// Most marks between two letters of a name, white space not counted.
  private static let widestGap = 3

  /// The end of the secret that begins at a unit.
  ///
  /// As a word of its own: a name does not stand inside of a digest or a longer word.
  fileprivate func end(
    at index: Int, in units: [FoldedText.Unit], _ text: [Unicode.Scalar]
  ) -> Int? {
    var place = index
    var gap = 0
    var matched = 0
    while matched < scalars.count {
      guard place < units.count else { return nil }
      if units[place].scalar == scalars[matched] {
        (matched, gap) = (matched + 1, 0)
      } else {
        if !units[place].scalar.properties.isWhitespace { gap += 1 }
        guard isName, gap <= Self.widestGap, !FoldedText.isLetterOrDigit(units[place].scalar) else {
          return nil
        }
      }
      place += 1
    }
    return standsAnywhere || (opens(index, units, text) && (isCut || closes(place, units, text)))
      ? place : nil
  }

  private func opens(_ index: Int, _ units: [FoldedText.Unit], _ text: [Unicode.Scalar]) -> Bool {
    guard index > 0 else { return true }
    return Self.isBorder(units[index - 1], units[index], text)
  }

  private func closes(_ end: Int, _ units: [FoldedText.Unit], _ text: [Unicode.Scalar]) -> Bool {
    guard end < units.count else { return true }
    if Self.isBorder(units[end - 1], units[end], text) { return true }
    // A name with the ending of a genitive.
    guard isName, scalars.count > 3, units[end].scalar == "s" else { return false }
    return end + 1 == units.count || Self.isBorder(units[end], units[end + 1], text)
  }

  private static func isBorder(
    _ left: FoldedText.Unit, _ right: FoldedText.Unit, _ text: [Unicode.Scalar]
  ) -> Bool {
    guard FoldedText.isLetterOrDigit(left.scalar), FoldedText.isLetterOrDigit(right.scalar) else {
      return true
    }
    return text[left.source].properties.isLowercase && text[right.source].properties.isUppercase
  }
}
