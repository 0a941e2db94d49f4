import Evidence

/// Which bytes of which files a parity file protects together.
///
/// The files are cut into **columns**, ranges of one file, and columns into shards of one size; the last shard of a column may
/// be shorter and counts as filled up with zeros. A **group** has up to 254 columns; its stripe t is shard t of each. Shards
/// that lie side by side in a file are therefore of different stripes: a burst of damage takes one shard of each.
package struct ParityLayout: Hashable, Sendable {
  package struct Column: Hashable, Sendable {
    /// Place in the list of files.
    package let file: Int
    /// In the file, a multiple of the size of a shard.
    package let offset: UInt64
    /// In bytes, at least 1.
    package let length: UInt64

    package init(file: Int, offset: UInt64, length: UInt64) {
      self.file = file
      self.offset = offset
      self.length = length
    }
  }

  package struct Group: Hashable, Sendable {
    /// Shards of the longest column.
    package let stripes: Int
    /// Parity shards of each stripe.
    package let parity: Int
    package let columns: [Column]
  }

  /// Where the parts of a group are: in the table of digests, and in the parity itself.
  package struct Place: Hashable, Sendable {
    /// Of the first shard of each column, in the table.
    package let columns: [Int]
    /// Of the first parity shard, in the table.
    package let parity: Int
    /// Bytes before the parity of this group.
    package let offset: UInt64
  }

  /// Bytes, a power of two within ``shardSizes``.
  package let shardSize: Int
  package let groups: [Group]
  package let places: [Place]
  /// Data and parity shards of all groups.
  package let shardCount: Int
  /// Bytes of parity.
  package let parityLength: UInt64

  package static let shardSizes = 4096...(4 << 20)
  /// Most shards of a parity file: a table of 256 MiB.
  package static let mostShards = 1 << 23
  package static let mostColumns = 1 << 20

  /// - Parameter sizes: of the files, in bytes.
  /// - Throws: what is wrong, where the groups do not cover each byte of each file exactly once.
  package init(shardSize: Int, groups: [Group], sizes: [UInt64]) throws(Flaw) {
    guard Self.shardSizes.contains(shardSize), shardSize & (shardSize - 1) == 0 else {
      throw Flaw("a shard size of \(shardSize)")
    }
    var places: [Place] = []
    var (shards, offset, columns) = (0, UInt64(0), 0)
    var ranges: [Int: [Range<UInt64>]] = [:]
    for group in groups {
      columns += group.columns.count
      guard columns <= Self.mostColumns else { throw Flaw("more than \(Self.mostColumns) columns") }
      guard !group.columns.isEmpty, group.parity > 0,
        group.columns.count + group.parity <= ErasureCode.mostShards,
        group.stripes > 0, group.stripes <= Self.mostShards
      else { throw Flaw("a group of \(group.columns.count) columns and \(group.parity) parity shards") }
      var starts: [Int] = []
      var longest = 0
      for column in group.columns {
        guard sizes.indices.contains(column.file), column.length > 0,
          column.offset % UInt64(shardSize) == 0, column.offset < sizes[column.file],
          column.length <= sizes[column.file] - column.offset
        else { throw Flaw("a column outside of its file") }
        let count = Self.shards(column.length, shardSize)
        guard count <= group.stripes else { throw Flaw("a column longer than its group") }
        longest = max(longest, Int(count))
        starts.append(shards)
        shards += Int(count)
        ranges[column.file, default: []].append(column.offset..<column.offset + column.length)
        guard shards <= Self.mostShards else { throw Flaw("more than \(Self.mostShards) shards") }
      }
      guard longest == group.stripes else { throw Flaw("a group with more stripes than shards") }
      places.append(Place(columns: starts, parity: shards, offset: offset))
      shards += group.parity * group.stripes
      guard shards <= Self.mostShards else { throw Flaw("more than \(Self.mostShards) shards") }
      offset += UInt64(group.parity * group.stripes) * UInt64(shardSize)
    }
    for (file, size) in sizes.enumerated() {
      let sorted = (ranges[file] ?? []).sorted { $0.lowerBound < $1.lowerBound }
      var end: UInt64 = 0
      for range in sorted {
        guard range.lowerBound == end else { throw Flaw("bytes that no column covers, or two") }
        end = range.upperBound
      }
      guard end == size else { throw Flaw("bytes that no column covers") }
    }
    self.shardSize = shardSize
    self.groups = groups
    self.places = places
    shardCount = shards
    parityLength = offset
  }

  /// Why groups are not accepted.
  package struct Flaw: Error, Hashable, Sendable {
    package let reason: String
    init(_ reason: String) { self.reason = reason }
  }

  static func shards(_ length: UInt64, _ shardSize: Int) -> UInt64 {
    length / UInt64(shardSize) + (length % UInt64(shardSize) == 0 ? 0 : 1)
  }

  /// Shards of a column.
  package func count(_ column: Column) -> Int { Int(Self.shards(column.length, shardSize)) }

  /// The bytes of a shard in the file of its column.
  package func bytes(_ column: Column, _ shard: Int) -> Range<UInt64> {
    let start = UInt64(shard) * UInt64(shardSize)
    return column.offset + start..<column.offset + min(start + UInt64(shardSize), column.length)
  }

  /// Where a parity shard is, from the beginning of the parity.
  package func offset(ofParity row: Int, stripe: Int, group: Int) -> UInt64 {
    places[group].offset + UInt64(row * groups[group].stripes + stripe) * UInt64(shardSize)
  }

  /// The same in the table of digests.
  package func index(ofParity row: Int, stripe: Int, group: Int) -> Int {
    places[group].parity + row * groups[group].stripes + stripe
  }
}

