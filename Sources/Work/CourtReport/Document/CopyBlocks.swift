import CaseRecords
import Evidence
import Formats

/// Where the images of an acquisition are, and when each copy was last checked.
struct CopyBlocks {
  private let copies: [ReportContents.Copy]
  private let words: Wording

  init(_ copies: [ReportContents.Copy], _ words: Wording) {
    self.copies = copies
    self.words = words
  }

  func blocks() -> [ReportDocument.Block] {
    [
      .grid(
        words(.copiesCaption),
        [(words(.folder), false), (words(.formats), false), (words(.lastCheck), false)],
        copies.map { copy in
          [
            .code(copy.folder),
            .text(copy.formats.map { Formats.title(FormatID($0)) }.joined(separator: ", ")),
            .text(state(copy)),
          ]
        })
    ]
  }

  private func state(_ copy: ReportContents.Copy) -> [String] {
    if let failure = copy.failure { return [words(.copyIncomplete, failure)] }
    guard let last = copy.history.last else { return [words(.neverChecked)] }
    let sentence =
      last.verdict == .verified && !last.isFull ? words(.verifiedByChunks) : words.sentence(last.verdict)
    return ["\(words.time(last.ended)): \(sentence)"]
      + (copy.history.missed.map { [words(.notCheckedOn, words.time($0))] } ?? [])
  }
}
