import Evidence

/// Corrects sectors of mode 1 and form 1 by their P and Q parity (ECMA-130 annex A): two product codes, RS(26,24) and
/// RS(45,43), each of which finds one wrong byte by itself or restores two whose places are known.
package enum SectorRepair {
  /// A sector made whole.
  package struct Outcome: Hashable, Sendable {
    package let sector: [UInt8]
    /// Offsets of the bytes that were changed, ascending.
    package let changed: [Int]
  }

  /// Rounds of P and Q, each of which may make the other possible.
  private static let rounds = 12

  /// The sector with EDC, P and Q all right. Nothing but that counts as success.
  /// - Parameters:
  ///   - sector: 2352 bytes.
  ///   - kind: `mode1` or `form1`; `nil` tries what the sector says, then both.
  ///   - erasures: offsets of bytes known to be wrong, e.g. from C2.
  /// - Returns: `nil` where it cannot be corrected. A sound sector comes back unchanged.
  package static func repair(
    _ sector: [UInt8], as kind: SectorKind? = nil, erasures: Set<Int> = []
  ) -> Outcome? {
    precondition(sector.count == SectorCodec.size)
    if let kind { return attempt(sector, kind, erasures) }
    let first: SectorKind = sector[15] == 2 ? .form1 : .mode1
    return attempt(sector, first, erasures) ?? attempt(sector, first == .form1 ? .mode1 : .form1, erasures)
  }

  private static func attempt(_ sector: [UInt8], _ kind: SectorKind, _ erasures: Set<Int>) -> Outcome? {
    guard kind == .mode1 || kind == .form1 else { return nil }
    // The header of form 1 is outside the code: a wrong one is neither seen nor mended by it.
    var block = Array(sector[12...])
    if kind == .form1 { block.replaceSubrange(0..<4, with: [0, 0, 0, 0]) }
    var erased = Set(erasures.filter { $0 >= 12 }.map { $0 - 12 })
    for _ in 0..<rounds {
      let before = block
      for vector in pVectors { correct(&block, vector, &erased) }
      for vector in qVectors { correct(&block, vector, &erased) }
      if block == before { break }
    }
    if kind == .form1 {
      guard block[..<4].allSatisfy({ $0 == 0 }) else { return nil }
      block.replaceSubrange(0..<4, with: sector[12..<16])
    }
    let repaired = SectorCodec.sync + block
    let report = SectorReport(of: repaired.span.bytes)
    guard report.kind == kind, report.edc == .right, report.p == .right, report.q == .right else {
      return nil
    }
    return Outcome(sector: repaired, changed: repaired.indices.filter { repaired[$0] != sector[$0] })
  }

  /// One code word after another: offsets from byte 12, data first, then the two parity bytes.
  private static let pVectors: [[Int]] = (0..<86).map { column in (0..<26).map { column + 86 * $0 } }

  private static let qVectors: [[Int]] = (0..<52).map { number in
    let start = number / 2 * 86 + number % 2
    return (0..<43).map { (start + 88 * $0) % 2236 } + [2236 + number, 2236 + 52 + number]
  }

  private static func correct(_ block: inout [UInt8], _ vector: [Int], _ erased: inout Set<Int>) {
    var sum: UInt8 = 0
    var weighted: UInt8 = 0
    for place in vector {
      weighted = Field.product(weighted, 2) ^ block[place]
      sum ^= block[place]
    }
    let known = vector.indices.filter { erased.contains(vector[$0]) }
    if sum == 0 && weighted == 0 {
      for index in known { erased.remove(vector[index]) }
      return
    }
    func weight(_ index: Int) -> UInt8 { Field.power(vector.count - 1 - index) }
    if known.count == 2 {
      let (one, two) = (weight(known[0]), weight(known[1]))
      let first = Field.quotient(weighted ^ Field.product(sum, two), one ^ two)
      block[vector[known[0]]] ^= first
      block[vector[known[1]]] ^= sum ^ first
      for index in known { erased.remove(vector[index]) }
      return
    }
    // One wrong byte: its value is the sum, its place the quotient.
    guard sum != 0, weighted != 0, known.count < 2 else { return }
    let index = vector.count - 1 - Field.logarithm(Field.quotient(weighted, sum))
    guard vector.indices.contains(index), known.isEmpty || known == [index] else { return }
    block[vector[index]] ^= sum
    erased.remove(vector[index])
  }
}

/// GF(2^8) with the polynomial x^8 + x^4 + x^3 + x^2 + 1.
private enum Field {
  private static let powers: [UInt8] = {
    var value = 1
    return (0..<510).map { _ in
      defer { value = value << 1 ^ (value & 0x80 != 0 ? 0x11D : 0) }
      return UInt8(value)
    }
  }()

  private static let logarithms: [Int] = {
    var table = [Int](repeating: 0, count: 256)
    for exponent in 0..<255 { table[Int(powers[exponent])] = exponent }
    return table
  }()

  static func power(_ exponent: Int) -> UInt8 { powers[exponent] }
  /// - Precondition: `value` is not 0.
  static func logarithm(_ value: UInt8) -> Int { logarithms[Int(value)] }

  static func product(_ a: UInt8, _ b: UInt8) -> UInt8 {
    a == 0 || b == 0 ? 0 : powers[logarithm(a) + logarithm(b)]
  }

  static func quotient(_ a: UInt8, _ b: UInt8) -> UInt8 {
    a == 0 ? 0 : powers[logarithm(a) + 255 - logarithm(b)]
  }
}
