import Digests
import Evidence

/// A random draw that can be repeated from its seed, and what it can have missed.
package enum Sampling {
  /// - Parameters:
  ///   - count: to draw, at most as many as there are.
  ///   - seed: the same seed draws the same from the same.
  /// - Returns: in the order of `numbers`.
  package static func draw(_ count: Int, from numbers: [UInt64], seed: [UInt8]) -> [UInt64] {
    // Each number has a place of its own by SHA-256, which nobody foresees who does not know the seed.
    let places = numbers.map { number in
      (Digest.of(seed + Array("\(number)".utf8), .sha256).bytes, number)
    }
    let drawn = places.sorted { $0.0.lexicographicallyPrecedes($1.0) }.prefix(max(0, count)).map(\.1)
    return drawn.sorted()
  }

  /// The probability that none of so many bad ones is in the sample: C(N−k, n) / C(N, n).
  package static func missProbability(drawn: Int, of total: Int, bad: Int) -> Double {
    guard drawn + bad <= total else { return 0 }
    return (0..<bad).reduce(1.0) { $0 * Double(total - drawn - $1) / Double(total - $1) }
  }

  /// How many bad ones there can be, at most, where none was drawn, with 95 % confidence.
  package static func mostBad(drawn: Int, of total: Int) -> Int {
    guard drawn > 0 else { return total }
    var bad = 0
    while bad < total - drawn, missProbability(drawn: drawn, of: total, bad: bad + 1) > 0.05 { bad += 1 }
    return bad
  }
}
