import CaseRecords
import Evidence

/// How fast the medium was read, over its length.
package struct ReadRateDrawing {
  private static let (left, top, width, height) = (110.0, 10.0, 600.0, 110.0)

  private let rate: ReadRate
  private let length: UInt64
  private let words: Wording

  /// - Parameter length: bytes of the medium.
  /// - Returns: `nil` where too little is known for a curve.
  package init?(_ rate: ReadRate, length: UInt64, _ words: Wording) {
    guard rate.stretches.count > 1, length > 0 else { return nil }
    self.rate = rate
    self.length = length
    self.words = words
  }

  /// Slowest, mean and fastest stretch in bytes per second.
  private var range: (slowest: Double, mean: Double, fastest: Double) {
    let stretches = rate.stretches
    let bytes = stretches.reduce(0.0) { $0 + Double($1.to - $1.from) }
    let seconds = stretches.reduce(0.0) { $0 + Double($1.to - $1.from) / $1.rate }
    return (stretches.map(\.rate).min() ?? 0, bytes / seconds, stretches.map(\.rate).max() ?? 0)
  }

  package var text: String {
    let range = range
    return words(.rateWords, rate(range.slowest), rate(range.mean), rate(range.fastest))
  }

  package var svg: String {
    let top = Self.roundedUp(range.fastest)
    var drawing = SVG(width: Int(Self.left + Self.width) + 12, height: Int(Self.top + Self.height) + 26)
    for step in 0...4 {
      let y = Self.top + Self.height * (1 - Double(step) / 4)
      drawing.line(
        from: (Self.left, y), to: (Self.left + Self.width, y), color: step == 0 ? SVG.ink : "#d4d4d0")
      drawing.text(
        rate(top * Double(step) / 4), x: Self.left - 6, y: y + 4, anchor: .end, color: SVG.faint)
    }
    for step in 0...4 {
      let x = Self.left + Self.width * Double(step) / 4
      drawing.line(from: (x, Self.top + Self.height), to: (x, Self.top + Self.height + 3))
      drawing.text(
        words.size(length / 4 * UInt64(step)), x: x, y: Self.top + Self.height + 15,
        anchor: step == 0 ? .start : step == 4 ? .end : .middle, color: SVG.faint)
    }
    var points: [(Double, Double)] = []
    for stretch in rate.stretches {
      let y = Self.top + Self.height * (1 - stretch.rate / top)
      points += [(place(stretch.from), y), (place(stretch.to), y)]
    }
    drawing.curve(points, color: "#1d4f7c")
    return drawing.markup(text)
  }

  private func place(_ bytes: UInt64) -> Double { Self.left + Self.width * Double(bytes) / Double(length) }

  /// In the unit that suits the fastest, the same for all.
  private func rate(_ value: Double) -> String {
    range.fastest < 1_000_000
      ? "\(words.decimal(value / 1000)) kB/s" : "\(words.decimal(value / 1_000_000)) MB/s"
  }

  /// The next 1, 2 or 5 times a power of ten.
  private static func roundedUp(_ value: Double) -> Double {
    var unit = 1.0
    while unit * 10 < value { unit *= 10 }
    return [1.0, 2, 5, 10].map { $0 * unit }.first { $0 >= value } ?? value
  }
}
