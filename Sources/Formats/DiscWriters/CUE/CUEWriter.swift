import DiscImages
import Evidence
import OpticalDisc
import SystemIO
import SystemPackage
import WriterKit

/// Writes a disc as cue sheet and BIN: each session a file, each track in the layout it is stored in.
package enum CUEWriter: SequentialDiscWriter {
  package static let format = FormatID.cue
  package static let ending = "cue"

  /// What a cue sheet has no words for.
  package static func losses(_ image: DiscImage) throws(EvidenceError) -> [DiscLoss] {
    try DiscLosses.demandStoredTracks(image.disc, for: "BIN/CUE")
    var losses = commonLosses(image)
    losses += DiscLosses.ofSubchannel(image.disc) { track, run in
      track.mode == .audio && run.layout == .interleaved
    }
    for session in image.disc.sessions {
      let kind: DiscSession.Kind =
        session.kind == .cdi && session.tracks.contains { $0.mode == .mode2 }
        ? .cdi : SessionKind.bySectors(session.tracks, image.files)
      if kind != session.kind {
        losses.append(DiscLoss(.sessionType, "session \(session.number) would be read as \(kind.title)"))
      }
    }
    return losses
  }

  /// Absent, synthesised, stored, synthesised: the only order there are words for.
  private static func hasUsualGaps(_ track: DiscTrack, isFirst: Bool) -> Bool {
    var rest = track.extents[...]
    if isFirst, rest.first?.source == .absent { rest.removeFirst() }
    if rest.first?.source == .synthesised, rest.first.map({ $0.end <= track.start }) ?? false {
      rest.removeFirst()
    }
    if rest.last?.source == .synthesised { rest.removeLast() }
    return rest.allSatisfy(\.isStored)
  }

  package static let endings: Set = [ending, "bin", packsEnding]

  package static func layout(of disc: Disc, base: String) -> DiscLayout {
    var (sheet, packs) = start(disc, base: base)
    var files: [SectorFile] = []
    for (place, session) in disc.sessions.enumerated() {
      let ending = disc.sessions.count > 1 ? "\(session.number).bin" : "bin"
      sheet.begin(session, place, of: disc)
      sheet.add("FILE", "\"\(base).\(ending)\" BINARY")
      sheet.tracks(of: session, texts: disc.cdText?.blocks[0])
      sheet.end(session, place, of: disc)
      files.append(
        SectorFile(
          ending, .sectors,
          session.tracks.map {
            .init(
              $0, $0.first..<$0.end, as: SectorForm(keepsSubchannel: CUESheetText.hasSubchannel($0)))
          }))
    }
    return DiscLayout(files, descriptions: [(Self.ending, Array(sheet.text.utf8))] + packs)
  }

  /// Writes `BASE.cue` for a disc whose sectors lie in one file already, one after the other.
  /// - Parameters:
  ///   - image: as it was described before.
  ///   - disc: the same, or a part of it, as it lies in the file.
  ///   - file: name of the file.
  /// - Returns: why there is none; `nil` where it was written.
  package static func describe(
    _ disc: Disc, of image: DiscImage, in file: String, folder: FilePath, base: String
  ) throws(EvidenceError) -> String? {
    guard disc.sessions.count == 1 else { return "several sessions in one file" }
    let kinds: Set<DiscLoss.Kind> = [.subchannel, .sessionType, .gaps, .addresses, .medium, .flags]
    guard let all = try? losses(DiscImage(disc: disc, files: image.files)) else {
      return "a track of which nothing is stored"
    }
    let lost = all.filter { kinds.contains($0.kind) }
    guard lost.isEmpty else { return lost.map { "\($0.kind.title) (\($0.detail))" }.joined(separator: "; ") }
    var (sheet, packs) = start(disc, base: base)
    sheet.add("FILE", "\"\(file)\" BINARY")
    sheet.tracks(of: disc.sessions[0], texts: disc.cdText?.blocks[0])
    for file in [(ending, Array(sheet.text.utf8))] + packs {
      try DurableFile.write(file.1, to: folder.appending("\(base).\(file.0)"))
    }
    return nil
  }

  /// How the name of a file of CD-TEXT packs ends.
  private static let packsEnding = "cdt"

  /// The beginning of a sheet: what is said of the disc. Packs of CD-TEXT become a file where commands do not suffice.
  static func start(
    _ disc: Disc, base: String
  ) -> (sheet: CUESheetText, packs: [(ending: String, bytes: [UInt8])]) {
    var sheet = CUESheetText()
    var files: [(ending: String, bytes: [UInt8])] = []
    sheet.add("CATALOG", disc.catalog.map { $0.description })
    let needsPacks = disc.raw.cdTextPacks != nil || !(disc.cdText.map(CUEText.fitsCommands) ?? true)
    if needsPacks, let packs = disc.raw.cdTextPacks ?? CUEText.packs(disc) {
      files.append((packsEnding, packs))
      sheet.add("CDTEXTFILE", quoted: "\(base).\(packsEnding)")
    }
    sheet.add(disc.cdText?.blocks[0], track: 0, indent: 0)
    return (sheet, files)
  }

  /// What is lost of texts and gaps, and the bits there are no flags for: the same for every cue sheet.
  static func commonLosses(_ image: DiscImage) -> [DiscLoss] {
    let disc = image.disc
    var losses = DiscLosses.ofStructures(image, keepsPacks: true)
    losses += DiscLosses.ofMedium(disc, "a cue sheet")
    losses += DiscLosses.ofAddresses(disc)
    if disc.raw.cdTextPacks == nil, let text = disc.cdText, !text.isEmpty,
      !CUEText.fitsCommands(text), CUEText.packs(disc) == nil
    {
      losses.append(DiscLoss(.cdText, "it fits neither commands nor packs"))
    }
    let flags = disc.tracks.filter { $0.control.contains(.data) != $0.mode.isData }
    if !flags.isEmpty { losses.append(DiscLoss(.flags, "\(DiscLosses.numbers(flags)): data bit")) }
    let gaps = disc.sessions.flatMap { session in
      session.tracks.filter { !hasUsualGaps($0, isFirst: $0 == session.tracks.first) }
    }
    if !gaps.isEmpty {
      losses.append(DiscLoss(.gaps, "\(DiscLosses.numbers(gaps)): parts that are not stored"))
    }
    return losses
  }
}