// MARK: - Planning

extension ParityLayout {
  /// Columns of a group of one file.
  private static let usualColumns = 100
  /// Bytes of parity that are computed at a time, at most, unless a single stripe has more.
  private static let mostParity = 128 << 20
  /// Columns of a group across files.
  private static let mostFiles = 128
  private static let mostPlannedColumns = 50_000

  /// 4 KiB for what is small, 64 KiB from 1 GiB on, more from 32 GiB on.
  /// - Throws: `fileTooLarge` past 16 TiB.
  private static func shardSize(for total: UInt64) throws(EvidenceError) -> Int {
    var size = shardSizes.lowerBound
    while size < 1 << 16, total / UInt64(size) > 1 << 15 { size *= 2 }
    while size < shardSizes.upperBound, total / UInt64(size) > 1 << 19 { size *= 2 }
    guard total / UInt64(size) < 1 << 22 else {
      throw EvidenceError(.fileTooLarge, HumanText.size(total), "at most 16 TiB in one parity file")
    }
    return size
  }

  private static func plan(
    _ shardSize: Int, _ groups: [Group], _ sizes: [UInt64]
  ) throws(EvidenceError) -> ParityLayout {
    do throws(Flaw) { return try ParityLayout(shardSize: shardSize, groups: groups, sizes: sizes) } catch {
      throw EvidenceError(.fileTooLarge, HumanText.size(sizes.reduce(0, &+)), error.reason)
    }
  }

  /// Parity of one file by itself.
  /// - Parameters:
  ///   - size: at least 1 byte.
  ///   - percent: parity of so many shards in a hundred, 1 to 100.
  /// - Throws: `fileTooLarge`.
  package static func file(size: UInt64, percent: Double) throws(EvidenceError) -> ParityLayout {
    let shardSize = try shardSize(for: size)
    let all = shards(size, shardSize)
    func parity(_ columns: UInt64) -> Int {
      max(columns > 1 ? 2 : 1, Int((Double(columns) * percent / 100).rounded(.up)))
    }
    var most = UInt64(max(1, mostParity / (parity(UInt64(usualColumns)) * shardSize)))
    while all / most > UInt64(mostColumns / 2) { most *= 2 }
    let groupCount = (all + UInt64(usualColumns) * most - 1) / (UInt64(usualColumns) * most)
    let groupShards = (all + groupCount - 1) / groupCount
    var groups: [Group] = []
    for first in stride(from: UInt64(0), to: all, by: Int(groupShards)) {
      let count = min(groupShards, all - first)
      let stripes = (count + UInt64(usualColumns) - 1) / UInt64(usualColumns)
      let columns = stride(from: first, to: first + count, by: Int(stripes)).map { start in
        let end = min(min(start + stripes, first + count) * UInt64(shardSize), size)
        return Column(
          file: 0, offset: start * UInt64(shardSize), length: end - start * UInt64(shardSize))
      }
      groups.append(
        Group(stripes: Int(stripes), parity: parity(UInt64(columns.count)), columns: columns))
    }
    return try plan(shardSize, groups, [size])
  }

  /// Parity across files, so that whole ones come back.
  /// - Parameters:
  ///   - sizes: in bytes, at least one above 0.
  ///   - lost: files of each 128 that may be lost, 1 to 100.
  /// - Throws: `fileTooLarge`.
  package static func across(sizes: [UInt64], lost: Int) throws(EvidenceError) -> ParityLayout {
    let shardSize = try shardSize(for: sizes.reduce(0, &+))
    let files = sizes.indices.filter { sizes[$0] > 0 }
    let blockCount = (files.count + mostFiles - 1) / mostFiles
    let blockSize = max(1, (files.count + blockCount - 1) / max(1, blockCount))
    let longest = sizes.max() ?? 0
    var band = UInt64(max(1, mostParity / (lost * shardSize))) * UInt64(shardSize)
    while longest / band * UInt64(files.count) > mostPlannedColumns { band *= 2 }
    var groups: [Group] = []
    for first in stride(from: 0, to: files.count, by: blockSize) {
      let block = files[first..<min(first + blockSize, files.count)]
      let end = block.map { sizes[$0] }.max() ?? 0
      for start in stride(from: UInt64(0), to: end, by: Int(band)) {
        let columns = block.filter { sizes[$0] > start }.map {
          Column(file: $0, offset: start, length: min(band, sizes[$0] - start))
        }
        let stripes = columns.map { shards($0.length, shardSize) }.max() ?? 0
        groups.append(Group(stripes: Int(stripes), parity: lost, columns: columns))
      }
    }
    return try plan(shardSize, groups, sizes)
  }
}
