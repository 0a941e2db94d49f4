import DiscImages
import Evidence
import OpticalDisc
import SystemIO
import SystemPackage
import WriterKit

/// Writes a disc as CHD through chdman, which is given a cue sheet, or an ISO of a DVD, that goes again afterwards.
package enum CHDWriter: DiscWriter {
  package static let format = FormatID.chd
  package static let ending = "chd"
  private static let program = "chdman"
  private static let package = "mame-tools"

  /// - Throws: `programMissing`; `argumentInvalid` for what chdman puts into no CHD.
  package static func losses(_ image: DiscImage) throws(EvidenceError) -> [DiscLoss] {
    let chdman = try installed()
    guard isCD(image.disc) else {
      try demandDVD(image.disc)
      guard try chdman.run([]).text.contains(Self.dvdCommand) else {
        throw EvidenceError(
          .programMissing, program,
          "the one that is installed makes no CHD of a DVD; versions from 0.255 on do")
      }
      return DiscLosses.ofStructures(image, keepsPacks: false)
    }
    let disc = image.disc
    guard disc.sessions.count == 1 else {
      throw EvidenceError(
        .argumentInvalid, "CHD", "chdman takes one session; this disc has \(disc.sessions.count)")
    }
    if let track = disc.tracks.first(where: { $0.mode == .mode0 }) {
      throw EvidenceError(.argumentInvalid, "CHD", "chdman knows no mode 0, which track \(track.number) has")
    }
    var losses = try CUEWriter.losses(image).filter { ![.cdText, .rawTOC, .subchannel].contains($0.kind) }
    losses += DiscLosses.ofStructures(image, keepsPacks: false).filter {
      [.cdText, .rawTOC].contains($0.kind)
    }
    if disc.raw.cdTextPacks == nil, !(disc.cdText?.isEmpty ?? true) {
      losses.append(DiscLoss(.cdText, "all of it"))
    }
    if let catalog = disc.catalog { losses.append(DiscLoss(.catalog, catalog.description)) }
    func lose(_ kind: DiscLoss.Kind, _ what: String = "", _ isLost: (DiscTrack) -> Bool) {
      let tracks = disc.tracks.filter(isLost)
      if !tracks.isEmpty { losses.append(DiscLoss(kind, what + DiscLosses.numbers(tracks))) }
    }
    lose(.isrc) { $0.isrc != nil }
    lose(.flags) { $0.control != ($0.mode.isData ? .data : []) }
    lose(.indexes, "above 1, ") { $0.indexes.keys.contains { $0 > 1 } }
    return losses + DiscLosses.ofSubchannel(disc) { _, _ in false }
  }

  private static func isCD(_ disc: Disc) -> Bool { disc.medium == .cd || disc.asCD() != nil }
  private static let dvdCommand = "createdvd"

  private static func demandDVD(_ disc: Disc) throws(EvidenceError) {
    guard disc.tracks.count == 1, disc.tracks[0].extents.allSatisfy(\.isStored) else {
      throw EvidenceError(.argumentInvalid, "CHD", "of a DVD or BD it holds one track, stored as a whole")
    }
  }

  private static func installed() throws(EvidenceError) -> ExternalProgram {
    guard let chdman = ExternalProgram(named: program) else {
      throw EvidenceError(.programMissing, program, "CHD is made with the Debian package \(package)")
    }
    return chdman
  }

  package static func prepare(_ prepared: inout PreparedDisc) {
    prepared.redescribe { $0 = $0.asCD() ?? $0 }
    prepared.leaveOutLeadTime()
  }

  package static func write(
    _ image: DiscImage, folder: FilePath, base: String,
    progress: DiscProgress = { _ throws(EvidenceError) in }
  ) throws(EvidenceError) -> [FilePath] {
    let chdman = try installed()
    let output = folder.appending("\(base).\(ending)")
    if Files.exists(output) { throw EvidenceError(.outputExists, output.string) }
    let isCD = image.disc.medium == .cd
    // Named so that nothing of the examiner's is ever taken for them.
    let source = "\(base).for-chdman"
    let files =
      isCD
      ? try CUEWriter.write(plain(image), folder: folder, base: source, progress: progress)
      : try ISOWriter.write(image, folder: folder, base: source, progress: progress)
    defer { for file in files { _ = Syscalls.unlink(file) } }
    // A name that begins with a hyphen would be an option.
    func argument(_ path: FilePath) -> String { path.isAbsolute ? path.string : "./" + path.string }
    let outcome = try chdman.run(
      [isCD ? "createcd" : dvdCommand, "-i", argument(files[0]), "-o", argument(output)])
    guard outcome.status == 0, Files.exists(output) else {
      let line = outcome.text.split(whereSeparator: \.isNewline).last { !$0.hasPrefix("Compressing") }
      throw EvidenceError(
        .systemCall, program, "it ended with \(outcome.status); \(HumanText.singleLine(String(line ?? "")))")
    }
    try DurableFolder.syncFile(output)
    return [output]
  }

  /// Without subchannels and texts, which chdman would not take over.
  private static func plain(_ image: DiscImage) -> DiscImage {
    var disc = image.disc
    disc.cdText = nil
    disc.raw = RawStructures()
    for session in disc.sessions.indices {
      for track in disc.sessions[session].tracks.indices {
        disc.sessions[session].tracks[track].extents = disc.sessions[session].tracks[track].extents.map {
          extent in
          guard var run = extent.run else { return extent }
          run.subchannel = nil
          return DiscExtent(start: extent.start, count: extent.count, .stored(run))
        }
      }
    }
    return image.describing(disc)
  }
}
