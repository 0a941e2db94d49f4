import Evidence
import OpticalDisc
import SystemIO
import SystemPackage

/// Opens a file of nothing but sectors: `.iso`, `.cdr`, `.toast`, or raw sectors of one track, told by their contents.
package enum ISOReader {
  /// How sectors lie in such a file.
  private struct Shape {
    let mode: TrackMode
    let layout: SectorLayout
    var subchannel: SubchannelLayout?
    /// Bytes in front of what is stored of each sector.
    var lead = 0
    var stride: Int { lead + layout.size + (subchannel == nil ? 0 : Subchannel.size) }
  }

  private static let dataShapes = [
    Shape(mode: .userData, layout: .dvdData), Shape(mode: .mode2, layout: .body),
    Shape(mode: .mode2, layout: .form1Data, lead: 8),
  ]
  /// Sectors of which some may be damaged.
  private static let mostLookedAt = 16

  /// Whether the bytes at the known places are those of a data track.
  /// - Throws: `readFailed`.
  package static func claims(_ file: any DiscFile) throws(EvidenceError) -> Bool {
    try shape(of: file) != nil
  }

  /// - Parameter isNamed: whether somebody said that it is one: then sectors of 2048 bytes are taken for granted where
  ///   nothing is recognised.
  /// - Throws: `fileMissing`, `formatUnknown` where no data track is recognised, `readFailed`.
  package static func open(_ path: FilePath, isNamed: Bool = false) throws(EvidenceError) -> DiscImage {
    let file = try PlainDiscFile(path)
    if let fork = try MacBinary.dataFork(of: file), try !claims(file), try claims(fork) {
      let image = try image(of: fork)
      return DiscImage(
        disc: image.disc, files: image.files,
        remarks: image.remarks + ["the sectors lie behind the 128 bytes of a MacBinary header"],
        unclaimed: image.unclaimed)
    }
    return try image(of: file, isNamed: isNamed)
  }

  package static func image(of file: any DiscFile, isNamed: Bool = false) throws(EvidenceError) -> DiscImage {
    let recognised = try shape(of: file)
    guard let shape = recognised ?? (isNamed && file.size >= 2048 ? dataShapes[0] : nil) else {
      throw EvidenceError(
        .formatUnknown, file.name, "neither raw sectors nor a file system of a disc begin it")
    }
    let count = Int(file.size / UInt64(shape.stride))
    let tail = file.size % UInt64(shape.stride)
    // Only a CD has sectors of other sizes.
    let medium = shape.layout == .dvdData ? Disc.Medium.unknown : .cd
    var start = 0
    if shape.layout == .raw {
      start = try headerAddress(file, stride: shape.stride) ?? 0
    } else {
      let descriptors = try VolumeDescriptors(sectors: count) {
        (sector: Int, count: Int) throws(EvidenceError) in
        try data(file, shape, sector, count)
      }
      start = try descriptors.base(sectors: count) {
        (sector: Int, count: Int) throws(EvidenceError) in
        try data(file, shape, sector, count)
      }
    }
    let run = StoredRun(
      file: 0, offset: UInt64(shape.lead), layout: shape.layout,
      subchannel: shape.subchannel.map {
        SubchannelRun(file: 0, offset: UInt64(shape.layout.size), layout: $0, stride: shape.stride)
      }, stride: shape.stride)
    var extents = [DiscExtent(start: start, count: count, .stored(run))]
    var indexes = [1: start]
    // Only CDs have a pregap before address 0; what is known of a later session begins with its sectors.
    if medium == .cd, start == 0 {
      extents.insert(DiscExtent(start: -MSF.leadTime, count: MSF.leadTime, .absent), at: 0)
      indexes[0] = -MSF.leadTime
    }
    let track = DiscTrack(number: 1, mode: shape.mode, control: .data, indexes: indexes, extents: extents)
    let kind = SessionKind.bySectors([track], [file])
    var remarks: [String] = []
    if recognised == nil { remarks.append("nothing in it tells what it is; taken for sectors of 2048 bytes") }
    var unclaimed: [UnclaimedBytes] = []
    if tail > 0 {
      remarks.append("\(tail) bytes, a part of a sector, at the end")
      unclaimed = [
        UnclaimedBytes(file: 0, range: file.size - tail..<file.size, reason: "\(tail) bytes at the end")
      ]
    }
    if start > 0 { remarks.append("the sectors are of a later session: the first has the address \(start)") }
    return DiscImage(
      disc: Disc(
        medium: medium,
        sessions: [DiscSession(number: 1, kind: kind, tracks: [track], leadOut: start + count)]),
      files: [file], remarks: remarks, unclaimed: unclaimed)
  }

  // MARK: what lies in the file

  private static func shape(of file: any DiscFile) throws(EvidenceError) -> Shape? {
    if let shape = try rawShape(of: file) { return shape }
    for shape in dataShapes where try holdsFileSystem(file, shape) { return shape }
    return nil
  }

  /// Raw sectors say it themselves, most of the first at least; with a subchannel behind each, they begin further apart.
  private static func rawShape(of file: any DiscFile) throws(EvidenceError) -> Shape? {
    let strides = [SectorCodec.size, SectorCodec.size + Subchannel.size]
    for stride in file.size == UInt64(strides[1]) ? [strides[1]] : strides {
      let bytes = try file.bytes(at: 0, count: mostLookedAt * stride)
      var modes: [TrackMode] = []
      let places = Swift.stride(from: 0, through: bytes.count - SectorCodec.size, by: stride)
      for place in places where bytes[place...].starts(with: SectorCodec.sync) {
        if bytes[place + 15] & 0x1F <= 2 {
          modes.append([.mode0, .mode1, .mode2][Int(bytes[place + 15] & 0x1F)])
        }
      }
      let count = Array(places).count
      guard let mode = modes.first, modes.count > 1 || count == 1, modes.count * 2 >= count else { continue }
      return Shape(mode: mode, layout: .raw, subchannel: stride == strides[1] ? .interleaved : nil)
    }
    return nil
  }

  private static func holdsFileSystem(_ file: any DiscFile, _ shape: Shape) throws(EvidenceError) -> Bool {
    // The first descriptor may be damaged.
    for number in 0..<VolumeDescriptors.mostDamaged {
      let bytes = try data(file, shape, VolumeDescriptors.systemArea + number, 1)
      guard bytes.count == 2048 else { break }
      let text = { (range: Range<Int>) in String(decoding: bytes[range], as: UTF8.self) }
      if ["CD001", "BEA01"].contains(text(1..<6)) || text(9..<14) == "CDROM" { return true }
    }
    guard shape.layout == .dvdData else { return false }
    let first = try data(file, shape, 0, 1)
    let head = first.count == 2048 ? String(decoding: first[..<2], as: UTF8.self) : ""
    let volume = first.count == 2048 ? String(decoding: first[1024..<1026], as: UTF8.self) : ""
    return head == "ER" || ["BD", "H+", "HX"].contains(volume)
  }

  /// User data of sectors; fewer bytes at the end of the file.
  private static func data(
    _ file: any DiscFile, _ shape: Shape, _ sector: Int, _ count: Int
  ) throws(EvidenceError) -> [UInt8] {
    guard sector >= 0, sector < 1 << 32 else { return [] }
    var bytes: [UInt8] = []
    // Mode 2 after its header: the user data of form 1 lies behind a subheader of 8 bytes.
    let inner = shape.layout == .body ? 8 : 0
    for number in sector..<sector + count {
      bytes += try file.bytes(at: UInt64(number * shape.stride + shape.lead + inner), count: 2048)
    }
    return bytes
  }

  private static func headerAddress(
    _ file: any DiscFile, stride: Int
  ) throws(EvidenceError) -> Int? {
    for number in 0..<mostLookedAt {
      let sector = try file.bytes(at: UInt64(number * stride), count: SectorCodec.size)
      guard sector.count == SectorCodec.size else { return nil }
      let found = DataSector(sector[...])
      if found.fault == nil, let address = found.report.address, address.lba >= number {
        return address.lba - number
      }
    }
    return nil
  }
}
