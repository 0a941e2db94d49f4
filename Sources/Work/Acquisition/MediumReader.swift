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

/// Where a run gets its blocks from. Used by one thread.
protocol BlockReader {
  /// Does whatever must be done before the first block can be had.
  func prepare() throws(EvidenceError)

  /// Fills `buffer` with the block that begins at byte `offset`, and marks what became of its sectors.
  /// - Throws: what ends the run; unreadable sectors are no error here.
  func read(blockAt offset: UInt64, into buffer: PageBuffer) throws(EvidenceError)
}

extension BlockReader {
  /// Fills a buffer with one block and, after the last, with the padding of its sector.
  /// - Parameter read: fills the memory of the block.
  func fill(
    _ buffer: PageBuffer, blockAt offset: UInt64, of plan: AcquisitionPlan,
    _ read: (UnsafeMutableRawBufferPointer) throws(EvidenceError) -> Void
  ) throws(EvidenceError) {
    let length = Int(min(UInt64(plan.blockSize), plan.geometry.length - offset))
    let padding = offset + UInt64(length) == plan.geometry.length ? Int(plan.geometry.paddingBytes) : 0
    try buffer.fill { (memory: UnsafeMutableRawBufferPointer) throws(EvidenceError) in
      try read(UnsafeMutableRawBufferPointer(rebasing: memory[..<length]))
      for position in length..<length + padding { memory[position] = 0 }
    }
    buffer.byteCount = length
    buffer.paddingByteCount = padding
  }
}

/// Reads a source and keeps the truth table of what was read. Used by one thread.
///
/// Where the medium refuses a range, it is read again in pieces and, inside a failing piece, sector by sector: only
/// sectors that fail themselves are filled, and no offset ever shifts.
final class MediumReader: BlockReader {
  private let source: any SectorSource
  private let plan: AcquisitionPlan
  private let map: Monitor<SectorMap>
  private var unreadable: UInt64
  private let sectorSize: UInt64

  init(source: any SectorSource, plan: AcquisitionPlan, map: Monitor<SectorMap>) {
    self.source = source
    self.plan = plan
    self.map = map
    self.unreadable = map.withLock { $0.count(of: .unreadable) }
    self.sectorSize = UInt64(plan.geometry.logicalSectorSize)
  }

  func prepare() {}

  /// - Throws: `mediumVanished`, `mediumChanged`, `mediumStalled`, `mediumTooManyErrors`.
  func read(blockAt offset: UInt64, into buffer: PageBuffer) throws(EvidenceError) {
    try fill(buffer, blockAt: offset, of: plan) { (block) throws(EvidenceError) in
      try read(block, at: offset, pass: 1)
    }
  }

  /// Reads whole sectors, down to single ones where that is needed.
  /// - Parameter pass: 1, or greater where the medium is asked again.
  func read(
    _ target: UnsafeMutableRawBufferPointer, at offset: UInt64, pass: UInt32
  ) throws(EvidenceError) {
    try read(target, at: offset, pass: pass, steps: [plan.pieceSize, Int(sectorSize)])
  }

  /// Reads at once, or in steps of the first size where that fails, and so on; what fails in the last is filled.
  private func read(
    _ target: UnsafeMutableRawBufferPointer, at offset: UInt64, pass: UInt32, steps: [Int]
  ) throws(EvidenceError) {
    guard let step = steps.first else { return try readSector(target, at: offset, pass: pass) }
    if try readWhole(target, at: offset, pass: pass) { return }
    for start in stride(from: 0, to: target.count, by: step) {
      let piece = UnsafeMutableRawBufferPointer(rebasing: target[start..<min(start + step, target.count)])
      try read(piece, at: offset + UInt64(start), pass: pass, steps: Array(steps.dropFirst()))
    }
  }

  /// Reads whole sectors in one go.
  /// - Returns: `false` where the medium refuses; then nothing is marked.
  func readWhole(
    _ target: UnsafeMutableRawBufferPointer, at offset: UInt64, pass: UInt32
  ) throws(EvidenceError) -> Bool {
    guard try refusal(of: target, at: offset) == nil else { return false }
    mark(
      offset, target.count, as: .read,
      effort: pass > 1 ? ReadEffort(pass: pass, tries: 0, refusal: nil) : nil)
    return true
  }

  /// Asks for one sector, as often as the policy says, and fills its place where it never comes.
  private func readSector(
    _ target: UnsafeMutableRawBufferPointer, at offset: UInt64, pass: UInt32
  ) throws(EvidenceError) {
    var last: Int32?
    for tries in 1...plan.reading.retries + 1 {
      guard let refusal = try refusal(of: target, at: offset) else {
        let isPlain = pass == 1 && tries == 1
        return mark(
          offset, target.count, as: .read,
          effort: isPlain ? nil : ReadEffort(pass: pass, tries: tries, refusal: last))
      }
      last = refusal
    }
    let sector = plan.firstSector + offset / sectorSize
    plan.fill.fill(target, sector: sector)
    mark(
      offset, target.count, as: .unreadable,
      effort: ReadEffort(pass: pass, tries: plan.reading.retries + 1, refusal: last))
    unreadable += 1
    if let limit = plan.reading.errorLimit, unreadable > limit {
      throw EvidenceError(
        .mediumTooManyErrors, source.facts.path.string,
        "more than \(limit) sectors could not be read, the last of them \(sector)")
    }
  }

  /// - Returns: the error number with which the medium refused; `nil` where it was read.
  private func refusal(
    of target: UnsafeMutableRawBufferPointer, at offset: UInt64
  ) throws(EvidenceError) -> Int32? {
    do throws(EvidenceError) {
      try source.read(into: target, at: offset)
      return nil
    } catch {
      guard error.code == .mediumUnreadable else { throw error }
      return error.errno ?? 0
    }
  }

  private func mark(_ offset: UInt64, _ count: Int, as state: SectorState, effort: ReadEffort?) {
    let range = SectorRange(offset / sectorSize..<(offset + UInt64(count) + sectorSize - 1) / sectorSize)
    map.withLock { $0.mark(range, as: state, effort: effort) }
  }
}
