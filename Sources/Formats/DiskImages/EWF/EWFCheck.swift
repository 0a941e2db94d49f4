import Evidence

/// Findings that need the whole set: what the volume says against what the tables hold.
enum EWFCheck {
  /// The volume to believe, and what is wrong with it.
  ///
  /// One with a matching checksum comes first, then its copy in `data`; without any, one whose fields agree with
  /// each other.
  static func volume(_ opening: EWFOpening) -> EWFVolume? {
    let all = opening.volumes + opening.copies
    return all.first { $0.isSound && $0.chunkSize != nil && $0.length != nil }
      ?? all.first(where: \.isConsistent)
  }

  /// Chunks that the files can hold, each as short as compression makes it; what tables claim beyond is not believed.
  /// Chunks stored as they are may lie in holes.
  static func room(_ opening: EWFOpening, chunkSize: Int) -> UInt64 {
    let (most, overflow) = opening.storedBytes.multipliedReportingOverflow(by: EWFLayout.largestExpansion)
    let plain = max(overflow ? UInt64.max : most, opening.fileBytes)
    return plain / UInt64(chunkSize) + 1
  }

  /// What is wrong with the set as a whole.
  /// - Parameter hasTailChunk: whether one more chunk has nothing but bytes behind the last whole sector.
  static func findings(
    volume: EWFVolume, hasVolume: Bool, hasTailChunk: Bool, map: EWFChunkMap, name: String
  ) -> [Finding] {
    var findings: [Finding] = []
    if !hasVolume {
      findings.append(
        Finding(.structureDamaged, subject: name, observed: "no volume section; its copy in data is used"))
    }
    let counts = [volume.neededChunks, volume.neededChunks + (hasTailChunk ? 1 : 0)]
    if !counts.contains(UInt64(volume.chunkCount)) {
      findings.append(
        Finding(
          .lengthMismatch, subject: "\(name): volume", expected: "\(volume.neededChunks) chunks",
          observed: "\(volume.chunkCount) chunks"))
    }
    if map.surplus > 0 {
      findings.append(
        Finding(
          .lengthMismatch, subject: "\(name): table", expected: "\(volume.neededChunks) chunks",
          observed: "\(volume.neededChunks + map.surplus) chunks"))
    }
    if map.unplaced > 0 {
      findings.append(
        Finding(
          .chunkDamaged, subject: name,
          observed: "\(map.unplaced) tables have no known place, because others are lost around them"))
    }
    if map.overclaiming > 0 {
      findings.append(
        Finding(
          .structureDamaged, subject: name,
          observed: "\(map.overclaiming) tables name more chunks than the files can hold"))
    }
    for (run, sectors) in zip(map.missing, map.missingSectors(of: volume)) {
      findings.append(
        Finding(
          .chunkDamaged, subject: name,
          observed: "no table locates chunks \(run.lowerBound)-\(run.upperBound - 1)", sectors: sectors))
    }
    return findings
  }
}
