import Acquisition
import CanonicalJSON
import Evidence
import Rendering
import Sessions
import SystemIO

/// Runs an acquisition, begun or resumed, and shows what it gave.
enum AcquisitionRendering {
  static func run(
    _ output: OutputOptions, item: ItemNumber, from source: String = "",
    _ perform: (StopFlag, @escaping @Sendable (AcquisitionProgress) -> Void) throws(EvidenceError) ->
      AcquisitionSummary
  ) throws {
    StopSignals.install()
    let display = ProgressDisplay("Acquiring", item.description, from: source)
    let summary = try perform(StopSignals.flag) {
      display.update(
        done: $0.bytesDone, of: $0.length, unreadableSectors: $0.unreadableSectors,
        part: $0.isReadBack ? "reading back" : $0.pass.map { "pass \($0)" } ?? "")
    }
    display.finish()
    output.show(lines(summary), json: json(summary))
    for destination in summary.destinations.dropFirst() {
      if let failure = destination.failure { Rendering.warn(Rendering.line(failure)) }
    }
    for remark in summary.remarks { Rendering.warn(remark) }
    if let unrecorded = summary.unrecorded {
      Rendering.warn(
        "the case could not record the end of this acquisition: \(Rendering.line(unrecorded)) `exhibit resume` will record it."
      )
    }
    if let failure = summary.failure { throw StoppedEarly(failure) }
    if summary.exitStatus != .complete { throw EndedWith(status: summary.exitStatus) }
  }

  private static func sentence(_ summary: AcquisitionSummary) -> String {
    summary.verdict.sentence + (summary.earlier.map { " " + $0.sentence } ?? "")
  }

  private static func lines(_ summary: AcquisitionSummary) -> [String] {
    var lines = [sentence(summary)]
    let unread = summary.unreadable.reduce(0) { $0 + $1.count }
    let read = summary.sectorCount - summary.notAttempted - unread
    // By proportion, because the last sector of a file may be short.
    let bytes =
      read == summary.sectorCount
      ? summary.length
      : summary.sectorCount.dividingFullWidth(summary.length.multipliedFullWidth(by: read)).quotient
    lines.append(
      "  read      \(read == summary.sectorCount ? "all" : "\(read)") of \(summary.sectorCount) sectors, "
        + "\(HumanText.size(bytes)), \(HumanText.duration(seconds: summary.seconds))")
    if unread > 0 {
      lines.append("  not read  \(unread), filled in the image: sectors \(summary.unreadable.listed())")
    }
    if let earlier = summary.earlier {
      let missing = unread + summary.notAttempted
      lines.append(
        "  again     \(earlier.asked) sectors requested again, \(earlier.asked - min(missing, earlier.asked)) of them read; "
          + "\(earlier.taken) taken from \(earlier.name)")
    }
    if summary.notAttempted > 0 { lines.append("  not tried \(summary.notAttempted) sectors") }
    if summary.interruptions > 0 {
      let times = summary.interruptions == 1 ? "once" : "\(summary.interruptions) times"
      lines.append("  resumed   \(times); sectors and time are those of all parts together")
    }
    if let segments = summary.segments {
      lines.append(
        "  chunks    SHA-256 and MD5 of \(segments.count) chunk\(segments.count == 1 ? "" : "s") of "
          + "\(HumanText.size(segments.size)), computed while reading")
      lines.append("  Merkle    root \(segments.merkleRoot.hex)")
    }
    for digest in summary.digests.all {
      let when = summary.segments == nil ? "" : ", computed by reading back"
      lines.append("  \(digest.algorithm.title.padded(to: 9)) \(digest.hex)\(when)")
    }
    if let segments = summary.segments, summary.digests.isEmpty {
      let names = segments.later.sorted().map(\.title).joined(separator: ", ")
      lines.append(
        "  whole     \(names): not computed while reading; `exhibit verify\(summary.item.map { " --item \($0)" } ?? "")` "
          + "computes and signs them")
    }
    for destination in summary.destinations {
      if let manifest = destination.manifest { lines.append("  manifest  \(manifest), signed") }
      if destination.isReadBack {
        lines.append("  verified  all of it, read back from the destination")
      }
      guard let folder = destination.folder else { continue }
      lines.append("  folder    \(folder)\(destination.failure == nil ? "" : ", NOT COMPLETE")")
    }
    // To go on with a drive that does not keep what it is given helps nobody.
    if summary.resumable != nil, summary.failure?.code != .readBackDiffers {
      lines.append("  continue  with `exhibit resume`, from the last checkpoint")
    }
    return lines
  }

  private static func json(_ summary: AcquisitionSummary) -> JSONValue {
    .fields([
      "verdict": .string(summary.verdict.name), "sentence": .string(sentence(summary)),
      "error": summary.failure.map { .string($0.code.rawValue) },
      "resumable": .bool(summary.resumable != nil),
      "unrecorded": summary.unrecorded.map { .string($0.description) },
      "destinations": .array(summary.destinations.map(json)),
      "remarks": .array(summary.remarks.map { .string($0) }),
      "earlier": summary.earlier?.json,
      "interruptions": .integer(Int64(summary.interruptions)),
      "milliseconds": .integer(Int64(summary.seconds * 1000)),
      "length": JSONValue(summary.length), "sectorCount": JSONValue(summary.sectorCount),
      "notAttempted": JSONValue(summary.notAttempted),
      "unreadable": .array(summary.unreadable.map { [JSONValue($0.first), JSONValue($0.count)] }),
      "segments": summary.segments.map {
        .fields([
          "count": JSONValue($0.count), "size": JSONValue($0.size), "merkleRoot": .string($0.merkleRoot.hex),
          "laterDigests": .array($0.later.sorted().map { .string($0.rawValue) }),
        ])
      },
      "digests": .object(
        Dictionary(uniqueKeysWithValues: summary.digests.all.map { ($0.algorithm.rawValue, .string($0.hex)) })
      ),
    ])
  }

  private static func json(_ destination: AcquisitionSummary.Destination) -> JSONValue {
    .fields([
      "folder": destination.folder.map { .string($0.string) },
      "readBack": .bool(destination.isReadBack),
      "manifest": destination.manifest.map { .string($0.string) },
      "files": .array(destination.files.map { .string($0) }),
      "error": destination.failure.map { .string(Rendering.line($0)) },
    ])
  }
}

extension String {
  /// Filled up with spaces on the right.
  func padded(to width: Int) -> String { TextCells.padded(self, to: width) }
}
