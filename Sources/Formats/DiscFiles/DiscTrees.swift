import DiscImages
import Evidence
import OpticalDisc
import SystemIO

/// All trees of files that a disc has.
package enum DiscTrees {
  private static let mostDescriptors = 64

  private typealias Reading = @Sendable (DiscSectors) -> DiscTree?

  /// Those of each data track, the richest of a track first.
  /// - Throws: `readFailed`, `imageMalformed` where no sector of a track can be read.
  package static func all(of image: DiscImage) throws(EvidenceError) -> [DiscTree] {
    let sectors = DiscSectors(image)
    var readings: [Reading] = []
    var tracks: [(track: DiscTrack, sessions: ClosedRange<Int>)] = []
    for session in image.disc.sessions {
      for track in session.tracks where track.userDataLayout != nil && track.start >= 0 {
        // Where there is a table of contents of several sessions, it tells of them.
        let starts = image.disc.sessions.count == 1 ? VolumeSessions.starts(of: track, sectors) : [0]
        for (number, start) in starts.enumerated() {
          readings += Self.readings(
            of: track, session: session.number + number, from: start, isNewest: number == starts.count - 1,
            sectors)
        }
        tracks.append((track, session.number...session.number + starts.count - 1))
      }
    }
    // Each reads records that lie in other places.
    let each = readings
    let trees = WorkerThreads.map(each.count, name: "disc trees") { each[$0](DiscSectors(image)) }.compactMap(
      \.self)
    let last = tracks.last?.track.number
    return tracks.flatMap { one -> [DiscTree] in
      let own = trees.filter { one.sessions.contains($0.session) && $0.track == one.track.number }
      let areas = AreaTree.read(
        one.track, sectors, session: one.sessions.upperBound, trees: own,
        isLast: one.track.number == last)
      return own + (areas.map { [$0] } ?? [])
    }
  }

  /// - Parameter start: sector of the track at which the session begins.
  private static func readings(
    of track: DiscTrack, session: Int, from start: Int, isNewest: Bool, _ sectors: DiscSectors
  ) -> [Reading] {
    let found = volumes(of: track, from: start, sectors)
    var readings: [(rank: Int, reading: Reading)] = []
    func add(_ volume: ISO9660Tree.Volume, remark: String? = nil) {
      readings.append(
        (
          rank(volume.kind),
          { ISO9660Tree.read(volume, $0, session: session, track: track.number, remark: remark) }
        ))
    }
    for volume in found.volumes {
      if volume.kind == .iso9660, ISO9660Tree.suspSkip(volume, sectors) != nil {
        add(
          ISO9660Tree.Volume(
            kind: .rockRidge, name: volume.name, blockSize: volume.blockSize, size: volume.size,
            root: volume.root, table: volume.table, remark: volume.remark, base: volume.base,
            origin: volume.origin))
      }
      add(volume, remark: volume.kind == .joliet ? found.remark : nil)
    }
    guard isNewest else { return readings.sorted { $0.rank < $1.rank }.map(\.reading) }
    readings.append((rank(.udf), { UDFTree.read(track, $0, session: session) }))
    for place in appleVolumes(of: track, sectors) {
      readings.append(
        (rank(.hfsPlus), { AppleTree.read($0, at: place, session: session, track: track.number) }))
    }
    return readings.enumerated().sorted { ($0.element.rank, $0.offset) < ($1.element.rank, $1.offset) }
      .map(\.element.reading)
  }

  /// Bytes of the disc on which a volume of a Macintosh may begin: that of the track, or of a partition.
  private static func appleVolumes(of track: DiscTrack, _ sectors: DiscSectors) -> [UInt64] {
    let start = UInt64(max(0, track.start)) * 2048
    let map = AppleMap { sectors.bytes(at: start + $0, count: $1) }
    let partitions = map?.partitions.filter { $0.type.hasPrefix("Apple_HFS") }.map { start + $0.start } ?? []
    return Array(Set([start] + partitions)).sorted()
  }

  private static func rank(_ kind: DiscTree.Kind) -> Int { DiscTree.Kind.allCases.firstIndex(of: kind) ?? 0 }

  /// The volumes whose descriptors stand behind the system area of a track.
  private static func volumes(
    of track: DiscTrack, from start: Int, _ sectors: DiscSectors
  ) -> (volumes: [ISO9660Tree.Volume], remark: String?) {
    var volumes: [ISO9660Tree.Volume] = []
    var hasPrimary = false
    var passedOver = 0
    for number in 0..<mostDescriptors {
      let place = track.start + start + VolumeDescriptors.systemArea + number
      let bytes = sectors.bytes(at: UInt64(max(0, place)) * 2048, count: 2048)
      guard bytes.count == 2048 else { break }
      if bytes[9..<14].elementsEqual("CDROM".utf8) {
        if bytes[8] == 1, let volume = volume(bytes, .highSierra, root: 180, sizeAt: 88, blockAt: 136) {
          volumes.append(volume)
        }
        if bytes[8] == 255 { break }
        continue
      }
      guard bytes[1..<6].elementsEqual("CD001".utf8) else {
        // A damaged descriptor does not hide those behind it; those of UDF follow others.
        if VolumeDescriptors.isOfUDF(bytes) { continue }
        passedOver += 1
        if passedOver > VolumeDescriptors.mostDamaged { break }
        continue
      }
      if bytes[0] == 255 { break }
      switch bytes[0] {
      case 1 where !hasPrimary:
        guard let volume = volume(bytes, .iso9660, root: 156, sizeAt: 80, blockAt: 128) else { continue }
        hasPrimary = true
        volumes.append(volume)
      case 2 where bytes[88] == 0x25 && bytes[89] == 0x2F && [0x40, 0x43, 0x45].contains(bytes[90]):
        if let volume = volume(bytes, .joliet, root: 156, sizeAt: 80, blockAt: 128) { volumes.append(volume) }
      default: continue
      }
    }
    volumes = volumes.compactMap { rooted($0, track, sectors) }
    // The size of a later session counts from its beginning.
    for index in volumes.indices where start > 0 { volumes[index].origin += UInt64(start) * 2048 }
    let remark = hasPrimary ? nil : "the primary volume descriptor is missing or damaged"
    return (volumes, volumes.isEmpty ? nil : remark)
  }

  private static func volume(
    _ bytes: [UInt8], _ kind: DiscTree.Kind, root: Int, sizeAt: Int, blockAt: Int
  ) -> ISO9660Tree.Volume? {
    let span = bytes.span.bytes
    let sizes = [
      span.littleEndian(at: blockAt, as: UInt16.self), span.bigEndian(at: blockAt + 2, as: UInt16.self),
    ]
    guard
      let blockSize = sizes.lazy.compactMap({ $0.map(Int.init) }).first(where: [512, 1024, 2048].contains)
    else { return nil }
    let record = DirectoryRecord(bytes[root..<root + 34], isHighSierra: kind == .highSierra)
    let blocks = UInt64(span.littleEndian(at: sizeAt, as: UInt32.self) ?? 0)
    let name =
      kind == .joliet
      ? NameText.text(utf16: bytes[40..<72])
      : NameText.text(bytes[kind == .highSierra ? 48..<80 : 40..<72])
    var volume = ISO9660Tree.Volume(
      kind: kind, name: trimmed(name), blockSize: blockSize, size: blocks * UInt64(blockSize),
      root: record ?? .none)
    if kind != .highSierra {
      volume.table = (
        span.littleEndian(at: 132, as: UInt32.self) ?? 0, span.littleEndian(at: 140, as: UInt32.self) ?? 0,
        span.bigEndian(at: 148, as: UInt32.self) ?? 0
      )
    }
    return volume
  }

  /// With the root folder that is there: the first record of it says in which block it lies. Where the descriptor is
  /// damaged, its other copy of that or the path tables lead to it; and blocks are those of the disc, or of the track.
  /// - Returns: `nil` where the descriptor has no root and none is found.
  private static func rooted(
    _ found: ISO9660Tree.Volume, _ track: DiscTrack, _ sectors: DiscSectors
  ) -> ISO9660Tree.Volume? {
    var volume = found
    volume.origin = UInt64(max(0, track.start)) * 2048
    let bases = [0, volume.origin]
    for (root, words) in [(found.root, nil), (found.root.byCopies, "the other copy in the descriptor")] {
      for base in bases where !root.isNone {
        volume.base = base
        guard volume.folder(root.block, root.attributeBlocks, sectors) != nil else { continue }
        volume.root = root
        volume.remark = words.map { "its root folder is found by \($0)" }
        return volume
      }
    }
    for base in bases {
      volume.base = base
      guard let first = volume.pathTable(sectors).first,
        let root = volume.folder(first.block, first.attributeBlocks, sectors)
      else { continue }
      volume.root = root
      volume.remark = "its root folder is found by its path table"
      return volume
    }
    guard !found.root.isNone else { return nil }
    (volume.root, volume.base) = (found.root, 0)
    return volume
  }

  static func trimmed(_ text: String) -> String {
    var scalars = text.unicodeScalars[...]
    while let last = scalars.last, last == " " || last == "\0" { scalars.removeLast() }
    return String(scalars)
  }
}
