import CanonicalJSON
import Evidence
import FormatKit
import OpticalDisc
import SystemIO
import SystemPackage

/// Opens a description of a disc with the image it names.
package enum DiscDescriptionReader {
  /// - Throws: `fileMissing`, `sheetMalformed`; what opening the image throws; `imageMalformed` where the image is
  ///   shorter than described.
  package static func open(_ path: FilePath, with openDisk: DiskOpener) throws(EvidenceError) -> DiscImage {
    let bytes = try Files.contents(path, cap: DiscDescription.largestFile)
    let description = try DiscDescription(parsing: bytes, name: path.string)
    let image = try openDisk(
      path.removingLastComponent().appending(description.image),
      DiskOpening(
        sectorSize: UInt32(description.sectorSize),
        disc: description.imageFormat.map { _ in description.disc }, format: description.imageFormat))
    let file = ImageContents(image, name: description.image)
    let needed = UInt64(description.disc.storedSectors) * UInt64(description.sectorSize)
    guard file.size >= needed else {
      throw EvidenceError(
        .imageMalformed, file.name, "it holds \(file.size) bytes, its description tells of \(needed)")
    }
    return DiscImage(disc: description.disc, files: [file], remarks: description.origin.remarks)
  }
}

extension DiscDescription {
  /// Farthest address, in sectors: more than any disc has.
  fileprivate static let farthest: Int64 = 100_000_000

  /// - Parameter name: for errors.
  /// - Throws: `sheetMalformed`.
  package init(parsing bytes: [UInt8], name: String) throws(EvidenceError) {
    let document = StrictObject.Document(.sheetMalformed, name: name)
    let value: JSONValue
    do throws(EvidenceError) { value = try JSONValue(parsing: bytes, name: name) } catch {
      throw EvidenceError(.sheetMalformed, name, error.detail)
    }
    var object = try StrictObject(value, of: document)
    guard try object.text("format") == Self.format else {
      throw object.failure("format", "not \(Self.format)")
    }
    guard try object.quantity("version") == Self.version else {
      throw object.failure("version", "only \(Self.version) can be read")
    }
    let image = try object.text("image")
    guard PortableName.isValid(image, longest: 128) else {
      throw object.failure("image", "no plain portable file name")
    }
    let imageFormat = try object.optionalText("imageFormat").map { FormatID($0) }
    guard imageFormat.map(Self.imageFormats.contains) != false else {
      throw object.failure(
        "imageFormat", "one of \(Self.imageFormats.map(\.rawValue).joined(separator: ", "))")
    }
    let size = Int(try object.quantity("sectorSize", in: 2048...2448))
    var disc = Disc(medium: try object.choice("medium"), sessions: [])
    if let catalog = try object.optionalText("catalog") {
      guard let number = MediaCatalogNumber(catalog) else {
        throw object.failure("catalog", "no catalogue number")
      }
      disc.catalog = number
    }
    disc.raw.cdTextPacks = try object.bytes("cdTextPacks")
    disc.raw.fullTOC = try object.bytes("fullTOC")
    disc.raw.pma = try object.bytes("pma")
    disc.raw.atip = try object.bytes("atip")
    disc.raw.discStructures = try Self.structures(&object)
    if object.has("densities") { disc.raw.densities = try Self.densities(&object) }
    if let packs = disc.raw.cdTextPacks { disc.cdText = CDText.read(packs: packs).text }
    var position = Position(next: 0, sectorSize: size)
    disc.sessions = try object.list("sessions", atLeast: 1) { (value, path) throws(EvidenceError) in
      try Self.session(try StrictObject(value, at: path, of: document), &position)
    }
    for (one, two) in zip(disc.sessions, disc.sessions.dropFirst()) {
      guard one.number < two.number, one.leadOut <= two.first else {
        throw object.failure("sessions", "session \(two.number) does not follow session \(one.number)")
      }
    }
    var origin = try object.object("origin")
    self.init(
      image: image, sectorSize: size, disc: disc,
      origin: Origin(
        format: try Self.format(&origin), files: try origin.texts("files"),
        remarks: try origin.texts("remarks")))
    self.imageFormat = imageFormat
    try origin.finish()
    try object.finish()
  }

  private static func structures(
    _ object: inout StrictObject
  ) throws(EvidenceError) -> [RawStructures.DiscStructure: [UInt8]] {
    guard object.has("structures") else { return [:] }
    var structures: [RawStructures.DiscStructure: [UInt8]] = [:]
    let document = object.document
    for var one in try object.list(
      "structures", atLeast: 1,
      { (value, path) throws(EvidenceError) in try StrictObject(value, at: path, of: document) })
    {
      let kind = RawStructures.DiscStructure(
        format: UInt8(try one.quantity("format", in: 0...255)),
        layer: UInt8(try one.quantity("layer", in: 0...3)))
      guard let bytes = try one.bytes("bytes"), structures.updateValue(bytes, forKey: kind) == nil else {
        throw one.failure("bytes", "none, or twice")
      }
      try one.finish()
    }
    return structures
  }

  private static func densities(_ object: inout StrictObject) throws(EvidenceError) -> [[UInt8]] {
    let document = object.document
    return try object.list("densities", atLeast: 1) { (value, path) throws(EvidenceError) in
      guard let bytes = value.stringValue.flatMap(Hex.decode) else {
        throw document.failure(path, "no bytes in hexadecimal")
      }
      return bytes
    }
  }

