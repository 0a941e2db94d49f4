import Evidence
import OpticalDisc

/// What the sectors of a track are, whatever its description says of them: asked by every format whose description and
/// sectors may disagree.
struct TrackProbe {
  /// What a track is by its sectors.
  struct Found {
    /// `nil` where its sectors do not tell, because they are empty or there are none.
    var mode: TrackMode?
    /// Whether most data sectors are stored as they lie on the disc.
    var isScrambled = false
  }

  /// A type as the sectors have it.
  struct Contradiction {
    let type: CUESheet.TrackType
    /// What they are, for people.
    let words: String
  }

  /// Sectors that are looked at together: the first may be damaged.
  private static let mostSectors = 16
  /// Where a file system of 2048 bytes a sector says what it is.
  private static let systemArea: UInt64 = 16

  private let file: any DiscFile
  private let offset: UInt64
  private let stride: Int
  private let count: Int
  private let lba: Int?

  /// - Parameters:
  ///   - offset: of index 1 in the file.
  ///   - stride: bytes from one sector to the next.
  ///   - count: sectors from there to the end of the track; to that of the file where `nil`, or where it ends before.
  ///   - lba: of the first, if known.
  private init(_ file: any DiscFile, _ offset: UInt64, stride: Int, count: Int?, lba: Int? = nil) {
    let rest = file.size > offset ? file.size - offset : 0
    // The subchannel of the last sector may be missing.
    let room = Int(clamping: (rest + UInt64(stride - min(stride, SectorCodec.size))) / UInt64(stride))
    self.file = file
    self.offset = offset
    self.stride = stride
    self.count = max(0, min(count ?? room, room))
    self.lba = lba
  }

  /// Of a track whose sectors are stored whole, and as large as its description says.
  /// - Parameters:
  ///   - run: from index 1.
  ///   - count: sectors of it.
  ///   - lba: of the first.
  static func look(
    at run: StoredRun, count: Int, from lba: Int, stated: TrackMode, _ files: [any DiscFile]
  ) -> Found {
    TrackProbe(files[run.file], run.offset, stride: run.stride, count: count, lba: lba).found(stated)
  }

  /// The mode of a track whose sectors are as large as its description says, with a remark where it is another.
  /// - Parameters:
  ///   - run: from index 1.
  ///   - count: sectors of it that are stored.
  static func mode(
    of number: Int, at run: StoredRun, count: Int, from lba: Int, stated: TrackMode, _ files: [any DiscFile],
    _ remarks: inout [String]
  ) -> TrackMode {
    guard run.layout == .raw, !run.isBigEndian, count > 0 else { return stated }
    guard let mode = look(at: run, count: count, from: lba, stated: stated, files).mode, mode != stated else {
      return stated
    }
    if mode != .mode0 {
      remarks.append("track \(number) is said to be \(stated.rawValue); its sectors are \(mode.rawValue)")
    }
    return mode
  }

  /// Of a track in a file whose sectors may have another size than its description says.
  /// - Parameters:
  ///   - offset: of index 1 in the file.
  ///   - count: sectors of the track, where the description says it.
  ///   - stated: as the description has it.
  /// - Returns: `nil` where the sectors are as stated, or nothing can be told.
  static func contradiction(
    in file: any DiscFile, at offset: UInt64, count: Int?, stated: CUESheet.TrackType
  ) -> Contradiction? {
    for stride in [stated.stride] + [2352, 2448].filter({ $0 != stated.stride })
    where stride == 2352 || stride == 2448 {
      let isStated = stride == stated.stride && stated.layout == .raw
      let probe = TrackProbe(file, offset, stride: stride, count: isStated ? count : nil)
      let tally = probe.tally(probe.first)
      guard let mode = tally.data(stated.mode) ?? (isStated ? probe.found(stated.mode).mode : nil),
        mode.isData
      else { continue }
      guard !isStated || mode != stated.mode else { return nil }
      let subchannel: SubchannelLayout? = stride > SectorCodec.size ? .interleaved : nil
      let type = CUESheet.TrackType(
        mode, .raw, isStated ? stated.subchannel : subchannel, isCDi: stated.isCDi && mode == .mode2)
      return Contradiction(type: type, words: "\(words(mode)), \(type.stride) bytes each")
    }
    let cooked: [CUESheet.TrackType] = [.init(.mode1, .mode1Data), .init(.mode2, .body)]
    guard stated.mode.isData, !(stated.layout == .mode1Data && hasFileSystem(file, offset, cooked[0])) else {
      return nil
    }
    if let type = cooked.first(where: { hasFileSystem(file, offset, $0) }) {
      guard type.stride != stated.stride else { return nil }
      return Contradiction(
        type: type,
        words: type.layout == .body ? "mode 2, 2336 bytes each" : "user data alone, 2048 bytes each")
    }
    let probe = TrackProbe(file, offset, stride: stated.stride, count: count)
    guard stated.layout == .raw, probe.found(stated.mode).mode == .audio else { return nil }
    return Contradiction(
      type: .init(.audio, .raw, stated.subchannel), words: "without a sync, as those of audio are")
  }

