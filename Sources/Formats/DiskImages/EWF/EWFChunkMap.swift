import Evidence

/// The chunks that one table locates.
struct EWFChunkGroup {
  /// Index into the files of the set.
  let file: Int
  /// Where stored chunks may lie in the file.
  let data: Range<UInt64>
  /// The better copy of the table.
  let table: EWFTable
  /// The other copy, for chunks that this one does not locate.
  let alternate: EWFTable?
  /// Number of its first chunk in the contents.
  fileprivate(set) var firstChunk: UInt64 = 0

  init(file: Int, data: Range<UInt64>, table: EWFTable, alternate: EWFTable?) {
    self.file = file
    self.data = data
    self.table = table
    self.alternate = alternate
  }

  var count: UInt64 { UInt64(table.count) }
  var endChunk: UInt64 { firstChunk + count }
}

/// A `sectors` section whose chunks no table locates.
struct EWFOrphan {
  /// Index into the files of the set.
  let file: Int
  /// Where its chunks lie.
  let data: Range<UInt64>
}

/// What follows what in a set, as far as it counts chunks.
enum EWFRunStep {
  /// This many chunks with a table that can be trusted.
  case chunks(UInt64)
  case orphan(EWFOrphan)
  /// An unknown number of chunks is lost.
  case gap
}

/// Which table locates which chunk. Memory grows with the number of tables, not of chunks.
struct EWFChunkMap {
  /// In chunk order, without overlaps; gaps are chunks that no table locates.
  let groups: [EWFChunkGroup]
  /// Runs of chunks that no table locates.
  let missing: [Range<UInt64>]
  /// Chunks that the tables hold beyond what the volume says.
  let surplus: UInt64
  /// Tables whose place in the contents nobody can tell, because something before and after them is lost.
  let unplaced: Int
  /// Tables that are left aside, because with them more chunks would be located than the files can hold.
  let overclaiming: Int
  /// Tables and sections without one in the order of the files.
  let steps: [EWFRunStep]

  /// Collects tables in file order.
  struct Builder {
    private var groups: [EWFChunkGroup] = []
    /// Indices into `groups` before which an unknown number of chunks is lost.
    private var breaks: [Int] = []
    private var steps: [EWFRunStep] = []

    mutating func add(_ group: EWFChunkGroup) {
      groups.append(group)
      steps.append(.chunks(group.count))
    }

    /// Notes that an unknown number of chunks is lost here.
    mutating func addBreak() {
      markBreak()
      steps.append(.gap)
    }

    /// Notes chunks that lie here without a table; how many is not known.
    mutating func add(_ orphan: EWFOrphan) {
      markBreak()
      steps.append(.orphan(orphan))
    }

    private mutating func markBreak() {
      if breaks.last != groups.count { breaks.append(groups.count) }
    }

    /// Numbers the chunks. Up to the first break they count from the start; behind the last break from the end,
    /// if the end is known; what lies between two breaks has no place.
    /// - Parameters:
    ///   - chunkCount: as the volume says.
    ///   - isEndKnown: whether the last table of the set was found.
    ///   - room: chunks that the files can hold.
    func build(chunkCount: UInt64, isEndKnown: Bool, room: UInt64) -> EWFChunkMap {
      let firstBreak = breaks.first ?? groups.count
      let lastBreak = breaks.last ?? groups.count
      var placed: [EWFChunkGroup] = []
      var next: UInt64 = 0
      var located: UInt64 = 0
      var overclaiming = 0
      func place(_ group: EWFChunkGroup, at first: UInt64) -> UInt64 {
        var group = group
        group.firstChunk = first
        if located + group.count <= room {
          located += group.count
          placed.append(group)
        } else {
          overclaiming += 1
        }
        return group.endChunk
      }
      for group in groups[..<firstBreak] where next < chunkCount { next = place(group, at: next) }
      let total = groups.reduce(UInt64(0)) { $0 + $1.count }
      let behind = groups[lastBreak...]
      let tail = behind.reduce(UInt64(0)) { $0 + $1.count }
      var unplaced = lastBreak - firstBreak
      if !behind.isEmpty {
        if isEndKnown, tail <= chunkCount, next <= chunkCount - tail {
          var position = chunkCount - tail
          for group in behind { position = place(group, at: position) }
        } else {
          unplaced += behind.count
        }
      }
      var missing: [Range<UInt64>] = []
      var covered: UInt64 = 0
      for group in placed {
        if group.firstChunk > covered { missing.append(covered..<group.firstChunk) }
        covered = group.endChunk
      }
      if covered < chunkCount { missing.append(covered..<chunkCount) }
      return EWFChunkMap(
        groups: placed, missing: missing,
        surplus: breaks.isEmpty && total > chunkCount ? total - chunkCount : 0,
        unplaced: unplaced, overclaiming: overclaiming, steps: steps)
    }
  }

  /// What is stored and has no place in the contents, for people; empty where nothing is.
  /// - Parameter chunkCount: of the contents.
  func leftOut(chunkCount: UInt64) -> [String] {
    var parts: [String] = []
    if surplus > 0 { parts.append("\(surplus) chunks behind the end that the volume states") }
    if unplaced > 0 { parts.append("the chunks of \(unplaced) tables without a known place") }
    if overclaiming > 0 { parts.append("the chunks of \(overclaiming) tables that claim too many") }
    var known: UInt64 = 0
    var orphans = 0
    for step in steps {
      switch step {
      case .chunks(let count): known += count
      case .orphan: if known >= chunkCount { orphans += 1 }
      case .gap: break
      }
    }
    if orphans > 0 { parts.append("\(orphans) sections of chunks behind the end that the volume states") }
    return parts
  }

  /// The first chunk at or behind `chunk` that a table locates; `nil` where none does.
  func firstLocated(from chunk: UInt64) -> UInt64? {
    let index = groupIndex(at: chunk)
    return index < groups.count ? max(chunk, groups[index].firstChunk) : nil
  }

  /// The sectors of `missing`, one range each.
  func missingSectors(of volume: EWFVolume) -> [SectorRange] {
    missing.map { run in
      // Runs end at the chunks that the volume's sectors need, so none is empty.
      let size = UInt64(volume.sectorsPerChunk)
      return SectorRange(run.lowerBound * size..<min(run.upperBound * size, volume.sectorCount))
    }
  }

  /// Index of the first group that ends behind `chunk`; `groups.count` where none does.
  func groupIndex(at chunk: UInt64) -> Int {
    var low = 0
    var high = groups.count
    while low < high {
      let middle = (low + high) / 2
      if groups[middle].endChunk <= chunk { low = middle + 1 } else { high = middle }
    }
    return low
  }
}
