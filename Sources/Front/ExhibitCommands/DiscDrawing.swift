import CourtReport
import OpticalDisc

extension DiscPiece.Kind {
  /// What a column of the terminal shows.
  fileprivate var sign: Character {
    switch self {
    case .audio: "~"
    case .data: "#"
    case .silence: "."
    case .absent: " "
    case .between: "-"
    }
  }
}

/// The layout of a disc as a picture on the terminal.
enum DiscDrawing {
  /// Two lines: the disc in `width` columns, and the numbers of the tracks where they begin; then what signs mean. A
  /// piece has at least one column.
  static func lines(_ disc: Disc, width: Int) -> [String] {
    let pieces = DiscPiece.all(of: disc)
    let total = max(1, pieces.reduce(0) { $0 + $1.end - $1.start })
    var bar = "|"
    var numbers = " "
    for piece in pieces {
      let columns = max(1, (piece.end - piece.start) * width / total)
      if let track = piece.track, numbers.count <= bar.count {
        numbers += String(repeating: " ", count: bar.count - numbers.count) + "\(track) "
      }
      bar += String(repeating: piece.kind.sign, count: columns)
      if piece.kind == .between { bar += "|" }
    }
    let kinds = DiscPiece.Kind.allCases.filter { kind in
      kind != .absent && pieces.contains { $0.kind == kind }
    }
    let legend = kinds.map { "\($0.sign) \($0.title)" }.joined(separator: "   ")
    return [bar + "|", String(numbers.prefix(bar.count + 2)), "  " + legend]
  }
}
