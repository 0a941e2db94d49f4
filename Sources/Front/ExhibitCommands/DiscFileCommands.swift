import ArgumentParser
import CanonicalJSON
import DiscFiles
import Evidence
import ImageTools
import Rendering
import SystemIO
import SystemPackage

struct DiscListCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list",
    abstract: "List the files on a disc (ISO 9660, Rock Ridge, Joliet; UDF through 7-Zip).",
    discussion: """
      Reads every kind of disc image, including raw sectors and later sessions, whose addresses count from the start \
      of the disc.

      Examples:
        exhibit disc list disc.cue
        exhibit disc list disc.cue --track 3
      """)

  @Argument(help: "A disc image.", completion: .file()) var image: String
  @Option(help: "Track number. Default: the last track with a file system.") var track: Int?
  @Option(
    help:
      "Which file system: \(AcquireChoices.list(DiscFileSystem.self)). Default: ISO 9660 before UDF.")
  var fileSystem: String?
  @OptionGroup var output: OutputOptions

  func run() throws {
    let entries = try DiscFileSystems.list(
      FilePath(image), track: track, as: try fileSystem.map { try AcquireChoices.word($0, "--file-system") })
    let width = entries.map { "\($0.size)".count }.max() ?? 0
    let lines = entries.map { entry in
      let size = entry.kind == .file ? "\(entry.size)" : ""
      let time = entry.modified.map { Timestamp(microseconds: $0 * 1_000_000).description } ?? ""
      let target = entry.target.map { " -> \($0)" } ?? ""
      return entry.kind.rawValue.padded(to: 6) + " " + String(repeating: " ", count: width - size.count)
        + size + "  "
        + time.padded(to: 27) + " " + entry.path + target
    }
    output.show(
      lines + [
        "\(entries.count { $0.kind == .file }) files, \(entries.count { $0.kind == .folder }) folders"
      ],
      json: .fields(["entries": .array(entries.map(DiscEntryRendering.json))]))
  }
}

struct DiscExtractCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "extract", abstract: "Copy the files of a disc into a new folder, with hash values.",
    discussion: """
      Links, devices and names that would lead out of the folder are listed, not created.

      Example:
        exhibit disc extract disc.cue files
      """)

  @Argument(help: "A disc image.", completion: .file()) var image: String
  @Argument(help: "The folder to create.", completion: .directory) var folder: String
  @Option(help: "Track number. Default: the last track with a file system.") var track: Int?
  @Option(
    help:
      "Which file system: \(AcquireChoices.list(DiscFileSystem.self)). Default: ISO 9660 before UDF.")
  var fileSystem: String?
  @OptionGroup var output: OutputOptions

  func run() throws {
    StopSignals.install()
    let report = try DiscExtractJob(
      FilePath(image), to: FilePath(folder), track: track,
      as: try fileSystem.map { try AcquireChoices.word($0, "--file-system") }, stop: StopSignals.flag
    ).perform()
    var lines = report.files.map { "\($0.sha256)  \($0.entry.path)" }
    lines += report.skipped.map { "not copied: \($0.kind.rawValue) \($0.path)" }
    lines.append("\(report.files.count) files copied to \(folder)")
    output.show(
      lines,
      json: .fields([
        "files": .array(
          report.files.map {
            .fields([
              "path": .string($0.entry.path), "size": Rendering.number($0.entry.size),
              "sha256": .string($0.sha256.hex),
            ])
          }), "skipped": .array(report.skipped.map(DiscEntryRendering.json)),
      ]))
  }
}

enum DiscEntryRendering {
  static func json(_ entry: DiscEntry) -> JSONValue {
    .fields([
      "path": .string(entry.path), "kind": .string(entry.kind.rawValue), "size": Rendering.number(entry.size),
      "modified": entry.modified.map { .string(Timestamp(microseconds: $0 * 1_000_000).description) },
      "target": entry.target.map { .string($0) },
    ])
  }
}
