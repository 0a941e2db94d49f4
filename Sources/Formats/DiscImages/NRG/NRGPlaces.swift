import Evidence
import OpticalDisc

/// The addresses of tracks and indexes in CUES or CUEX.
struct NRGPlaces {
  private var places: [Int: [Int: Int]] = [:]
  private var controls: [Int: TrackControl] = [:]
  private(set) var leadOut: Int?
  private(set) var remarks: [String] = []

  init(_ group: NRGChunks.DiscAtOnce, isVersion2: Bool) {
    guard !isVersion2 else {
      take(group) { bytes in
        bytes.span.bytes.bigEndian(at: 0, as: UInt32.self).map { Int(Int32(bitPattern: $0)) }
      }
      return
    }
    // Times of version 1 are in BCD, or in binary: the sizes of the tracks agree with one of them.
    var other = self
    take(group) { MSF(bcd: Array($0[1...]))?.lba }
    other.take(group) { MSF(minute: Int($0[1]), second: Int($0[2]), frame: Int($0[3]))?.lba }
    let (inBCD, inBinary) = (agreements(group), other.agreements(group))
    if inBinary > inBCD { self = other }
    if inBCD == inBinary, places != other.places {
      remarks.append("the times of tracks agree with their sizes neither in BCD nor in binary; taken for BCD")
    }
  }

  private mutating func take(_ group: NRGChunks.DiscAtOnce, _ address: ([UInt8]) -> Int?) {
    for cue in group.cues {
      guard let lba = address(cue.place), lba >= -MSF.leadTime else { continue }
      guard let track = cue.track else {
        leadOut = lba
        continue
      }
      places[track, default: [:]][cue.index] = lba
      controls[track] = TrackControl(rawValue: cue.control)
    }
  }

  /// Tracks whose length, to the next or to the lead-out, is that of their bytes.
  private func agreements(_ group: NRGChunks.DiscAtOnce) -> Int {
    group.tracks.enumerated().count { offset, track in
      let number = group.first + offset
      let isLast = offset == group.tracks.count - 1
      let next = isLast ? leadOut : self[number + 1, 0] ?? self[number + 1, 1]
      guard let start = self[number, 1], let next, track.end >= track.index1, track.sectorSize > 0 else {
        return false
      }
      return UInt64(max(0, next - start)) * UInt64(track.sectorSize) == track.end - track.index1
    }
  }

  subscript(track: Int, index: Int) -> Int? { places[track]?[index] }

  func control(of track: Int) -> TrackControl? { controls[track] }

  /// Indexes above 1 that lie in the track and follow each other.
  func indexes(of track: Int, from start: Int, to end: Int) -> [Int: Int] {
    var last = start
    var indexes: [Int: Int] = [:]
    for (index, lba) in (places[track] ?? [:]).sorted(by: { $0.key < $1.key })
    where index > 1 && lba > last && lba < end {
      indexes[index] = lba
      last = lba
    }
    return indexes
  }
}
