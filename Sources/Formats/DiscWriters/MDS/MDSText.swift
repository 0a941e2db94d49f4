import Evidence
import OpticalDisc

/// The bytes of an `.mds`: header, disc structures, sessions, blocks, lengths, name, measurements.
struct MDSText {
  private static let headerSize = 0x58
  private static let blockSize = 80
  private(set) var bytes: [UInt8]
  private let disc: Disc
  private let hasSubchannel: Bool

  /// Whether a disc structure has a place: physical format, copyright, BCA, manufacturer.
  static func places(_ structure: RawStructures.DiscStructure) -> Bool {
    [0, 1, 4].contains(structure.format) && structure.layer < 2
      || structure.format == 3 && structure.layer == 0
  }

  /// - Parameter offsets: where each track begins in the `.mdf`.
  init(_ disc: Disc, offsets: [UInt64], hasSubchannel: Bool) {
    self.disc = disc
    self.hasSubchannel = hasSubchannel
    self.bytes = [UInt8](repeating: 0, count: Self.headerSize)
    let isCD = disc.medium == .cd
    put(Array("MEDIA DESCRIPTOR".utf8) + [1, 3], at: 0)
    put(isCD ? 0 : 0x10, 2, at: 0x12)
    put(disc.sessions.count, 2, at: 0x14)
    put(2, 2, at: 0x16)
    if disc.medium == .dvd { structures() }
    let table = bytes.count
    put(table, 4, at: 0x50)
    bytes += [UInt8](repeating: 0, count: 24 * disc.sessions.count)
    var blocks: [(track: DiscTrack, at: Int)] = []
    for (number, session) in disc.sessions.enumerated() {
      let entries = self.entries(of: session)
      let at = table + 24 * number
      put(isCD ? session.first : session.tracks[0].start, 4, at: at)
      put(session.leadOut, 4, at: at + 4)
      put(session.number, 2, at: at + 8)
      put(
        [UInt8(truncatingIfNeeded: entries.count), UInt8(entries.count { !(1...99).contains($0.point) })],
        at: at + 10)
      put(session.tracks.first?.number ?? 1, 2, at: at + 0x0C)
      put(session.tracks.last?.number ?? 1, 2, at: at + 0x0E)
      put(bytes.count, 4, at: at + 0x14)
      for entry in entries {
        let track = session.tracks.first { $0.number == Int(entry.point) }
        if let track { blocks.append((track, bytes.count)) }
        block(entry, track)
      }
    }
    for (place, block) in blocks.enumerated() {
      put(block.track.start, 4, at: block.at + 0x24)
      put(Int(offsets[place]), 8, at: block.at + 0x28)
      lengths(block.track, at: block.at)
    }
    let footer = bytes.count
    bytes += Self.number(footer + 16, 4) + [UInt8](repeating: 0, count: 12) + Array("*.mdf".utf8) + [0]
    for block in blocks {
      put(1, 4, at: block.at + 0x30)
      put(footer, 4, at: block.at + 0x34)
    }
    densities()
  }

  private static func number(_ value: some BinaryInteger, _ count: Int) -> [UInt8] {
    (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
  }

  private mutating func put(_ value: Int, _ count: Int, at offset: Int) {
    put(Self.number(value, count), at: offset)
  }

  private mutating func put(_ part: [UInt8], at offset: Int) {
    bytes.replaceSubrange(offset..<offset + part.count, with: part)
  }

  /// The table of contents of a session: entries without a track, then the tracks.
  private func entries(of session: DiscSession) -> [FullTOC.Entry] {
    guard disc.medium == .cd else {
      return [FullTOC.Entry(session: 1, adrControl: 0x14, point: 1, times: [0, 0, 0, 0, 0, 0, 0])]
    }
    func own(_ toc: FullTOC?) -> [FullTOC.Entry] {
      (toc?.entries ?? []).filter { Int($0.session) == session.number }
    }
    let entries = own(FullTOC.toStore(of: disc))
    // Their number has one byte.
    return entries.count < 256 ? entries : own(FullTOC(of: disc))
  }

  private mutating func block(_ entry: FullTOC.Entry, _ track: DiscTrack?) {
    var block = [UInt8](repeating: 0, count: Self.blockSize)
    block[2] = entry.adrControl
    block[3] = entry.track
    block[4] = entry.point
    block.replaceSubrange(5..<12, with: entry.times)
    if let track {
      let layout = track.extents.lazy.compactMap(\.run).first?.layout ?? .raw
      block[0] = MDSWriter.mode(of: track, layout) ?? 0
      block[1] = hasSubchannel ? 8 : 0
      let size = layout.size + (hasSubchannel ? Subchannel.size : 0)
      block.replaceSubrange(0x10..<0x12, with: Self.number(size, 2))
      block[0x12] = 2
    }
    bytes += block
  }

  /// Of a CD's track the sectors before index 1 and from there; of a DVD the sectors alone, in the block.
  private mutating func lengths(_ track: DiscTrack, at block: Int) {
    guard disc.medium == .cd else { return put(track.end - track.start, 4, at: block + 0x0C) }
    put(bytes.count, 4, at: block + 0x0C)
    bytes += Self.number(track.pregap, 4) + Self.number(track.end - track.start, 4)
  }

  private mutating func structures() {
    let all = disc.raw.discStructures
    func part(_ format: UInt8, _ layer: UInt8, _ size: Int) -> [UInt8] {
      let body = (all[.init(format: format, layer: layer)] ?? []).prefix(size)
      return body + [UInt8](repeating: 0, count: size - body.count)
    }
    let layers = all.keys.filter { [0, 1, 4].contains($0.format) }.map(\.layer).max()
    if let area = all[.init(format: 3, layer: 0)] {
      put(area.count, 2, at: 0x1A)
      put(bytes.count, 4, at: 0x24)
      bytes += area
    }
    guard let layers else { return }
    put(bytes.count, 4, at: 0x40)
    for layer in 0...min(layers, 1) {
      bytes += part(1, layer, 4) + part(4, layer, 2048) + part(0, layer, 2048)
    }
  }

  private mutating func densities() {
    let all = disc.raw.densities
    guard !all.isEmpty else { return }
    let start = bytes.count
    put(start, 4, at: 0x54)
    var place = start + 4 + 4 * all.count
    bytes += Self.number(all.count, 4)
    for block in all {
      bytes += Self.number(place, 4)
      place += block.count
    }
    bytes += all.flatMap { $0 }
  }
}
