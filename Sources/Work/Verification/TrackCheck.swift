import Evidence
import FormatKit
import Manifests
import SystemIO

/// The tracks of a disc within an image against the digests of the manifest.
struct TrackCheck {
  let reader: any ImageReader
  let name: String
  let stop: StopFlag

  /// Reads each track once. Nothing is reported of tracks where the verification is stopped.
  /// - Precondition: the tracks lie within the stream, which the manifest's consistency has shown.
  /// - Throws: `readFailed`.
  func perform(_ stream: Manifest.Stream, _ report: inout VerificationReport) throws(EvidenceError) {
    var findings: [Finding] = []
    for track in stream.tracks {
      let unit = UInt64(stream.unitSize)
      let digests = try reader.digests(
        of: track.firstUnit * unit..<min((track.firstUnit + track.unitCount) * unit, stream.length),
        stop: stop)
      guard !stop.isRaised else {
        report.wasStopped = true
        return
      }
      for recorded in track.digests.all {
        guard let computed = digests[recorded.algorithm], computed != recorded else { continue }
        findings.append(
          Finding(
            .trackDigestMismatch, subject: "\(name): track \(track.number), \(recorded.algorithm.title)",
            expected: recorded.hex, observed: computed.hex,
            sectors: SectorRange(first: track.firstUnit, count: track.unitCount)))
      }
    }
    report.take("\(name): digests of \(stream.tracks.count) tracks", against: "manifest", findings)
  }
}
