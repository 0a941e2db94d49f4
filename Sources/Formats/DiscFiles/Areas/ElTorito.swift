import Evidence

/// The boot catalogue of a disc (El Torito 1.0): which images a computer may start from.
struct ElTorito {
  struct Entry {
    /// 0 x86, 1 PowerPC, 2 Macintosh, 0xEF EFI.
    let platform: UInt8
    let isBootable: Bool
    /// 0 none, 1 to 3 a floppy disk, 4 a hard disk.
    let media: UInt8
    /// Of 512 bytes, which are loaded first.
    let sectors: UInt16
    /// Of 2048 bytes.
    let block: UInt32
  }

  /// Of 2048 bytes.
  let block: UInt32
  private(set) var entries: [Entry] = []
  private(set) var remarks: [String] = []

  private static let catalogue = 2048 * 8
  private static let mostEntries = 64

  /// - Parameters:
  ///   - descriptor: the boot record among the descriptors of the volume.
  ///   - read: bytes from a block on; fewer at the end.
  /// - Returns: `nil` where it is none of El Torito.
  init?(_ descriptor: [UInt8], read: (_ block: UInt32, _ count: Int) -> [UInt8]) {
    guard descriptor.count == 2048, descriptor[0] == 0,
      descriptor[7..<30].elementsEqual("EL TORITO SPECIFICATION".utf8),
      let block = descriptor.span.bytes.littleEndian(at: 71, as: UInt32.self)
    else { return nil }
    self.block = block
    let bytes = read(block, Self.catalogue)
    guard bytes.count >= 64, bytes[0] == 1, bytes[30] == 0x55, bytes[31] == 0xAA else {
      remarks.append("the boot catalogue is damaged")
      return
    }
    let sum = stride(from: 0, to: 32, by: 2).reduce(UInt16(0)) {
      $0 &+ (UInt16(bytes[$1]) | UInt16(bytes[$1 + 1]) << 8)
    }
    if sum != 0 { remarks.append("the checksum of the boot catalogue is wrong") }
    take(bytes, 32, platform: bytes[1])
    sections(bytes)
  }

  private mutating func sections(_ bytes: [UInt8]) {
    var place = 64
    while place + 32 <= bytes.count, bytes[place] == 0x90 || bytes[place] == 0x91 {
      let (isLast, platform) = (bytes[place] == 0x91, bytes[place + 1])
      let count = Int(bytes[place + 2]) | Int(bytes[place + 3]) << 8
      place += 32
      for _ in 0..<count {
        guard place + 32 <= bytes.count, entries.count < Self.mostEntries else {
          remarks.append("the boot catalogue announces more entries than it has")
          return
        }
        take(bytes, place, platform: platform)
        let isContinued = bytes[place + 1] & 0x20 != 0
        place += 32
        // What the selection criteria go on in.
        while isContinued, place + 32 <= bytes.count, bytes[place] == 0x44 { place += 32 }
      }
      if isLast { return }
    }
  }

  private mutating func take(_ bytes: [UInt8], _ place: Int, platform: UInt8) {
    let span = bytes.span.bytes
    guard bytes[place] == 0x88 || bytes[place] == 0,
      let block = span.littleEndian(at: place + 8, as: UInt32.self),
      let sectors = span.littleEndian(at: place + 6, as: UInt16.self), block > 0
    else { return }
    entries.append(
      Entry(
        platform: platform, isBootable: bytes[place] == 0x88, media: bytes[place + 1] & 15, sectors: sectors,
        block: block))
  }
}

extension ElTorito.Entry {
  var platformName: String {
    switch platform {
    case 0: "x86"
    case 1: "powerpc"
    case 2: "mac"
    case 0xEF: "efi"
    default: "platform-\(platform)"
    }
  }

  var mediaName: String {
    switch media {
    case 0: "no emulation"
    case 1: "floppy disk of 1.2 MB"
    case 2: "floppy disk of 1.44 MB"
    case 3: "floppy disk of 2.88 MB"
    case 4: "hard disk"
    default: "media type \(media)"
    }
  }

  /// Bytes of the image: those of the medium it stands for; without one those of a file that begins there, or of the FAT
  /// in it, or what is loaded first, whichever is most.
  /// - Parameters:
  ///   - file: bytes of a file that begins at its block.
  ///   - first: its first 512 bytes.
  func size(file: UInt64?, first: [UInt8]) -> UInt64 {
    let loaded = UInt64(sectors) * 512
    let span = first.span.bytes
    switch media {
    case 1: return 1_228_800
    case 2: return 1_474_560
    case 3: return 2_949_120
    case 4:
      let start = UInt64(span.littleEndian(at: 454, as: UInt32.self) ?? 0)
      let count = UInt64(span.littleEndian(at: 458, as: UInt32.self) ?? 0)
      return max(loaded, (start + count) * 512)
    default: return max(loaded, file ?? 0, file == nil ? Self.sizeOfFAT(span) : 0)
    }
  }

  /// As its boot sector says; 0 where it is none.
  private static func sizeOfFAT(_ boot: RawSpan) -> UInt64 {
    guard boot.byteCount >= 512, boot.littleEndian(at: 510, as: UInt16.self) == 0xAA55,
      let bytes = boot.littleEndian(at: 11, as: UInt16.self), [512, 1024, 2048, 4096].contains(bytes),
      let few = boot.littleEndian(at: 19, as: UInt16.self),
      let many = boot.littleEndian(at: 32, as: UInt32.self)
    else { return 0 }
    return UInt64(bytes) * (few > 0 ? UInt64(few) : UInt64(many))
  }
}
