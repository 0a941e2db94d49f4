import Evidence

/// Short ways to write a document down.
extension ReportDocument.Block {
  static func paragraph(_ text: String) -> Self { Self(paragraph: text) }
  static func absence(_ text: String) -> Self { Self(absence: text) }
  static func points(_ texts: [String]) -> Self { Self(points: texts) }
  static func commands(_ commands: [ReportDocument.Command]) -> Self { Self(commands: commands) }
  static func signing(_ lines: [ReportDocument.SigningLine]) -> Self { Self(signing: lines) }

  static func result(_ label: String, _ text: String, _ tone: ReportDocument.Tone) -> Self {
    Self(result: ReportDocument.Result(resultLabel: label, resultText: text, tone: tone.rawValue))
  }

  /// A two-column table; facts without a value are left out.
  static func facts(_ caption: String, _ facts: [ReportDocument.Fact]) -> Self {
    Self(facts: ReportDocument.FactTable(factCaption: caption, lines: facts.filter { !$0.value.isEmpty }))
  }

  /// - Parameter columns: titles, with whether the column holds numbers.
  static func grid(
    _ caption: String, _ columns: [(String, isNumeric: Bool)], _ rows: [[ReportDocument.Grid.Cell]]
  ) -> Self {
    Self(
      grid: ReportDocument.Grid(
        gridCaption: caption,
        columns: columns.map { ReportDocument.Grid.Column(columnTitle: $0.0, isNumeric: $0.isNumeric) },
        rows: rows.map { ReportDocument.Grid.Row(cells: $0) }))
  }

  static func figure(svg: String, caption: String, words: String) -> Self {
    Self(figure: ReportDocument.Figure(svg: svg, picture: nil, figureCaption: caption, figureWords: words))
  }

  static func figure(picture: String, caption: String, words: String) -> Self {
    Self(
      figure: ReportDocument.Figure(svg: nil, picture: picture, figureCaption: caption, figureWords: words))
  }
}

extension ReportDocument.Grid.Cell {
  /// Longest word that a column is made wide enough for: a time.
  private static let longestWord = 27

  private init(_ texts: [String], isHead: Bool = false, isNumber: Bool = false, isTyped: Bool = false) {
    let words = texts.lazy.flatMap { $0.split(separator: " ") }
    self.init(
      isHead: isHead, isNumber: isNumber,
      isPlain: !isNumber && !isTyped && words.allSatisfy { $0.utf8.count <= Self.longestWord },
      texts: texts.filter { !$0.isEmpty }.map { .init(text: $0, isTyped: isTyped) })
  }

  /// Names its row.
  static func head(_ texts: String..., isTyped: Bool = false) -> Self {
    Self(texts, isHead: true, isTyped: isTyped)
  }

  /// Texts below each other; empty ones are left out.
  static func text(_ texts: [String], isTyped: Bool = false) -> Self { Self(texts, isTyped: isTyped) }
  static func text(_ texts: String...) -> Self { text(texts) }
  static func code(_ texts: String...) -> Self { text(texts, isTyped: true) }

  static func number(_ text: String) -> Self { Self([text], isNumber: true) }
}

extension ReportDocument.Section {
  init(_ anchor: String, _ heading: String, startsPage: Bool = false, _ blocks: [ReportDocument.Block]) {
    self.init(anchor: anchor, heading: heading, isInner: false, startsPage: startsPage, blocks: blocks)
  }

  static func inner(_ anchor: String, _ heading: String, _ blocks: [ReportDocument.Block]) -> Self {
    Self(anchor: anchor, heading: heading, isInner: true, startsPage: false, blocks: blocks)
  }
}
