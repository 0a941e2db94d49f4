/// A QR code as a picture.
struct CodeDrawing {
  private static let module = 3

  private let code: QRCode

  init(_ code: QRCode) { self.code = code }

  /// - Parameter words: what it is.
  func svg(_ words: String) -> String {
    let quiet = QRCode.quietZone
    let side = (code.width + 2 * quiet) * Self.module
    var drawing = SVG(width: side, height: side, isSmall: true)
    drawing.rectangle(x: 0, y: 0, width: Double(side), height: Double(side), fill: "#ffffff")
    for run in code.runs {
      drawing.rectangle(
        x: Double((run.column + quiet) * Self.module), y: Double((run.row + quiet) * Self.module),
        width: Double(run.count * Self.module), height: Double(Self.module), fill: "#000000")
    }
    return drawing.markup(words)
  }
}
