import DiscImages
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

extension DiscImage {
  /// Writes what is stored of a track within `range`.
  /// - Throws: `argumentInvalid` where what is stored of a sector does not contain the part that is asked for.
  func write(
    _ track: DiscTrack, in range: Range<Int>, as form: SectorForm, to output: inout DiscOutput,
    progress: DiscProgress
  ) throws(EvidenceError) {
    for extent in track.extents(in: range) where extent.isStored {
      for part in SectorBatches(extent.start..<extent.end) {
        try progress(part.count)
        try output.append(try bytes(of: track, in: part, as: form))
      }
    }
  }
}
