import Evidence
import OpticalDisc

/// What the first sectors of a track say of themselves, where its description may say otherwise.
enum TrackProbe {
  /// A type as the sectors have it.
  struct Finding {
    let type: CUESheet.TrackType
    /// What they are, for people.
    let words: String
  }

  /// Sectors that are looked at for a mode: the first may be damaged.
  private static let mostSectors = 16
  /// Where a file system of 2048 bytes a sector says what it is.
  private static let systemArea: UInt64 = 16

  /// - Parameters:
  ///   - offset: of index 1 in the file.
  ///   - stated: as the description has it.
  /// - Returns: `nil` where the sectors are as stated, or nothing can be told.
  static func contradiction(
    in file: any DiscFile, at offset: UInt64, stated: CUESheet.TrackType
  ) -> Finding? {
    if let raw = wholeSectors(file, offset, stated) {
      let isAsStated = stated.layout == .raw && stated.mode == raw.mode && stated.stride == raw.stride
      guard !isAsStated else { return nil }
      let subchannel: SubchannelLayout? = raw.stride > SectorCodec.size ? .interleaved : nil
      let type = CUESheet.TrackType(
        raw.mode, .raw, raw.stride == stated.stride ? stated.subchannel : subchannel,
        isCDi: stated.isCDi && raw.mode == .mode2)
      return Finding(type: type, words: "\(words(raw.mode)), \(type.stride) bytes each")
    }
    guard stated.mode.isData,
      !(stated.layout == .mode1Data && hasFileSystem(file, offset, .init(.mode1, .mode1Data)))
    else { return nil }
    if stated.layout == .raw, hasNoSync(file, offset, stated.stride) {
      return Finding(
        type: .init(.audio, .raw, stated.subchannel), words: "without a sync, as those of audio are")
    }
    let others: [CUESheet.TrackType] = [.init(.mode1, .mode1Data), .init(.mode2, .body)]
    guard let type = others.first(where: { $0.stride != stated.stride && hasFileSystem(file, offset, $0) })
    else {
      return nil
    }
    return Finding(
      type: type,
      words: type.layout == .body ? "mode 2, 2336 bytes each" : "user data alone, 2048 bytes each")
  }

  private static func words(_ mode: TrackMode) -> String {
    switch mode {
    case .mode0: "mode 0"
    case .mode1: "mode 1"
    case .mode2: "mode 2"
    case .audio, .dvd, .userData: mode.rawValue
    }
  }

  /// Sectors with sync and header at the right distances; of data sectors in an audio track, more than one is needed.
  private static func wholeSectors(
    _ file: any DiscFile, _ offset: UInt64, _ stated: CUESheet.TrackType
  ) -> (mode: TrackMode, stride: Int)? {
    let strides = [stated.stride] + [2352, 2448].filter { $0 != stated.stride }
    for stride in strides where stride == 2352 || stride == 2448 {
      guard
        let bytes = try? file.bytes(at: offset, count: (mostSectors - 1) * stride + 2352), bytes.count >= 2352
      else { continue }
      let starts = Array(Swift.stride(from: 0, through: bytes.count - 2352, by: stride))
      let modes = starts.compactMap { start -> TrackMode? in
        let stored = bytes[start..<start + 2352]
        guard stored.starts(with: SectorCodec.sync) else { return nil }
        let sector = DataSector(stored)
        guard sector.report.address != nil else { return nil }
        switch sector.report.kind {
        case .mode0: return .mode0
        case .mode1: return .mode1
        case .form1, .form2, .formless: return .mode2
        case .audio, .unknown: return nil
        }
      }
      // Half of them, so that neither a damaged sector nor a pattern in other data decides.
      guard modes.count * 2 >= starts.count else { continue }
      // Empty sectors of mode 0 may stand before those of another.
      let counts = Dictionary(modes.map { ($0, 1) }, uniquingKeysWith: +)
      guard let most = counts.max(by: { ($0.value, $0.key.rawValue) < ($1.value, $1.key.rawValue) }) else {
        continue
      }
      return (counts[stated.mode] != nil ? stated.mode : most.key, stride)
    }
    return nil
  }

  /// Whether none of sectors from all over the rest of a file is one of data, or empty.
  private static func hasNoSync(_ file: any DiscFile, _ offset: UInt64, _ stride: Int) -> Bool {
    let count = file.size > offset ? Int((file.size - offset) / UInt64(stride)) : 0
    guard count > 0, !hasFileSystem(file, offset, .init(.mode1, .mode1Data)),
      !hasFileSystem(file, offset, .init(.mode2, .body))
    else { return false }
    let places = Set((0..<mostSectors).flatMap { [min($0, count - 1), $0 * count / mostSectors] })
    return places.allSatisfy { place in
      guard let bytes = try? file.bytes(at: offset + UInt64(place * stride), count: SectorCodec.size),
        bytes.count == SectorCodec.size
      else { return false }
      return DataSector(bytes[...]).fault == .unrecognisable
    }
  }

  private static func hasFileSystem(
    _ file: any DiscFile, _ offset: UInt64, _ type: CUESheet.TrackType
  ) -> Bool {
    let lead: UInt64 = type.layout == .body ? 8 : 0
    let place = offset + systemArea * UInt64(type.stride) + lead
    guard let bytes = try? file.bytes(at: place, count: 16), bytes.count == 16 else { return false }
    return ["CD001", "BEA01"].contains { bytes[1...].starts(with: $0.utf8) }
      || bytes[9...].starts(with: "CDROM".utf8)
  }
}
