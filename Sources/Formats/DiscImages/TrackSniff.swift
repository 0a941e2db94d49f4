import Evidence
import OpticalDisc

/// What the sectors of a track are, whatever its description says of them.
enum TrackSniff {
  struct Found {
    /// `nil` where the sectors that were looked at are zero, or there are none.
    var mode: TrackMode?
    var isScrambled = false
  }

  /// Sectors of a data track that are looked at, spread over it, until one has a header.
  private static let most = 16

  /// - Parameters:
  ///   - run: whole sectors, from index 1.
  ///   - count: how many there are.
  ///   - lba: of the first.
  ///   - isData: what the description says. Audio is only taken for data where its first sectors are.
  /// - Throws: `readFailed`.
  static func look(
    at run: StoredRun, count: Int, from lba: Int, isData: Bool, _ files: [any DiscFile]
  ) throws(EvidenceError) -> Found {
    let places =
      isData
      ? Set((0..<most).map { $0 * count / most }).sorted() : Array(0..<min(2, count))
    var found = Found()
    var modes: [TrackMode] = []
    for place in places where place < count {
      let offset = run.offset + UInt64(place * run.stride)
      let sector = try files[run.file].bytes(at: offset, count: SectorCodec.size)
      guard sector.count == SectorCodec.size else { break }
      guard sector.starts(with: SectorCodec.sync) else {
        if sector.contains(where: { $0 != 0 }) { modes.append(.audio) }
        continue
      }
      var plain = sector
      let isScrambled = Scrambler.isScrambled(sector, lba: lba + place)
      if isScrambled { Scrambler.apply(to: &plain) }
      guard let mode = [.mode0, .mode1, .mode2][safe: Int(plain[15] & 0x1F)] else { continue }
      modes.append(mode)
      found.isScrambled = isScrambled
      if isData { return Found(mode: mode, isScrambled: isScrambled) }
    }
    if let first = modes.first, modes.allSatisfy({ $0.isData == first.isData }) {
      found.mode = first
    } else {
      found.mode = modes.isEmpty ? nil : .audio
    }
    if found.mode?.isData != true { found.isScrambled = false }
    return found
  }
}

extension Array where Element == TrackMode {
  fileprivate subscript(safe index: Int) -> Element? { indices.contains(index) ? self[index] : nil }
}