/// How texts of a disc fit a sheet.
enum CUEText {
  static let commands: [(kind: CDText.Kind, word: String)] = [
    (.title, "TITLE"), (.performer, "PERFORMER"), (.songwriter, "SONGWRITER"), (.composer, "COMPOSER"),
    (.arranger, "ARRANGER"), (.message, "MESSAGE"), (.genre, "GENRE"), (.discIdentifier, "DISC_ID"),
    (.code, "UPC_EAN"),
  ]

  /// Whether commands say all of it: one block of plain texts of which neither language nor character set is stated.
  static func fitsCommands(_ text: CDText) -> Bool {
    guard Array(text.blocks.keys) == [0], let block = text.blocks[0] else { return text.isEmpty }
    let texts = block.texts.values.flatMap(\.values)
    return !block.isStated && block.genreCode == nil && block.binary.isEmpty
      && texts.allSatisfy { text in !text.isEmpty && !text.contains { $0 == "\"" || $0.isNewline } }
  }

  /// The packs of texts whose language and character set are stated: others would be made up.
  static func statedPacks(_ disc: Disc) -> [UInt8]? {
    disc.cdText?.blocks.values.allSatisfy(\.isStated) ?? false ? packs(disc) : nil
  }

  static func packs(_ disc: Disc) -> [UInt8]? {
    let numbers = disc.tracks.map(\.number)
    guard let first = numbers.min(), let last = numbers.max() else { return nil }
    return disc.cdText?.packs(first: first, last: last)
  }
}

/// The lines of a sheet being written.
struct CUESheetText {
  private(set) var text = ""

  mutating func add(_ command: String, _ value: String?, indent: Int = 0) {
    guard let value else { return }
    text += String(repeating: " ", count: indent) + command + " " + value + "\n"
  }

  /// A sheet knows no way to write a quotation mark within a text.
  mutating func add(_ command: String, quoted value: String, indent: Int = 0) {
    let plain = String(value.map { $0 == "\"" ? "'" : $0.isNewline ? " " : $0 })
    add(command, "\"\(plain)\"", indent: indent)
  }

  mutating func add(_ block: CDText.Block?, track: Int, indent: Int) {
    for command in CUEText.commands {
      if let value = block?[command.kind, track] { add(command.word, quoted: value, indent: indent) }
    }
  }

