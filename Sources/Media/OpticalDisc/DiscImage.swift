import Evidence
import SystemIO
import SystemPackage

/// Called before each batch of sectors is read or written, with their number; throws to stop.
package typealias DiscProgress = (Int) throws(EvidenceError) -> Void

/// Bytes that sectors are taken from: a file, or what a decoder makes of one.
package protocol DiscFile: Sendable {
  /// For messages: a path.
  var name: String { get }
  /// Paths of all files it is made of, in order.
  var names: [String] { get }
  /// In bytes.
  var size: UInt64 { get }
  /// Reads until the buffer is full or the file ends. May be called from several threads at once.
  /// - Returns: bytes read.
  func read(into buffer: UnsafeMutableRawBufferPointer, at offset: UInt64) throws(EvidenceError) -> Int
}

extension DiscFile {
  package var names: [String] { [name] }

  /// A copy of at most `count` bytes at `offset`; fewer only at the end.
  package func bytes(at offset: UInt64, count: Int) throws(EvidenceError) -> [UInt8] {
    guard offset < size else { return [] }
    var bytes = [UInt8](repeating: 0, count: Int(min(UInt64(count), size - offset)))
    var outcome: Result<Int, EvidenceError> = .success(0)
    bytes.withUnsafeMutableBytes { buffer in
      outcome = Result { () throws(EvidenceError) in try read(into: buffer, at: offset) }
    }
    bytes.removeLast(bytes.count - (try outcome.get()))
    return bytes
  }
}

/// A file on disk.
package final class PlainDiscFile: DiscFile {
  private let descriptor: OwnedDescriptor
  package let size: UInt64
  package var name: String { descriptor.path.string }

  /// - Throws: `fileMissing`, `readFailed`, `permissionDenied`.
  package init(_ path: FilePath) throws(EvidenceError) {
    let descriptor = try OwnedDescriptor.openFile(path)
    self.size = try descriptor.fileSize()
    self.descriptor = descriptor
  }

  package func read(into buffer: UnsafeMutableRawBufferPointer, at offset: UInt64) throws(EvidenceError)
    -> Int
  {
    try descriptor.read(into: buffer, at: offset)
  }
}

/// Part of another file, as a file of its own; behind the end of that part there may be zero bytes.
package struct DiscFilePart: DiscFile {
  private let base: any DiscFile
  private let range: Range<UInt64>
  package let size: UInt64
  package var name: String { base.name }

  /// - Parameters:
  ///   - range: bytes of `base`, which has them all.
  ///   - size: at least as many as the range has; the rest is zero.
  package init(_ base: any DiscFile, range: Range<UInt64>, size: UInt64? = nil) {
    precondition(range.upperBound <= base.size)
    self.base = base
    self.range = range
    self.size = size ?? UInt64(range.count)
    precondition(self.size >= UInt64(range.count))
  }

  package func read(
    into buffer: UnsafeMutableRawBufferPointer, at offset: UInt64
  ) throws(EvidenceError) -> Int {
    guard offset < size else { return 0 }
    let count = min(buffer.count, Int(size - offset))
    let stored = offset < UInt64(range.count) ? min(count, Int(UInt64(range.count) - offset)) : 0
    let got = try base.read(
      into: UnsafeMutableRawBufferPointer(rebasing: buffer[..<stored]), at: range.lowerBound + offset)
    guard got == stored else { return got }
    UnsafeMutableRawBufferPointer(rebasing: buffer[stored..<count]).initializeMemory(
      as: UInt8.self, repeating: 0)
    return count
  }
}

/// Bytes in memory.
package struct MemoryDiscFile: DiscFile {
  package let name: String
  package let contents: [UInt8]
  package var size: UInt64 { UInt64(contents.count) }

  package init(name: String, contents: [UInt8]) {
    self.name = name
    self.contents = contents
  }

  package func read(into buffer: UnsafeMutableRawBufferPointer, at offset: UInt64) -> Int {
    guard offset < size else { return 0 }
    let count = min(buffer.count, contents.count - Int(offset))
    contents.withUnsafeBytes {
      buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: $0[Int(offset)...].prefix(count)))
    }
    return count
  }
}

/// Sectors read in one go, all of one layout.
package struct SectorBatch: Sendable {
  /// Address of the first.
  package let first: Int
  package let count: Int
  package let layout: SectorLayout
  /// `count` times `layout.size` bytes; audio samples least significant byte first.
  package let main: [UInt8]
  package let subchannelLayout: SubchannelLayout?
  /// `count` times 96 bytes, or none.
  package let subchannel: [UInt8]

  /// The stored bytes of sector `index` of the batch.
  package func sector(_ index: Int) -> ArraySlice<UInt8> {
    main[index * layout.size..<(index + 1) * layout.size]
  }

  /// The 96 bytes of sector `index`, one channel after the other; `nil` where there are none of all channels.
  package func channels(_ index: Int) -> [UInt8]? {
    let bytes = subchannel[index * Subchannel.size..<(index + 1) * Subchannel.size]
    switch subchannelLayout {
    case .interleaved: return Subchannel.deinterleave(Array(bytes))
    case .deinterleaved: return Array(bytes)
    case .packs, nil: return nil
    }
  }
}

/// Bytes of a file that belong to no sector of any track: what lies between sessions, or a part of a sector at the end.
package struct UnclaimedBytes: Hashable, Sendable {
  /// Number of the file in ``DiscImage/files``.
  package let file: Int
  package let range: Range<UInt64>
  /// What they seem to be.
  package let reason: String

  package init(file: Int, range: Range<UInt64>, reason: String) {
    self.file = file
    self.range = range
    self.reason = reason
  }
}

