/// Divides holdings into shards of about the same bytes, so that two shards seldom read the same spinning disk.
enum ShardLayout {
  /// What lies on media that turn is laid in one line, medium by medium, and the line is cut into as few pieces as fill
  /// shards: a medium is in as few shards as its bytes allow. Everything else goes, largest first, where least is.
  /// - Parameter count: at least 1.
  /// - Returns: numbers of items, by shard, in the order in which they are read.
  static func divide(_ items: [ArchiveItem], into count: Int) -> [[Int]] {
    var shards = [[Int]](repeating: [], count: count)
    var loads = [Double](repeating: 0, count: count)
    // An empty file takes time as well.
    let weights = items.map { Double($0.size) + 1 }
    let total = weights.reduce(0, +)
    guard total > 0 else { return shards }
    let turning = items.indices.filter { items[$0].isRotating }.sorted {
      (items[$0].medium, items[$0].number) < (items[$1].medium, items[$1].number)
    }
    let line = turning.reduce(0) { $0 + weights[$1] }
    let pieces = Double(min(count, Int((line / total * Double(count)).rounded(.up))))
    var start = 0.0
    for index in turning {
      // By its middle: a holding that is as long as a piece fills one.
      let shard = min(Int((start + weights[index] / 2) / line * pieces), count - 1)
      shards[shard].append(index)
      loads[shard] += weights[index]
      start += weights[index]
    }
    let others = items.indices.filter { !items[$0].isRotating }.sorted {
      (weights[$1], items[$0].number) < (weights[$0], items[$1].number)
    }
    var heap = LoadHeap(loads)
    for index in others { shards[heap.add(weights[index])].append(index) }
    return shards
  }
}

/// Which of many has least.
private struct LoadHeap {
  private var loads: [Double]
  /// Numbers of the loads; none has less than its parent.
  private var order: [Int]

  init(_ loads: [Double]) {
    self.loads = loads
    order = loads.indices.sorted { (loads[$0], $0) < (loads[$1], $1) }
  }

  /// Adds to the one that has least.
  /// - Returns: its number.
  mutating func add(_ weight: Double) -> Int {
    let least = order[0]
    loads[least] += weight
    var place = 0
    while case let left = 2 * place + 1, left < order.count {
      let right = left + 1
      let child = right < order.count && isLess(order[right], order[left]) ? right : left
      guard isLess(order[child], order[place]) else { break }
      order.swapAt(child, place)
      place = child
    }
    return least
  }

  private func isLess(_ one: Int, _ other: Int) -> Bool {
    (loads[one], one) < (loads[other], other)
  }
}
