import ArgumentParser
import CanonicalJSON
import CourtReport
import Evidence
import Rendering
import SystemIO
import SystemPackage
import Verification

struct DiscCommands: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "disc", abstract: "Examine optical disc images: BIN/CUE, TOC/BIN, CloneCD, NRG, MDS, ISO.",
    subcommands: [DiscShowCommand.self, DiscCheckCommand.self, DiscListCommand.self, DiscExtractCommand.self])
}

struct DiscShowCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show", abstract: "Show sessions, tracks, gaps, CD-TEXT and file systems of a disc.",
    discussion: """
      For each gap: whether the image stores it, only states it (synthesised) or lacks it (absent). Addresses are disc \
      addresses: 0 is at time 00:02:00.

      Exit status: 0 intact, 5 damaged.

      Examples:
        exhibit disc show disc.cue
        exhibit disc show disc.toc --read-data
        exhibit disc show disc.iso --svg layout.svg
      """)

  @Argument(
    help: "The description of a disc (.cue, .toc, .ccd, .nrg, .mds …), or the sectors of a track.",
    completion: .file())
  var image: String
  @Flag(help: "Read every sector; count sector types and errors.") var readData = false
  @Option(help: "Write the disc layout as SVG to this new file.", completion: .file()) var svg: String?
  @OptionGroup var findings: FindingOptions
  @OptionGroup var output: OutputOptions

  func run() throws {
    let info = try DiscReading.perform(image, readsData: readData)
    if let svg { try DurableFile.write(DiscLayoutDrawing(info.image.disc).svg.utf8, to: FilePath(svg)) }
    output.show(DiscRendering.lines(info, all: findings.all), json: DiscRendering.json(info))
    if info.exitStatus != .complete { throw EndedWith(status: info.exitStatus) }
  }
}

struct DiscCheckCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check", abstract: "Read every sector of a disc and check its error codes.",
    discussion: """
      Checks EDC and ECC of every data sector, sector addresses, the checksum of subchannel Q where present, and file \
      system sizes. Reports how many damaged sectors their parity can correct. Audio sectors have no error codes.

      Exit status: 0 intact, 5 damaged.

      Example:
        exhibit disc check disc.cue
      """)

  @Argument(
    help: "The description of a disc (.cue, .toc, .ccd, .nrg, .mds …), or the sectors of a track.",
    completion: .file())
  var image: String
  @OptionGroup var findings: FindingOptions
  @OptionGroup var output: OutputOptions

  func run() throws {
    let info = try DiscReading.perform(image, readsData: true)
    output.show(DiscRendering.lines(info, all: findings.all), json: DiscRendering.json(info))
    if info.exitStatus != .complete { throw EndedWith(status: info.exitStatus) }
  }
}

private enum DiscReading {
  static func perform(_ image: String, readsData: Bool) throws(EvidenceError) -> DiscInfo {
    StopSignals.install()
    let display = ProgressDisplay("Reading", from: image)
    defer { display.finish() }
    return try DiscInfoJob(FilePath(image), readsData: readsData, stop: StopSignals.flag).perform {
      display.update(done: $0, of: $1)
    }
  }
}
