import Evidence
import Media
import SystemIO
import SystemPackage

/// How far a medium that is read in an order of its own has come.
package struct Staging: Hashable, Sendable {
  /// 1: through the medium; 2: back over what was left out; 3: all of it is there.
  package var pass: UInt32
  /// Where the first pass goes on, in bytes from the beginning.
  package var position: UInt64
  /// What became of the sectors.
  package var map: SectorMap
  /// Digests of the file; `nil` in a journal of version 1.
  package var digests: StagingDigests.Kept?

  package static let lastPass: UInt32 = 2

  package init(pass: UInt32, position: UInt64, map: SectorMap, digests: StagingDigests.Kept? = nil) {
    self.digests = digests
    self.pass = pass
    self.position = position
    self.map = map
  }
}

/// Where a medium that is read in an order of its own is put meanwhile.
package struct StagingArea: Sendable {
  package let file: FilePath
  /// Where an earlier run was interrupted.
  package let resuming: Staging?
  /// Called when everything up to here is synced.
  package let save: @Sendable (Staging) throws(EvidenceError) -> Void
  package let progress: @Sendable (AcquisitionProgress) -> Void

  package init(
    file: FilePath, resuming: Staging?, save: @escaping @Sendable (Staging) throws(EvidenceError) -> Void,
    progress: @escaping @Sendable (AcquisitionProgress) -> Void
  ) {
    self.file = file
    self.resuming = resuming
    self.save = save
    self.progress = progress
  }
}

/// Reads a medium in an order of its own into a file, and hands the blocks on from there. Used by one thread.
///
/// The first pass goes through the medium, forward or from its end, and where it skips ahead leaves dead zones out
/// with steps that double. The second goes the other way over what was left out, down to single sectors.
final class StagedReader: BlockReader {
  private let plan: AcquisitionPlan
  private let stop: StopFlag
  private let area: StagingArea
  private let source: any SectorSource
  /// What the images hold so far.
  private let delivered: Monitor<SectorMap>
  private let map: Monitor<SectorMap>
  private let reader: MediumReader
  private var pass: UInt32
  private var position: UInt64
  private var pace: CheckpointPace
  private var file: DurableFile?
  private var digests: StagingDigests?

  private var length: UInt64 { plan.geometry.length }

  init(
    source: any SectorSource, plan: AcquisitionPlan, area: StagingArea, delivered: Monitor<SectorMap>,
    stop: StopFlag
  ) {
    let begun = area.resuming
    self.plan = plan
    self.stop = stop
    self.area = area
    self.source = source
    self.delivered = delivered
    self.map = Monitor(begun?.map ?? SectorMap(sectorCount: plan.geometry.sectorCount))
    self.reader = MediumReader(source: source, plan: plan, map: map)
    self.pass = begun?.pass ?? 1
    self.position = begun?.position ?? (plan.reading.isReverse ? plan.geometry.length : 0)
    self.pace = CheckpointPace(seconds: plan.checkpointSeconds)
  }

  // MARK: Blocks

  func read(blockAt offset: UInt64, into buffer: PageBuffer) throws(EvidenceError) {
    try fill(buffer, blockAt: offset, of: plan) { (block) throws(EvidenceError) in
      guard try file?.read(into: block, at: offset) == block.count else {
        throw EvidenceError(
          .readFailed, area.file.string, "it ends before byte \(offset + UInt64(block.count))")
      }
    }
    let sector = UInt64(plan.geometry.logicalSectorSize)
    let end = offset + UInt64(buffer.byteCount)
    let range = SectorRange(offset / sector..<(end + sector - 1) / sector)
    let known = map.withLock { $0 }
    delivered.withLock { $0.mark(range, as: known) }
  }

  // MARK: Passes

  func prepare() throws(EvidenceError) {
    try open()
    do throws(EvidenceError) {
      let buffer = PageBuffer(capacity: plan.blockSize)
      if pass == 1 {
        try goThrough(buffer)
        pass = 2
      }
      if pass == 2 {
        try goBack(buffer)
        pass = 3
      }
      try checkpoint()
    } catch {
      // What ended the reading is what must be heard.
      try? checkpoint()
      throw error
    }
  }

  private func open() throws(EvidenceError) {
    if area.resuming != nil {
      file = try DurableFile(resuming: area.file, length: length)
      try openDigests()
    } else {
      // What was begun before anything of it counted.
      _ = Syscalls.unlink(area.file)
      file = try DurableFile(creating: area.file)
      try file?.extend(to: length)
      digests = try StagingDigests(beside: area.file, resuming: nil, plan: plan)
    }
  }

  /// A journal of version 1 knows none: what is there already is digested now.
  private func openDigests() throws(EvidenceError) {
    let kept = area.resuming?.digests
    digests = try StagingDigests(beside: area.file, resuming: kept, plan: plan)
    if kept == nil { digests?.note(0..<length) }
  }

