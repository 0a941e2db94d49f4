import Evidence

/// The sector map as a picture: the medium in rows from its first sector to its last, with a legend and a scale.
///
/// Each column shows the worst state of its sectors, one column wider on either side than it is, so that a single
/// unreadable sector among billions is seen. The numbers in the report are exact.
package struct SectorMapDrawing {
  /// Columns of a row, and most rows.
  static let columns = 600
  static let mostRows = 8

  private static let left = 110.0
  private static let rowHeight = 16.0
  private static let rowGap = 6.0

  private let map: SectorMap
  private let words: Wording

  package init(_ map: SectorMap, _ words: Wording) {
    self.map = map
    self.words = words
  }

  /// A stretch of one row, in columns.
  package struct Piece: Hashable, Sendable {
    package let row: Int
    package let column: Int
    package let width: Int
    package let state: SectorState
  }

  var rows: Int { map.sectorCount > UInt64(8 * Self.columns) ? Self.mostRows : 1 }

  /// The pieces of the picture; they cover every row from end to end.
  package var pieces: [Piece] {
    guard map.sectorCount > 0 else { return [] }
    let total = rows * Self.columns
    var states = [SectorState](repeating: .read, count: total)
    for state in [SectorState.notAttempted, .unreadable] {
      for range in map.ranges(in: state) {
        let first = max(column(of: range.first, total) - 1, 0)
        let last = min(column(of: range.end - 1, total) + 1, total - 1)
        for index in first...last { states[index] = state }
      }
    }
    var pieces: [Piece] = []
    for row in 0..<rows {
      let line = states[row * Self.columns..<(row + 1) * Self.columns]
      var start = line.startIndex
      for index in line.indices where index + 1 == line.endIndex || states[index + 1] != states[start] {
        pieces.append(
          Piece(row: row, column: start - line.startIndex, width: index + 1 - start, state: states[start]))
        start = index + 1
      }
    }
    return pieces
  }

  /// Which of `total` columns a sector lies in.
  private func column(of sector: UInt64, _ total: Int) -> Int {
    let (high, low) = sector.multipliedFullWidth(by: UInt64(total))
    // The quotient is below the total, as the sector lies below the count.
    return Int(map.sectorCount.dividingFullWidth((high, low)).quotient)
  }

  package var svg: String {
    let top = 8.0
    let bottom = top + Double(rows) * (Self.rowHeight + Self.rowGap)
    var drawing = SVG(width: Int(Self.left) + Self.columns + 12, height: Int(bottom) + 44)
    for row in 0..<rows where map.sectorCount > 0 {
      let y = top + Double(row) * (Self.rowHeight + Self.rowGap)
      drawing.text(
        words.number(firstSector(ofRow: row)), x: Self.left - 6, y: y + 12, anchor: .end, color: SVG.faint)
    }
    for piece in pieces {
      let x = Self.left + Double(piece.column)
      let y = top + Double(piece.row) * (Self.rowHeight + Self.rowGap)
      fill(&drawing, piece.state, x: x, y: y, width: Double(piece.width), height: Self.rowHeight)
    }
    for row in 0..<rows where map.sectorCount > 0 {
      let y = top + Double(row) * (Self.rowHeight + Self.rowGap)
      drawing.rectangle(
        x: Self.left, y: y, width: Double(Self.columns), height: Self.rowHeight, fill: "none", stroke: SVG.ink
      )
    }
    scale(&drawing, y: bottom + 4)
    legend(&drawing, y: bottom + 28)
    return drawing.markup(text)
  }

  /// The picture in words.
  package var text: String {
    words(
      .mapWords, words.number(map.sectorCount), words.number(map.count(of: .read)),
      words.number(map.count(of: .unreadable)), words.number(map.count(of: .notAttempted)))
  }

  private func firstSector(ofRow row: Int) -> UInt64 {
    let (high, low) = map.sectorCount.multipliedFullWidth(by: UInt64(row))
    return UInt64(rows).dividingFullWidth((high, low)).quotient
  }

  /// A state by colour and by pattern: also where there are no colours.
  private func fill(
    _ drawing: inout SVG, _ state: SectorState, x: Double, y: Double, width: Double, height: Double
  ) {
    switch state {
    case .read: drawing.rectangle(x: x, y: y, width: width, height: height, fill: "#c9d6df")
    case .unreadable: drawing.rectangle(x: x, y: y, width: width, height: height, fill: "#8e1b1b")
    case .notAttempted:
      drawing.rectangle(x: x, y: y, width: width, height: height, fill: "#ffffff")
      for offset in stride(from: 4.0, to: width, by: 8) {
        drawing.line(
          from: (x + offset, y + height), to: (min(x + offset + 4, x + width), y), color: SVG.faint)
      }
    }
  }

  private func scale(_ drawing: inout SVG, y: Double) {
    let perRow = map.sectorCount / UInt64(rows)
    drawing.line(from: (Self.left, y), to: (Self.left + Double(Self.columns), y))
    for tick in 0...4 {
      let x = Self.left + Double(Self.columns * tick / 4)
      drawing.line(from: (x, y), to: (x, y + 3))
      drawing.text(
        (tick == 0 ? "" : "+") + words.number(perRow / 4 * UInt64(tick)), x: x, y: y + 13,
        anchor: tick == 0 ? .start : tick == 4 ? .end : .middle, color: SVG.faint)
    }
    drawing.text(words(.sectors), x: Self.left - 6, y: y + 13, anchor: .end, color: SVG.faint)
  }

  private func legend(_ drawing: inout SVG, y: Double) {
    for (index, state) in SectorState.allCases.enumerated() {
      let x = Self.left + Double(index * 190)
      fill(&drawing, state, x: x, y: y, width: 14, height: 11)
      drawing.rectangle(x: x, y: y, width: 14, height: 11, fill: "none", stroke: SVG.ink)
      drawing.text(words.title(state), x: x + 20, y: y + 9.5)
    }
  }
}
