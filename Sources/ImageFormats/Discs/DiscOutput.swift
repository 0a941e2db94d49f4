import Evidence
import OpticalDisc
import SystemIO
import SystemPackage

/// A file of sectors being written.
struct DiscOutput: ~Copyable {
  private let file: DurableFile
  private var written: UInt64 = 0
  private var pending: [UInt8] = []
  private static let pieceSize = 4 << 20

  init(creating path: FilePath) throws(EvidenceError) { self.file = try DurableFile(creating: path) }

  mutating func append(_ bytes: some Collection<UInt8>) throws(EvidenceError) {
    pending += bytes
    if pending.count >= Self.pieceSize { try flush() }
  }

  private mutating func flush() throws(EvidenceError) {
    try file.write(pending.span.bytes, at: written)
    written += UInt64(pending.count)
    pending.removeAll(keepingCapacity: true)
  }

  /// Bytes so far.
  var count: UInt64 { written + UInt64(pending.count) }

  consuming func close() throws(EvidenceError) {
    try flush()
    try file.close()
  }
}

/// Called before each batch of sectors is written, with their number; throws to stop.
package typealias DiscProgress = (Int) throws(EvidenceError) -> Void

/// How sectors of a track go into a file.
package struct SectorForm {
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

extension DiscImage {
  private static let batch = 512

  /// Writes what is stored of a track within `range`.
  /// - Throws: `argumentInvalid` where what is stored of a sector does not contain the part that is asked for.
  func write(
    _ track: DiscTrack, in range: Range<Int>, as form: SectorForm, to output: inout DiscOutput,
    progress: DiscProgress
  ) throws(EvidenceError) {
    for extent in track.extents(in: range) where extent.isStored {
      for first in stride(from: extent.start, to: extent.end, by: Self.batch) {
        let part = first..<min(first + Self.batch, extent.end)
        try progress(part.count)
        try output.append(try bytes(of: track, in: part, as: form))
      }
    }
  }

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
}