/// A disc with the files its sectors lie in. All members may be used from several threads at once.
package struct DiscImage: Sendable {
  package let disc: Disc
  package let files: [any DiscFile]
  /// What reading the description came across that is worth knowing, a line each.
  package let remarks: [String]
  package let unclaimed: [UnclaimedBytes]
  /// Whether damaged data sectors that their parity can correct are delivered corrected.
  package private(set) var correctsSectors = false

  /// Most sectors read in one go.
  private static let batchLimit = 512

  package init(
    disc: Disc, files: [any DiscFile], remarks: [String] = [], unclaimed: [UnclaimedBytes] = []
  ) {
    self.disc = disc
    self.files = files
    self.remarks = remarks
    self.unclaimed = unclaimed
  }

  /// The same sectors, of a disc that is described otherwise.
  /// - Parameter more: files behind those there are.
  package func describing(_ disc: Disc, besides more: [any DiscFile] = []) -> DiscImage {
    var copy = DiscImage(disc: disc, files: files + more, remarks: remarks, unclaimed: unclaimed)
    copy.correctsSectors = correctsSectors
    return copy
  }

  /// The same disc, with damaged data sectors corrected where P and Q allow it.
  package func correcting() -> DiscImage {
    var copy = self
    copy.correctsSectors = true
    return copy
  }

  /// Reads the stored sectors of `track` in order, a batch at a time. What is not stored is passed over.
  /// - Parameter range: addresses to keep to; all by default.
  /// - Throws: `readFailed`; `imageMalformed` where a file ends too early; what `body` throws.
  package func forEachBatch(
    of track: DiscTrack, in range: Range<Int>? = nil, _ body: (SectorBatch) throws(EvidenceError) -> Void
  ) throws(EvidenceError) {
    for extent in track.extents(in: range ?? track.first..<track.end) {
      guard let run = extent.run else { continue }
      for first in stride(from: 0, to: extent.count, by: Self.batchLimit) {
        let count = min(Self.batchLimit, extent.count - first)
        var part = run
        part.skip(first)
        try body(try batch(part, at: extent.start + first, count: count, of: track.mode))
      }
    }
  }

  /// The stored bytes of one sector of a track.
  /// - Returns: `nil` where it is not stored.
  package func sector(_ lba: Int, of track: DiscTrack) throws(EvidenceError) -> SectorBatch? {
    guard let extent = track.extents(in: lba..<lba + 1).first, let run = extent.run else { return nil }
    return try batch(run, at: lba, count: 1, of: track.mode)
  }

  private func batch(
    _ run: StoredRun, at lba: Int, count: Int, of mode: TrackMode
  ) throws(EvidenceError) -> SectorBatch {
    var main = try pieces(
      of: run.file, at: run.offset, size: run.fileLayout.size, stride: run.stride, count: count, lba: lba)
    if mode == .audio, run.isBigEndian { Self.swapSamples(&main) }
    if run.isScrambled { Scrambler.descramble(&main, from: lba) }
    if let part = run.computedAround { main = SectorCodec.whole(main, of: part, mode, from: lba) }
    if correctsSectors, mode != .audio, run.layout == .raw { Self.correct(&main, from: lba) }
    let subchannel = try run.subchannel.map { sub throws(EvidenceError) in
      try pieces(
        of: sub.file, at: sub.offset, size: Subchannel.size, stride: sub.stride, count: count, lba: lba)
    }
    return SectorBatch(
      first: lba, count: count, layout: run.layout, main: main, subchannelLayout: run.subchannel?.layout,
      subchannel: subchannel ?? [])
  }

  /// `count` pieces of `size` bytes, `stride` bytes apart.
  private func pieces(
    of file: Int, at offset: UInt64, size: Int, stride: Int, count: Int, lba: Int
  ) throws(EvidenceError) -> [UInt8] {
    let length = (count - 1) * stride + size
    let bytes = try files[file].bytes(at: offset, count: length)
    guard bytes.count == length else {
      throw EvidenceError(
        .imageMalformed, files[file].name,
        "it ends at byte \(offset + UInt64(bytes.count)), before sector \(lba)")
    }
    guard stride != size else { return bytes }
    var output: [UInt8] = []
    output.reserveCapacity(count * size)
    for index in 0..<count { output += bytes[index * stride..<index * stride + size] }
    return output
  }

  private static func correct(_ sectors: inout [UInt8], from lba: Int) {
    for (index, start) in Swift.stride(from: 0, to: sectors.count, by: SectorCodec.size).enumerated() {
      let range = start..<start + SectorCodec.size
      let plain = SectorReport(of: sectors.span.bytes.extracting(range))
      if plain.kind.isData, plain.address != nil, plain.edc != .wrong { continue }
      let sector = DataSector(sectors[range], lba: lba + index)
      guard sector.isDamaged, var whole = sector.repaired() else { continue }
      // As it is stored otherwise.
      if sector.isScrambled { Scrambler.apply(to: &whole) }
      sectors.replaceSubrange(range, with: whole)
    }
  }

  /// Exchanges the bytes of 16-bit samples.
  package static func swapSamples(_ bytes: inout [UInt8]) {
    for index in Swift.stride(from: 0, to: bytes.count - 1, by: 2) { bytes.swapAt(index, index + 1) }
  }
}
