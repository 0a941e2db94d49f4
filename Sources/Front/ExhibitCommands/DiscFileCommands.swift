import ArgumentParser
import CanonicalJSON
import DiscFiles
import Evidence
import ImageTools
import Rendering
import SystemIO
import SystemPackage

/// Which tree of files of a disc.
struct DiscTreeOptions: ParsableArguments {
  @Option(help: "Session number. Default: the last with files.") var session: Int?
  @Option(help: "Track number. Default: the last track with a file system.") var track: Int?
  @Option(
    help: "File tree: \(AcquireChoices.list(DiscTree.Kind.self)). Default: the one with the most files.")
  var tree: String?

  func choice(_ image: String) throws -> DiscTreeChoice {
    let choice = try DiscTreeChoice(
      FilePath(image),
      DiscTreeChoice.Wish(
        session: session, track: track, kind: try tree.map { try AcquireChoices.word($0, "--tree") }))
    // Long trees are not taken apart before the process ends.
    _ = Unmanaged.passRetained(Kept(choice))
    return choice
  }

  private final class Kept {
    let choice: DiscTreeChoice
    init(_ choice: DiscTreeChoice) { self.choice = choice }
  }
}

struct DiscListCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list",
    abstract: "List the files on a disc: ISO 9660, Rock Ridge, Joliet, High Sierra, UDF, HFS, HFS+.",
    discussion: """
      Reads every kind of disc image, including raw sectors and later sessions. Where a disc has several file trees, \
      lists the one with the most files and says in what the others differ, and what earlier sessions have that the last \
      has not. Behind the files it lists boot images, partitions, and sectors stored behind the volume or in no track; \
      `--tree areas` names them like a file tree.

      Examples:
        exhibit disc list disc.cue
        exhibit disc list disc.iso --tree udf
        exhibit disc list disc.iso --long
      """)

  @Argument(help: "A disc image.", completion: .file()) var image: String
  @Flag(help: "Also list mode, owner, all times as stored, and where each file and its record lie.")
  var long = false
  @OptionGroup var options: DiscTreeOptions
  @OptionGroup var output: OutputOptions

  func run() throws {
    let choice = try options.choice(image)
    let entries = choice.chosen.entries
    output.show(
      list(entries) + DiscEntryRendering.summary(choice) + DiscEntryRendering.areas(choice)
        + DiscEntryRendering.verdict(choice.chosen),
      json: .fields([
        "tree": DiscEntryRendering.json(choice.chosen),
        "trees": .array(choice.trees.map(DiscEntryRendering.json)),
        "differences": .array(choice.differences.map(DiscEntryRendering.json)),
        "areas": .array((choice.areas?.entries ?? []).map(DiscEntryRendering.json)),
        "entries": .array(entries.map(DiscEntryRendering.json)),
      ]))
    if !choice.chosen.losses.isEmpty { throw EndedWith(status: .incomplete) }
  }

  private func list(_ entries: [DiscEntry]) -> [String] {
    let width = String(entries.lazy.map(\.size).max() ?? 0).utf8.count
    let long = long
    // Lists have tens of thousands of lines.
    let parts = WorkerThreads.map((entries.count + Self.part - 1) / Self.part, name: "lines") { number in
      entries[number * Self.part..<min((number + 1) * Self.part, entries.count)].flatMap {
        Self.lines(of: $0, width, isLong: long)
      }
    }
    return Array(parts.joined())
  }

  private static let part = 2048

  private static func lines(of entry: DiscEntry, _ width: Int, isLong: Bool) -> [String] {
    let size = entry.kind == .file ? String(entry.size) : ""
    let line =
      entry.kind.rawValue.padded(to: 6) + " " + String(repeating: " ", count: width - size.utf8.count) + size
      + "  " + DiscEntryRendering.time(entry).padded(to: 20) + "  " + DiscEntryRendering.name(entry)
    let problems = entry.problems.map { "       \(entry.path): \($0)" }
    guard isLong else { return problems.isEmpty ? [line] : [line] + problems }
    return [line] + DiscEntryRendering.details(entry).map { "       " + $0 } + problems
  }
}

