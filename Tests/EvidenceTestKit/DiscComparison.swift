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
      let (a, b) = (try sectors(left, one), try sectors(right, two))
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

  /// SHA-256 of what is stored of each sector, by address: main channel, and P to W where there are any.
  package static func sectors(_ image: DiscImage, _ track: DiscTrack) throws -> [Int: Digest] {
    var digests: [Int: Digest] = [:]
    try image.forEachBatch(of: track) { batch in
      for index in 0..<batch.count {
        var bytes = Array(batch.sector(index))
        if batch.subchannelLayout != nil {
          bytes += batch.subchannel[index * Subchannel.size..<(index + 1) * Subchannel.size]
        }
        digests[batch.first + index] = Digest.of(bytes.span.bytes, .sha256)
      }
    }
    return digests
  }
}
