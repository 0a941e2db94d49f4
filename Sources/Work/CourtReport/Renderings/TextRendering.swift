/// A document as plain text, for a terminal, a mail, or a printer without a page description language.
package enum TextRendering {
  private static let width = 100
  private static let labelWidth = 28

  package static func text(_ document: ReportDocument) -> String {
    var lines: [String] = []
    if let laboratory = document.laboratory { lines += [laboratory, ""] }
    lines += heading(document.title, "=")
    if let notice = document.draftNotice { lines += ["*** \(notice) ***", ""] }
    lines += document.caption.flatMap(fact)
    var (section, inner) = (0, 0)
    for part in document.sections {
      if part.isInner { inner += 1 } else { (section, inner) = (section + 1, 0) }
      let number = part.isInner ? "\(section).\(inner)" : "\(section)."
      lines.append("")
      lines += heading("\(number) \(part.heading)", part.isInner ? "." : "-")
      for block in part.blocks { lines += text(block) }
    }
    lines += ["", String(repeating: "-", count: width), document.colophon]
    return lines.map(trimmed).joined(separator: "\n") + "\n"
  }

  private static func heading(_ text: String, _ mark: Character) -> [String] {
    [text, String(repeating: mark, count: min(width, text.count)), ""]
  }

  private static func trimmed(_ line: String) -> String {
    var line = Substring(line)
    while line.last == " " { line.removeLast() }
    return String(line)
  }

  private static func text(_ block: ReportDocument.Block) -> [String] {
    if let text = block.paragraph ?? block.absence { return wrap(text, to: width) + [""] }
    if let result = block.result {
      return wrap("[\(result.resultLabel)] \(result.resultText)", to: width) + [""]
    }
    if let facts = block.facts {
      return facts.lines.isEmpty ? [] : [facts.factCaption + ":"] + facts.lines.flatMap(fact) + [""]
    }
    if let grid = block.grid { return text(grid) }
    if let points = block.points { return points.flatMap { indent($0, first: "  * ", rest: "    ") } + [""] }
    if let commands = block.commands {
      return commands.flatMap { command in
        ["  \(command.purpose):"] + command.commandLine.split(separator: "\n").map { "    \($0)" }
      } + [""]
    }
    if let lines = block.signing { return lines.flatMap(text) }
    if let figure = block.figure { return wrap("[\(figure.figureWords)]", to: width) + [""] }
    return []
  }

  private static func text(_ line: ReportDocument.SigningLine) -> [String] {
    let name = line.signerName.isEmpty ? String(repeating: "_", count: 24) : line.signerName
    return [
      "  \(line.signerRole): \(name)", "",
      "  \(line.dateWord): ____________________   \(line.signatureWord): ______________________________", "",
    ]
  }

  private static func fact(_ fact: ReportDocument.Fact) -> [String] {
    let label = "  " + fact.label
    let padding = String(repeating: " ", count: max(1, labelWidth - label.count))
    return indent(fact.value, first: label + padding, rest: String(repeating: " ", count: labelWidth))
  }

  /// A row as a list of its columns by their titles: no width is too small for it.
  private static func text(_ grid: ReportDocument.Grid) -> [String] {
    var lines = wrap(grid.gridCaption + ":", to: width)
    for row in grid.rows {
      var mark = "  - "
      for (column, cell) in zip(grid.columns, row.cells) where !cell.texts.isEmpty {
        lines += indent(
          "\(column.columnTitle): " + cell.texts.map(\.text).filter { !$0.isEmpty }.joined(separator: "; "),
          first: mark, rest: "      ")
        mark = "    "
      }
    }
    return lines + [""]
  }

  private static func indent(_ text: String, first: String, rest: String) -> [String] {
    let lines = wrap(text, to: width - rest.count)
    return lines.enumerated().map { ($0.offset == 0 ? first : rest) + $0.element }
  }

  /// Lines of at most `width` characters where there are spaces to break at; longer words stay whole.
  private static func wrap(_ text: String, to width: Int) -> [String] {
    text.split(separator: "\n", omittingEmptySubsequences: false).flatMap { paragraph -> [String] in
      var lines: [String] = []
      var line = ""
      for word in paragraph.split(separator: " ", omittingEmptySubsequences: true) {
        if !line.isEmpty, line.count + 1 + word.count > width {
          lines.append(line)
          line = ""
        }
        line += line.isEmpty ? String(word) : " " + word
      }
      return lines + [line]
    }
  }
}
