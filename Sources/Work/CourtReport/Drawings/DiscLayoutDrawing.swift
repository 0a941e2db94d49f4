import Evidence
import OpticalDisc

/// A stretch of a disc of one kind, as a picture shows it.
package struct DiscPiece: Hashable, Sendable {
  package enum Kind: CaseIterable, Sendable {
    case audio, data, silence, absent, between

    package var title: String {
      switch self {
      case .audio: "audio"
      case .data: "data"
      case .silence: "synthesised gap"
      case .absent: "not in the image"
      case .between: "lead-out and lead-in"
      }
    }

    fileprivate var color: String {
      switch self {
      case .audio: "#5b8fd6"
      case .data: "#d6915b"
      case .silence: "#d9d9d9"
      case .absent: "#ffffff"
      case .between: "#9a9a9a"
      }
    }
  }

  /// First sector, and the one after the last.
  package let start: Int
  package let end: Int
  package let kind: Kind
  /// The track that begins in it.
  package let track: Int?

  /// The whole disc, in order of address.
  package static func all(of disc: Disc) -> [DiscPiece] {
    var pieces: [DiscPiece] = []
    for session in disc.sessions {
      if let last = pieces.last, let first = session.tracks.first?.first, first > last.end {
        pieces.append(DiscPiece(start: last.end, end: first, kind: .between, track: nil))
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
            DiscPiece(
              start: extent.start, end: extent.end, kind: kind, track: holdsStart ? track.number : nil))
        }
      }
    }
    return pieces
  }
}

/// The layout of an optical disc as a picture: sessions and tracks to scale, with a legend.
package struct DiscLayoutDrawing {
  private static let (left, top, width, height) = (12.0, 26.0, 1000.0, 34.0)

  private let disc: Disc
  private let pieces: [DiscPiece]
  private let first: Int
  private let total: Double

  package init(_ disc: Disc) {
    self.disc = disc
    self.pieces = DiscPiece.all(of: disc)
    self.first = pieces.first?.start ?? 0
    self.total = Double(max(1, (pieces.last?.end ?? 1) - first))
  }

  /// The picture in words.
  package var text: String {
    let tracks = disc.tracks
    let audio = tracks.count { !$0.mode.isData }
    return
      "Layout of a \(disc.medium.title): \(disc.sessions.count) session\(disc.sessions.count == 1 ? "" : "s"), "
      + "\(audio) audio and \(tracks.count - audio) data track\(tracks.count - audio == 1 ? "" : "s"), "
      + "sectors \(first) to \((pieces.last?.end ?? 1) - 1)."
  }

  package var svg: String {
    var drawing = SVG(width: Int(Self.width + 2 * Self.left), height: 128)
    for piece in pieces {
      drawing.rectangle(
        x: place(piece.start), y: Self.top, width: place(piece.end) - place(piece.start), height: Self.height,
        fill: piece.kind.color, stroke: "#444444",
        title: "\(piece.kind.title), sectors \(piece.start) to \(piece.end - 1)")
    }
    label(&drawing)
    scale(&drawing)
    legend(&drawing)
    return drawing.markup(text)
  }

  private func place(_ sector: Int) -> Double { Self.left + Double(sector - first) / total * Self.width }

  /// Sessions above, track numbers below where there is room for them.
  private func label(_ drawing: inout SVG) {
    let (end, width) = (Self.left + Self.width, 62.0)
    var taken = 0.0
    for session in disc.sessions {
      guard let first = session.tracks.first?.first, let last = session.tracks.last?.end else { continue }
      drawing.line(from: (place(first), Self.top - 5), to: (place(last), Self.top - 5))
      // A session at the very end is named to the left of it.
      let isLate = place(first) + width > end
      let begins = isLate ? end - width : place(first)
      guard begins >= taken else { continue }
      drawing.text(
        "Session \(session.number)", x: isLate ? end : begins, y: Self.top - 9,
        anchor: isLate ? .end : .start)
      taken = begins + width
    }
    var free = 0.0
    for piece in pieces {
      guard let track = piece.track, place(piece.start) >= free else { continue }
      drawing.text("\(track)", x: place(piece.start) + 2, y: Self.top + Self.height / 2 + 4)
      free = place(piece.start) + (track > 9 ? 18 : 11)
    }
  }

  private func scale(_ drawing: inout SVG) {
    let y = Self.top + Self.height + 6
    drawing.line(from: (Self.left, y), to: (Self.left + Self.width, y))
    for tick in 0...8 {
      let sector = first + Int(total * Double(tick) / 8)
      let x = Self.left + Self.width * Double(tick) / 8
      drawing.line(from: (x, y), to: (x, y + 4))
      let time = disc.medium == .cd && sector >= 0 ? "\(MSF(frames: sector))" : "\(sector)"
      drawing.text(
        time, x: x, y: y + 15, anchor: tick == 0 ? .start : tick == 8 ? .end : .middle, color: SVG.faint)
    }
  }

  private func legend(_ drawing: inout SVG) {
    let kinds = DiscPiece.Kind.allCases.filter { kind in pieces.contains { $0.kind == kind } }
    for (index, kind) in kinds.enumerated() {
      let x = Self.left + Double(index) * 170
      drawing.rectangle(x: x, y: 104, width: 14, height: 11, fill: kind.color, stroke: "#444444")
      drawing.text(kind.title, x: x + 20, y: 113.5)
    }
  }
}
