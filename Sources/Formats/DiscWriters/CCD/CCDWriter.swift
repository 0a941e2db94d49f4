import DiscImages
import Evidence
import OpticalDisc
import WriterKit

/// Writes a disc as `.ccd`, `.img` and, where sectors have a subchannel, `.sub`: whole sectors from address 0, the
/// sessions one after the other.
package enum CCDWriter: SequentialDiscWriter {
  package static let format = FormatID.ccd
  package static let ending = "ccd"

  /// - Throws: `argumentInvalid` for a disc that is no CD, or has sectors that are not stored whole.
  package static func losses(_ image: DiscImage) throws(EvidenceError) -> [DiscLoss] {
    let disc = image.disc
    try DiscLosses.demandCD(disc, for: "CloneCD")
    try DiscLosses.demandLayouts(disc, for: "CloneCD") { $1 == .raw }
    var losses = DiscLosses.ofStructures(image, keepsPacks: true, keepsTOC: true)
    losses += DiscLosses.ofAddresses(disc) + DiscLosses.ofLaterPregaps(disc)
    losses += DiscLosses.ofMissing(disc, in: needed(disc))
    losses += DiscLosses.ofUnpackedText(disc)
    losses += DiscLosses.ofSubchannel(disc) { $1.layout != .packs }
    return losses
  }

  /// From address 0, and in later sessions from index 1, every sector is in the file.
  private static func needed(_ disc: Disc) -> (DiscSession, DiscTrack) -> Range<Int> {
    { session, track in
      let isFirst = track == session.tracks.first
      let first = session.number == disc.sessions.first?.number ? max(0, track.first) : track.start
      return (isFirst ? first : track.first)..<track.end
    }
  }

  package static func prepare(_ prepared: inout PreparedDisc) {
    let needed = needed(prepared.image.disc)
    prepared.leaveOut(but: needed)
    prepared.fill(needed)
    prepared.noteMissingSubchannels()
  }

  package static let endings: Set = [ending, "img", "sub"]

  package static func layout(of disc: Disc, base: String) -> DiscLayout {
    let parts = disc.tracks.map { SectorFile.Part($0, $0.first..<$0.end) }
    var files = [SectorFile("img", .sectors, parts)]
    if disc.tracks.contains(where: \.hasChannels) { files.append(SectorFile("sub", .channels, parts)) }
    return DiscLayout(files, descriptions: [(ending, Array(CCDText(disc).text.utf8))])
  }
}

/// The text of a `.ccd`.
private struct CCDText {
  private(set) var text = ""

  init(_ disc: Disc) {
    let toc = FullTOC.toStore(of: disc)?.entries ?? []
    let packs = disc.raw.cdTextPacks ?? CUEText.packs(disc) ?? []
    let packCount = packs.count / CDTextPack.size
    section("CloneCD", [("Version", "3")])
    var fields = [
      ("TocEntries", "\(toc.count)"), ("Sessions", "\(disc.sessions.count)"), ("DataTracksScrambled", "0"),
      ("CDTextLength", "\(packCount * CDTextPack.size)"),
    ]
    if let catalog = disc.catalog { fields.append(("CATALOG", catalog.description)) }
    section("Disc", fields)
    if packCount > 0 {
      let entries = (0..<packCount).map { number in
        let start = number * CDTextPack.size
        return ("Entry \(number)", packs[start..<start + 16].map(Self.hex).joined(separator: " "))
      }
      section("CDText", [("Entries", "\(packCount)")] + entries)
    }
    for session in disc.sessions {
      section(
        "Session \(session.number)",
        [("PreGapMode", "\(session.tracks.first.map(Self.mode) ?? 0)"), ("PreGapSubC", "0")])
    }
    for (number, entry) in toc.enumerated() { self.entry(number, entry) }
    for session in disc.sessions { tracks(of: session) }
  }

  private mutating func section(_ name: String, _ fields: [(String, String)]) {
    text += "[\(name)]\r\n" + fields.map { "\($0.0)=\($0.1)\r\n" }.joined()
  }

  private mutating func entry(_ number: Int, _ entry: FullTOC.Entry) {
    let times = entry.times
    section(
      "Entry \(number)",
      [
        ("Session", "\(entry.session)"), ("Point", "0x" + Self.hex(entry.point)),
        ("ADR", "0x" + Self.hex(entry.adr)), ("Control", "0x" + Self.hex(entry.control.rawValue)),
        ("TrackNo", "\(entry.track)"), ("AMin", "\(times[0])"), ("ASec", "\(times[1])"),
        ("AFrame", "\(times[2])"), ("ALBA", "\(Self.lba(Array(times[..<3])))"), ("Zero", "\(times[3])"),
        ("PMin", "\(times[4])"), ("PSec", "\(times[5])"), ("PFrame", "\(times[6])"),
        ("PLBA", "\(Self.lba(Array(times[4...])))"),
      ])
  }

  /// Indexes count from index 1 of the first track in later sessions.
  private mutating func tracks(of session: DiscSession) {
    let base = session.number == 1 ? 0 : session.tracks.first?.start ?? 0
    for track in session.tracks {
      var fields = [("MODE", "\(Self.mode(track))")]
      if let isrc = track.isrc { fields.append(("ISRC", isrc.description)) }
      let flags = [(TrackControl.copyPermitted, "DCP"), (.preEmphasis, "PRE"), (.fourChannels, "4CH")]
        .filter { track.control.contains($0.0) }.map(\.1)
      if !flags.isEmpty { fields.append(("FLAGS", flags.joined(separator: " "))) }
      for (index, lba) in track.indexes.sorted(by: { $0.key < $1.key }) {
        if index == 0, track == session.tracks.first { continue }
        fields.append(("INDEX \(index)", "\(lba - base)"))
      }
      section("TRACK \(track.number)", fields)
    }
  }

  private static func mode(_ track: DiscTrack) -> Int {
    switch track.mode {
    case .audio: 0
    case .mode2: 2
    case .mode0, .mode1, .dvd, .userData: 1
    }
  }

  /// Whatever the time is, minutes from 90 on are those of a lead-in.
  private static func lba(_ time: [UInt8]) -> Int {
    FullTOC.frames(time) - (time[0] >= 90 ? 450_150 : MSF.leadTime)
  }

  private static func hex(_ byte: UInt8) -> String {
    (byte < 16 ? "0" : "") + String(byte, radix: 16)
  }
}
