import Digests
import Evidence
import OpticalDisc

/// What two images say of a disc, compared as the model sees it: where the bytes lie does not matter, what they are
/// does.
package enum DiscComparison {
  /// - Returns: a line for each difference; empty where both images are of the same disc.
  package static func differences(_ left: DiscImage, _ right: DiscImage) throws -> [String] {
    var lines = compare(left.disc, right.disc)
    for (one, two) in zip(left.disc.tracks, right.disc.tracks) {
      let haveChannels = one.hasChannels && two.hasChannels
      let a = try sectors(left, one, completing: haveChannels)
      let b = try sectors(right, two, completing: haveChannels)
      if a.count != b.count { lines.append("track \(one.number): \(a.count) sectors against \(b.count)") }
      for (lba, sector) in a where b[lba] != nil && b[lba] != sector {
        lines.append("track \(one.number): sector \(lba) differs")
        break
      }
    }
    return lines
  }

  private static func compare(_ left: Disc, _ right: Disc) -> [String] {
    var lines: [String] = []
    func check<Value: Equatable>(_ name: String, _ one: Value, _ two: Value) {
      if one != two { lines.append("\(name): \(one) against \(two)") }
    }
    check("medium", left.medium, right.medium)
    check("catalogue number", left.catalog, right.catalog)
    check("texts", left.cdText?.blocks ?? [:], right.cdText?.blocks ?? [:])
    check("sessions", left.sessions.count, right.sessions.count)
    for (one, two) in zip(left.sessions, right.sessions) {
      check("number of session \(one.number)", one.number, two.number)
      check("kind of session \(one.number)", one.kind, two.kind)
      check("lead-out of session \(one.number)", one.leadOut, two.leadOut)
      check("tracks of session \(one.number)", one.tracks.map(\.number), two.tracks.map(\.number))
    }
    for (one, two) in zip(left.tracks, right.tracks) {
      let name = "track \(one.number)"
      check("mode of \(name)", one.mode, two.mode)
      check("control of \(name)", one.control, two.control)
      check(
        "indexes of \(name)", one.indexes.sorted { $0.key < $1.key }.map { [$0.key, $0.value] },
        two.indexes.sorted { $0.key < $1.key }.map { [$0.key, $0.value] })
      check("ISRC of \(name)", one.isrc, two.isrc)
      check("extents of \(name)", spans(one), spans(two))
    }
    return lines
  }

  /// Extents without where they are stored; neighbours of one origin are one.
  package static func spans(_ track: DiscTrack) -> [String] {
    var spans: [(word: String, start: Int, end: Int)] = []
    for extent in track.extents {
      let word = "\(extent.word) \(extent.run?.layout.rawValue ?? "")"
      if let last = spans.indices.last, spans[last].word == word {
        spans[last].end = extent.end
      } else {
        spans.append((word, extent.start, extent.end))
      }
    }
    return spans.map { "\($0.word) \($0.start)..<\($0.end)" }
  }

  /// Whether a copy has all that is stored of the sectors of an original, by their addresses, whichever track they are in
  /// and whatever was put around them.
  /// - Parameter range: addresses to keep to.
  /// - Returns: a line for the first sector of each track that it lacks or has otherwise.
  package static func missing(
    of original: DiscImage, in copy: DiscImage, range: Range<Int> = Int.min..<Int.max
  ) throws -> [String] {
    var lines: [String] = []
    for track in original.disc.tracks {
      try original.forEachBatch(of: track, in: track.first..<track.end) { batch throws(EvidenceError) in
        for index in 0..<batch.count {
          let lba = batch.first + index
          guard range.contains(lba), lines.last?.hasPrefix("track \(track.number):") != true else { continue }
          let holder = copy.disc.tracks.first { $0.first <= lba && lba < $0.end }
          let other = try holder.flatMap { holder throws(EvidenceError) in try copy.sector(lba, of: holder) }
          guard let other else {
            lines.append("track \(track.number): sector \(lba) is not there")
            continue
          }
          let range = batch.layout.range.clamped(to: other.layout.range)
          let one = batch.sector(index).dropFirst(range.lowerBound - batch.layout.range.lowerBound).prefix(
            range.count)
          let two = other.sector(0).dropFirst(range.lowerBound - other.layout.range.lowerBound).prefix(
            range.count)
          if range.isEmpty || !one.elementsEqual(two) {
            lines.append("track \(track.number): sector \(lba) differs")
          }
        }
      }
    }
    return lines
  }

  /// SHA-256 of what is stored of each sector, by address: main channel, and P to W where there are any.
  /// - Parameter completing: sectors without P to W have those that follow from their track.
  package static func sectors(
    _ image: DiscImage, _ track: DiscTrack, completing: Bool = false
  ) throws -> [Int: Digest] {
    var digests: [Int: Digest] = [:]
    try image.forEachBatch(of: track) { batch throws(EvidenceError) in
      for index in 0..<batch.count {
        let lba = batch.first + index
        var bytes = Array(batch.sector(index))
        if completing || batch.subchannelLayout == .interleaved || batch.subchannelLayout == .deinterleaved {
          bytes += try image.channels(of: track, in: lba..<lba + 1)
        } else {
          bytes += batch.subchannel.dropFirst(index * Subchannel.size).prefix(Subchannel.size)
        }
        digests[lba] = Digest.of(bytes.span.bytes, .sha256)
      }
    }
    return digests
  }
}