  /// What a session begins with, where there are several.
  mutating func begin(_ session: DiscSession, _ place: Int, of disc: Disc) {
    if disc.sessions.count > 1 { add("REM SESSION", MSF.twoDigits(session.number)) }
    if place > 0 {
      add("REM LEAD-IN", MSF(frames: DiscSession.leadIn).description)
      add("REM PREGAP", MSF(frames: DiscSession.pregap).description)
    }
  }

  /// How far the next session is: lead-in and pregap have their usual length, the lead-out has what remains.
  mutating func end(_ session: DiscSession, _ place: Int, of disc: Disc) {
    guard place + 1 < disc.sessions.count, let next = disc.sessions[place + 1].tracks.first else { return }
    let leadOut = next.start - session.leadOut - DiscSession.leadIn - DiscSession.pregap
    add("REM LEAD-OUT", MSF(frames: max(0, leadOut)).description)
  }

  /// Whether P to W follow each sector of a track, in the one way there is a word for.
  static func hasSubchannel(_ track: DiscTrack) -> Bool {
    let run = track.extents.lazy.compactMap(\.run).first
    return track.mode == .audio && run?.subchannel?.layout == .interleaved
  }

  /// The tracks of a session whose stored sectors lie in one file, one after the other.
  mutating func tracks(of session: DiscSession, texts: CDText.Block?) {
    var sector = 0
    for track in session.tracks {
      let layout = track.extents.lazy.compactMap(\.run).first?.layout ?? .raw
      let type = Self.hasSubchannel(track) ? "CDG" : Self.type(track, layout, session.kind)
      begin(track, type: type, text: texts, isFirst: track == session.tracks.first)
      if track.extents(in: track.first..<track.start).contains(where: \.isStored) { index(0, at: sector) }
      indexes(of: track, from: track.first, at: sector)
      sector += track.storedSectors
    }
  }

  /// Everything about a track but its indexes. A gap between two tracks keeps its length, also where the image lacks it.
  mutating func begin(_ track: DiscTrack, type: String, text block: CDText.Block?, isFirst: Bool) {
    add("TRACK", "\(MSF.twoDigits(track.number)) \(type)", indent: 2)
    add(block, track: track.number, indent: 4)
    let flags = [
      (TrackControl.copyPermitted, "DCP"), (.fourChannels, "4CH"), (.preEmphasis, "PRE"),
    ].filter { track.control.contains($0.0) }.map(\.1)
    if !flags.isEmpty { add("FLAGS", flags.joined(separator: " "), indent: 4) }
    add("ISRC", track.isrc?.description, indent: 4)
    let silence = track.extents(in: track.first..<track.start).filter {
      $0.source == .synthesised || ($0.source == .absent && !isFirst)
    }
    if !silence.isEmpty {
      add("PREGAP", MSF(frames: silence.reduce(0) { $0 + $1.count }).description, indent: 4)
    }
  }

  mutating func index(_ number: Int, at sector: Int) {
    add("INDEX", "\(MSF.twoDigits(number)) \(MSF(frames: sector))", indent: 4)
  }

  /// Indexes from 1 on, and what comes after the track.
  /// - Parameters:
  ///   - first: address of the first sector of the track that is in the file.
  ///   - sector: where in the file that is.
  mutating func indexes(of track: DiscTrack, from first: Int, at sector: Int) {
    for (number, lba) in track.indexes.sorted(by: { $0.key < $1.key }) where number > 0 {
      let stored = track.extents(in: first..<max(first, lba)).reduce(0) { $0 + ($1.isStored ? $1.count : 0) }
      index(number, at: sector + stored)
    }
    if let last = track.extents.last, last.source == .synthesised, last.start > track.start {
      add("POSTGAP", MSF(frames: last.count).description, indent: 4)
    }
  }

  static func type(_ track: DiscTrack, _ layout: SectorLayout, _ kind: DiscSession.Kind) -> String {
    switch (track.mode, layout) {
    case (.audio, _): "AUDIO"
    case (.mode0, .body): "MODE0/2336"
    case (.mode0, _): "MODE0/2352"
    case (.mode1, .raw): "MODE1/2352"
    case (.mode1, _), (.dvd, _), (.userData, _): "MODE1/2048"
    case (.mode2, .body): kind == .cdi ? "CDI/2336" : "MODE2/2336"
    case (.mode2, .raw): kind == .cdi ? "CDI/2352" : "MODE2/2352"
    case (.mode2, .form2Data): "MODE2/2324"
    case (.mode2, .form2Body): "MODE2/2332"
    case (.mode2, _): "MODE2/2048"
    }
  }
}
