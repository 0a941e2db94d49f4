internal import CErasureCode

/// An erasure code over GF(2⁸), polynomial x⁸ + x⁴ + x³ + x² + 1 (0x11d): of `data` shards and `parity` shards any `parity`
/// may be lost. Parity shard j is the sum over c of a(j, c) × data shard c, byte by byte, where a(j, c) is the inverse of
/// (data + j) XOR c: a Cauchy matrix, of which every square part can be inverted. Computed by ISA-L.
package final class ErasureCode: Sendable {
  /// Most shards of one stripe, data and parity together: the field has no more elements.
  package static let mostShards = 255
  /// Bytes that are coded in one go, so that the parity stays in the processor's cache.
  private static let slice = 1 << 16

  package let data: Int
  package let parity: Int
  private let tables: [UInt8]

  /// - Precondition: both at least 1, together at most ``mostShards``.
  package init(data: Int, parity: Int) {
    precondition(data > 0 && parity > 0 && data + parity <= Self.mostShards)
    self.data = data
    self.parity = parity
    tables = Self.tables(
      rows: (0..<parity).map { row in (0..<data).map { Self.coefficient(row, $0, data) } })
  }

  private static func coefficient(_ row: Int, _ column: Int, _ data: Int) -> UInt8 {
    gf_inv(UInt8((data + row) ^ column))
  }

  private static func tables(rows: [[UInt8]]) -> [UInt8] {
    let columns = rows.first?.count ?? 0
    var coefficients = rows.flatMap { $0 }
    return [UInt8](unsafeUninitializedCapacity: 32 * rows.count * columns) { tables, count in
      ec_init_tables(Int32(columns), Int32(rows.count), &coefficients, tables.baseAddress)
      count = 32 * rows.count * columns
    }
  }

  /// Adds a data shard to all parity shards of its stripe.
  /// - Parameters:
  ///   - shard: a multiple of 64 bytes.
  ///   - column: 0 to ``data`` - 1.
  ///   - parity: where each parity shard is, as many bytes as `shard` has.
  package func add(
    _ shard: UnsafeRawBufferPointer, column: Int, to parity: [UnsafeMutableRawPointer]
  ) {
    precondition(parity.count == self.parity && (0..<data).contains(column))
    guard let base = shard.baseAddress else { return }
    for start in stride(from: 0, to: shard.count, by: Self.slice) {
      let count = min(Self.slice, shard.count - start)
      let source = UnsafeMutableRawPointer(mutating: base + start).assumingMemoryBound(to: UInt8.self)
      var targets = parity.map { Optional(($0 + start).assumingMemoryBound(to: UInt8.self)) }
      tables.withUnsafeBufferPointer { tables in
        ec_encode_data_update(
          Int32(count), Int32(data), Int32(self.parity), Int32(column),
          UnsafeMutablePointer(mutating: tables.baseAddress), source, &targets)
      }
    }
  }

  /// How the lost data shards of a stripe come from what is left of it.
  package struct Recovery: Sendable {
    /// The shards it takes: data shards by their column, then parity shard j as ``ErasureCode/data`` + j.
    package let sources: [Int]
    /// The columns that come back.
    package let lost: [Int]
    fileprivate let tables: [UInt8]

    /// Computes a slice of the lost shards.
    /// - Parameters:
    ///   - count: bytes, a multiple of 64.
    ///   - sources: where the slices of ``sources`` are, in their order.
    ///   - lost: where those of ``lost`` go.
    package func restore(
      _ count: Int, from sources: [UnsafeMutableRawBufferPointer], to lost: [UnsafeMutableRawBufferPointer]
    ) {
      precondition(sources.count == self.sources.count && lost.count == self.lost.count)
      precondition((sources + lost).allSatisfy { $0.count >= count })
      var from = sources.map { $0.baseAddress?.assumingMemoryBound(to: UInt8.self) }
      var to = lost.map { $0.baseAddress?.assumingMemoryBound(to: UInt8.self) }
      tables.withUnsafeBufferPointer { tables in
        ec_encode_data(
          Int32(count), Int32(sources.count), Int32(lost.count),
          UnsafeMutablePointer(mutating: tables.baseAddress), &from, &to)
      }
    }
  }

  /// - Parameters:
  ///   - lost: columns of data shards, at least one, each once.
  ///   - rows: parity shards that are intact; as many are used as shards are lost.
  /// - Returns: `nil` where there are fewer.
  package func recovery(lost: [Int], rows: [Int]) -> Recovery? {
    guard !lost.isEmpty, rows.count >= lost.count else { return nil }
    let rows = rows.prefix(lost.count)
    let count = lost.count
    var matrix = rows.flatMap { row in lost.map { Self.coefficient(row, $0, data) } }
    var inverse = [UInt8](repeating: 0, count: count * count)
    guard gf_invert_matrix(&matrix, &inverse, Int32(count)) == 0 else { return nil }
    let missing = Set(lost)
    let intact = (0..<data).filter { !missing.contains($0) }
    // What a lost shard takes of an intact one is what all its parity shards take of it.
    let table = (0..<count).map { target in
      intact.map { column in
        rows.enumerated().reduce(UInt8(0)) { sum, row in
          sum ^ gf_mul(inverse[target * count + row.offset], Self.coefficient(row.element, column, data))
        }
      } + (0..<count).map { inverse[target * count + $0] }
    }
    return Recovery(
      sources: intact + rows.map { data + $0 }, lost: lost, tables: Self.tables(rows: table))
  }
}
