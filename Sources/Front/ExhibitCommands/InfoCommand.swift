import ArgumentParser
import CanonicalJSON
import Evidence
import ImageTools
import Rendering
import SystemIO
import SystemPackage

struct InfoCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "info", abstract: "Show the contents and condition of an image.",
    discussion: """
      Shows case data, medium, container, segments, stored hash values, sessions and sectors recorded as unreadable; \
      then every damaged section, missing segment and lost sector. Reads only the structure by default; --read-data \
      reads all stored data and checks it against its checksums. For an optical disc: tracks and file systems, and with \
      --read-data every sector. To compare hash values, use `exhibit verify`.

      Exit status: 0 intact, 5 damaged or incomplete.

      Examples:
        exhibit info 001.E01
        exhibit info 001.E01 --read-data
        exhibit info disk.001 --json
        exhibit info disc.cue --read-data
      """)

  @Argument(help: "A disk or disc image; any file of a set.", completion: .file()) var image: String
  @Flag(help: "Read all stored data and list damaged sectors.") var readData = false
  @Option(help: "Sector size of a raw image, in bytes: 512, 1024, 2048, 4096.")
  var sectorSize: UInt32 = 512
  @OptionGroup var input: InputOptions
  @OptionGroup var findings: FindingOptions
  @OptionGroup var output: OutputOptions

  func run() throws {
    StopSignals.install()
    let display = ProgressDisplay("Reading", from: image)
    let info = try ImageInspection.perform(
      FilePath(image), as: try input.format(), sectorSize: sectorSize, readsData: readData,
      stop: StopSignals.flag
    ) { display.update(done: $0, of: $1) }
    display.finish()
    switch info {
    case .disk(let info):
      output.show(InfoRendering.lines(info, all: findings.all), json: InfoRendering.json(info))
    case .disc(let info):
      output.show(DiscRendering.lines(info, all: findings.all), json: DiscRendering.json(info))
    }
    if info.exitStatus != .complete { throw EndedWith(status: info.exitStatus) }
  }
}
