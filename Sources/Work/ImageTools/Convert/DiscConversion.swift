import CanonicalJSON
import Digests
import DiscImages
import DiscWriters
import Evidence
import FormatKit
import Formats
import OpticalDisc
import SystemIO
import SystemPackage
import WriterKit

/// What is asked for when the image of a disc is converted.
package struct DiscConversionRequest: Sendable {
  package var input: FilePath
  package var output: FilePath
  /// What the input is taken for; what it is itself where `nil`.
  package var inputFormat: FormatID?
  /// Of the output; by the ending of its name where `nil`.
  package var format: FormatID?
  /// What the output may lack.
  package var acceptedLosses: Set<DiscLoss.Kind> = []
  package var acceptsLittleSpace = false
  /// Correct damaged data sectors by their parity, where that is possible, and say which.
  package var repairs = false
  /// Compute what data sectors lack that are stored in part, and say which.
  package var makesSectorsWhole = false

  package init(input: FilePath, output: FilePath) {
    self.input = input
    self.output = output
  }
}

/// What a conversion gave.
package struct DiscConversionReport: Sendable {
  package enum Outcome: String, Hashable, Sendable {
    /// Every track that was carried over is the same in the output, read back.
    case complete
    /// The output cannot hold all of the input and that was not accepted; nothing was written.
    case refused
    /// A track read back from the output is not that of the input; the output stays marked as partial.
    case mismatch
  }

  /// One track, as it is in the input and read back from the output.
  package struct Track: Hashable, Sendable {
    package let session: Int
    package let number: Int
    /// Stored sectors.
    package let sectors: Int
    package let copiedSectors: Int
    /// SHA-256 of the bytes that are carried over.
    package let digest: Digest
    package let copiedDigest: Digest
    /// Whether P to W are the same, where the output has them.
    package let isSubchannelEqual: Bool
    package var isEqual: Bool { sectors == copiedSectors && digest == copiedDigest && isSubchannelEqual }
  }

  package let outcome: Outcome
  package let inputFormat: Format
  package let outputFormat: Format
  package let losses: [DiscLoss]
  /// Losses among them that were not accepted.
  package let refused: [DiscLoss]
  package let tracks: [Track]
  package let files: [File]
  package let remarks: [String]
  /// Addresses of sectors that were corrected, as they are in the output.
  package let corrected: [Int]
  /// What was made because the output must have it, and nobody read.
  package let generated: [GeneratedSectors]

  package struct File: Hashable, Sendable {
    package let path: FilePath
    package let size: UInt64
    package let sha256: Digest
  }

  package var exitStatus: ExitStatus {
    switch outcome {
    case .complete: .complete
    case .refused: .usage
    case .mismatch: .mismatch
    }
  }

  package var sentence: String {
    switch outcome {
    case .complete:
      losses.isEmpty
        ? "Converted. Every track was read back and is the same; nothing is lost\(madeClause)."
        : "Converted. Every track that is carried over was read back and is the same; what is lost is listed\(madeClause)."
    case .refused:
      "Not converted: \(outputFormat.title) cannot hold all of it."
    case .mismatch:
      "Mismatch: a track read back is not the one that was written. The output stays marked as partial."
    }
  }

  private var madeClause: String {
    let count = Set(generated.flatMap(\.range)).count
    return count == 0 ? "" : "; \(count) sectors hold what was generated, not read"
  }
}

