import Evidence

/// What lies on a disk or partition, by the signatures its first kilobytes carry.
package struct ContentSignature: Hashable, Sendable {
  /// Common name: `ext4`, `LUKS 2` …
  package let name: String
  /// Unreadable without a key.
  package let isEncrypted: Bool
  /// Inferred from the absence of everything else, not read from a signature.
  package var isGuess = false

  /// Bytes that are looked at.
  package static let needed = 68 << 10

  /// All that match, the surest first. Purely over the bytes given; any bytes are accepted.
  /// - Parameter bytes: the beginning, at best ``needed`` bytes.
  package static func find(in bytes: [UInt8]) -> [ContentSignature] {
    func has(_ text: String, at offset: Int) -> Bool { has(Array(text.utf8), at: offset) }
    func has(_ pattern: [UInt8], at offset: Int) -> Bool {
      bytes.count >= offset + pattern.count && bytes[offset..<offset + pattern.count].elementsEqual(pattern)
    }
    var found: [ContentSignature] = []
    func add(_ name: String, encrypted: Bool = false) {
      found.append(ContentSignature(name: name, isEncrypted: encrypted))
    }
    let span = bytes.span.bytes
    if has([0x4c, 0x55, 0x4b, 0x53, 0xba, 0xbe], at: 0) {
      add("LUKS \(span.bigEndian(at: 6, as: UInt16.self) ?? 0)", encrypted: true)
    }
    if has("-FVE-FS-", at: 3) || has("MSWIN4.1", at: 3) && hasBitLockerToGo(bytes) {
      add("BitLocker", encrypted: true)
    }
    if has("NXSB", at: 32) { add("APFS container, perhaps encrypted (FileVault)") }
    if has("NTFS    ", at: 3) { add("NTFS") }
    if has("EXFAT   ", at: 3) { add("exFAT") }
    if let name = extended(bytes) { add(name) }
    if !found.contains(where: \.isEncrypted), isFAT(bytes) {
      add(has("FAT32   ", at: 82) ? "FAT32" : has("FAT12   ", at: 54) ? "FAT12" : "FAT16")
    }
    if has("XFSB", at: 0) { add("XFS") }
    if has("_BHRfS_M", at: 0x10040) { add("btrfs") }
    if has("CD001", at: 0x8001) { add("ISO 9660") }
    if has("NSR02", at: 0x8801) || has("NSR03", at: 0x8801) || has("NSR02", at: 0x9001)
      || has("NSR03", at: 0x9001)
    {
      add("UDF")
    }
    if has("H+", at: 1024) { add("HFS+") }
    if has("HX", at: 1024) { add("HFSX") }
    if has("SWAPSPACE2", at: 4086) { add("swap") }
    if [0, 512, 1024, 1536].contains(where: { has("LABELONE", at: $0) && has("LVM2 001", at: $0 + 24) }) {
      add("LVM2 physical volume")
    }
    if [0, 4096].contains(where: { has([0xfc, 0x4e, 0x2b, 0xa9], at: $0) }) { add("md RAID member") }
    if has("hsqs", at: 0) { add("SquashFS") }
    if found.isEmpty, let guess = Self.guess(bytes) { found.append(guess) }
    return found
  }

  /// The volume identifier of BitLocker To Go, which looks like FAT otherwise.
  private static func hasBitLockerToGo(_ bytes: [UInt8]) -> Bool {
    let identifier: [UInt8] = [
      0x3b, 0xd6, 0x67, 0x49, 0x29, 0x2e, 0xd8, 0x4a, 0x83, 0x99, 0xf6, 0xa3, 0x39, 0xe3, 0xd0, 0x01,
    ]
    return bytes.count >= 440 && bytes[424..<440].elementsEqual(identifier)
  }

  private static func isFAT(_ bytes: [UInt8]) -> Bool {
    guard bytes.count >= 512, bytes[510] == 0x55, bytes[511] == 0xaa, bytes[0] == 0xeb || bytes[0] == 0xe9
    else { return false }
    return bytes[82..<87].elementsEqual("FAT32".utf8) || bytes[54..<57].elementsEqual("FAT".utf8)
  }

  /// The superblock at byte 1024 tells ext2, 3 and 4 apart by their features.
  private static func extended(_ bytes: [UInt8]) -> String? {
    let span = bytes.span.bytes
    guard span.littleEndian(at: 1080, as: UInt16.self) == 0xef53,
      let compatible: UInt32 = span.littleEndian(at: 1116),
      let incompatible: UInt32 = span.littleEndian(at: 1120),
      let readOnly: UInt32 = span.littleEndian(at: 1124)
    else { return nil }
    if incompatible & ~0x16 != 0 || readOnly & ~0x7 != 0 { return "ext4" }
    return compatible & 4 != 0 ? "ext3" : "ext2"
  }

  /// Noise without any signature is what VeraCrypt volumes look like, and overwritten disks too.
  private static func guess(_ bytes: [UInt8]) -> ContentSignature? {
    guard bytes.count >= 16 << 10 else { return nil }
    // Of random bytes every value comes equally often: chi-square with 255 degrees of freedom, 5 standard deviations.
    var counts = [Int](repeating: 0, count: 256)
    for byte in bytes { counts[Int(byte)] += 1 }
    let expected = Double(bytes.count) / 256
    let chiSquare = counts.reduce(0.0) { $0 + (Double($1) - expected) * (Double($1) - expected) / expected }
    guard chiSquare < 255 + 5 * 22.6 else { return nil }
    return ContentSignature(
      name: "no signature, high entropy: VeraCrypt, plain dm-crypt, or overwritten with random bytes",
      isEncrypted: true, isGuess: true)
  }
}
