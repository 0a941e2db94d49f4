import Evidence
import OpticalDisc

/// What the stored sectors of a track are and which of them are not sound.
package struct SectorCount: Sendable {
  package private(set) var sectors = 0
  /// Of sectors stored whole, or without their header.
  package private(set) var kinds: [SectorKind: Int] = [:]
  /// Sectors whose contents are damaged: by EDC, in mode 0 by what should be zero, or by their ``DataSector/Fault``.
  package private(set) var damagedSectors: [Int] = []
  /// Those of them by what is wrong with them besides their EDC.
  package private(set) var faults: [DataSector.Fault: [Int]] = [:]
  /// Those of them that P and Q make whole, or whose sync alone is damaged.
  package private(set) var correctable: [Int] = []
  package private(set) var wrongEDC = 0
  package private(set) var wrongParity = 0
  /// Wrong parity behind contents that have their EDC.
  package private(set) var wrongParityAlone: [Int] = []
  /// Sectors whose header has another address than their place; the first of them and what it says.
  package private(set) var wrongAddress = 0
  package private(set) var firstWrongAddress: (lba: Int, header: MSF?)?
  package private(set) var subheadersDiffer = 0
  package private(set) var reservedNotZero = 0
  /// Sectors before index 1 that hold one byte value only.
  package private(set) var emptyInGap = 0
  /// Sound sectors, and damaged ones with a header, of another mode than the track's.
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
  /// Damaged sectors that are found and are what they should be, but for their contents.
  package var damagedByEDC: [Int] {
    let others = Set(faults.values.joined())
    return damagedSectors.filter { !others.contains($0) }
  }

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
      let plain = SectorReport(of: bytes.extracting(index * size..<(index + 1) * size))
      if plain.kind.isData, plain.address != nil, plain.edc != .wrong {
        note(plain, track, lba)
        noteAddress(plain, lba)
      } else {
        count(DataSector(batch.sector(index), lba: lba), track, lba)
      }
    case .body where track.mode == .mode2:
      // The header is outside of the codes of mode 2: any will do.
      let sector = SectorCodec.sync + [0, 0, 0, 2] + batch.sector(index)
      let report = SectorReport(of: sector.span.bytes)
      note(report, track, lba)
      if report.edc == .wrong, SectorRepair.repair(sector, as: report.kind) != nil { correctable.append(lba) }
    default: break
    }
  }

  /// A sector that is not sound at first sight.
  private mutating func count(_ sector: DataSector, _ track: DiscTrack, _ lba: Int) {
    // Nothing is written in a gap, or zeros without headers stand for it.
    if sector.fault == .filled, lba < track.start {
      emptyInGap += 1
      return
    }
    if sector.isScrambled { scrambled += 1 }
    if let fault = sector.fault { faults[fault, default: []].append(lba) }
    if sector.isDamaged, sector.repaired() != nil { correctable.append(lba) }
    guard sector.fault == nil || sector.fault == .sync else {
      damagedSectors.append(lba)
      return
    }
    note(sector.report, track, lba, isSyncDamaged: sector.fault == .sync)
    noteAddress(sector.report, lba)
  }

  private mutating func noteAddress(_ report: SectorReport, _ lba: Int) {
    guard report.address?.lba != lba else { return }
    wrongAddress += 1
    if firstWrongAddress == nil { firstWrongAddress = (lba, report.address) }
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

  private mutating func note(
    _ report: SectorReport, _ track: DiscTrack, _ lba: Int, isSyncDamaged: Bool = false
  ) {
    kinds[report.kind, default: 0] += 1
    if report.edc == .wrong { wrongEDC += 1 }
    if report.p == .wrong || report.q == .wrong {
      wrongParity += 1
      if report.edc == .right { wrongParityAlone.append(lba) }
    }
    if report.subheadersDiffer { subheadersDiffer += 1 }
    if report.reservedNotZero { reservedNotZero += 1 }
    let isRight =
      switch (report.kind, track.mode) {
      case (.mode0, .mode0), (.mode1, .mode1), (.form1, .mode2), (.form2, .mode2), (.formless, .mode2): true
      default: false
      }
    if !isRight { wrongMode += 1 }
    if report.isDataDamaged || isSyncDamaged { damagedSectors.append(lba) }
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
