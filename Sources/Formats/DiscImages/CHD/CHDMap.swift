import Evidence

/// Where each hunk lies.
struct CHDMap {
  enum Kind: Hashable {
    /// Packed by one of the codecs of the header.
    case packed(codec: Int)
    case plain
    /// The same as an earlier hunk, whose number stands in the offset.
    case same
    /// In the parent, from the unit in the offset.
    case parent
    /// Eight bytes, which are the offset, again and again.
    case repeated
    case zeros
    case unknown
  }

  enum Check: Hashable {
    case crc16(UInt16)
    case crc32(UInt32)
  }

  struct Entry {
    var kind: Kind
    var offset: UInt64
    var length: Int
    var check: Check?
  }

  private enum Form {
    /// Of versions 3 and 4: 16 bytes a hunk.
    case old
    /// Of version 5 without compression: 4 bytes a hunk.
    case plain
    /// Of version 5: 12 bytes a hunk, as they come out of its own compression.
    case packed
  }

  private let form: Form
  private let bytes: [UInt8]
  private let header: CHDHeader

  func entry(_ hunk: Int) -> Entry {
    let span = bytes.span.bytes
    switch form {
    case .plain:
      let place = UInt64(span.bigEndian(at: 4 * hunk, as: UInt32.self) ?? 0)
      guard place > 0 else {
        return header.parentSHA1 == nil
          ? Entry(kind: .zeros, offset: 0, length: 0, check: nil)
          : Entry(kind: .parent, offset: UInt64(hunk) * unitsPerHunk, length: 0, check: nil)
      }
      return Entry(kind: .plain, offset: place * UInt64(header.hunkSize), length: header.hunkSize, check: nil)
    case .packed:
      let start = 12 * hunk
      let kind: Kind =
        switch bytes[start] {
        case 0...3: .packed(codec: Int(bytes[start]))
        case 4: .plain
        case 5: .same
        case 6: .parent
        default: .unknown
        }
      let offset = (span.bigEndian(at: start + 2, as: UInt64.self) ?? 0) & 0xFFFF_FFFF_FFFF
      let length = Int(span.bigEndian(at: start, as: UInt32.self) ?? 0) & 0xFFFFFF
      let crc = span.bigEndian(at: start + 10, as: UInt16.self) ?? 0
      let isStored = kind != .same && kind != .parent
      return Entry(kind: kind, offset: offset, length: length, check: isStored ? .crc16(crc) : nil)
    case .old: return oldEntry(16 * hunk)
    }
  }

  private var unitsPerHunk: UInt64 { UInt64(header.hunkSize / header.unitSize) }

  private func oldEntry(_ start: Int) -> Entry {
    let span = bytes.span.bytes
    let flags = bytes[start + 15]
    let kind: Kind =
      switch flags & 15 {
      case 1: .packed(codec: 0)
      case 2: .plain
      case 3: .repeated
      case 4: .same
      case 5: .parent
      default: .unknown
      }
    let isStored = [.packed(codec: 0), .plain].contains(kind) && flags & 0x10 == 0
    return Entry(
      kind: kind, offset: span.bigEndian(at: start) ?? 0,
      length: Int(span.bigEndian(at: start + 12, as: UInt16.self) ?? 0) | Int(bytes[start + 14]) << 16,
      check: isStored ? .crc32(span.bigEndian(at: start + 8) ?? 0) : nil)
  }
}

extension CHDMap {
  /// Bytes before the compressed map of version 5.
  static let packedHeader = 16
  /// Largest compressed map: a hunk takes fewer than 16 bytes.
  static let largestPacked = CHDHeader.mostHunks * 16

  /// Bytes that the map takes in the file; `nil` where the map itself says it.
  static func storedSize(_ header: CHDHeader) -> UInt64? {
    if header.version < 5 { return header.hunkCount * 16 }
    return header.isCompressed ? nil : header.hunkCount * 4
  }

  /// A map that is stored as it is.
  init(stored bytes: [UInt8], _ header: CHDHeader) {
    self.form = header.version < 5 ? .old : .plain
    self.bytes = bytes
    self.header = header
  }

