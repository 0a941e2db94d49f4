import Evidence

/// A document as words and tables in their order, whatever it is set in: what HTML, text and PDF have in common.
///
/// Names are distinct between the levels: a template looks a name up outside where it is not found inside, and what
/// is not known is `nil` there.
package struct ReportDocument: Hashable, Sendable {
  /// `en`, `de` …
  package var language: String
  package var title: String
  /// Case, item and report, at the head of each page of a print.
  package var runningHead = ""
  /// Name of the laboratory, at the head of the page.
  package var laboratory: String?
  /// Says what the document is not, such as signed.
  package var draftNotice: String?
  package var caption: [Fact]
  package var sections: [Section]
  /// When, by whom and with what the document was made.
  package var colophon: String
  /// Before the number of the page, and before the number of pages.
  package var pageWords: PageWords

  package struct PageWords: Hashable, Sendable {
    package var page: String
    package var of: String
  }

  /// A line of a two-column table.
  package struct Fact: Hashable, Sendable {
    package var label: String
    package var value: String
    /// Set in a typewriter face: digests, paths, serial numbers.
    package var isCode: Bool
    /// Nobody has filled it in yet.
    package var isMissing: Bool

    package init(_ label: String, _ value: String, isCode: Bool = false, isMissing: Bool = false) {
      self.label = label
      self.value = value
      self.isCode = isCode
      self.isMissing = isMissing
    }
  }

  /// How a result looks; always beside its words, never instead of them. Worse is greater.
  package enum Tone: String, Hashable, Sendable, Comparable {
    case good, attention, bad

    package static func < (left: Tone, right: Tone) -> Bool { left.rank < right.rank }

    private var rank: Int {
      switch self {
      case .good: 0
      case .attention: 1
      case .bad: 2
      }
    }
  }

  /// A line to sign on: whose, with places for the date and the signature.
  package struct SigningLine: Hashable, Sendable {
    package var signerRole: String
    /// Empty where it is to be filled in.
    package var signerName: String
    package var dateWord: String
    package var signatureWord: String

    package init(_ role: String, _ name: String, _ dateWord: String, _ signatureWord: String) {
      self.signerRole = role
      self.signerName = name
      self.dateWord = dateWord
      self.signatureWord = signatureWord
    }
  }

  package struct Section: Hashable, Sendable {
    package var anchor: String
    package var heading: String
    /// A part of the section before it.
    package var isInner: Bool
    package var startsPage: Bool
    package var blocks: [Block]
  }

  /// One part of a section; exactly one of its values is there.
  package struct Block: Hashable, Sendable {
    package var paragraph: String?
    /// Said where there is nothing to show.
    package var absence: String?
    package var result: Result?
    package var facts: FactTable?
    package var grid: Grid?
    package var points: [String]?
    package var commands: [Command]?
    package var figure: Figure?
    package var signing: [SigningLine]?
  }

  package struct Result: Hashable, Sendable {
    package var resultLabel: String
    package var resultText: String
    package var tone: String
  }

  package struct FactTable: Hashable, Sendable {
    package var factCaption: String
    package var lines: [Fact]
  }

  /// A table with a head.
  package struct Grid: Hashable, Sendable {
    package var gridCaption: String
    package var columns: [Column]
    package var rows: [Row]

    package struct Column: Hashable, Sendable {
      package var columnTitle: String
      /// Numbers, set to the right.
      package var isNumeric: Bool
    }

    package struct Row: Hashable, Sendable {
      package var cells: [Cell]
    }

    package struct Cell: Hashable, Sendable {
      /// Names its row.
      package var isHead: Bool
      package var isNumber: Bool
      /// No word in it is longer than a column, so that none needs to be broken.
      package var isPlain: Bool
      package var texts: [Line]
    }

    package struct Line: Hashable, Sendable {
      package var text: String
      package var isTyped: Bool
    }
  }

  /// A command anybody can run, and what it shows.
  package struct Command: Hashable, Sendable {
    package var purpose: String
    package var commandLine: String

    package init(_ purpose: String, _ commandLine: String) {
      self.purpose = purpose
      self.commandLine = commandLine
    }

    /// The command on lines that fit a page, each but the last ended by a backslash: copied from paper, it still runs.
    package static func broken(_ command: String) -> String {
      var lines: [String] = []
      // Before an option or behind a pipe; never inside quotes.
      let pieces = command.replacing(" | ", with: " |\u{0} ").replacing(" -", with: "\u{0} -").split(
        separator: "\u{0}")
      guard command.count > widest, !command.contains("'"), !command.contains("\""), !command.contains("\n")
      else {
        return command
      }
      for piece in pieces.map(String.init) {
        if let last = lines.last, last.count + piece.count <= widest {
          lines[lines.count - 1] = last + piece
        } else {
          lines.append(lines.isEmpty ? piece : String(piece.drop { $0 == " " }))
        }
      }
      return lines.joined(separator: " \\\n  ")
    }

    /// Most characters of a line.
    private static let widest = 84
  }

  /// A drawing (`svg`, markup made by the program) or a picture (`picture`, a data URL), with what it shows in words.
  package struct Figure: Hashable, Sendable {
    package var svg: String?
    package var picture: String?
    package var figureCaption: String
    /// For whoever does not see it.
    package var figureWords: String
  }

  /// The same document with every text that is not the program's own drawing passed through `change`.
  package func mapTexts(_ change: (String) -> String) -> ReportDocument {
    var copy = self
    copy.title = change(title)
    copy.runningHead = change(runningHead)
    copy.laboratory = laboratory.map(change)
    copy.draftNotice = draftNotice.map(change)
    copy.colophon = change(colophon)
    copy.caption = caption.map { $0.mapTexts(change) }
    copy.sections = sections.map { section in
      var section = section
      section.heading = change(section.heading)
      section.blocks = section.blocks.map { $0.mapTexts(change) }
      return section
    }
    return copy
  }
}

extension ReportDocument.Fact {
  fileprivate func mapTexts(_ change: (String) -> String) -> Self {
    var copy = self
    copy.label = change(label)
    copy.value = change(value)
    return copy
  }
}

extension ReportDocument.Block {
  fileprivate func mapTexts(_ change: (String) -> String) -> Self {
    var copy = self
    copy.paragraph = paragraph.map(change)
    copy.absence = absence.map(change)
    if let result { copy.result?.resultText = change(result.resultText) }
    if let result { copy.result?.resultLabel = change(result.resultLabel) }
    if let facts { copy.facts?.lines = facts.lines.map { $0.mapTexts(change) } }
    if let facts { copy.facts?.factCaption = change(facts.factCaption) }
    if let grid {
      copy.grid?.gridCaption = change(grid.gridCaption)
      copy.grid?.rows = grid.rows.map { row in
        ReportDocument.Grid.Row(
          cells: row.cells.map { cell in
            var cell = cell
            cell.texts = cell.texts.map { .init(text: change($0.text), isTyped: $0.isTyped) }
            return cell
          })
      }
    }
    copy.points = points?.map(change)
    copy.commands = commands?.map { .init(change($0.purpose), change($0.commandLine)) }
    copy.signing = signing?.map {
      .init(change($0.signerRole), change($0.signerName), $0.dateWord, $0.signatureWord)
    }
    if let figure {
      copy.figure?.figureCaption = change(figure.figureCaption)
      copy.figure?.figureWords = change(figure.figureWords)
    }
    return copy
  }
}
