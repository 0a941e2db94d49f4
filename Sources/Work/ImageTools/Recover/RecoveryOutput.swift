import Evidence
import FormatKit
import SystemIO
import SystemPackage

/// The raw file of a recovery as it grows. Ranges that hold nothing stay holes, which read as zeros.
final class RecoveryOutput {
  private var file: DurableFile?
  private let reader: any SalvagingReader
  private let keepsDamaged: Bool
  private var map: SectorMap
  private var carvedSectors: UInt64 = 0

  init(creating path: FilePath, reader: any SalvagingReader, keepsDamaged: Bool) throws(EvidenceError) {
    self.file = try DurableFile(creating: path)
    self.reader = reader
    self.keepsDamaged = keepsDamaged
    self.map = SectorMap(sectorCount: reader.geometry.sectorCount)
  }

  /// Gives the file its full length at once: whatever is not written reads as zeros.
  func begin() throws(EvidenceError) {
    guard reader.geometry.length > 0 else { return }
    let zero: [UInt8] = [0]
    try file?.write(zero.span.bytes, at: reader.geometry.length - 1)
  }

  /// Writes the sound parts of a block of whole chunks.
  func copy(_ block: Range<UInt64>) throws(EvidenceError) {
    let buffer = PageBuffer(capacity: block.count)
    let damage: [DamagedRange]
    do throws(EvidenceError) {
      damage = try buffer.fill { (memory) throws(EvidenceError) in
        try reader.read(
          into: UnsafeMutableRawBufferPointer(rebasing: memory[..<block.count]), at: block.lowerBound)
      }
    } catch {
      // The drive that holds the image fails here: chunk by chunk, only what it refuses is lost.
      guard error.code == .readFailed else { throw error }
      let unit = UInt64(reader.unitSize)
      guard UInt64(block.count) > unit else { return mark(block, as: .unreadable) }
      for start in stride(from: block.lowerBound, to: block.upperBound, by: Int(unit)) {
        try copy(start..<min(start + unit, block.upperBound))
      }
      return
    }
    buffer.byteCount = block.count
    var position = block.lowerBound
    for part in damage {
      try keep(position..<part.bytes.lowerBound, from: buffer, block)
      try lose(part.bytes)
      position = part.bytes.upperBound
    }
    try keep(position..<block.upperBound, from: buffer, block)
  }

  private func keep(
    _ bytes: Range<UInt64>, from buffer: PageBuffer, _ block: Range<UInt64>
  ) throws(EvidenceError) {
    guard !bytes.isEmpty else { return }
    let start = Int(bytes.lowerBound - block.lowerBound)
    try file?.write(buffer.bytes.extracting(start..<start + bytes.count), at: bytes.lowerBound)
    mark(bytes, as: .read)
  }

  /// Damaged chunks are marked; what no table locates stays unknown.
  private func lose(_ bytes: Range<UInt64>) throws(EvidenceError) {
    let sectors = reader.sectors(of: bytes)
    if reader.facts.lost.contains(where: { $0.intersection(sectors) != nil }) { return }
    mark(bytes, as: .unreadable)
    guard keepsDamaged else { return }
    let unit = UInt64(reader.unitSize)
    for start in stride(from: bytes.lowerBound / unit * unit, to: bytes.upperBound, by: Int(unit)) {
      let count = Int(min(unit, reader.geometry.length - start))
      let buffer = PageBuffer(capacity: count)
      try buffer.fill { (memory) throws(EvidenceError) in
        try reader.salvage(
          chunkAt: start, into: UnsafeMutableRawBufferPointer(rebasing: memory[..<count]))
      }
      buffer.byteCount = count
      try file?.write(buffer.bytes, at: start)
    }
  }

  /// Fills in chunks that lie in the image without a table.
  func carve(stop: StopFlag) throws(EvidenceError) {
    var carved: [SectorRange] = []
    try reader.carve { (offset: UInt64, bytes: RawSpan) throws(EvidenceError) in
      if stop.isRaised { throw EvidenceError(.interrupted, reader.segments.first?.string ?? "") }
      try file?.write(bytes, at: offset)
      carved.append(reader.sectors(of: offset..<offset + UInt64(bytes.byteCount)))
    }
    for range in carved.joined() {
      map.mark(range, as: .read)
      carvedSectors += range.count
    }
  }

  /// Syncs the file.
  func close() throws(EvidenceError) -> (map: SectorMap, carvedSectors: UInt64) {
    // What the acquisition could not read is in the image as filler: it was never the medium's.
    for range in reader.recordedUnreadable { map.mark(range, as: .unreadable) }
    try file.take()?.close()
    return (map, carvedSectors)
  }

  private func mark(_ bytes: Range<UInt64>, as state: SectorState) {
    map.mark(reader.sectors(of: bytes), as: state)
  }
}
