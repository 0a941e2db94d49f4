import DiscImages
import Evidence
import OpticalDisc

/// What is wrong with an image of a disc, as findings.
package enum DiscFindings {
  /// What shows without reading the sectors.
  static func ofDescription(
    _ image: DiscImage, _ systems: [DiscImage.FileSystems], name: String
  ) -> [Finding] {
    var findings = image.remarks.map { Finding(.sheetRemark, .note, subject: name, observed: $0) }
    for part in image.unclaimed {
      findings.append(
        Finding(
          .bytesOutsideTracks, .warning, subject: image.files[part.file].name,
          observed: "bytes \(part.range.lowerBound) to \(part.range.upperBound - 1): \(part.reason)"))
    }
    for system in systems {
      let size = UInt64(system.track.end - system.track.start) * 2048
      for volume in system.descriptors.volumes {
        // Sectors are counted from the beginning of the disc or of the session: the smaller reading is meant.
        guard let stated = volume.size, stated > size, stated > UInt64(system.track.end) * 2048 else {
          continue
        }
        findings.append(
          Finding(
            .fileSystemCut, subject: "track \(system.track.number), \(volume.kind.rawValue)",
            expected: "\(stated) bytes", observed: "\(size) bytes"))
      }
      findings += behindTheEnd(of: system)
    }
    return findings
  }

  /// File systems whose descriptors say no size of their own: they lie inside of one that does.
  private static let insideOthers: Set<VolumeDescriptors.Kind> = [.rockRidge, .elTorito]

  /// Sectors behind all file systems of a track, as padding, run-out, or something that no file system shows.
  private static func behindTheEnd(of system: DiscImage.FileSystems) -> [Finding] {
    let (track, volumes) = (system.track, system.descriptors.volumes)
    let sized = volumes.filter { !insideOthers.contains($0.kind) }
    let sizes = sized.compactMap(\.size)
    guard sizes.count == sized.count, let largest = sizes.max(), largest <= UInt64(track.end) * 2048 else {
      return []
    }
    // Sectors are counted from the beginning of the track here, so that a later session is not said to be longer
    // than it is where they are counted from the beginning of the disc.
    let end = track.start + Int((largest + 2047) / 2048)
    guard end < track.end else { return [] }
    return [
      Finding(
        .fileSystemShort, .note, subject: "track \(track.number)", expected: "\(largest) bytes",
        observed: "\(track.end - end) sectors more, from \(end)")
    ]
  }

  /// What the sectors of one track show.
  static func ofSectors(_ count: SectorCount, _ track: DiscTrack, _ disc: Disc) -> [Finding] {
    let subject = "track \(track.number)"
    var findings: [Finding] = []
    func add(_ number: Int, _ code: FindingCode, _ severity: FindingSeverity, _ text: String? = nil) {
      guard number > 0 else { return }
      findings.append(Finding(code, severity, subject: subject, observed: text ?? "\(number) sectors"))
    }
    func addDamage(_ sectors: [Int], _ code: FindingCode, _ help: String) {
      guard !sectors.isEmpty else { return }
      let correctable = Set(count.correctable).intersection(sectors).count
      findings.append(
        Finding(
          code, subject: subject,
          observed: "\(listed(sectors)); \(correctable) of them can be corrected\(help)"))
    }
    addDamage(count.damagedByEDC, .sectorDamaged, " by their parity")
    addDamage(count.faults[.sync] ?? [], .sectorSyncDamaged, "")
    for (fault, code) in [
      (DataSector.Fault.filled, FindingCode.sectorFilled), (.unrecognisable, .sectorUnrecognisable),
    ] {
      guard let sectors = count.faults[fault] else { continue }
      findings.append(Finding(code, subject: subject, observed: listed(sectors)))
    }
    add(count.wrongMode, .sectorModeDiffers, .warning)
    add(
      count.dataInAudio, .sectorModeDiffers, .warning, "\(count.dataInAudio) data sectors in an audio track")
    add(count.scrambled, .sectorScrambled, .warning)
    add(count.wrongParityAlone.count, .sectorParityWrong, .warning, listed(count.wrongParityAlone))
    if let first = count.firstWrongAddress {
      findings.append(
        Finding(
          .sectorMisplaced, .warning, subject: subject, expected: "\(first.lba)",
          observed:
            "\(count.wrongAddress) sectors, the first with \(first.header.map { "\($0.lba)" } ?? "no address")"
        ))
    }
    add(
      count.wrongQ, .subchannelDamaged, .note,
      "\(count.wrongQ) of \(count.subchannels) sectors")
    add(count.foreignQ, .subchannelDiffers, .note, "\(count.foreignQ) sectors name another place")
    if let catalog = count.catalogs.max(by: { $0.value < $1.value })?.key, catalog != disc.catalog {
      findings.append(
        Finding(
          .subchannelDiffers, .warning, subject: subject,
          expected: disc.catalog?.description ?? "no catalogue number",
          observed: catalog.description))
    }
    if let code = count.codes.max(by: { $0.value < $1.value })?.key, code != track.isrc {
      findings.append(
        Finding(
          .subchannelDiffers, .warning, subject: subject, expected: track.isrc?.description ?? "no ISRC",
          observed: code.description))
    }
    return findings
  }

  /// `sectors 5, 7-9 and 3 more`.
  package static func listed(_ sectors: [Int], limit: Int = 12) -> String {
    var ranges: [ClosedRange<Int>] = []
    for sector in sectors {
      if let last = ranges.last, last.upperBound + 1 == sector {
        ranges[ranges.count - 1] = last.lowerBound...sector
      } else {
        ranges.append(sector...sector)
      }
    }
    let words = ranges.prefix(limit).map {
      $0.count == 1 ? "\($0.lowerBound)" : "\($0.lowerBound)-\($0.upperBound)"
    }
    let more = ranges.count > limit ? " and \(ranges.count - limit) more ranges" : ""
    return "\(sectors.count == 1 ? "sector" : "sectors") \(words.joined(separator: ", "))\(more)"
  }
}
