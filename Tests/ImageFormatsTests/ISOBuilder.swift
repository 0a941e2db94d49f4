import Evidence

/// Builds images of ISO 9660 record by record, also such as no program would write.
struct ISOBuilder {
  struct Record {
    var name: [UInt8]
    var contents: [UInt8] = []
    var flags: UInt8 = 0
    /// Years since 1900, month, day, hour, minute, second, quarters of an hour from UTC.
    var date: [UInt8] = [126, 1, 2, 3, 4, 5, 0]
    var systemUse: [UInt8] = []
    /// Blocks of an extended attribute record before the contents.
    var attributeBlocks: UInt8 = 0
    var unit: UInt8 = 0
    var gap: UInt8 = 0
    /// In place of those that follow from the contents.
    var block: Int?
    var size: Int?

    init(_ name: String, _ contents: String = "", flags: UInt8 = 0) {
      self.name = Array(name.utf8)
      self.contents = Array(contents.utf8)
      self.flags = flags
    }
  }

  /// Of the root, behind `.` and `..`.
  var records: [Record] = []
  /// Of the first record of the root.
  var rootUse: [UInt8] = []
  /// Whether there are descriptors of ISO 9660 and of Joliet, both with this root.
  var hasPrimary = true
  var hasJoliet = false
  var isHighSierra = false
  /// Address of the first sector, as a later session has one.
  var base = 0
  /// Blocks the volume says it has; all where `nil`.
  var announced: Int?
  /// Sectors by their numbers, put last.
  var sectors: [Int: [UInt8]] = [:]

  static let rootSector = 20
  static let firstFile = 24

  func image() -> [UInt8] {
    var files: [UInt8] = []
    var root = record(Record("\0"), block: Self.rootSector, size: 2048, use: rootUse, isFolder: true)
    root += record(Record("\u{1}"), block: Self.rootSector, size: 2048, use: [], isFolder: true)
    for one in records {
      let block = one.block ?? Self.firstFile + files.count / 2048
      root += record(
        one, block: block, size: one.size ?? one.contents.count, use: one.systemUse,
        isFolder: one.flags & 2 != 0)
      guard one.block == nil else { continue }
      files += [UInt8](repeating: 0, count: Int(one.attributeBlocks) * 2048)
      files += one.contents
      files += [UInt8](repeating: 0, count: (2048 - files.count % 2048) % 2048)
    }
    precondition(root.count <= 2048)
    let blocks = Self.firstFile + files.count / 2048
    var image = [UInt8](repeating: 0, count: blocks * 2048)
    func put(_ bytes: [UInt8], _ sector: Int) {
      if (sector + 1) * 2048 > image.count {
        image += [UInt8](repeating: 0, count: (sector + 1) * 2048 - image.count)
      }
      image.replaceSubrange(sector * 2048..<sector * 2048 + bytes.count, with: bytes)
    }
    var place = 16
    if hasPrimary {
      put(descriptor(1, blocks), place)
      place += 1
    }
    if hasJoliet {
      put(descriptor(2, blocks), place)
      place += 1
    }
    put(
      isHighSierra ? [0, 0, 0, 0, 0, 0, 0, 0, 255] + Array("CDROM".utf8) : [255] + Array("CD001".utf8) + [1],
      place)
    put(root, Self.rootSector)
    image.replaceSubrange(Self.firstFile * 2048..<Self.firstFile * 2048 + files.count, with: files)
    for (sector, bytes) in sectors { put(bytes, sector) }
    return image
  }

  /// A volume of one file, `FILE.TXT`, filled with zeros up to a number of sectors.
  static func volume(file: [UInt8], sectors: Int, at base: Int = 0) -> [UInt8] {
    var builder = ISOBuilder()
    var record = Record("FILE.TXT;1")
    record.contents = file
    builder.records = [record]
    builder.base = base
    let image = builder.image()
    return image + [UInt8](repeating: 0, count: sectors * 2048 - image.count)
  }

  private func both(_ value: Int) -> [UInt8] {
    let little = (0..<4).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
    return little + little.reversed()
  }

  private func record(_ one: Record, block: Int, size: Int, use: [UInt8], isFolder: Bool) -> [UInt8] {
    let pad: [UInt8] = one.name.count % 2 == 0 ? [0] : []
    let flags = one.flags | (isFolder ? 2 : 0)
    let tail = isHighSierra ? one.date[..<6] + [flags, 0] : one.date + [flags]
    var bytes: [UInt8] = [0, one.attributeBlocks] + both(base + block) + both(size) + tail
    bytes += [one.unit, one.gap, 1, 0, 0, 1, UInt8(one.name.count)] + one.name + pad + use
    if bytes.count % 2 != 0 { bytes.append(0) }
    bytes[0] = UInt8(bytes.count)
    return bytes
  }

  private func descriptor(_ type: UInt8, _ blocks: Int) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: 2048)
    let shift = isHighSierra ? 8 : 0
    func put(_ piece: [UInt8], _ offset: Int) {
      bytes.replaceSubrange(offset..<offset + piece.count, with: piece)
    }
    put([type], shift)
    put(Array((isHighSierra ? "CDROM" : "CD001").utf8) + [1], shift + 1)
    put(Array("VOLUME".utf8), shift + 40)
    put(both(announced ?? blocks), shift + 80)
    if type == 2 { put([0x25, 0x2F, 0x45], 88) }
    put([0, 8, 8, 0], shift + 128)
    put(
      record(Record("\0"), block: Self.rootSector, size: 2048, use: [], isFolder: true),
      isHighSierra ? 180 : 156)
    return bytes
  }
}

/// Entries of SUSP and Rock Ridge.
enum SUSP {
  static let announced: [UInt8] = Array("SP".utf8) + [7, 1, 0xBE, 0xEF, 0]

  static func name(_ bytes: [UInt8]) -> [UInt8] { Array("NM".utf8) + [UInt8(5 + bytes.count), 1, 0] + bytes }
  static func name(_ text: String) -> [UInt8] { name(Array(text.utf8)) }

  /// - Parameter serial: of the file; the entry is shorter without.
  static func mode(_ mode: Int, serial: Int? = nil) -> [UInt8] {
    Array("PX".utf8) + [serial == nil ? 36 : 44, 1] + both(mode) + both(1) + both(0) + both(0)
      + (serial.map(both) ?? [])
  }

  static func further(block: Int, offset: Int, count: Int) -> [UInt8] {
    Array("CE".utf8) + [28, 1] + both(block) + both(offset) + both(count)
  }

  static func child(_ block: Int) -> [UInt8] { Array("CL".utf8) + [12, 1] + both(block) }
  static let relocated: [UInt8] = Array("RE".utf8) + [4, 1]

  private static func both(_ value: Int) -> [UInt8] {
    let little = (0..<4).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
    return little + little.reversed()
  }
}
