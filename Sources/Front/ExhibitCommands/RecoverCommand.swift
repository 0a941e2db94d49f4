import ArgumentParser
import CanonicalJSON
import Evidence
import ImageTools
import Rendering
import SystemIO
import SystemPackage

struct RecoverCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "recover", abstract: "Recover the readable data of a damaged or unfinished E01, with a map.",
    discussion: """
      The output is a raw file of full length. Sectors that cannot be recovered are zeros and marked in the map, a GNU \
      ddrescue mapfile: + holds acquired data, - is damaged or was unreadable at acquisition, ? is not described by the \
      image. Finds chunks written before a crash without their table. Never overwrites.

      Exit status: 0 nothing lost, 3 sectors lost.

      Examples:
        exhibit recover 001.E01 --output 001.raw
        exhibit recover 001.E01 --output 001.raw --map 001.recovered.map \\
          --keep-damaged
      """)

  @Argument(help: "The damaged E01; any file of the set.", completion: .file()) var image: String
  @Option(help: "The raw file to create.", completion: .file()) var output: String
  @Option(
    help: "The mapfile to create. Default: the output's name with the extension .map.", completion: .file())
  var map: String?
  @Flag(
    help: "Keep the remains of damaged chunks instead of zeros. They are unverified and stay marked -.")
  var keepDamaged = false
  @Flag(help: "Start even if the destination may be too small; lost ranges take no space.")
  var acceptLittleSpace = false
  @OptionGroup var findings: FindingOptions
  @OptionGroup var rendering: OutputOptions

  func run() throws {
    StopSignals.install()
    let job = try RecoverJob(
      FilePath(image), output: FilePath(output), mapFile: map.map { FilePath($0) }, keepsDamaged: keepDamaged,
      acceptsLittleSpace: acceptLittleSpace, stop: StopSignals.flag)
    let display = ProgressDisplay("Recovering", from: image)
    let summary = try job.perform { display.update(done: $0, of: $1) }
    display.finish()
    rendering.show(Self.lines(summary, all: findings.all), json: Self.json(summary))
    if summary.exitStatus != .complete { throw EndedWith(status: summary.exitStatus) }
  }

  private static func lines(_ summary: RecoverySummary, all: Bool) -> [String] {
    var lines: [String] = []
    let total = summary.map.sectorCount
    lines.append(
      summary.exitStatus == .complete
        ? "Recovered: all \(total) sectors\(tail(summary))."
        : summary.recoveredSectors == total
          ? "Recovered in part: all \(total) sectors\(tail(summary)), but not everything the image stores."
          : "Recovered in part: \(summary.recoveredSectors) of \(total) sectors.")
    let filled = summary.keptDamaged ? "marked -, not to be relied on" : "marked -, zeros in the output"
    lines.append("  recovered  \(summary.recoveredSectors) sectors")
    if summary.carvedSectors > 0 {
      lines.append("             \(summary.carvedSectors) of them without a table, by checksum")
    }
    lines.append("  lost       \(summary.lostSectors) sectors, \(filled)")
    if !summary.recordedUnreadable.isEmpty {
      let count = summary.recordedUnreadable.reduce(0) { $0 + $1.count }
      lines.append("             \(count) of them were unreadable at acquisition")
    }
    lines.append("  unknown    \(summary.unknownSectors) sectors, marked ?, zeros in the output")
    for part in summary.leftOut { lines.append("  left out   \(part)") }
    for (name, state) in [("lost", SectorState.unreadable), ("unknown", .notAttempted)] {
      let ranges = summary.map.ranges(in: state)
      if !ranges.isEmpty { lines.append("  \(name.padded(to: 10)) sectors \(ranges.listed(limit: 16))") }
    }
    lines.append("  output     \(HumanText.singleLine(summary.output.string))")
    lines.append("  map        \(HumanText.singleLine(summary.mapFile.string))")
    lines.append("  SHA-256    \(summary.fileSHA256) of the recovered file, not of the medium")
    if !summary.findings.isEmpty {
      lines.append("Findings about the image")
      lines += FindingRendering.lines(summary.findings, all: all)
    }
    return lines
  }

  private static func tail(_ summary: RecoverySummary) -> String {
    let bytes = summary.geometry.tailBytes
    return bytes == 0 ? "" : ", the last of \(bytes == 1 ? "1 byte" : "\(bytes) bytes")"
  }

  private static func json(_ summary: RecoverySummary) -> JSONValue {
    .fields([
      "image": .string(summary.image.string), "output": .string(summary.output.string),
      "map": .string(summary.mapFile.string), "length": Rendering.number(summary.geometry.length),
      "sectorSize": JSONValue(summary.geometry.logicalSectorSize),
      "sectorCount": Rendering.number(summary.map.sectorCount),
      "recoveredSectors": Rendering.number(summary.recoveredSectors),
      "carvedSectors": Rendering.number(summary.carvedSectors),
      "lostSectors": Rendering.number(summary.lostSectors),
      "unknownSectors": Rendering.number(summary.unknownSectors),
      "lost": Rendering.json(summary.map.ranges(in: .unreadable)),
      "unknown": Rendering.json(summary.map.ranges(in: .notAttempted)),
      "leftOut": .array(summary.leftOut.map { .string($0) }),
      "recordedUnreadable": Rendering.json(summary.recordedUnreadable),
      "keptDamaged": .bool(summary.keptDamaged),
      "sha256OfRecoveredFile": .string(summary.fileSHA256.hex),
      "findings": .array(summary.findings.map(Rendering.json)),
      "exitStatus": JSONValue(summary.exitStatus.rawValue),
    ])
  }
}
