import Evidence
import OpticalDisc

/// The layout of a disc as a picture: on the terminal, and as SVG.
enum DiscDrawing {
  private struct Piece {
    let start: Int
    let end: Int
    let kind: Kind
    let label: String
  }

  private enum Kind: CaseIterable {
    case audio, data, silence, absent, between

    /// What a column of the terminal shows.
    var sign: Character {
      switch self {
      case .audio: "~"
      case .data: "#"
      case .silence: "."
      case .absent: " "
      case .between: "-"
      }
    }

    var color: String {
      switch self {
      case .audio: "#5b8fd6"
      case .data: "#d6915b"
      case .silence: "#d9d9d9"
      case .absent: "#ffffff"
      case .between: "#9a9a9a"
      }
    }

    var title: String {
      switch self {
      case .audio: "audio"
      case .data: "data"
      case .silence: "synthesised gap"
      case .absent: "not in the image"
      case .between: "lead-out and lead-in"
      }
    }
  }

  private static func pieces(_ disc: Disc) -> [Piece] {
    var pieces: [Piece] = []
    for session in disc.sessions {
      if let last = pieces.last, let first = session.tracks.first?.first, first > last.end {
        pieces.append(Piece(start: last.end, end: first, kind: .between, label: ""))
      }
      for track in session.tracks {
        for extent in track.extents {
          let kind: Kind =
            switch extent.source {
            case .stored: track.mode.isData ? .data : .audio
            case .synthesised: .silence
            case .absent: .absent
            }
          let holdsStart = extent.start <= track.start && track.start < extent.end
          pieces.append(
            Piece(
              start: extent.start, end: extent.end, kind: kind, label: holdsStart ? "\(track.number)" : ""))
        }
      }
    }
    return pieces
  }

  /// Two lines: the disc in `width` columns, and the numbers of the tracks where they begin; then what signs mean. A
  /// piece has at least one column.
  static func lines(_ disc: Disc, width: Int) -> [String] {
    let pieces = pieces(disc)
    let total = max(1, pieces.reduce(0) { $0 + $1.end - $1.start })
    var bar = "|"
    var numbers = " "
    for piece in pieces {
      let columns = max(1, (piece.end - piece.start) * width / total)
      if !piece.label.isEmpty, numbers.count <= bar.count {
        numbers += String(repeating: " ", count: bar.count - numbers.count) + piece.label + " "
      }
      bar += String(repeating: piece.kind.sign, count: columns)
      if piece.kind == .between { bar += "|" }
    }
    let kinds = Kind.allCases.filter { kind in kind != .absent && pieces.contains { $0.kind == kind } }
    let legend = kinds.map { "\($0.sign) \($0.title)" }.joined(separator: "   ")
    return [bar + "|", String(numbers.prefix(bar.count + 2)), "  " + legend]
  }

  /// A strip of 1000 units with the tracks to scale.
  static func svg(_ disc: Disc) -> String {
    let pieces = pieces(disc)
    let first = pieces.first?.start ?? 0
    let total = Double(max(1, (pieces.last?.end ?? 1) - first))
    func place(_ sector: Int) -> String { HumanText.decimal(Double(sector - first) / total * 1000) }
    var text = """
      <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1000 70" role="img" font-family="sans-serif" font-size="11">
      <title>Layout of the disc</title>

      """
    for piece in pieces {
      let width = HumanText.decimal(Double(piece.end - piece.start) / total * 1000)
      text += """
        <rect x="\(place(piece.start))" y="10" width="\(width)" height="30" fill="\(piece.kind.color)" stroke="#444" \
        stroke-width="0.3"><title>\(piece.kind.title), sectors \(piece.start) to \(piece.end - 1)</title></rect>

        """
      if !piece.label.isEmpty { text += "<text x=\"\(place(piece.start))\" y=\"54\">\(piece.label)</text>\n" }
    }
    return text + "</svg>\n"
  }
}
