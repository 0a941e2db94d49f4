import CanonicalJSON
import Evidence
import SystemIO
import SystemPackage
import WriterKit

/// Writes the bytes of the medium as they are: one file `BASE.raw` or `BASE.bin`, or `BASE.001`, `BASE.002` ….
///
/// A last short sector stays short. Nothing is ever overwritten.
package final class RawWriter: ImageWriter {
  package let format = FormatID.raw
  package let padsLastSector = false

  private struct State: ~Copyable {
    var output: SegmentOutput
    /// Bytes in the open file.
    var position: UInt64 = 0
    var isFinished = false
  }

  private let folder: FilePath
  private let base: String
  private let segmentSize: UInt64?
  private let ending: String
  private let state: Monitor<State>

  /// Creates the first file.
  /// - Parameters:
  ///   - folder: exists already.
  ///   - base: file name without extension.
  ///   - sectorSize: bytes, positive.
  ///   - segmentSize: most bytes per file, a positive multiple of `sectorSize`; `nil` for a single file.
  ///   - ending: of the name of a single file.
  /// - Throws: `argumentInvalid`, `outputExists`, `destinationMissing`, `permissionDenied`, `writeFailed`.
  package init(
    folder: FilePath, base: String, sectorSize: UInt32, segmentSize: UInt64? = nil,
    ending: String = RawWriter.ending, overflow: Overflow = .none
  ) throws(EvidenceError) {
    if let segmentSize {
      guard segmentSize > 0, segmentSize % UInt64(sectorSize) == 0 else {
        throw EvidenceError(
          .argumentInvalid, "segment size \(segmentSize)", "must be a multiple of \(sectorSize) bytes")
      }
    }
    self.folder = folder
    self.base = base
    self.segmentSize = segmentSize
    self.ending = ending
    self.state = Monitor(State(output: SegmentOutput(folder, overflow, readsBack: segmentSize != nil)))
    try state.withLock { state throws(EvidenceError) in try begin(&state) }
  }

  /// Goes on with a set from a checkpoint; what was written after it goes.
  /// - Parameter checkpoint: of a writer with the same parameters.
  /// - Throws: `journalMalformed`, `fileMissing`, `outputShorter`, `writeFailed`.
  package init(
    resuming checkpoint: JSONValue, folder: FilePath, base: String, sectorSize: UInt32,
    segmentSize: UInt64? = nil, ending: String = RawWriter.ending, overflow: Overflow = .none
  ) throws(EvidenceError) {
    self.folder = folder
    self.base = base
    self.segmentSize = segmentSize
    self.ending = ending
    let kept = try Kept(checkpoint, isSplit: segmentSize != nil)
    let (count, position, digests) = (kept.segments, kept.position, kept.digests)
    let names = (1...count).map { Self.name(base, $0, isSplit: segmentSize != nil, ending) }
    let later =
      segmentSize == nil
      ? [] : ((count + 1)...(count + Self.mostLater)).map { Self.name(base, $0, isSplit: true, ending) }
    self.state = Monitor(
      State(
        output: try SegmentOutput(
          resuming: folder, overflow, readsBack: segmentSize != nil, names: names, later: later,
          length: position, digests: digests), position: position))
  }

  /// Files that can have been begun since the last checkpoint, generously.
  private static let mostLater = 1 << 16

  /// The files that a checkpoint of such a writer knows.
  /// - Throws: `journalMalformed`.
  static func keptFiles(
    _ checkpoint: JSONValue, base: String, isSplit: Bool, _ ending: String
  ) throws(EvidenceError) -> [KeptFile] {
    let kept = try Kept(checkpoint, isSplit: isSplit)
    let names = (1...kept.segments).map { name(base, $0, isSplit: isSplit, ending) }
    return isSplit
      ? KeptDigests.files(names, end: kept.position, kept.digests)
      : names.map { KeptFile(name: $0, contents: .medium(end: kept.position)) }
  }

  /// A checkpoint, read back.
  private struct Kept {
    let segments: Int
    let position: UInt64
    let digests: KeptDigests?

    /// - Throws: `journalMalformed`.
    init(_ checkpoint: JSONValue, isSplit: Bool) throws(EvidenceError) {
      var kept = try StrictObject(
        checkpoint, of: StrictObject.Document(.journalMalformed, name: "checkpoint of a raw image"))
      self.segments = Int(try kept.quantity("segments", in: 1...(isSplit ? UInt64(Int32.max) : 1)))
      self.position = try kept.quantity("position")
      self.digests = try kept.optionalObject("digests").map { object throws(EvidenceError) in
        try KeptDigests(object)
      }
      try kept.finish()
    }
  }

  /// Name of a file of the set.
  /// - Parameter index: from 1.
  package static func name(_ base: String, _ index: Int, isSplit: Bool, _ ending: String = ending) -> String {
    isSplit ? SplitFileNames.numbered(base: base, index: index) : "\(base).\(ending)"
  }

  /// Least size of a file of a split image, in bytes.
  package static let smallestSplit: UInt64 = 1 << 20
  /// How the name of a single file usually ends.
  package static let ending = "raw"
  /// How it ends where the image is the sectors of a disc, so that other programs find it beside its cue sheet.
  package static let discEnding = "bin"

  package func checkpoint() throws(EvidenceError) -> JSONValue {
    try state.withLock { state throws(EvidenceError) in
      try state.output.sync()
      return .fields([
        "segments": JSONValue(state.output.paths.count), "position": JSONValue(state.position),
        "digests": try state.output.keptDigests()?.json,
      ])
    }
  }

  /// The files written so far, in order.
  package var segments: [FilePath] { state.withLock { $0.output.paths } }

  package func encode(_ block: PageBuffer) throws(EvidenceError) -> EncodedBlock {
    EncodedBlock(plain: block)
  }

  package func write(_ block: EncodedBlock) throws(EvidenceError) {
    try state.withLock { state throws(EvidenceError) in
      precondition(!state.isFinished, "written to after the end")
      let bytes = block.plain.bytes
      var done = 0
      while done < bytes.byteCount {
        if let segmentSize, state.position == segmentSize {
          try state.output.end()
          try begin(&state)
        }
        let rest = UInt64(bytes.byteCount - done)
        let count = Int(segmentSize.map { min(rest, $0 - state.position) } ?? rest)
        try state.output.write(bytes.extracting(done..<done + count), at: state.position)
        try state.output.settle()
        state.position += UInt64(count)
        done += count
      }
    }
  }

  package func finish(_ closing: ImageClosing) throws(EvidenceError) -> [WrittenFile] {
    try state.withLock { state throws(EvidenceError) in
      precondition(!state.isFinished, "finished twice")
      state.isFinished = true
      try state.output.end()
      try state.output.sync()
      return state.output.files
    }
  }

  package func abandon() {
    state.withLock { state in
      state.isFinished = true
      state.output.abandon()
    }
  }

  private func begin(_ state: inout State) throws(EvidenceError) {
    try state.output.begin(Self.name(base, state.output.paths.count + 1, isSplit: segmentSize != nil, ending))
    state.position = 0
  }
}