/// Converts the image of a disc, reads the output back and compares it track by track.
package struct DiscConversionJob {
  private let request: DiscConversionRequest
  private let inputFormat: Format
  private let writer: any DiscWriter.Type
  /// As it is stored.
  private let original: DiscImage
  /// With its sectors as they are to be written.
  private let image: DiscImage
  /// As the output holds it.
  private let prepared: PreparedDisc
  private let base: String
  private let folder: FilePath
  private let partial: FilePath
  private let stop: StopFlag

  /// - Throws: what opening the input throws; `argumentInvalid`, `outputExists`, `destinationMissing`,
  ///   `destinationFull`.
  package init(_ request: DiscConversionRequest, stop: StopFlag = StopFlag()) throws(EvidenceError) {
    let ending = request.output.extension ?? ""
    guard let writer = request.format.map(DiscWriters.writer) ?? DiscWriters.writer(ending: ending),
      let name = request.output.lastComponent?.string,
      let stem = request.output.stem, !stem.isEmpty
    else {
      throw EvidenceError(
        .argumentInvalid, request.output.string, "its ending names no format: \(DiscWriters.endings) do",
        consider: [.to])
    }
    let opened = try Formats.openDisc(request.input, as: request.inputFormat)
    self.inputFormat = opened.format
    self.original = opened.image
    var prepared = PreparedDisc(request.repairs ? opened.image.correcting() : opened.image)
    if request.makesSectorsWhole {
      guard writer.holdsWholeSectors else {
        throw EvidenceError(
          invalid: .wholeSectors, "the output (\(writer.format.rawValue)) has no place for headers and codes")
      }
      try prepared.makeSectorsWhole()
    }
    self.image = prepared.image
    writer.prepare(&prepared)
    self.prepared = prepared
    self.request = request
    self.writer = writer
    self.base = ending.lowercased() == writer.ending ? stem : name
    self.folder = request.output.parentFolder
    self.partial = folder.appending(name + OutputFolder.partialSuffix)
    self.stop = stop
    guard Files.kind(folder) == .folder else { throw EvidenceError(.destinationMissing, folder.string) }
    if Files.exists(partial) { throw EvidenceError(.outputExists, partial.string) }
    if !request.acceptsLittleSpace {
      try FreeSpace.demand(UInt64(prepared.image.disc.storedSectors) * 2448 + (1 << 20), at: folder)
    }
  }

  /// Blocks until done.
  /// - Throws: `interrupted`, `destinationFull`, `writeFailed`, `outputExists` …; nothing is left of the output then.
  package func perform(progress: (UInt64, UInt64) -> Void) throws(EvidenceError) -> DiscConversionReport {
    let losses = try writer.losses(image)
    let refused = losses.filter { !request.acceptedLosses.contains($0.kind) }
    guard refused.isEmpty else { return report(.refused, losses, refused: refused) }
    try DurableFolder.create(partial)
    do throws(EvidenceError) {
      return try convert(losses, progress)
    } catch {
      try? DurableFolder.removeWithFiles(partial)
      throw error
    }
  }

  private func convert(
    _ losses: [DiscLoss], _ progress: (UInt64, UInt64) -> Void
  ) throws(EvidenceError) -> DiscConversionReport {
    let size = UInt64(SectorCodec.size)
    // Written once, read back once.
    let total = UInt64(prepared.image.disc.storedSectors) * size * 2
    var done: UInt64 = 0
    func advance(_ sectors: Int) throws(EvidenceError) {
      guard !stop.isRaised else { throw EvidenceError(.interrupted, request.input.string) }
      done = min(total, done + UInt64(sectors) * size)
      progress(done, total)
    }
    let corrected = request.repairs ? try correctedSectors() : []
    let written = try writer.write(
      prepared.image, folder: partial, base: base,
      progress: { (sectors: Int) throws(EvidenceError) in try advance(sectors) })
    let copy = try Formats.openDisc(written[0], as: writer.readAs).image
    let tracks = try compare(with: copy) { (sectors: Int) throws(EvidenceError) in try advance(sectors) }
    progress(total, total)
    let isEqual = !tracks.isEmpty && tracks.allSatisfy(\.isEqual)
    var files: [DiscConversionReport.File] = []
    for path in written {
      let digest = try FileDigests.of(path)
      files.append(.init(path: path, size: digest.size, sha256: digest.sha256))
    }
    guard isEqual else { return report(.mismatch, losses, tracks: tracks, files: files) }
    if !losses.isEmpty || !corrected.isEmpty || !prepared.generated.isEmpty {
      let path = partial.appending("\(base).changes.json")
      let text = record(report(.complete, losses, tracks: tracks, corrected: corrected)).indentedText + "\n"
      try DurableFile.write(text.utf8, to: path)
      files.append(.init(path: path, size: UInt64(text.utf8.count), sha256: try FileDigests.of(path).sha256))
    }
    return report(
      .complete, losses, tracks: tracks, files: try complete(files), corrected: corrected,
      medium: copy.disc.medium)
  }

  /// Damaged sectors that come out corrected.
  private func correctedSectors() throws(EvidenceError) -> [Int] {
    var sectors: [Int] = []
    for track in original.disc.tracks where track.mode.isData {
      sectors += try SectorCount(original, track).correctable
    }
    return sectors
  }

  /// Tracks of the output against what of them the input has. The output says itself which sectors it took.
  private func compare(
    with copy: DiscImage, _ progress: DiscProgress
  ) throws(EvidenceError) -> [DiscConversionReport.Track] {
    var tracks: [DiscConversionReport.Track] = []
    let image = prepared.image
    for (session, original) in image.disc.sessions.flatMap({ session in
      session.tracks.map { (session.number, $0) }
    }) {
      guard let copied = writer.copy(of: original, session: session, of: image.disc, in: copy.disc) else {
        continue
      }
      let layout = copied.extents.lazy.compactMap(\.run).first?.layout
      let form = SectorForm(layout: layout?.size == 2048 ? original.userDataLayout : layout)
      // Gaps that are lost lie before index 1; with them, only what follows can be the same.
      let isWhole = copied.storedPregap == original.storedPregap
      let first = isWhole ? original.first : original.start
      let one = try digest(image, original, first..<original.end, form, progress)
      let two = try digest(copy, copied, copied.first..<copied.end, SectorForm(), progress)
      tracks.append(
        .init(
          session: session, number: original.number, sectors: one.sectors, copiedSectors: two.sectors,
          digest: one.digest, copiedDigest: two.digest,
          isSubchannelEqual: try isSubchannelEqual(copy, copied, original)))
    }
    return tracks
  }

  /// Of a copy without a subchannel there is nothing to compare; what it lacks is on the list of losses.
  private func isSubchannelEqual(
    _ copy: DiscImage, _ copied: DiscTrack, _ original: DiscTrack
  ) throws(EvidenceError) -> Bool {
    guard copied.hasChannels, copied.start - copied.first == original.start - original.first else {
      return true
    }
    for extent in copied.extents where extent.isStored {
      for first in stride(from: extent.start, to: extent.end, by: 512) {
        let part = first..<min(first + 512, extent.end)
        let own = part.lowerBound - copied.start + original.start
        let written = try copy.channels(of: copied, in: part)
        guard try prepared.image.channels(of: original, in: own..<own + part.count) == written else {
          return false
        }
      }
    }
    return true
  }

  private func digest(
    _ image: DiscImage, _ track: DiscTrack, _ range: Range<Int>, _ form: SectorForm, _ progress: DiscProgress
  ) throws(EvidenceError) -> (sectors: Int, digest: Digest) {
    var digest = StreamingDigest(.sha256)
    var sectors = 0
    for extent in track.extents(in: range) where extent.isStored {
      for first in stride(from: extent.start, to: extent.end, by: 512) {
        let part = first..<min(first + 512, extent.end)
        let bytes = try image.bytes(of: track, in: part, as: form)
        digest.update(bytes.span.bytes)
        sectors += part.count
        // Both sides are read: each counts half.
        try progress(part.count / 2)
      }
    }
    return (sectors, digest.finish())
  }

  /// Moves the files to their names; the one that describes the others last, without which there is no image.
  private func complete(
    _ files: [DiscConversionReport.File]
  ) throws(EvidenceError) -> [DiscConversionReport.File] {
    let moves = files.map { (from: $0.path, to: folder.appending($0.path.lastComponent?.string ?? "")) }
    try DurableFolder.moveIntoPlace(moves, outOf: partial)
    return zip(moves, files).map { .init(path: $0.to, size: $1.size, sha256: $1.sha256) }
  }

  /// What the output, read back, says of the disc and the input does not.
  private func unstated(_ medium: Disc.Medium) -> [String] {
    guard original.disc.medium == .unknown, medium != .unknown else { return [] }
    return ["it does not state its medium: the output calls it a \(medium.title)"]
  }

  private func report(
    _ outcome: DiscConversionReport.Outcome, _ losses: [DiscLoss], refused: [DiscLoss] = [],
    tracks: [DiscConversionReport.Track] = [], files: [DiscConversionReport.File] = [], corrected: [Int] = [],
    medium: Disc.Medium = .unknown
  ) -> DiscConversionReport {
    DiscConversionReport(
      outcome: outcome, inputFormat: inputFormat, outputFormat: Formats.named(writer.format) ?? inputFormat,
      losses: losses,
      refused: refused,
      tracks: tracks, files: files, remarks: image.remarks + unstated(medium), corrected: corrected,
      generated: outcome == .refused ? [] : prepared.generated)
  }

  /// What lies beside an output that lacks something or was corrected.
  private func record(_ report: DiscConversionReport) -> JSONValue {
    .fields([
      "tool": .string("Exhibit \(ToolVersion.current)"), "input": .string(request.input.string),
      "from": .string(inputFormat.id.rawValue), "to": .string(writer.format.rawValue),
      "losses": report.lossesJSON, "tracks": report.tracksJSON,
      "corrected": .array(report.corrected.map { JSONValue(Int64($0)) }),
      "generated": report.generatedJSON,
    ])
  }
}

extension DiscConversionReport {
  package var lossesJSON: JSONValue {
    .array(losses.map { .fields(["kind": .string($0.kind.rawValue), "detail": .string($0.detail)]) })
  }

  /// Each run of sectors with what was generated, not read, of them.
  package var generatedJSON: JSONValue {
    .array(
      generated.map {
        .fields([
          "kind": .string($0.kind.rawValue), "session": JSONValue(Int64($0.session)),
          "track": JSONValue(Int64($0.track)), "first": JSONValue(Int64($0.range.lowerBound)),
          "sectors": JSONValue(Int64($0.range.count)),
        ])
      })
  }

  package var tracksJSON: JSONValue {
    .array(
      tracks.map {
        .fields([
          "session": JSONValue(Int64($0.session)), "track": JSONValue(Int64($0.number)),
          "sectors": JSONValue(Int64($0.sectors)), "sha256": .string($0.digest.hex),
          "equal": .bool($0.isEqual),
        ])
      })
  }
}

extension DiscTrack {
  /// Sectors before index 1 that are stored.
  fileprivate var storedPregap: Int {
    extents(in: first..<start).reduce(0) { $0 + ($1.isStored ? $1.count : 0) }
  }
}
