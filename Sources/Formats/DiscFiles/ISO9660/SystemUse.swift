import Evidence
import OpticalDisc

/// What stands behind the name of a record: entries of SUSP (IEEE P1281) and Rock Ridge (IEEE P1282), and of CD-ROM XA.
struct SystemUse {
  private(set) var name: [UInt8]?
  private(set) var owner: DiscEntry.Ownership?
  private(set) var target: [UInt8]?
  private(set) var times: [DiscTime] = []
  /// Block of a folder that lies elsewhere.
  private(set) var child: UInt32?
  /// It is listed where it belongs.
  private(set) var isRelocated = false
  private(set) var compression: (size: UInt64, DiscEntry.Compression)?
  /// The letters of an algorithm that is not read.
  private(set) var unknownCompression: String?
  private(set) var problems: [String] = []
  /// Attributes of CD-ROM XA; `nil` where it has none.
  private(set) var attributes: UInt16?
  private(set) var hasRockRidge = false
  /// A time of the last change is there, zero or not.
  private(set) var statesModified = false
  /// Its contents are a table of pieces, as P1282 has them and no program writes.
  private(set) var isSparse = false
  /// Bytes to skip in every other record, as the first of the root says; `nil` where it does not.
  private(set) var skip: Int?

  /// Continuations of one record, and bytes in them.
  private static let mostContinuations = 64
  private static let mostBytes = 1 << 17
  private static let longestName = 4096

  /// - Parameters:
  ///   - bytes: behind the name of the record.
  ///   - skip: bytes before the first entry.
  ///   - read: bytes at an offset in a block; fewer where the image ends.
  init(_ bytes: ArraySlice<UInt8>, skip: Int, read: (UInt32, Int, Int) -> [UInt8]) {
    let at = bytes.startIndex
    if bytes.count >= 14, bytes[at + 6] == UInt8(ascii: "X"), bytes[at + 7] == UInt8(ascii: "A") {
      attributes = UInt16(bytes[at + 4]) << 8 | UInt16(bytes[at + 5])
    }
    var area = bytes.dropFirst(skip)
    var seen: Set<Continuation> = []
    var total = 0
    while let next = entries(of: area) {
      guard seen.insert(next).inserted else {
        problems.append("its continuation area leads back to itself")
        break
      }
      total += Int(next.count)
      guard seen.count <= Self.mostContinuations, total <= Self.mostBytes else {
        problems.append("its continuation areas never end")
        break
      }
      area = read(next.block, Int(next.offset), Int(next.count))[...]
      if area.count < Int(next.count) {
        problems.append("a continuation area extends past the end of the image")
      }
    }
  }

  /// Where entries go on: an area of a block.
  private struct Continuation: Hashable {
    let block: UInt32
    let offset: UInt32
    let count: UInt32
  }

  /// Two letters, with the bytes that its shortest form has.
  private enum Signature: UInt16 {
    case ce = 0x4345
    case sp = 0x5350
    case st = 0x5354
    case rr = 0x5252
    case nm = 0x4E4D
    case px = 0x5058
    case sl = 0x534C
    case tf = 0x5446
    case cl = 0x434C
    case re = 0x5245
    case zf = 0x5A46
    case sf = 0x5346

    var shortest: Int {
      switch self {
      case .ce: 28
      case .sp: 7
      case .nm, .sl, .tf: 5
      case .px: 36
      case .cl: 12
      case .zf: 16
      case .sf: 12
      case .st, .rr, .re: 4
      }
    }
  }

  /// - Returns: the area in which they go on.
  private mutating func entries(of area: ArraySlice<UInt8>) -> Continuation? {
    var place = area.startIndex
    var next: Continuation?
    while place + 4 <= area.endIndex {
      let length = Int(area[place + 2])
      guard length >= 4, place + length <= area.endIndex else { break }
      let entry = area[place..<place + length]
      let signature = Signature(rawValue: UInt16(area[place]) << 8 | UInt16(area[place + 1]))
      place += length
      guard let signature, length >= signature.shortest else { continue }
      if signature == .st { break }
      if signature == .ce {
        next = Continuation(
          block: Self.number(entry, 4), offset: Self.number(entry, 12), count: Self.number(entry, 20))
      } else {
        take(signature, entry)
      }
    }
    return next
  }