  private static func words(_ mode: TrackMode) -> String {
    switch mode {
    case .mode0: "mode 0"
    case .mode1: "mode 1"
    case .mode2: "mode 2"
    case .audio, .dvd, .userData: mode.rawValue
    }
  }

  // MARK: Whole sectors

  /// What some sectors are.
  private struct Tally {
    var places = 0
    var modes: [TrackMode: Int] = [:]
    var scrambled = 0
    /// Of zeros: silence, or not written.
    var zeros = 0
    /// No sync, no header.
    var unrecognisable = 0

    var headers: Int { modes.values.reduce(0, +) }

    /// The mode of data sectors, where at least half have one, so that neither a damaged sector nor a pattern in other
    /// data decides. Zeros count against it in what should be audio.
    func data(_ stated: TrackMode) -> TrackMode? {
      guard headers > 0, headers * 2 >= places - (stated.isData ? zeros : 0) else { return nil }
      // Empty sectors of mode 0 may stand before those of another.
      guard modes[stated] == nil else { return stated }
      return modes.max { ($0.value, $0.key.rawValue) < ($1.value, $1.key.rawValue) }?.key
    }
  }

  private var first: [Int] { Array(0..<min(count, Self.mostSectors)) }

  /// With others, all over the track.
  private var spread: [Int] {
    Set(first + (0..<Self.mostSectors).map { $0 * count / Self.mostSectors }).filter { $0 < count }.sorted()
  }

  /// The first sectors decide. Where they do not, those of a data track from all over it; if none of them is one of data,
  /// and they are more than zeros, it is audio.
  private func found(_ stated: TrackMode) -> Found {
    var tally = tally(first)
    if tally.data(stated) == nil, stated.isData { tally = self.tally(spread) }
    if let mode = tally.data(stated) {
      return Found(mode: mode, isScrambled: tally.scrambled * 2 > tally.headers)
    }
    if !stated.isData { return Found(mode: tally.zeros < tally.places ? .audio : nil) }
    let isAudio = tally.unrecognisable > 0 && tally.unrecognisable + tally.zeros == tally.places
    return Found(mode: isAudio ? .audio : nil)
  }

  private func tally(_ places: [Int]) -> Tally {
    var tally = Tally()
    for place in places {
      // What cannot be read tells nothing, and is told where it is asked for.
      guard
        let stored = try? file.bytes(at: offset + UInt64(place * stride), count: SectorCodec.size),
        stored.count == SectorCodec.size
      else { continue }
      tally.places += 1
      let sector = DataSector(stored[...], lba: lba.map { $0 + place })
      if let mode = Self.mode(sector) {
        tally.modes[mode, default: 0] += 1
        tally.scrambled += sector.isScrambled ? 1 : 0
      } else if sector.fault == .unrecognisable {
        tally.unrecognisable += 1
      } else if stored.allSatisfy({ $0 == 0 }) {
        tally.zeros += 1
      }
    }
    return tally
  }

  private static func mode(_ sector: DataSector) -> TrackMode? {
    guard sector.fault == nil || sector.fault == .sync, sector.report.address != nil else { return nil }
    switch sector.report.kind {
    case .mode0: return .mode0
    case .mode1: return .mode1
    case .form1, .form2, .formless: return .mode2
    case .audio, .unknown: return nil
    }
  }

  // MARK: Less than whole sectors

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