  /// Unpacks the map of version 5.
  /// - Parameters:
  ///   - head: its first 16 bytes.
  ///   - packed: what follows.
  /// - Returns: `nil` where it is damaged, by its own CRC as well.
  init?(head: [UInt8], packed: [UInt8], _ header: CHDHeader) {
    let count = Int(header.hunkCount)
    // A symbol stands for at most 273 hunks, and takes a bit.
    guard head.count == Self.packedHeader, count / 300 <= packed.count * 8 else { return nil }
    var bits = CHDBits(packed[...])
    guard let code = CHDHuffman.ofMap(&bits), let kinds = Self.kinds(code, &bits, count) else { return nil }
    let span = head.span.bytes
    var offset = (span.bigEndian(at: 2, as: UInt64.self) ?? 0) & 0xFFFF_FFFF_FFFF
    let (lengthBits, selfBits, parentBits) = (Int(head[12]), Int(head[13]), Int(head[14]))
    guard lengthBits <= 32, selfBits <= 32, parentBits <= 48 else { return nil }
    let unitsPerHunk = UInt64(header.hunkSize / header.unitSize)
    var bytes = [UInt8](repeating: 0, count: count * 12)
    var crc = CRC16()
    var (lastSelf, lastParent) = (UInt64(0), UInt64(0))
    for (hunk, kind) in kinds.enumerated() {
      var (type, place, length, check) = (kind, UInt64(0), UInt64(0), UInt64(0))
      switch kind {
      case 0...4:
        place = offset
        length = kind == 4 ? UInt64(header.hunkSize) : bits.take(lengthBits)
        check = bits.take(16)
        offset &+= length
      case 5, 9, 10:
        if kind == 5 { lastSelf = bits.take(selfBits) }
        if kind == 10 { lastSelf &+= 1 }
        (type, place) = (5, lastSelf)
      case 6, 11, 12, 13:
        if kind == 6 { lastParent = bits.take(parentBits) }
        if kind == 11 { lastParent = UInt64(hunk) * unitsPerHunk }
        if kind == 13 { lastParent &+= unitsPerHunk }
        (type, place) = (6, lastParent)
      default: return nil
      }
      let entry = UInt64(length & 0xFFFFFF) << 40
      let start = hunk * 12
      bytes[start] = type
      for index in 0..<3 {
        bytes[start + 1 + index] = UInt8(truncatingIfNeeded: entry >> UInt64(56 - 8 * index))
      }
      for index in 0..<6 {
        bytes[start + 4 + index] = UInt8(truncatingIfNeeded: place >> UInt64(40 - 8 * index))
      }
      bytes[start + 10] = UInt8(truncatingIfNeeded: check >> 8)
      bytes[start + 11] = UInt8(truncatingIfNeeded: check)
    }
    bytes.withUnsafeBytes { crc.update($0) }
    guard !bits.isOverrun, crc.value == span.bigEndian(at: 10, as: UInt16.self) else { return nil }
    self.form = .packed
    self.bytes = bytes
    self.header = header
  }

  /// The kind of each hunk, repetitions written out.
  private static func kinds(_ code: CHDHuffman, _ bits: inout CHDBits, _ count: Int) -> [UInt8]? {
    var kinds: [UInt8] = []
    kinds.reserveCapacity(count)
    var last: UInt8 = 0
    while kinds.count < count {
      guard !bits.isOverrun, let symbol = code.symbol(&bits) else { return nil }
      var repetitions = 1
      switch symbol {
      case 7:
        guard let more = code.symbol(&bits) else { return nil }
        repetitions += 2 + more
      case 8:
        guard let high = code.symbol(&bits), let low = code.symbol(&bits) else { return nil }
        repetitions += 2 + 16 + high << 4 + low
      default: last = UInt8(symbol)
      }
      for _ in 0..<min(repetitions, count - kinds.count) { kinds.append(last) }
    }
    return kinds
  }
}

/// CRC-16 with the polynomial 0x1021, from all ones.
struct CRC16 {
  private static let table: [UInt16] = (0..<256).map { byte in
    (0..<8).reduce(UInt16(byte) << 8) { value, _ in value & 0x8000 != 0 ? value << 1 ^ 0x1021 : value << 1 }
  }

  private(set) var value: UInt16 = 0xFFFF

  mutating func update(_ bytes: UnsafeRawBufferPointer) {
    Self.table.withUnsafeBufferPointer { table in
      for byte in bytes { value = value << 8 ^ table[Int(UInt8(truncatingIfNeeded: value >> 8) ^ byte)] }
    }
  }

  static func of(_ bytes: UnsafeRawBufferPointer) -> UInt16 {
    var crc = CRC16()
    crc.update(bytes)
    return crc.value
  }
}
