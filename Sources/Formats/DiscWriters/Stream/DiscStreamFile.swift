import CanonicalJSON
import DiscImages
import DiskWriters
import Evidence
import OpticalDisc
import SystemIO
import SystemPackage
import WriterKit

/// One file of the image of a disc, as the stream of its sectors comes.
final class DiscStreamFile: Sendable {
  /// Sectors that follow each other in the file.
  private struct Run: Sendable {
    let part: SectorFile.Part
    let range: Range<Int>
    /// Bytes that each takes in the file.
    let size: Int
    /// Where they lie in the stream, in bytes; `nil` of those that are generated.
    let place: (first: UInt64, stride: UInt64)?
  }

  private struct State: ~Copyable {
    var output: SegmentOutput
    /// The run that is next, and how many of its sectors are written.
    var run = 0
    var sectors = 0
  }

  private let file: SectorFile
  private let runs: [Run]
  private let state: Monitor<State>

  private static func runs(of file: SectorFile) -> [Run] {
    file.parts.flatMap { part in
      part.extents.map { extent in
        // File 0 is the stream.
        let stored = extent.run.flatMap { $0.file == 0 ? $0 : nil }
        return Run(
          part: part, range: extent.start..<extent.end, size: file.size(of: extent, part),
          place: stored.map { ($0.offset, UInt64($0.stride)) })
      }
    }
  }

  init(creating file: SectorFile, _ place: ImagePlace) throws(EvidenceError) {
    self.file = file
    self.runs = Self.runs(of: file)
    self.state = Monitor(State(output: SegmentOutput(place.folder, .none, readsBack: true)))
    try state.withLock { state throws(EvidenceError) in
      try state.output.begin("\(place.name).\(file.ending)")
    }
  }

  /// - Parameter position: bytes of the stream that were written.
  /// - Throws: `journalMalformed` where the file would have another length then; `fileMissing`, `outputShorter`.
  init(
    resuming file: SectorFile, _ kept: DiscStreamWriter.Kept.File, upTo position: UInt64, _ place: ImagePlace
  ) throws(EvidenceError) {
    self.file = file
    self.runs = Self.runs(of: file)
    let name = "\(place.name).\(file.ending)"
    self.state = Monitor(
      State(
        output: try SegmentOutput(
          resuming: place.folder, .none, readsBack: true, names: [name], later: [], length: kept.length,
          digests: kept.digests)))
    let length = state.withLock { state in
      var length: UInt64 = 0
      Self.advance(&state.run, &state.sectors, runs, upTo: position) { run, range in
        length += UInt64(range.count) * UInt64(run.size)
      }
      return length
    }
    guard length == kept.length else {
      throw EvidenceError(.journalMalformed, name, "it has \(kept.length) bytes, and \(length) were written")
    }
  }

  /// Goes on through runs as far as the stream is at hand; what is generated is always at hand.
  private static func advance<Failure: Error>(
    _ number: inout Int, _ done: inout Int, _ runs: [Run], upTo position: UInt64?,
    _ body: (Run, Range<Int>) throws(Failure) -> Void
  ) throws(Failure) {
    while number < runs.count {
      let run = runs[number]
      var end = run.range.count
      if let place = run.place, let position {
        let there = position > place.first ? (position - place.first) / place.stride : 0
        end = min(end, Int(clamping: there))
      }
      if end > done { try body(run, run.range.lowerBound + done..<run.range.lowerBound + end) }
      done = max(done, end)
      guard done == run.range.count else { return }
      number += 1
      done = 0
    }
  }

  /// Writes what lies before a place of the stream, and is not written yet.
  func write(upTo position: UInt64?, of image: DiscImage) throws(EvidenceError) {
    try state.withLock { state throws(EvidenceError) in
      var (run, sectors) = (state.run, state.sectors)
      try Self.advance(&run, &sectors, runs, upTo: position) { (run, range) throws(EvidenceError) in
        for batch in SectorBatches(range) {
          let bytes = try image.bytes(of: run.part, in: batch, as: file.contents)
          try state.output.write(bytes.span.bytes, at: state.output.length)
          try state.output.settle()
        }
      }
      (state.run, state.sectors) = (run, sectors)
    }
  }

  func checkpoint() throws(EvidenceError) -> JSONValue {
    try state.withLock { state throws(EvidenceError) in
      try state.output.sync()
      return .fields([
        "ending": .string(file.ending), "length": JSONValue(state.output.length),
        "digests": try state.output.keptDigests()?.json,
      ])
    }
  }

  /// Completes the file.
  /// - Parameter tail: stands behind the sectors.
  func finish(_ tail: [UInt8], of image: DiscImage) throws(EvidenceError) -> WrittenFile {
    try write(upTo: nil, of: image)
    return try state.withLock { state throws(EvidenceError) in
      if !tail.isEmpty { try state.output.write(tail.span.bytes, at: state.output.length) }
      try state.output.end()
      try state.output.sync()
      return state.output.files[0]
    }
  }

  func abandon() { state.withLock { $0.output.abandon() } }
}
