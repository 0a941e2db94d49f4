import CanonicalJSON
import Evidence
import ImageTools
import OpticalDisc
import Rendering
import Verification

/// What is printed of the conversion of a disc.
enum DiscConversionRendering {
  /// Tracks that are listed one by one.
  private static let listedTracks = 12
  /// Ranges of generated sectors that are listed one by one.
  private static let listedRanges = 24

  private static func title(_ kind: GeneratedSectors.Kind) -> String {
    switch kind {
    case .silence: "silence"
    case .zeros: "data sectors of zeros"
    case .sectorCodes: "sync, header, EDC and ECC around the user data"
    case .subchannel: "P and Q subchannel"
    }
  }

  static func lines(_ report: DiscConversionReport) -> [String] {
    var lines = [
      report.advisedSentence, "  from       \(report.inputFormat.title)",
      "  to         \(report.outputFormat.title)",
    ]
    for file in report.files.prefix(listedTracks) {
      lines.append("  file       \(file.path.string), \(HumanText.size(file.size)), SHA-256 \(file.sha256)")
    }
    if report.files.count > listedTracks {
      lines.append("             and \(report.files.count - listedTracks) more files")
    }
    for track in report.tracks.prefix(listedTracks) {
      let state =
        track.isEqual ? "matches" : "DOES NOT MATCH: \(track.copiedSectors) sectors, \(track.copiedDigest)"
      lines.append(
        "  \("track \(track.number)".padded(to: 10)) \(track.sectors) sectors, SHA-256 \(track.digest), \(state)"
      )
    }
    if report.tracks.count > listedTracks {
      let rest = report.tracks.dropFirst(listedTracks)
      lines.append(
        "             and \(rest.count) more tracks, \(rest.filter { !$0.isEqual }.count) of them not matching"
      )
    }
    if !report.corrected.isEmpty {
      lines.append(
        "  corrected  \(report.corrected.count) sectors from their parity: \(DiscFindings.listed(report.corrected))"
      )
    }
    if !report.generated.isEmpty {
      lines.append("Generated, not read")
      for made in report.generated.prefix(listedRanges) {
        let place = made.range.count == 1 ? "sector" : "sectors"
        let last = made.range.count == 1 ? "" : " to \(made.range.upperBound - 1)"
        lines.append(
          "  \("track \(made.track)".padded(to: 10)) \(place) \(made.range.lowerBound)\(last): \(title(made.kind))"
        )
      }
      if report.generated.count > listedRanges {
        lines.append(
          "             and \(report.generated.count - listedRanges) more ranges, all in the .changes.json")
      }
    }
    if !report.losses.isEmpty {
      lines.append(report.outcome == .refused ? "The output cannot hold" : "Lost")
      for loss in report.losses {
        let mark = report.refused.contains(loss) ? "" : report.outcome == .refused ? " (accepted)" : ""
        lines.append("  \(loss.kind.rawValue.padded(to: 16)) \(loss.kind.title): \(loss.detail)\(mark)")
      }
    }
    if !report.remarks.isEmpty {
      lines.append("About the input")
      lines += report.remarks.map { "  \($0)" }
    }
    return lines
  }

  static func json(_ report: DiscConversionReport) -> JSONValue {
    .fields([
      "outcome": .string(report.outcome.rawValue), "sentence": .string(report.advisedSentence),
      "exitStatus": JSONValue(report.exitStatus.rawValue), "from": .string(report.inputFormat.id.rawValue),
      "to": .string(report.outputFormat.id.rawValue), "losses": report.lossesJSON,
      "refused": .array(report.refused.map { .string($0.kind.rawValue) }), "tracks": report.tracksJSON,
      "files": .array(
        report.files.map {
          .fields([
            "path": .string($0.path.string), "size": Rendering.number($0.size),
            "sha256": .string($0.sha256.hex),
          ])
        }),
      "corrected": .array(report.corrected.map { JSONValue(Int64($0)) }),
      "generated": report.generatedJSON,
      "remarks": .array(report.remarks.map { .string($0) }),
    ])
  }
}
