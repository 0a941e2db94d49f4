import Evidence
import Media
import SystemIO

/// One block of the medium, as read, or a checkpoint between two blocks.
struct MediumBlock: Sendable {
  /// Its place in the pipeline, checkpoints counted.
  let index: UInt64
  /// First byte in the medium.
  let offset: UInt64
  let buffer: PageBuffer
  /// A checkpoint has no bytes.
  var checkpoint: CheckpointTicket?
}

/// Reads a source in blocks and keeps the truth table of what was read.
///
/// Where the medium refuses a block, it is read again in pieces and, inside a failing piece, sector by sector:
/// only sectors that fail themselves are filled with zeros, and no offset ever shifts.
struct MediumReader {
  private let source: any SectorSource
  private let plan: AcquisitionPlan
  private let map: Monitor<SectorMap>

  /// Bytes per second attempt.
  private static let pieceSize = 64 << 10

  init(source: any SectorSource, plan: AcquisitionPlan, map: Monitor<SectorMap>) {
    self.source = source
    self.plan = plan
    self.map = map
  }

  /// Fills `buffer` with the block that begins at byte `offset`.
  /// - Throws: `mediumVanished`, `mediumChanged`; unreadable sectors are no error here.
  func read(blockAt offset: UInt64, into buffer: PageBuffer) throws(EvidenceError) {
    let length = Int(min(UInt64(plan.blockSize), plan.geometry.length - offset))
    let padding = offset + UInt64(length) == plan.geometry.length ? Int(plan.geometry.paddingBytes) : 0
    try buffer.fill { (memory: UnsafeMutableRawBufferPointer) throws(EvidenceError) in
      let block = UnsafeMutableRawBufferPointer(rebasing: memory[..<length])
      try read(block, at: offset, steps: [Self.pieceSize, Int(plan.geometry.logicalSectorSize)])
      for position in length..<length + padding { memory[position] = 0 }
    }
    buffer.byteCount = length
    buffer.paddingByteCount = padding
  }

  /// Reads at once, or in steps of the first size where that fails, and so on; what fails in the last is filled.
  private func read(
    _ target: UnsafeMutableRawBufferPointer, at offset: UInt64, steps: [Int]
  ) throws(EvidenceError) {
    do throws(EvidenceError) {
      try source.read(into: target, at: offset)
      mark(offset, target.count, as: .read)
      return
    } catch {
      guard error.code == .mediumUnreadable else { throw error }
    }
    guard let step = steps.first else {
      target.initializeMemory(as: UInt8.self, repeating: 0)
      mark(offset, target.count, as: .unreadable)
      return
    }
    for start in stride(from: 0, to: target.count, by: step) {
      let piece = UnsafeMutableRawBufferPointer(rebasing: target[start..<min(start + step, target.count)])
      try read(piece, at: offset + UInt64(start), steps: Array(steps.dropFirst()))
    }
  }

  private func mark(_ offset: UInt64, _ count: Int, as state: SectorState) {
    let sector = UInt64(plan.geometry.logicalSectorSize)
    let range = SectorRange(offset / sector..<(offset + UInt64(count) + sector - 1) / sector)
    map.withLock { $0.mark(range, as: state) }
  }
}
