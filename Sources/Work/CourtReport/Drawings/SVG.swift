import Evidence

/// Writes drawings as SVG that stands inside a page as well as in a file of its own.
///
/// Colours come with every shape, so that a drawing needs no style sheet; every text is escaped.
struct SVG {
  static let ink = "#222222"
  static let faint = "#6b6b6b"
  static let font = "Noto Sans, DejaVu Sans, Arial, sans-serif"

  private var body = ""
  let width: Int
  let height: Int
  /// Not as wide as the page.
  private let isSmall: Bool

  init(width: Int, height: Int, isSmall: Bool = false) {
    self.isSmall = isSmall
    self.width = width
    self.height = height
  }

  /// - Parameter words: what the drawing shows.
  func markup(_ words: String) -> String {
    """
    <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 \(width) \(height)" role="img" aria-label="\(Markup.escape(words))"\(isSmall ? " style=\"max-width: 4.2cm\"" : "")>
    <title>\(Markup.escape(words))</title>
    <g font-family="\(Self.font)" font-size="11">
    \(body)</g>
    </svg>

    """
  }

  mutating func rectangle(
    x: Double, y: Double, width: Double, height: Double, fill: String, stroke: String? = nil,
    title: String? = nil
  ) {
    let edge = stroke.map { " stroke=\"\($0)\" stroke-width=\"0.6\"" } ?? ""
    let shape =
      "<rect x=\"\(Self.number(x))\" y=\"\(Self.number(y))\" width=\"\(Self.number(width))\" height=\"\(Self.number(height))\" fill=\"\(fill)\"\(edge)"
    body += title.map { "\(shape)><title>\(Markup.escape($0))</title></rect>\n" } ?? "\(shape)/>\n"
  }

  mutating func line(from: (Double, Double), to: (Double, Double), color: String = ink) {
    body +=
      "<line x1=\"\(Self.number(from.0))\" y1=\"\(Self.number(from.1))\" x2=\"\(Self.number(to.0))\" y2=\"\(Self.number(to.1))\" stroke=\"\(color)\" stroke-width=\"0.6\"/>\n"
  }

  mutating func curve(_ points: [(Double, Double)], color: String) {
    let list = points.map { "\(Self.number($0.0)),\(Self.number($0.1))" }.joined(separator: " ")
    body += "<polyline points=\"\(list)\" fill=\"none\" stroke=\"\(color)\" stroke-width=\"1.5\"/>\n"
  }

  enum Anchor: String { case start, middle, end }

  mutating func text(_ text: String, x: Double, y: Double, anchor: Anchor = .start, color: String = ink) {
    body +=
      "<text x=\"\(Self.number(x))\" y=\"\(Self.number(y))\" text-anchor=\"\(anchor.rawValue)\" fill=\"\(color)\">\(Markup.escape(text))</text>\n"
  }

  /// Hundredths at most; the same on every machine.
  static func number(_ value: Double) -> String {
    let hundredths = Int64((value * 100).rounded())
    let (whole, rest) = (hundredths.magnitude / 100, hundredths.magnitude % 100)
    let fraction = rest == 0 ? "" : rest % 10 == 0 ? ".\(rest / 10)" : rest < 10 ? ".0\(rest)" : ".\(rest)"
    return (hundredths < 0 ? "-" : "") + "\(whole)\(fraction)"
  }
}

/// Text as part of HTML or XML.
///
/// Works on Unicode scalars: an escaping that looks at whole characters passes over a quotation mark that is followed
/// by a combining accent.
enum Markup {
  static func escape(_ text: String) -> String {
    var output = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
      switch scalar {
      case "<": output.append(contentsOf: "&lt;".unicodeScalars)
      case ">": output.append(contentsOf: "&gt;".unicodeScalars)
      case "&": output.append(contentsOf: "&amp;".unicodeScalars)
      case "\"": output.append(contentsOf: "&quot;".unicodeScalars)
      case "'": output.append(contentsOf: "&#39;".unicodeScalars)
      case "\n", "\t": output.append(scalar)
      // Allowed neither in HTML nor in XML.
      case "\0"..<" ", "\u{7f}"..<"\u{a0}", "\u{fffe}", "\u{ffff}": output.append("\u{fffd}")
      default: output.append(scalar)
      }
    }
    return String(output)
  }
}
