import Evidence

/// Level 0 discovery of the Trusted Computing Group (Storage Architecture Core §3.3.6): whether a disk can lock itself,
/// and whether it has.
package struct SecurityDiscovery: Hashable, Sendable {
  /// Names of the sets of rules the disk follows, such as Opal 2.
  package let subsystems: [String]
  /// The Locking feature; `nil` where the disk has none.
  package let locking: Locking?

  package struct Locking: Hashable, Sendable {
    package let isEnabled: Bool
    package let isLocked: Bool
    package let encryptsMedia: Bool
    /// A substitute for the first sectors is shown until the disk is unlocked.
    package let showsShadow: Bool
  }

  private static let headerLength = 48
  private static let names: [UInt16: String] = [
    0x0100: "Enterprise", 0x0200: "Opal 1", 0x0203: "Opal 2", 0x0301: "Opalite", 0x0302: "Pyrite 1",
    0x0303: "Pyrite 2", 0x0304: "Ruby",
  ]

  /// `nil` where the reply is none: too short, with a length that cannot be, or without any feature.
  package init?(_ bytes: [UInt8]) {
    let span = bytes.span.bytes
    guard let length = span.bigEndian(at: 0, as: UInt32.self), length > UInt32(Self.headerLength) - 4,
      length < 1 << 16
    else { return nil }
    var subsystems: [String] = []
    var locking: Locking?
    var position = Self.headerLength
    let end = min(bytes.count, Int(length) + 4)
    var features = 0
    while position + 4 <= end, let code: UInt16 = span.bigEndian(at: position) {
      let size = Int(bytes[position + 3])
      guard position + 4 + size <= end else { break }
      features += 1
      if let name = Self.names[code] { subsystems.append(name) }
      if code == 0x0002, size > 0 {
        let flags = bytes[position + 4]
        locking = Locking(
          isEnabled: flags & 0x02 != 0, isLocked: flags & 0x04 != 0, encryptsMedia: flags & 0x08 != 0,
          // MBR enabled, and not done.
          showsShadow: flags & 0x10 != 0 && flags & 0x20 == 0)
      }
      position += 4 + size
    }
    guard features > 0 else { return nil }
    self.subsystems = subsystems
    self.locking = locking
  }
}
