import Evidence
import OpticalDisc
import SystemPackage

/// The bytes of a file that a cue sheet names and that hold sectors: the file, or the samples in it, filled up to a whole
/// sector.
struct TrackContents {
  private(set) var file: any DiscFile
  /// `motorola` also where the samples of AIFF have that order.
  private(set) var type: CUESheet.FileType
  private(set) var remarks: [String] = []

  /// What packed sectors have behind their name.
  static let packedEnding = ".ecm"

  /// - Throws: `sheetMalformed`, `imageMalformed`; `formatUnreadable` for other samples than those of a CD.
  init(of path: FilePath, _ entry: CUESheet.File, _ text: SheetText) throws(EvidenceError) {
    let plain = try PlainDiscFile(path)
    self.file = plain
    self.type = entry.type
    guard plain.size > 0 else { throw EvidenceError(.imageMalformed, plain.name, "the file is empty") }
    // What is declared to be sectors is never taken for anything else.
    guard entry.type != .binary, entry.type != .motorola else {
      if path.string.lowercased().hasSuffix(Self.packedEnding) {
        self.file = ImageContents(try ECMReader.open(path), name: plain.name)
      }
      return
    }
    if try FLACFile.isOne(plain) {
      let reader = try FLACFile.open(path)
      let padding = padding(after: reader.geometry.length, entry)
      self.file = ImageContents(reader, name: plain.name, padding: padding)
    } else if try AIFFFile.isOne(plain) {
      let samples = try AIFFFile.samples(of: plain)
      if samples.isBigEndian { type = .motorola }
      take(samples.range, samples.remark, of: plain, entry)
    } else if entry.type == .mp3 {
      guard let sectors = try MP3File.sectors(of: plain) else {
        throw text.malformed(entry.line, "\(entry.name) is named as MP3 and has no frame of it")
      }
      remarks.append(
        "line \(entry.line): \(entry.name) is MP3, which is not a copy of a track: its \(sectors) sectors, or about so many, "
          + "are absent, and where later tracks begin is as uncertain")
      self.file = LossyFile(name: plain.name, size: UInt64(sectors * SectorCodec.size))
    } else {
      let samples = try WaveFile.samples(of: plain)
      take(samples.range, samples.remark, of: plain, entry)
    }
  }

  private mutating func take(
    _ range: Range<UInt64>, _ remark: String?, of plain: PlainDiscFile, _ entry: CUESheet.File
  ) {
    if let remark { remarks.append(remark) }
    let count = UInt64(range.count)
    file = DiscFilePart(plain, range: range, size: count + padding(after: count, entry))
  }

  private mutating func padding(after count: UInt64, _ entry: CUESheet.File) -> UInt64 {
    let sector = UInt64(SectorCodec.size)
    let padding = (sector - count % sector) % sector
    if padding > 0 {
      remarks.append(
        "\(entry.name): \(padding) zero bytes fill the last sector, which the file has only in part")
    }
    return padding
  }
}
