import Evidence
import OpticalDisc

/// What an ECM file is made of: runs, each behind a number of several bytes that says its kind and length; an end mark,
/// and the EDC of everything that comes out.
enum ECMLayout {
  static let headerSize = 4
  /// Bytes of the longest number: 5 bits, then 7 in each further byte, 32 in all.
  static let longestNumber = 5
  /// Most runs; a CD whose sectors alternate has 360,000.
  static let mostRuns = 4 << 20

  enum Kind: UInt8 {
    case bytes
    /// Minute, second and frame of the header, and 2048 bytes of user data.
    case mode1
    /// Subheader and 2048 bytes; comes out without sync and header.
    case form1
    /// Subheader and 2324 bytes; comes out without sync and header.
    case form2

    /// Bytes of one unit in the file.
    var storedSize: Int { [1, 3 + 2048, 4 + 2048, 4 + 2324][Int(rawValue)] }
    /// Bytes that come out.
    var plainSize: Int { [1, 2352, 2336, 2336][Int(rawValue)] }
  }

  /// Units of one kind.
  struct Run {
    let kind: Kind
    /// Of the first unit in the file, and where it comes out.
    let stored: UInt64
    let plain: UInt64
    let count: UInt64

    var plainEnd: UInt64 { plain + count * UInt64(kind.plainSize) }
    var storedEnd: UInt64 { stored + count * UInt64(kind.storedSize) }
  }

  /// The number that begins a run.
  /// - Returns: kind, units and bytes of the number; `count` is 0 at the end mark. `nil` where it is cut or too long.
  static func number(_ bytes: ArraySlice<UInt8>) -> (kind: Kind, count: UInt64, size: Int)? {
    guard let first = bytes.first, let kind = Kind(rawValue: first & 3) else { return nil }
    var value = UInt64(first >> 2 & 0x1F)
    var size = 1
    var last = first
    while last & 0x80 != 0 {
      guard size < longestNumber, size < bytes.count else { return nil }
      last = bytes[bytes.startIndex + size]
      value |= UInt64(last & 0x7F) << UInt64(5 + 7 * (size - 1))
      size += 1
    }
    if value == UInt64(UInt32.max) { return (kind, 0, size) }
    guard value < 1 << 31 else { return nil }
    return (kind, value + 1, size)
  }

  /// What comes out of one unit that is a sector.
  static func sector(_ kind: Kind, _ stored: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    var sector = [UInt8](repeating: 0, count: SectorCodec.size)
    let start = stored.startIndex
    switch kind {
    case .bytes: return stored
    case .mode1:
      sector.replaceSubrange(0..<12, with: SectorCodec.sync)
      sector.replaceSubrange(12..<15, with: stored[start..<start + 3])
      sector[15] = 1
      sector.replaceSubrange(16..<2064, with: stored[(start + 3)...])
      SectorCodec.protect(&sector, as: .mode1)
      return sector[...]
    case .form1, .form2:
      let subheader = stored[start..<start + 4]
      sector.replaceSubrange(16..<20, with: subheader)
      sector.replaceSubrange(20..<24, with: subheader)
      sector.replaceSubrange(24..<24 + stored.count - 4, with: stored[(start + 4)...])
      SectorCodec.protect(&sector, as: kind == .form1 ? .form1 : .form2)
      return sector[16...]
    }
  }
}
