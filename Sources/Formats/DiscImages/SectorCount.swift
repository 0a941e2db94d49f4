import Evidence
import OpticalDisc

/// What the stored sectors of a track are and which of them are not sound.
package struct SectorCount: Sendable {
  package private(set) var sectors = 0
  /// Of sectors stored whole, or without their header.
  package private(set) var kinds: [SectorKind: Int] = [:]
  /// Sectors whose contents are damaged, by EDC or, in mode 0, by what should be zero.
  package private(set) var damagedSectors: [Int] = []
  /// Those of them that P and Q make whole.
  package private(set) var correctable: [Int] = []
  package private(set) var wrongEDC = 0
  package private(set) var wrongParity = 0
  /// Wrong parity behind contents that have their EDC.
  package private(set) var wrongParityAlone = 0
  /// Sectors whose header has another address than their place; the first of them and what it says.
  package private(set) var wrongAddress = 0
  package private(set) var firstWrongAddress: (lba: Int, header: MSF?)?
  package private(set) var subheadersDiffer = 0
  package private(set) var reservedNotZero = 0
  /// Sectors of another mode than the track's.
  package private(set) var wrongMode = 0
  package private(set) var scrambled = 0
  /// Data sectors in an audio track, as in the pregap of a CD-i Ready.
  package private(set) var dataInAudio = 0
  /// Of sectors with a subchannel: how many have a wrong CRC in Q.
  package private(set) var subchannels = 0
  package private(set) var wrongQ = 0
  /// Q with a right CRC that is of another place or track.
  package private(set) var foreignQ = 0
  package private(set) var catalogs: [MediaCatalogNumber: Int] = [:]
  package private(set) var codes: [ISRC: Int] = [:]

  package var damaged: Int { damagedSectors.count }

  /// Reads all stored sectors of a track. Audio and cooked data have nothing to check but their subchannel.
  /// - Throws: `readFailed`, `imageMalformed`; what `progress` throws.
  package init(
    _ image: DiscImage, _ track: DiscTrack, progress: DiscProgress = { _ throws(EvidenceError) in }
  ) throws(EvidenceError) {
    try image.forEachBatch(of: track) { (batch: SectorBatch) throws(EvidenceError) in
      try progress(batch.count)
      sectors += batch.count
      for index in 0..<batch.count {
        if track.mode.isData { count(batch, index, track) } else { countAudio(batch, index) }
        if batch.subchannelLayout != nil { countSubchannel(batch, index, track) }
      }
    }
  }

  private mutating func count(_ batch: SectorBatch, _ index: Int, _ track: DiscTrack) {
    let lba = batch.first + index
    switch batch.layout {
    case .raw:
      let bytes = batch.main.span.bytes
      let size = SectorCodec.size
      let report = SectorReport(of: bytes.extracting(index * size..<(index + 1) * size))
      note(report, track, lba)
      if report.edc == .wrong, SectorRepair.repair(Array(batch.sector(index)), as: report.kind) != nil {
        correctable.append(lba)
      }
      if report.address?.lba != lba, report.kind.isData {
        wrongAddress += 1
        if firstWrongAddress == nil { firstWrongAddress = (lba, report.address) }
      }
      if !report.isSound, Scrambler.isScrambled(Array(batch.sector(index)), lba: lba) { scrambled += 1 }
    case .body where track.mode == .mode2:
      // The header is outside of the codes of mode 2: any will do.
      let sector = SectorCodec.sync + [0, 0, 0, 2] + batch.sector(index)
      let report = SectorReport(of: sector.span.bytes)
      note(report, track, lba)
      if report.edc == .wrong, SectorRepair.repair(sector, as: report.kind) != nil { correctable.append(lba) }
    default: break
    }
  }

  private mutating func countAudio(_ batch: SectorBatch, _ index: Int) {
    guard batch.sector(index).starts(with: SectorCodec.sync) else { return }
    var sector = Array(batch.sector(index))
    dataInAudio += 1
    if Scrambler.isScrambled(sector, lba: batch.first + index) {
      scrambled += 1
      Scrambler.apply(to: &sector)
    }
    kinds[SectorReport(of: sector.span.bytes).kind, default: 0] += 1
  }

  private mutating func note(_ report: SectorReport, _ track: DiscTrack, _ lba: Int) {
    kinds[report.kind, default: 0] += 1
    if report.edc == .wrong { wrongEDC += 1 }
    if report.p == .wrong || report.q == .wrong {
      wrongParity += 1
      if report.edc == .right { wrongParityAlone += 1 }
    }
    if report.subheadersDiffer { subheadersDiffer += 1 }
    if report.reservedNotZero { reservedNotZero += 1 }
    let isRight =
      switch (report.kind, track.mode) {
      case (.mode0, .mode0), (.mode1, .mode1), (.form1, .mode2), (.form2, .mode2), (.formless, .mode2): true
      default: false
      }
    if !isRight { wrongMode += 1 }
    if report.isDataDamaged || !isRight { damagedSectors.append(lba) }
  }

  private mutating func countSubchannel(_ batch: SectorBatch, _ index: Int, _ track: DiscTrack) {
    guard let channels = batch.channels(index) else { return }
    subchannels += 1
    guard let q = QChannel(Array(channels[12..<24])) else {
      wrongQ += 1
      return
    }
    switch q.content {
    case .position(let number, _, _, let absolute):
      if number != track.number || absolute.lba != batch.first + index { foreignQ += 1 }
    case .catalog(let catalog, _): catalogs[catalog, default: 0] += 1
    case .isrc(let code, _): codes[code, default: 0] += 1
    case .tableOfContents, .other: break
    }
  }
}
