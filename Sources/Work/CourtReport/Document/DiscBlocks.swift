import Evidence
import Manifests
import OpticalDisc

/// What a report says of an optical disc: where everything lies on it, and the digest of each track.
struct DiscBlocks {
  private let disc: Disc?
  private let stream: Manifest.Stream
  private let words: Wording
  private let names: RecordNames

  init(_ disc: Disc?, _ stream: Manifest.Stream, _ words: Wording, _ names: RecordNames) {
    self.disc = disc
    self.stream = stream
    self.words = words
    self.names = names
  }

  func blocks() -> [ReportDocument.Block] {
    var blocks: [ReportDocument.Block] = []
    if let disc {
      let drawing = DiscLayoutDrawing(disc)
      blocks.append(.figure(svg: drawing.svg, caption: words(.discCaption), words: drawing.text))
    } else {
      blocks.append(.absence(words(.noDisc, names.disc)))
    }
    let rows = stream.tracks.map { track -> [ReportDocument.Grid.Cell] in
      [
        .head("\(track.session)"), .number(words.number(track.number)), .text(words.title(track.mode)),
        .text(start(of: track)), .number(words.number(track.firstUnit)),
        .number(words.number(track.unitCount)),
        .code(track.digests[.sha256]?.hex ?? ""),
      ]
    }
    blocks.append(
      .grid(
        words(.tracksCaption),
        [
          (words(.session), false), (words(.track), true), (words(.trackMode), false),
          (words(.trackStart), false), (words(.firstSector), true), (words(.sectors), true),
          ("SHA-256", false),
        ], rows))
    return blocks
  }

  /// Where a player finds the track, as a time and an address.
  private func start(of track: Manifest.Track) -> String {
    let session = disc?.sessions.first { $0.number == Int(track.session) }
    guard let start = session?.tracks.first(where: { $0.number == Int(track.number) })?.start else {
      return ""
    }
    return "\(MSF(frames: start + MSF.leadTime)), LBA \(start)"
  }
}
