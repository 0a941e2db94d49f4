import Evidence
import FormatKit

extension ImageFacts {
  /// What the sections of an E01 set say.
  /// - Parameter lost: sectors that no table locates.
  init(_ opening: EWFOpening, volume: EWFVolume, lost: [SectorRange]) {
    self.init()
    let texts = (opening.wideHeaders + opening.narrowHeaders).compactMap { EWFHeaderText($0) }
    func value(_ key: String) -> String? { texts.lazy.compactMap { $0.values[key] }.first }
    self.family = EWFFamily.name(opening, volume: volume)
    self.segments = opening.segments
    self.lost = lost
    self.hasEnd = opening.isEndKnown
    self.sectorsPerChunk = volume.sectorsPerChunk
    if !volume.isShort {
      self.storedMediaType = volume.mediaType
      self.mediaType = MediaType(stored: volume.mediaType)
      self.isPhysical = volume.mediaFlags & EWFMediaFlag.physical != 0
      if volume.mediaFlags & EWFMediaFlag.fastBloc != 0 { writeBlockers.append("FastBloc") }
      if volume.mediaFlags & EWFMediaFlag.tableau != 0 { writeBlockers.append("Tableau") }
      self.errorGranularity = volume.errorGranularity == 0 ? nil : volume.errorGranularity
      if volume.identifier.contains(where: { $0 != 0 }) { self.setIdentifier = volume.identifier }
    }
    self.compression = ImageCompression(volume: volume, header: value("r"))
    self.acquired = value("m").map { StoredTime(ewf: $0) }
    self.systemTime = value("u").map { StoredTime(ewf: $0) }
    self.operatingSystem = value("ov")
    // "0" stands for none; anything else is the digest of a password.
    self.passwordHash = value("p").flatMap { $0 == "0" ? nil : $0 }
    self.sessions = opening.sessions?.sessions ?? []
    self.tracks = opening.sessions?.tracks ?? []
  }

  /// The 16 bytes of a GUID as it is printed: its first three fields are little-endian.
  package static func identifierText(_ bytes: [UInt8]) -> String {
    guard bytes.count == 16 else { return Hex.encode(bytes) }
    return [[3, 2, 1, 0], [5, 4], [7, 6], [8, 9], Array(10..<16)].map { part in
      Hex.encode(part.map { bytes[$0] })
    }.joined(separator: "-")
  }
}

/// Bits of the media flags in `volume`.
enum EWFMediaFlag {
  static let physical: UInt8 = 2
  static let fastBloc: UInt8 = 4
  static let tableau: UInt8 = 8
}

extension MediaType {
  fileprivate init?(stored: UInt8) {
    switch stored {
    case 0x00: self = .removable
    case 0x01: self = .fixed
    case 0x03: self = .optical
    case 0x0e: self = .files
    case 0x10: self = .memory
    default: return nil
    }
  }
}

extension ImageCompression {
  /// EnCase 5 and later say it in `volume`, older forms in the header field `r`, where they say it at all.
  fileprivate init?(volume: EWFVolume, header: String?) {
    switch (volume.compressionLevel, header) {
    case (1, _), (0, "f"): self = .fast
    case (2, _), (0, "b"): self = .best
    case (0, "n"): self = .none
    case (0, nil) where !volume.isShort: self = .none
    default: return nil
    }
  }
}

extension ImageFacts.StoredTime {
  /// Seconds since 1970 in `header2`; year, month, day, hour, minute, second of local time in `header`.
  fileprivate init(ewf text: String) {
    let seconds = Int64(text)
    let isSensible = seconds.map { (0...(1 << 36)).contains($0) } ?? false
    self.init(
      text: text,
      timestamp: isSensible ? seconds.map { Timestamp(microseconds: $0 * 1_000_000) } : nil)
  }
}

/// Whose form of E01 a set has, from its sections, as far as they differ.
enum EWFFamily {
  static func name(_ opening: EWFOpening, volume: EWFVolume) -> String? {
    if volume.isShort { return volume.isSMART ? "SMART" : "EWF (original)" }
    if opening.types.contains("xheader") || opening.types.contains("xhash") { return "EWF-X" }
    if let wide = opening.wideHeaders.lazy.compactMap({ EWFHeaderText($0) }).first {
      if wide.categoryCount == "1" { return "EnCase 4" }
      guard wide.keys.contains("sn") || wide.keys.contains("md") else { return "EnCase 5" }
      // EnCase 7 writes the form of EnCase 6; only its own version tells.
      return wide.values["av"]?.hasPrefix("7.") == true ? "EnCase 7" : "EnCase 6"
    }
    guard let narrow = opening.narrowHeaders.lazy.compactMap({ EWFHeaderText($0) }).first else { return nil }
    if narrow.categoryCount == "3" {
      return narrow.keys.contains("sn") || narrow.keys.contains("md") ? "linen 6 or 7" : "linen 5"
    }
    // Before EnCase 2 chunks were in the section of their table.
    if !opening.types.contains("sectors") { return "EnCase 1" }
    return narrow.hasCarriageReturns ? "EnCase 2 or 3" : "FTK Imager"
  }
}
