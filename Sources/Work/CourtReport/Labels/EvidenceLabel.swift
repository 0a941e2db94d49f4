import Evidence

/// A label to print and stick on an item or its bag: 100 × 62 mm, as label printers have it.
package struct EvidenceLabel: Sendable {
  package let code: LabelCode
  package let title: String
  package let description: String
  package let serial: String?
  package let organisation: String?

  package init(
    code: LabelCode, title: String, description: String, serial: String?, organisation: String?
  ) {
    self.code = code
    self.title = title
    self.description = description
    self.serial = serial
    self.organisation = organisation
  }

  private static let width = 100.0
  private static let height = 62.0
  /// Side of the code with its quiet zone, in mm.
  private static let codeSide = 46.0

  /// The label as one SVG 1.1 file that refers to nothing outside of it.
  /// - Throws: `argumentInvalid` where the case number is too long for the code.
  package func svg() throws(EvidenceError) -> String {
    let qr = try QRCode(code.text)
    var lines = [
      """
      <?xml version="1.0" encoding="UTF-8"?>
      <svg xmlns="http://www.w3.org/2000/svg" width="\(Self.millimetres(Self.width))mm" \
      height="\(Self.millimetres(Self.height))mm" viewBox="0 0 \(Self.millimetres(Self.width)) \
      \(Self.millimetres(Self.height))">
      <title>\(Self.escaped("Evidence label \(code.caseNumber), item \(code.item)"))</title>
      <rect width="100%" height="100%" fill="#fff"/>
      <g fill="#000" font-family="DejaVu Sans, Liberation Sans, sans-serif">
      """
    ]
    var line = 8.0
    func text(_ text: String, size: Double, weight: String = "normal") {
      lines.append(
        """
        <text x="3" y="\(Self.millimetres(line))" font-size="\(Self.millimetres(size))" \
        font-weight="\(weight)">\(Self.escaped(text))</text>
        """)
    }
    // Beside the code; a character is about 0.6 of its size wide.
    let beside = Self.width - Self.codeSide - 5
    text(Self.cut("Item \(code.item)", to: beside, size: 6), size: 6, weight: "bold")
    for (label, size, most) in [
      ("Case \(code.caseNumber)", 4.2, 2), (title, 3.2, 2), (description, 3.2, 4),
      (serial.map { "Serial \($0)" } ?? "", 3.2, 1), (organisation ?? "", 2.8, 1),
    ] {
      for part in Self.wrapped(label, to: beside, size: size, most: most) {
        line += size * 1.35
        text(part, size: size)
      }
    }
    line = 49
    for (label, digest) in [
      ("SHA-256 of the manifest \(code.manifest?.acquisition ?? "")", code.manifest?.sha256),
      ("SHA-256 of the signing certificate", code.signer),
    ] {
      text(label, size: 2)
      line += 3
      text(digest.map(Self.grouped) ?? "not acquired yet", size: 2)
      line += 4
    }
    lines.append("</g>")
    lines.append(Self.drawing(of: qr))
    lines.append("</svg>\n")
    return lines.joined(separator: "\n")
  }

  /// The code at the top right, one path.
  private static func drawing(of qr: QRCode) -> String {
    """
    <svg x="\(millimetres(width - codeSide))" y="0" width="\(millimetres(codeSide))" \
    height="\(millimetres(codeSide))" \(qr.drawing)
    """
  }

  /// Eight groups of eight digits, easier to compare by eye.
  private static func grouped(_ digest: Digest) -> String {
    let hex = Array(digest.hex)
    return stride(from: 0, to: hex.count, by: 8).map { String(hex[$0..<min($0 + 8, hex.count)]) }.joined(
      separator: " ")
  }

  private static func perLine(_ width: Double, _ size: Double) -> Int { Int(width / (size * 0.6)) }

  private static func cut(_ text: String, to width: Double, size: Double) -> String {
    wrapped(text, to: width, size: size, most: 1).first ?? ""
  }

  /// Lines of at most `width` mm; what does not fit into `most` of them ends in `…`.
  private static func wrapped(_ text: String, to width: Double, size: Double, most: Int) -> [String] {
    let longest = perLine(width, size)
    var lines: [String] = []
    for word in HumanText.singleLine(text).split(separator: " ") {
      var rest = word
      if let last = lines.last, last.count + 1 + rest.count <= longest {
        lines[lines.count - 1] = "\(last) \(rest)"
        continue
      }
      while !rest.isEmpty {
        lines.append(String(rest.prefix(longest)))
        rest = rest.dropFirst(longest)
      }
    }
    guard lines.count > most else { return lines }
    return lines.prefix(most - 1) + [lines[most - 1].prefix(longest - 1) + "…"]
  }

  private static func millimetres(_ value: Double) -> String {
    let hundredths = Int((value * 100).rounded())
    let fraction = hundredths % 100
    if fraction == 0 { return "\(hundredths / 100)" }
    return "\(hundredths / 100)." + (fraction < 10 ? "0" : "") + "\(fraction)"
  }

  /// As character data or attribute of XML. Control characters, which XML cannot carry, are spaces.
  private static func escaped(_ text: String) -> String {
    var result = ""
    for character in HumanText.singleLine(text).unicodeScalars {
      switch character {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      case "\u{FFFE}", "\u{FFFF}": result += " "
      default: result.unicodeScalars.append(character)
      }
    }
    return result
  }
}