struct DiscExtractCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "extract", abstract: "Copy the files of a disc into a new folder, with hash values.",
    discussion: """
      FOLDER.SHA256SUMS lists the SHA-256 of every file that was copied whole; FOLDER.dfxml describes every entry: where \
      it lies, its times, its hash value, what is wrong with it. A file that cannot be read whole is kept as NAME.partial, \
      named and not listed. Links and devices are listed, not created.

      Examples:
        exhibit disc extract disc.cue files
        exhibit disc extract disc.cue files --repair
      """)

  @Argument(help: "A disc image.", completion: .file()) var image: String
  @Argument(help: "The folder to create.", completion: .directory) var folder: String
  @OptionGroup var options: DiscTreeOptions
  @Flag(help: "Correct damaged sectors by their parity where possible; each file corrected is named.")
  var repair = false
  @OptionGroup var output: OutputOptions

  func run() throws {
    StopSignals.install()
    let choice = try options.choice(image)
    let display = ProgressDisplay("Extracting", from: image)
    let report = try DiscExtractJob(choice, to: FilePath(folder), repairs: repair, stop: StopSignals.flag)
      .perform { display.update(done: $0, of: $1) }
    display.finish()
    var lines: [String] = []
    for file in report.files {
      if let sha256 = file.sha256, !file.isPartial { lines.append("\(sha256)  \(file.entry.path)") }
      lines += problems(of: file)
    }
    lines += report.skipped.map {
      "not copied: \((["\($0.kind.rawValue) \($0.path)"] + $0.problems).joined(separator: ", "))"
    }
    let partial = report.files.count(where: \.isPartial)
    let damaged = report.files.count { $0.isDamaged && !$0.isPartial }
    lines += DiscEntryRendering.summary(choice)
    lines.append("\(report.files.count - partial) of \(report.files.count) files copied to \(folder)")
    lines += DiscEntryRendering.verdict(choice.chosen)
    if partial > 0 { lines.append("INCOMPLETE: \(DiscEntryRendering.counted(partial, "file"))") }
    if damaged > 0 {
      lines.append("DAMAGED: \(DiscEntryRendering.counted(damaged, "file")) with damaged sectors")
    }
    output.show(
      lines,
      json: .fields([
        "tree": DiscEntryRendering.json(choice.chosen), "list": .string(report.list.string),
        "description": .string(report.description.string),
        "differences": .array(choice.differences.map(DiscEntryRendering.json)),
        "files": .array(report.files.map(json)),
        "skipped": .array(report.skipped.map(DiscEntryRendering.json)),
      ]))
    if partial > 0 || !choice.chosen.losses.isEmpty { throw EndedWith(status: .incomplete) }
    if damaged > 0 { throw EndedWith(status: .mismatch) }
  }

  private func problems(of file: DiscExtractJob.File) -> [String] {
    var texts = file.entry.problems
    texts += file.damage.map { one in
      let place = "bytes \(one.bytes.lowerBound)-\(max(one.bytes.lowerBound, one.bytes.upperBound &- 1))"
      let sectors = one.sectors.map { ", sector\($0.count == 1 ? "" : "s") \($0)" } ?? ""
      return "\(place)\(sectors): \(Self.words(one.reason))"
    }
    if let failure = file.failure { texts.append(failure) }
    if file.isPartial, let place = file.place { texts.append("\(file.size) bytes saved as \(place)") }
    return texts.map { "  \(file.isPartial ? "INCOMPLETE" : "note")  \(file.entry.path): \($0)" }
  }

  private static func words(_ reason: DiscFileContents.Damage.Reason) -> String {
    switch reason {
    case .wrong: "DAMAGED, the EDC is wrong"
    case .filled: "DAMAGED, filled with one byte value, as where nothing could be read"
    case .corrected: "corrected by parity"
    case .missing: "not in the image"
    case .compressed: "cannot be decompressed"
    }
  }

  private func json(_ file: DiscExtractJob.File) -> JSONValue {
    .fields([
      "path": .string(file.entry.path), "place": file.place.map { .string($0) },
      "size": Rendering.number(file.size), "sha256": file.sha256.map { .string($0.hex) },
      "partial": .bool(file.isPartial), "failure": file.failure.map { .string($0) },
      "damage": .array(
        file.damage.map { one in
          .fields([
            "reason": .string(one.reason.rawValue), "first": Rendering.number(one.bytes.lowerBound),
            "count": Rendering.number(UInt64(one.bytes.count)),
            "sectors": one.sectors.map {
              .fields(["first": JSONValue($0.first), "count": JSONValue($0.count)])
            },
          ])
        }),
    ])
  }
}
