import Evidence

/// A document as words and tables in their order, whatever it is set in: what HTML, text and PDF have in common.
///
/// Names are distinct between the levels: a template looks a name up outside where it is not found inside, and what
/// is not known is `nil` there.
package struct ReportDocument: Hashable, Sendable {
  /// `en`, `de` …
  package var language: String
  package var title: String
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

  /// How a result looks; always beside its words, never instead of them.
  package enum Tone: String, Hashable, Sendable {
    case good, attention, bad
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
    if let figure {
      copy.figure?.figureCaption = change(figure.figureCaption)
      copy.figure?.figureWords = change(figure.figureWords)
    }
    return copy
  }
}
