import Evidence
import OpticalDisc

/// The file systems of a data track, as far as their descriptors tell.
package struct VolumeDescriptors: Hashable, Sendable {
  package enum Kind: String, Hashable, Sendable, CaseIterable {
    case iso9660 = "ISO 9660"
    case joliet = "Joliet"
    case rockRidge = "Rock Ridge"
    case elTorito = "El Torito"
    case highSierra = "High Sierra"
    case udf = "UDF"
    case apm = "Apple partition map"
    case hfs = "HFS"
    case hfsPlus = "HFS+"
  }

  package struct Volume: Hashable, Sendable {
    package let kind: Kind
    /// Trimmed; empty where there is none.
    package let name: String
    /// Bytes the file system says it has, where it says so.
    package let size: UInt64?

    package init(_ kind: Kind, name: String = "", size: UInt64? = nil) {
      self.kind = kind
      self.name = name
      self.size = size
    }
  }

  package private(set) var volumes: [Volume] = []
  /// Sector of the root folder of ISO 9660, as the descriptor has it: absolute on the disc.
  package private(set) var rootSector: Int?

  /// Sectors of 2048 bytes before the descriptors.
  package static let systemArea = 16
  private static let descriptorLimit = 64
  /// Sectors that are passed over among the descriptors: one that is damaged does not hide those behind it.
  package static let mostDamaged = 4
  private static let mapLimit = 64
  /// Sectors in which the root folder of a later session is looked for.
  private static let rootWindow = 4096

  /// Reads `count` sectors of 2048 bytes by their address; fewer come back where there are no more.
  package typealias Read = (_ sector: Int, _ count: Int) throws(EvidenceError) -> [UInt8]

  /// Total over what the sectors hold: whatever is no descriptor is passed over.
  /// - Parameters:
  ///   - start: address of the first sector of the track; places within file systems are addresses of the disc.
  ///   - sectors: in the track.
  package init(start: Int = 0, sectors: Int, read: Read) throws(EvidenceError) {
    var hasBridge = false
    var passedOver = 0
    reading: for number in 0..<Self.descriptorLimit {
      let bytes = try read(start + Self.systemArea + number, 1)
      guard bytes.count == 2048 else { break }
      let span = bytes.span.bytes
      switch Self.text(bytes[1..<6]) {
      case "CD001":
        // Behind the terminator, descriptors of UDF may follow.
        if bytes[0] == 255 { passedOver = Self.mostDamaged }
        try descriptor(bytes, span, read)
        continue
      case "BEA01", "TEA01", "BOOT2": continue
      case "NSR02", "NSR03":
        hasBridge = true
        continue
      default: break
      }
      if Self.text(bytes[9..<14]) == "CDROM" {
        volumes.append(Volume(.highSierra, name: Self.text(bytes[48..<80])))
        break reading
      }
      passedOver += 1
      if passedOver > Self.mostDamaged { break }
    }
    let anchor = try Self.anchor(start: start, sectors: sectors, read)
    if let anchor {
      volumes.append(Volume(.udf, name: try Self.udfName(anchor, read)))
    } else if hasBridge {
      volumes.append(Volume(.udf))
    }
    try appleVolumes { (sector: Int, count: Int) throws(EvidenceError) in try read(start + sector, count) }
  }

  /// How far into the disc sectors begin that are counted from 0: file systems of later sessions count from the beginning
  /// of the disc. The root folder begins with a record of itself; where it stands tells.
  /// - Parameter sectors: how many there are.
  package func base(sectors: Int, read: Read) throws(EvidenceError) -> Int {
    guard let root = rootSector else { return 0 }
    func isRoot(_ sector: Int) throws(EvidenceError) -> Bool {
      let bytes = try read(sector, 1)
      guard bytes.count == 2048, bytes[0] >= 34, bytes[32] == 1, bytes[33] == 0 else { return false }
      return bytes.span.bytes.littleEndian(at: 2, as: UInt32.self).map(Int.init) == root
    }
    if try isRoot(root) { return 0 }
    for sector in Self.systemArea..<max(Self.systemArea, min(sectors, Self.rootWindow))
    where try isRoot(sector) && root > sector {
      return root - sector
    }
    return 0
  }

  /// Whether a sector is a descriptor that announces UDF.
  package static func isOfUDF(_ bytes: [UInt8]) -> Bool {
    ["BEA01", "NSR02", "NSR03", "TEA01", "BOOT2"].contains(String(decoding: bytes[1..<6], as: UTF8.self))
  }

  // MARK: ISO 9660 (ECMA-119)

  private mutating func descriptor(_ bytes: [UInt8], _ span: RawSpan, _ read: Read) throws(EvidenceError) {
    let blockSize = UInt64(span.littleEndian(at: 128, as: UInt16.self) ?? 2048)
    let blocks = UInt64(span.littleEndian(at: 80, as: UInt32.self) ?? 0)
    let root = Int(span.littleEndian(at: 158, as: UInt32.self) ?? 0)
    switch bytes[0] {
    case 0:
      if Self.text(bytes[7..<39]).hasPrefix("EL TORITO") { volumes.append(Volume(.elTorito)) }
    case 1 where rootSector == nil:
      rootSector = root
      volumes.append(Volume(.iso9660, name: Self.text(bytes[40..<72]), size: blocks * blockSize))
      if try Self.hasRockRidge(root, read) { volumes.append(Volume(.rockRidge)) }
    case 2 where bytes[88] == 0x25 && bytes[89] == 0x2F && [0x40, 0x43, 0x45].contains(bytes[90]):
      let name = TextCoding.utf16BigEndian.decode(Array(bytes[40..<72])) ?? ""
      volumes.append(Volume(.joliet, name: Self.trimmed(name), size: blocks * blockSize))
    default: break
    }
  }

  /// The first record of the root has the entry `SP` of SUSP (IEEE P1281) behind its name of one byte.
  private static func hasRockRidge(_ root: Int, _ read: Read) throws(EvidenceError) -> Bool {
    let bytes = try read(root, 1)
    guard bytes.count == 2048, bytes[0] >= 41 else { return false }
    return text(bytes[34..<36]) == "SP" && bytes[38] == 0xBE && bytes[39] == 0xEF
  }

  // MARK: UDF (ECMA-167)

  /// The anchor in one of its three places.
  private static func anchor(start: Int, sectors: Int, _ read: Read) throws(EvidenceError) -> [UInt8]? {
    for place in [256, sectors - 257, sectors - 1] where place > systemArea {
      let bytes = try read(start + place, 1)
      if bytes.count == 2048, isTag(bytes, 2) { return bytes }
    }
    return nil
  }

  /// The identifier of the logical volume, from the sequence the anchor names.
  private static func udfName(_ anchor: [UInt8], _ read: Read) throws(EvidenceError) -> String {
    let span = anchor.span.bytes
    guard let length = span.littleEndian(at: 16, as: UInt32.self),
      let place = span.littleEndian(at: 20, as: UInt32.self)
    else { return "" }
    for number in 0..<min(Int(length) / 2048, descriptorLimit) {
      let bytes = try read(Int(place) + number, 1)
      guard bytes.count == 2048 else { return "" }
      if isTag(bytes, 6) { return dstring(Array(bytes[84..<212])) }
      if isTag(bytes, 8) { break }
    }
    return ""
  }

  /// A descriptor tag: identifier, and a checksum over the other 15 bytes.
  private static func isTag(_ bytes: [UInt8], _ identifier: UInt8) -> Bool {
    let sum = bytes[..<16].enumerated().reduce(UInt8(0)) { $1.offset == 4 ? $0 : $0 &+ $1.element }
    return bytes[0] == identifier && bytes[1] == 0 && bytes[4] == sum
  }

  /// OSTA compressed Unicode: the first byte is the width, the last the length.
  private static func dstring(_ bytes: [UInt8]) -> String {
    let length = min(Int(bytes[bytes.count - 1]), bytes.count - 1)
    guard length > 1 else { return "" }
    let coding: TextCoding = bytes[0] == 16 ? .utf16BigEndian : .latin1
    return trimmed(coding.decode(Array(bytes[1..<length])) ?? "")
  }

  // MARK: Apple

  private mutating func appleVolumes(_ read: Read) throws(EvidenceError) {
    try appleVolume(at: 0, read)
    let first = try read(0, 1)
    guard first.count == 2048, Self.text(first[..<2]) == "ER" else { return }
    volumes.append(Volume(.apm))
    // Maps written for disks count in 512 bytes, whatever block size the first block states.
    let stated = Int(first.span.bytes.bigEndian(at: 2, as: UInt16.self) ?? 512)
    let isStated = stated > 0 ? Self.text(try Self.bytes(at: stated, count: 2, read)[...]) == "PM" : false
    let size = isStated ? stated : 512
    for number in 1..<Self.mapLimit {
      let entry = try Self.bytes(at: number * size, count: 512, read)
      guard entry.count == 512, Self.text(entry[..<2]) == "PM" else { return }
      if let start = entry.span.bytes.bigEndian(at: 8, as: UInt32.self) {
        try appleVolume(at: Int(start) * size, read)
      }
    }
  }

  private mutating func appleVolume(at offset: Int, _ read: Read) throws(EvidenceError) {
    let bytes = try Self.bytes(at: offset + 1024, count: 512, read)
    guard bytes.count == 512 else { return }
    let span = bytes.span.bytes
    switch Self.text(bytes[..<2]) {
    case "BD":
      let length = min(Int(bytes[36]), 27)
      let blocks = UInt64(span.bigEndian(at: 18, as: UInt16.self) ?? 0)
      let size = UInt64(span.bigEndian(at: 20, as: UInt32.self) ?? 0)
      volumes.append(Volume(.hfs, name: Self.text(bytes[37..<37 + length]), size: blocks * size))
    case "H+", "HX":
      let size = UInt64(span.bigEndian(at: 40, as: UInt32.self) ?? 0)
      let blocks = UInt64(span.bigEndian(at: 44, as: UInt32.self) ?? 0)
      volumes.append(Volume(.hfsPlus, size: blocks * size))
    default: break
    }
  }

  // MARK: bytes

  private static func bytes(at offset: Int, count: Int, _ read: Read) throws(EvidenceError) -> [UInt8] {
    let first = offset / 2048
    let bytes = try read(first, (offset + count + 2047) / 2048 - first)
    return Array(bytes.dropFirst(offset % 2048).prefix(count))
  }

  private static func text(_ bytes: ArraySlice<UInt8>) -> String {
    trimmed(TextCoding.latin1.decode(Array(bytes)) ?? "")
  }

  private static func trimmed(_ text: String) -> String {
    var scalars = text.unicodeScalars[...]
    while let last = scalars.last, last == " " || last == "\0" { scalars.removeLast() }
    return String(scalars)
  }
}