  private static func format(_ origin: inout StrictObject) throws(EvidenceError) -> FormatID {
    let text = try origin.text("format")
    guard !text.isEmpty,
      text.utf8.allSatisfy({ $0 == 0x2D || (0x30...0x39).contains($0) || (0x61...0x7A).contains($0) })
    else { throw origin.failure("format", "not the name of a format") }
    return FormatID(text)
  }

  /// Where in the image the next stored sector has to be.
  private struct Position {
    var next: UInt64
    let sectorSize: Int
  }

  private static func session(
    _ given: StrictObject, _ position: inout Position
  ) throws(EvidenceError) -> DiscSession {
    var object = given
    let document = object.document
    let number = Int(try object.quantity("number", in: 1...99))
    let type = try object.quantity("type", in: 0...255)
    guard let kind = DiscSession.Kind(rawValue: UInt8(type)) else { throw object.failure("type", "unknown") }
    let leadOut = try object.address("leadOut")
    var tracks: [DiscTrack] = []
    let list = try object.list("tracks", atLeast: 1) { (value, path) throws(EvidenceError) in
      try StrictObject(value, at: path, of: document)
    }
    for given in list {
      let track = try self.track(given, &position)
      if let last = tracks.last, last.end != track.first || last.number >= track.number {
        throw given.failure("extents", "they do not follow track \(last.number)")
      }
      tracks.append(track)
    }
    guard tracks.last?.end == leadOut else {
      throw object.failure("leadOut", "the last track does not end there")
    }
    try object.finish()
    return DiscSession(number: number, kind: kind, tracks: tracks, leadOut: leadOut)
  }

  private static func track(
    _ given: StrictObject, _ position: inout Position
  ) throws(EvidenceError) -> DiscTrack {
    var object = given
    let document = object.document
    let number = Int(try object.quantity("number", in: 1...99))
    let mode: TrackMode = try object.choice("mode")
    let control = TrackControl(rawValue: UInt8(try object.quantity("control", in: 0...15)))
    var isrc: ISRC?
    if let text = try object.optionalText("isrc") {
      guard let code = ISRC(text) else { throw object.failure("isrc", "no ISRC") }
      isrc = code
    }
    var indexes: [Int: Int] = [:]
    for var index in try object.list(
      "indexes", { (value, path) throws(EvidenceError) in try StrictObject(value, at: path, of: document) })
    {
      let number = Int(try index.quantity("number", in: 0...99))
      guard indexes.updateValue(try index.address("lba"), forKey: number) == nil else {
        throw index.failure("number", "twice")
      }
      try index.finish()
    }
    guard indexes[1] != nil else { throw object.failure("indexes", "no index 1") }
    var extents: [DiscExtent] = []
    for extent in try object.list(
      "extents", atLeast: 1,
      { (value, path) throws(EvidenceError) in try StrictObject(value, at: path, of: document) })
    {
      let next = try self.extent(extent, &position)
      if let last = extents.last, last.end != next.start {
        throw extent.failure("lba", "it does not follow the extent before")
      }
      extents.append(next)
    }
    guard let first = extents.first, let last = extents.last,
      indexes.values.allSatisfy({ (first.start..<last.end).contains($0) })
    else { throw object.failure("indexes", "one lies outside the extents") }
    try object.finish()
    return DiscTrack(
      number: number, mode: mode, control: control, indexes: indexes, isrc: isrc, extents: extents)
  }

  private static func extent(
    _ given: StrictObject, _ position: inout Position
  ) throws(EvidenceError) -> DiscExtent {
    var object = given
    let start = try object.address("lba")
    let count = Int(try object.quantity("sectors", in: 1...UInt64(farthest)))
    let source: DiscExtent.Source
    switch try object.choice("source", ExtentSource.self) {
    case .synthesised: source = .synthesised
    case .absent: source = .absent
    case .stored:
      let first = try object.quantity("firstSector", in: 0...UInt64(farthest))
      // One after the other: the image holds nothing else.
      guard first == position.next else { throw object.failure("firstSector", "not \(position.next)") }
      position.next += UInt64(count)
      let layout: SectorLayout = try object.choice("layout")
      let subchannel: SubchannelLayout? = try object.optionalChoice("subchannel")
      guard layout.size + (subchannel == nil ? 0 : Subchannel.size) == position.sectorSize else {
        throw object.failure("layout", "it does not take \(position.sectorSize) bytes")
      }
      let offset = first * UInt64(position.sectorSize)
      source = .stored(
        StoredRun(
          file: 0, offset: offset, layout: layout,
          subchannel: subchannel.map {
            SubchannelRun(
              file: 0, offset: offset + UInt64(layout.size), layout: $0, stride: position.sectorSize)
          }, stride: position.sectorSize))
    }
    try object.finish()
    return DiscExtent(start: start, count: count, source)
  }
}

extension StrictObject {
  /// A signed address of a sector.
  fileprivate mutating func address(_ key: String) throws(EvidenceError) -> Int {
    let farthest = DiscDescription.farthest
    guard let integer = try value(key).integerValue, (-farthest...farthest).contains(integer) else {
      throw failure(key, "no address of a sector")
    }
    return Int(integer)
  }

  /// Bytes in hexadecimal; `nil` where there are none.
  fileprivate mutating func bytes(_ key: String) throws(EvidenceError) -> [UInt8]? {
    guard let text = try optionalText(key) else { return nil }
    guard let bytes = Hex.decode(text) else { throw failure(key, "no bytes in hexadecimal") }
    return bytes
  }
}
