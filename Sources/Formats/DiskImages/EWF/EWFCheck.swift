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

  /// What is wrong with the set as a whole.
  static func findings(
    volume: EWFVolume, hasVolume: Bool, map: EWFChunkMap, name: String
  ) -> [Finding] {
    var findings: [Finding] = []
    if !hasVolume {
      findings.append(
        Finding(.structureDamaged, subject: name, observed: "no volume section; its copy in data is used"))
    }
    if UInt64(volume.chunkCount) != volume.neededChunks {
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
    for (run, sectors) in zip(map.missing, map.missingSectors(of: volume)) {
      findings.append(
        Finding(
          .chunkDamaged, subject: name,
          observed: "no table locates chunks \(run.lowerBound)-\(run.upperBound - 1)", sectors: sectors))
    }
    return findings
  }

  /// A last chunk that holds more than the medium and yet is not filled up to a whole chunk: a source that was no
  /// whole number of sectors, whose last bytes no reader delivers.
  /// - Parameter held: bytes the last chunk holds; `nil` where it is damaged.
  static func tail(held: Int?, expected: Int, chunkSize: Int, name: String) -> Finding? {
    guard let held, held != expected, held != chunkSize else { return nil }
    return Finding(
      .lengthMismatch, .warning, subject: "\(name): last chunk", expected: "\(expected) bytes",
      observed: "\(held) bytes; \(held - expected) lie behind the last whole sector")
  }
}