  private static func number(_ entry: ArraySlice<UInt8>, _ offset: Int) -> UInt32 {
    let at = entry.startIndex + offset
    return UInt32(entry[at]) | UInt32(entry[at + 1]) << 8 | UInt32(entry[at + 2]) << 16
      | UInt32(entry[at + 3]) << 24
  }

  private mutating func take(_ signature: Signature, _ entry: ArraySlice<UInt8>) {
    let at = entry.startIndex
    switch signature {
    case .sp: if entry[at + 4] == 0xBE && entry[at + 5] == 0xEF { skip = Int(entry[at + 6]) }
    case .rr: hasRockRidge = true
    case .nm: takeName(entry)
    case .px:
      hasRockRidge = true
      owner = DiscEntry.Ownership(
        mode: Self.number(entry, 4), user: Self.number(entry, 20), group: Self.number(entry, 28),
        links: Self.number(entry, 12), serial: entry.count >= 44 ? UInt64(Self.number(entry, 36)) : nil)
    case .sl: takeTarget(entry)
    case .tf: takeTimes(entry)
    case .cl: child = Self.number(entry, 4)
    case .re: isRelocated = true
    case .zf:
      takeCompression(entry)
    case .sf: isSparse = true
    case .ce, .st: break
    }
  }

  /// Version 1 of zisofs has 32 bits for the size and for the place of each block, version 2 has 64.
  private mutating func takeCompression(_ entry: ArraySlice<UInt8>) {
    let at = entry.startIndex
    let algorithm = NameText.text(entry[at + 4..<at + 6])
    guard ["pz", "PZ"].contains(algorithm), entry[at + 7] < 31 else {
      unknownCompression = algorithm
      return
    }
    let isLong = algorithm == "PZ"
    compression = (
      UInt64(Self.number(entry, 8)) | (isLong ? UInt64(Self.number(entry, 12)) << 32 : 0),
      .zisofs(
        blockSize: 1 << Int(entry[at + 7]), headerSize: Int(entry[at + 6]) * 4, placeSize: isLong ? 8 : 4)
    )
  }

  private mutating func takeName(_ entry: ArraySlice<UInt8>) {
    hasRockRidge = true
    let flags = entry[entry.startIndex + 4]
    // The names of the folder itself and of the one above are no names.
    if flags & 6 == 0 {
      guard let begun = name else {
        name = Array(entry.dropFirst(5))
        return
      }
      if begun.count < Self.longestName { name = begun + entry.dropFirst(5) }
    }
    if flags & 2 != 0 { name = [UInt8(ascii: ".")] }
    if flags & 4 != 0 { name = Array("..".utf8) }
  }

  /// Components: flags, length, text.
  private mutating func takeTarget(_ slice: ArraySlice<UInt8>) {
    let entry = Array(slice)
    var path = target ?? []
    var place = 5
    while place + 2 <= entry.count {
      let (flags, length) = (entry[place], Int(entry[place + 1]))
      guard place + 2 + length <= entry.count else { break }
      if !path.isEmpty, path.last != UInt8(ascii: "/") { path.append(UInt8(ascii: "/")) }
      switch flags & 0x0E {
      case 2: path.append(UInt8(ascii: "."))
      case 4: path += Array("..".utf8)
      case 8: path = [UInt8(ascii: "/")]
      default: path += entry[place + 2..<place + 2 + length]
      }
      place += 2 + length
    }
    if path.count < Self.longestName { target = path }
  }

  /// In the order of the bits that announce them.
  private static let kinds: [DiscTime.Kind] = [
    .created, .modified, .accessed, .attributes, .backup, .expires, .effective,
  ]

  private mutating func takeTimes(_ entry: ArraySlice<UInt8>) {
    let flags = entry[entry.startIndex + 4]
    let size = flags & 0x80 != 0 ? 17 : 7
    var place = entry.startIndex + 5
    if times.isEmpty { times.reserveCapacity((flags & 0x7F).nonzeroBitCount) }
    for (bit, kind) in Self.kinds.enumerated() where flags & 1 << UInt8(bit) != 0 {
      guard place + size <= entry.endIndex else { return }
      let bytes = entry[place..<place + size]
      let time = size == 7 ? DiscTime.of(record: bytes, kind) : DiscTime.of(digits: bytes, kind)
      if let time { times.append(time) }
      statesModified = statesModified || kind == .modified
      place += size
    }
  }
}
