import DiscFiles
import Evidence
import SystemIO

/// In what two trees of one disc differ.
package struct TreeDifference: Hashable, Sendable {
  package enum Kind: String, Hashable, Sendable {
    case onlyIn = "only-in"
    case size
    /// Other sectors under the same name.
    case place
  }

  package let kind: Kind
  /// The tree that has the file, or that says otherwise.
  package let tree: DiscTree.Kind
  /// The tree it is compared with.
  package let other: DiscTree.Kind
  /// Of `tree`, and of `other`.
  package let sessions: [Int]
  /// In `tree`.
  package let path: String
  /// Bytes in both, where they differ.
  package let sizes: [UInt64]

  /// - Parameter others: of the same track.
  static func all(_ chosen: DiscTree, _ others: [DiscTree]) -> [TreeDifference] {
    guard !others.isEmpty else { return [] }
    let own = Places(chosen)
    return WorkerThreads.map(others.count, name: "differences") { number -> [TreeDifference] in
      let other = others[number]
      // Rock Ridge names what the same records of ISO 9660 hold.
      if Set([chosen.kind, other.kind]) == [.rockRidge, .iso9660] { return [] }
      let places = Places(other)
      return missing(places, in: own, comparing: true) + missing(own, in: places, comparing: false)
    }.flatMap(\.self)
  }

  /// What earlier sessions have and the chosen tree has not, or has otherwise: what a later session deleted or replaced.
  /// - Parameter earlier: the last first; what several have is told of the last.
  static func earlier(than chosen: DiscTree, _ earlier: [DiscTree]) -> [TreeDifference] {
    guard !earlier.isEmpty else { return [] }
    let own = Places(chosen)
    var seen: Set<String> = []
    return earlier.flatMap { tree in
      missing(Places(tree), in: own, comparing: true).filter { seen.insert($0.path).inserted }
    }
  }

  /// Files of a tree by the sectors they begin in.
  private final class Places: Sendable {
    let tree: DiscTree
    /// Sector and number of each file that has bytes, in this order.
    let bySector: [(sector: Int, index: Int)]
    /// Made when it is first wanted.
    private let byPath = Monitor<[String: Int]?>(nil)

    init(_ tree: DiscTree) {
      self.tree = tree
      var places: [(sector: Int, index: Int)] = []
      places.reserveCapacity(tree.entries.count)
      let entries = tree.entries.span
      for index in entries.indices where entries[index].kind == .file && entries[index].size > 0 {
        if let sector = entries[index].sector { places.append((sector, index)) }
      }
      // Most programs write files in the order of their names.
      let isOrdered = zip(places, places.dropFirst()).allSatisfy { $0.sector < $1.sector }
      bySector = isOrdered ? places : places.sorted { $0 < $1 }
    }

    /// The first file that begins there.
    func file(at sector: Int) -> Int? {
      var (low, high) = (0, bySector.count)
      while low < high {
        let middle = (low + high) / 2
        if bySector[middle].sector < sector { low = middle + 1 } else { high = middle }
      }
      return low < bySector.count && bySector[low].sector == sector ? bySector[low].index : nil
    }

    func file(called path: String) -> Int? {
      byPath.withLock { known in
        let paths = known ?? named()
        known = paths
        return paths[path.lowercased()]
      }
    }

    private func named() -> [String: Int] {
      Dictionary(
        tree.entries.indices.lazy.filter { self.tree.entries[$0].kind == .file }.map {
          (self.tree.entries[$0].path.lowercased(), $0)
        }
      ) { first, _ in first }
    }
  }

  /// Files of a tree that another does not have; by place on the disc, since names are written differently in each.
  private static func missing(_ places: Places, in other: Places, comparing: Bool) -> [TreeDifference] {
    func found(_ kind: Kind, _ entry: DiscEntry, _ sizes: [UInt64] = []) -> TreeDifference {
      TreeDifference(
        kind: kind, tree: places.tree.kind, other: other.tree.kind,
        sessions: [places.tree.session, other.tree.session], path: entry.path, sizes: sizes)
    }
    // Entries are looked at where they lie: copies of all of them take longer than the comparison.
    let (tree, otherTree) = (places.tree, other.tree)
    let entries = tree.entries.span
    let others = otherTree.entries.span
    var differences: [TreeDifference] = []
    for number in entries.indices {
      guard entries[number].kind == .file, entries[number].size > 0,
        !entries[number].marks.contains(.deleted)
      else { continue }
      let sector = entries[number].sector
      var index = sector.flatMap { other.file(at: $0) }
      if index == nil { index = other.file(called: entries[number].path) }
      guard let index else {
        differences.append(found(.onlyIn, entries[number]))
        continue
      }
      guard comparing else { continue }
      if others[index].size != entries[number].size {
        differences.append(found(.size, entries[number], [entries[number].size, others[index].size]))
      } else if let sector, let another = others[index].sector, sector != another {
        differences.append(found(.place, entries[number]))
      }
    }
    return differences
  }
}
