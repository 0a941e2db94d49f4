internal import CQREncode
import Evidence

/// A QR code (ISO/IEC 18004) of some text.
package struct QRCode: Hashable, Sendable {
  /// Modules on a side, without the quiet zone.
  package let width: Int
  /// Row by row from the top left; `true` is dark.
  package let modules: [Bool]

  /// Modules of quiet zone that belong around it (ISO/IEC 18004 §9.1).
  package static let quietZone = 4

  /// The smallest code that holds the text, which can still be read where 15 % of it are not (level M).
  /// - Throws: `argumentInvalid` where it is empty, or longer than a code can hold (2331 bytes).
  package init(_ text: String) throws(EvidenceError) {
    let bytes = Array(text.utf8)
    guard !bytes.isEmpty, let length = Int32(exactly: bytes.count),
      let code = QRcode_encodeData(length, bytes, 0, QR_ECLEVEL_M)
    else {
      throw EvidenceError(
        .argumentInvalid, "text of a QR code", "\(bytes.count) bytes: 1 to 2331 are possible")
    }
    defer { QRcode_free(code) }
    self.width = Int(code.pointee.width)
    // The lowest bit of each byte is the colour.
    self.modules = UnsafeBufferPointer(start: code.pointee.data, count: width * width).map { $0 & 1 == 1 }
  }

  /// The rest of an SVG element that shows it, from the attribute `viewBox` to the end; one path, quiet zone included.
  var drawing: String {
    let all = width + 2 * Self.quietZone
    let path = runs.map { "M\($0.column) \($0.row)h\($0.count)v1h-\($0.count)z" }.joined()
    return """
      viewBox="-\(Self.quietZone) -\(Self.quietZone) \(all) \(all)" shape-rendering="crispEdges">\
      <path d="\(path)" fill="#000"/></svg>
      """
  }

  /// A whole SVG document with nothing but the code.
  /// - Parameter side: its width and height on paper, in mm.
  package func svg(side: Int) -> String {
    """
    <svg xmlns="http://www.w3.org/2000/svg" width="\(side)mm" height="\(side)mm" \(drawing)

    """
  }

  /// Runs of dark modules: row, first column, count.
  package var runs: [(row: Int, column: Int, count: Int)] {
    var runs: [(row: Int, column: Int, count: Int)] = []
    for row in 0..<width {
      var column = 0
      while column < width {
        let count = modules[(row * width + column)..<((row + 1) * width)].prefix { $0 }.count
        if count > 0 { runs.append((row, column, count)) }
        column += max(count, 1)
      }
    }
    return runs
  }
}