  private func goThrough(_ buffer: PageBuffer) throws(EvidenceError) {
    let step = Self.Step(isReverse: plan.reading.isReverse, length: length, piece: piece)
    /// Bytes to leave out after the next failure.
    var jump = piece
    /// Up to here the medium is read in pieces.
    var careful = position
    while let block = step.range(from: position, unit: UInt64(plan.blockSize)) {
      let isCareful = step.isBefore(position, careful)
      let unit = isCareful ? piece : UInt64(plan.blockSize)
      guard let range = step.range(from: position, unit: unit) else { break }
      if try attempt(range, buffer, isWhole: plan.reading.skipsAhead) {
        position = step.end(of: range)
        jump = piece
      } else if !isCareful {
        careful = step.end(of: block)
      } else {
        position = step.advanced(position, by: jump)
        jump = min(jump * 2, largestJump)
        if let next = step.range(from: position, unit: UInt64(plan.blockSize)) {
          careful = step.end(of: next)
        }
      }
      try breathe()
    }
  }

  private var largestJump: UInt64 {
    max(16 * piece, length / 64 / piece * piece)
  }

  private var piece: UInt64 { UInt64(plan.pieceSize) }

  private func goBack(_ buffer: PageBuffer) throws(EvidenceError) {
    let isReverse = !plan.reading.isReverse
    let sector = UInt64(plan.geometry.logicalSectorSize)
    let left = map.withLock { $0.ranges(in: .notAttempted) }
    for gap in isReverse ? left.reversed() : left {
      let bytes = gap.first * sector..<min(gap.end * sector, length)
      let step = Self.Step(isReverse: isReverse, length: bytes.upperBound, piece: piece)
      var position = isReverse ? bytes.upperBound : bytes.lowerBound
      while let next = step.range(from: position, unit: piece) {
        let range = next.clamped(to: bytes)
        guard !range.isEmpty else { break }
        _ = try attempt(range, buffer, isWhole: false)
        position = step.end(of: range)
        try breathe()
      }
    }
  }

  /// Reads a range and puts it into the file.
  /// - Parameter isWhole: leave it where it cannot be read in one go.
  /// - Returns: whether it is in the file now.
  private func attempt(
    _ range: Range<UInt64>, _ buffer: PageBuffer, isWhole: Bool
  ) throws(EvidenceError) -> Bool {
    let count = Int(range.upperBound - range.lowerBound)
    do throws(EvidenceError) {
      let isRead = try buffer.fill { (memory) throws(EvidenceError) in
        let target = UnsafeMutableRawBufferPointer(rebasing: memory[..<count])
        if isWhole { return try reader.readWhole(target, at: range.lowerBound, pass: pass) }
        try reader.read(target, at: range.lowerBound, pass: pass)
        return true
      }
      guard isRead else { return false }
      buffer.byteCount = count
      try file?.write(buffer.bytes, at: range.lowerBound)
      digests?.note(range)
      return true
    } catch {
      // Sectors that were read but are not in the file do not count.
      let sector = UInt64(plan.geometry.logicalSectorSize)
      let lost = SectorRange(range.lowerBound / sector..<(range.upperBound + sector - 1) / sector)
      map.withLock { $0.mark(lost, as: .notAttempted) }
      throw error
    }
  }

  private func breathe() throws(EvidenceError) {
    let known = map.withLock { $0 }
    let sectors = known.sectorCount - known.count(of: .notAttempted)
    area.progress(
      AcquisitionProgress(
        bytesDone: min(length, sectors * UInt64(plan.geometry.logicalSectorSize)), length: length,
        unreadableSectors: known.count(of: .unreadable), pass: pass))
    guard !stop.isRaised else { throw EvidenceError(.interrupted, source.facts.path.string) }
    if pace.isDue() { try checkpoint() }
  }

  private func checkpoint() throws(EvidenceError) {
    try file?.sync()
    let known = map.withLock { $0 }
    try area.save(Staging(pass: pass, position: position, map: known, digests: try keptDigests(known)))
  }

  private func keptDigests(_ known: SectorMap) throws(EvidenceError) -> StagingDigests.Kept? {
    try file?.digests(kept: digests, known) ?? nil
  }

  /// Steps through bytes in one direction; ranges end at multiples of their unit.
  private struct Step {
    let isReverse: Bool
    let length: UInt64
    /// Bytes of a piece.
    let piece: UInt64

    /// The next range of at most `unit` bytes; `nil` at the end.
    func range(from position: UInt64, unit: UInt64) -> Range<UInt64>? {
      if isReverse { return position == 0 ? nil : (position - 1) / unit * unit..<position }
      return position >= length ? nil : position..<min(length, (position / unit + 1) * unit)
    }

    func end(of range: Range<UInt64>) -> UInt64 { isReverse ? range.lowerBound : range.upperBound }

    func isBefore(_ position: UInt64, _ other: UInt64) -> Bool {
      isReverse ? position > other : position < other
    }

    /// - Parameter bytes: a multiple of the piece size, at whose multiples every position but the length lies.
    func advanced(_ position: UInt64, by bytes: UInt64) -> UInt64 {
      if isReverse {
        let aligned = (position + piece - 1) / piece * piece
        return aligned > bytes ? aligned - bytes : 0
      }
      return min(length, position + bytes)
    }
  }
}
