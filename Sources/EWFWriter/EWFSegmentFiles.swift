import Evidence
import SystemIO
import SystemPackage

/// The segment files libewf makes for one base name.
enum EWFSegmentFiles {
  /// Files `NAME.E01` … `NAME.ZZZ` in `folder` that exist, in the order of the set.
  static func existing(folder: FilePath, name: String) throws(EvidenceError) -> [FilePath] {
    let prefix = name + "."
    let names = try Files.names(in: folder).filter { candidate in
      guard candidate.hasPrefix(prefix) else { return false }
      return isSegmentExtension(candidate.dropFirst(prefix.count))
    }
    // E01…E99 sort before EAA…EZZ, and those before FAA: digits precede letters.
    return names.map { folder.appending($0) }
  }

  private static func isSegmentExtension(_ text: Substring) -> Bool {
    let bytes = Array(text.utf8)
    guard bytes.count == 3, (UInt8(ascii: "E")...UInt8(ascii: "Z")).contains(bytes[0]) else { return false }
    let digits = UInt8(ascii: "0")...UInt8(ascii: "9")
    let letters = UInt8(ascii: "A")...UInt8(ascii: "Z")
    if digits.contains(bytes[1]) { return bytes[0] == UInt8(ascii: "E") && digits.contains(bytes[2]) }
    return letters.contains(bytes[1]) && letters.contains(bytes[2])
  }
}
