import CanonicalJSON
import Evidence
import SystemIO

/// A sentence of the report in the languages that are shipped. `{0}`, `{1}` … stand for what is put in.
struct Translation: Hashable, Sendable {
  let english: String
  let german: String

  init(_ english: String, _ german: String) {
    self.english = english
    self.german = german
  }
}

/// The words of a report: a table of phrases in one language.
///
/// What was recorded (remarks, findings, reasons) is quoted in the language in which it was recorded.
package struct Wording: Sendable {
  /// Languages of which every phrase is shipped.
  package enum Language: String, Hashable, Sendable, CaseIterable {
    case english = "en"
    case german = "de"
  }

  /// Of the page: `en`, or what a laboratory's own table says.
  package let language: String
  /// The laboratory's own, whose times stand beside those in UTC.
  package var zone: ZoneFile?
  private let table: [Phrase: String]

  package init(_ language: Language) {
    self.language = language.rawValue
    self.table = Phrase.translations.mapValues { language == .german ? $0.german : $0.english }
  }

  /// A laboratory's own table: an object with `language` and `strings`, the phrases by name. What it leaves out stays
  /// as it is in `base`.
  /// - Throws: `templateUnusable` for a phrase that does not exist, or that lacks a part to be put in.
  package init(_ json: JSONValue, base: Language, name: String) throws(EvidenceError) {
    guard let strings = json["strings"]?.objectValue else {
      throw EvidenceError(.templateUnusable, name, "no object `strings` in it")
    }
    var table = Wording(base).table
    for (key, value) in strings.sorted(by: { $0.key < $1.key }) {
      guard let phrase = Phrase(rawValue: key) else {
        throw EvidenceError(.templateUnusable, name, "no phrase is called \(key)")
      }
      guard let text = value.stringValue, Self.places(in: text) == Self.places(in: table[phrase] ?? "") else {
        throw EvidenceError(
          .templateUnusable, name,
          "\(key) needs exactly the places \(Self.places(in: table[phrase] ?? "").sorted())")
      }
      table[phrase] = text
    }
    self.language = json["language"]?.stringValue ?? base.rawValue
    self.table = table
  }

  /// The phrase with `parts` in its places.
  package func callAsFunction(_ phrase: Phrase, _ parts: String...) -> String {
    var text = ""
    // Piece by piece, so that what is put in is never looked at for places itself.
    var rest = Substring(table[phrase] ?? phrase.rawValue)
    while let open = rest.firstIndex(of: "{") {
      text += rest[..<open]
      let inner = rest[open...].dropFirst()
      if let digit = inner.first?.wholeNumberValue, inner.dropFirst().first == "}",
        parts.indices.contains(digit)
      {
        text += parts[digit]
        rest = inner.dropFirst(2)
      } else {
        text.append("{")
        rest = inner
      }
    }
    return text + rest
  }

  /// Every phrase of a language, as a laboratory's own table begins.
  package static func json(_ language: Language) -> JSONValue {
    .fields([
      "language": .string(language.rawValue),
      "strings": .object(
        Dictionary(uniqueKeysWithValues: Wording(language).table.map { ($0.key.rawValue, .string($0.value)) })
      ),
    ])
  }

  /// The places of a phrase: `0`, `1` …
  static func places(in text: String) -> Set<Int> {
    var places: Set<Int> = []
    for part in text.split(separator: "{", omittingEmptySubsequences: false).dropFirst() {
      if let digit = part.first?.wholeNumberValue, part.dropFirst().first == "}" { places.insert(digit) }
    }
    return places
  }
}

extension Wording {
  var pageWords: ReportDocument.PageWords { .init(page: self(.page), of: self(.pageOf)) }

  /// The state of a sector.
  func title(_ state: SectorState) -> String {
    switch state {
    case .read: self(.stateRead)
    case .unreadable: self(.stateUnreadable)
    case .notAttempted: self(.stateNotAttempted)
    }
  }

  /// How an acquisition ended, as a sentence.
  func sentence(_ verdict: AcquisitionVerdict) -> String {
    switch verdict {
    case .complete: self(.acquiredComplete)
    case .completeWithUnreadable(let sectors): self(.acquiredWithUnreadable, number(sectors))
    case .incomplete(let reason): self(.acquiredIncomplete, reason)
    }
  }

  /// What a verification found, as a sentence.
  func sentence(_ verdict: VerificationVerdict) -> String {
    switch verdict {
    case .verified: self(.verdictVerified)
    case .notAllChecked: self(.verdictNotAllChecked)
    case .noReference: self(.verdictNoReference)
    case .incomplete: self(.verdictIncomplete)
    case .chainBroken: self(.verdictChainBroken)
    case .mismatch: self(.verdictMismatch)
    case .damaged: self(.verdictDamaged)
    }
  }
}
