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
  }

  /// A text that must not be shown.
  fileprivate struct Secret: Hashable, Sendable {
    let scalars: [Unicode.Scalar]
    let mark: String
    /// Only its beginning is compared, and everything behind it is removed.
    let isCut: Bool
  }

  /// Most characters of a secret that are compared.
  private static let longestSecret = 2000

  package static let none = Redaction(kinds: [], people: [], paths: [])

  package let kinds: Set<Kind>
  /// How many different texts are removed, by kind.
  package let counts: [Kind: Int]
  /// Longest first, so that a name goes before a part of it.
  private let secrets: [Secret]

  /// - Parameters:
  ///   - kinds: what to remove; of the other kinds nothing is.
  ///   - people: names, with the people in their order in the case.
  ///   - paths: paths, command lines, hosts.
  package init(kinds: Set<Kind>, people: [String], paths: [String]) {
    self.kinds = kinds
    var secrets: [Secret] = []
    var counts: [Kind: Int] = [:]
    for (kind, texts, word) in [(Kind.people, people, "person"), (.paths, paths, "path")]
    where kinds.contains(kind) {
      var seen: Set<String> = []
      for text in texts where text.contains(where: { !$0.isWhitespace }) && seen.insert(text).inserted {
        let scalars = Array(text.unicodeScalars.prefix(Self.longestSecret + 1))
        secrets.append(
          Secret(
            scalars: Array(scalars.prefix(Self.longestSecret)), mark: "[\(word) \(seen.count) removed]",
            isCut: scalars.count > Self.longestSecret))
      }
      counts[kind] = seen.count
    }
    self.secrets = secrets.sorted { $0.scalars.count > $1.scalars.count }
    self.counts = counts
  }

  package var removesNothing: Bool { secrets.isEmpty }

  /// The text with marks where secrets stood.
  package func apply(to text: String) -> String {
    guard !removesNothing else { return text }
    let scalars = Array(text.unicodeScalars)
    var output = String.UnicodeScalarView()
    var index = 0
    while index < scalars.count {
      if let secret = secrets.first(where: { $0.stands(at: index, in: scalars) }) {
        output.append(contentsOf: secret.mark.unicodeScalars)
        if secret.isCut { break }
        index += secret.scalars.count
      } else {
        output.append(scalars[index])
        index += 1
      }
    }
    return String(output)
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
  /// As a word of its own: a name does not stand inside of a digest or a longer word.
  fileprivate func stands(at index: Int, in text: [Unicode.Scalar]) -> Bool {
    let end = index + scalars.count
    guard end <= text.count, text[index] == scalars[0], text[index..<end].elementsEqual(scalars) else {
      return false
    }
    let opens = index == 0 || !Self.joins(text[index - 1]) || !Self.joins(scalars[0])
    let closes =
      isCut || end == text.count || !Self.joins(text[end]) || !Self.joins(scalars[scalars.count - 1])
    return opens && closes
  }

  private static func joins(_ scalar: Unicode.Scalar) -> Bool {
    scalar.properties.isAlphabetic || scalar.properties.numericType != nil
  }
}
