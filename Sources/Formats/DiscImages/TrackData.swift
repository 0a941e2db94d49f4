import Evidence
import OpticalDisc

/// How sectors of a track go into a file.
package struct SectorForm: Hashable, Sendable {
  /// The part of each sector that is written; `nil`: as it is stored.
  package var layout: SectorLayout?
  /// Byte order of audio samples.
  package var isBigEndian: Bool
  /// Whether P to W follow each sector where the image has them.
  package var keepsSubchannel: Bool

  package init(layout: SectorLayout? = nil, isBigEndian: Bool = false, keepsSubchannel: Bool = false) {
    self.layout = layout
    self.isBigEndian = isBigEndian
    self.keepsSubchannel = keepsSubchannel
  }
}

extension Disc {
  /// The track that a file of user data alone is made of.
  package var firstDataTrack: DiscTrack? { tracks.first { $0.mode.isData } }
}

extension DiscTrack {
  /// The 2048 bytes of user data of each sector, of form 2 the first of its 2324; `nil` where what is stored does not
  /// have them.
  package var userDataLayout: SectorLayout? {
    let layout: SectorLayout? =
      switch mode {
      case .mode1: .mode1Data
      case .mode2: .form1Data
      case .dvd, .userData: .dvdData
      case .audio, .mode0: nil
      }
    guard let inner = layout?.range else { return nil }
    let runs = extents.compactMap(\.run)
    // Sectors of form 2 alone have nothing of 2048 bytes.
    let isThere = runs.allSatisfy { run in
      run.layout.range.lowerBound <= inner.lowerBound && run.layout.range.upperBound >= inner.upperBound
        && run.layout != .form2Data && run.layout != .form2Body
    }
    return isThere ? layout : nil
  }
}

extension DiscImage {
  /// What is stored of sectors, in a form.
  package func bytes(of track: DiscTrack, in range: Range<Int>, as form: SectorForm) throws(EvidenceError)
    -> [UInt8]
  {
    var bytes: [UInt8] = []
    try forEachBatch(of: track, in: range) { (batch: SectorBatch) throws(EvidenceError) in
      let inner = (form.layout ?? batch.layout).range
      guard batch.layout.range.lowerBound <= inner.lowerBound,
        batch.layout.range.upperBound >= inner.upperBound
      else {
        throw EvidenceError(
          .argumentInvalid, "track \(track.number)", "its sectors are stored without what is to be written")
      }
      var main = batch.main
      if form.isBigEndian, track.mode == .audio { Self.swapSamples(&main) }
      let keepsSubchannel = form.keepsSubchannel && batch.subchannelLayout != nil
      if batch.layout == .raw, inner.count == 2048, track.mode.isData, !keepsSubchannel {
        // Each as its own header says, whatever the description calls the track.
        for index in 0..<batch.count {
          bytes += DataSector.userData(batch.sector(index), mode: track.mode, lba: batch.first + index)
        }
        return
      }
      if inner == batch.layout.range, !keepsSubchannel {
        bytes += main
        return
      }
      let start = inner.lowerBound - batch.layout.range.lowerBound
      for index in 0..<batch.count {
        let sector = index * batch.layout.size + start
        bytes += main[sector..<sector + inner.count]
        if keepsSubchannel {
          bytes += batch.subchannel[index * Subchannel.size..<(index + 1) * Subchannel.size]
        }
      }
    }
    return bytes
  }

  /// P to W of sectors, one channel after the other. Where the image has none, P and Q say where the sector is, and the
  /// rest is zero.
  package func channels(of track: DiscTrack, in range: Range<Int>) throws(EvidenceError) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(range.count * Subchannel.size)
    for extent in track.extents(in: range) {
      guard let run = extent.run, run.subchannel != nil, run.subchannel?.layout != .packs else {
        for lba in extent.start..<extent.end { bytes += Subchannel.position(of: track, at: lba) }
        continue
      }
      try forEachBatch(of: track, in: extent.start..<extent.end) {
        (batch: SectorBatch) throws(EvidenceError) in
        for index in 0..<batch.count { bytes += batch.channels(index) ?? [] }
      }
    }
    return bytes
  }
}

extension DiscTrack {
  /// Whether sectors have all of P to W.
  package var hasChannels: Bool {
    extents.contains { $0.run?.subchannel.map { $0.layout != .packs } ?? false }
  }
}
