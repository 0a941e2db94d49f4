import Evidence
import FormatKit
import SystemPackage

extension FormatID {
  package static let chd = FormatID("chd")
  package static let chdDisk = FormatID("chd-disk")
}

extension Format {
  /// MAME's compressed hunks of a CD, a GD-ROM or a DVD.
  package static let chd = Format(
    .chd, "CHD", endings: ["chd"], contents: .disc,
    reading: .disc { (path: FilePath, _: DiskOpener) throws(EvidenceError) in try CHDDisc.open(path) },
    probe: { CHDProbe.isDisc($0) == true ? .certain : .none })

  /// MAME's compressed hunks of a hard disk, or of anything else.
  package static let chdDisk: Format = Format(
    .chdDisk, "CHD of a disk", endings: ["chd"], contents: .disk,
    reading: .disk { (path: FilePath, _: DiskOpening) throws(EvidenceError) in
      try CHDImage(path, as: .chdDisk).reader
    }, probe: { CHDProbe.isDisc($0) == false ? .certain : .none })
}

private enum CHDProbe {
  /// - Returns: `nil` for what is no CHD.
  static func isDisc(_ input: ProbeInput) -> Bool? {
    guard CHDHeader.version(input.head) != nil else { return nil }
    // What is damaged is refused as the image of a disk.
    guard let header = CHDHeader(input.head) else { return false }
    if header.isCD { return true }
    guard header.version == 5, header.unitSize == 2048 else { return false }
    // A disk with sectors of 2048 bytes says so, in the first entry of its metadata.
    return !input.has("GDDD", at: Int(clamping: min(header.metadataOffset, UInt64(input.head.count))))
  }
}
