import ArgumentParser
import CanonicalJSON
import Casework
import Evidence
import Rendering
import SystemIO
import SystemPackage

struct ProveCommand: CaseCommand {
  static let configuration = CommandConfiguration(
    commandName: "prove", abstract: "Prove selected sectors of an item without disclosing the rest.",
    discussion: """
      Writes a folder with the sectors, the chunks containing them, their Merkle paths, and the signed manifest. \
      exhibit-verify, or a hundred lines of Python, verifies it without the image. Only whole chunks can be proven: the \
      bundle also discloses the other sectors of the same chunks, and lists them.

      Example:
        exhibit prove --item 001 --sectors 2048-4095,9000 --output proof
        exhibit-verify proof --trust examiner.pem
      """)

  @OptionGroup var caseOptions: CaseOptions
  @Option(help: "Number of the evidence item.") var item: String
  @Option(help: "Sectors of the image, e.g. 2048-4095; separate several ranges by commas.") var sectors:
    String
  @Option(help: "The folder to create.", completion: .directory) var output: String
  @Option(help: "Name of the acquisition, e.g. 001-2. Default: the item's newest.")
  var acquisition: String?
  @OptionGroup var rendering: OutputOptions

  func run() throws {
    let folder = try caseOptions.folder()
    let path = FilePath(output)
    if folder.isAmongEvidence(path) {
      throw EvidenceError(
        .argumentInvalid, "--output \(path)", "it would be inside the case's evidence folder")
    }
    StopSignals.install()
    let display = ProgressDisplay("Proving", item)
    let written = try ProofJob(
      try itemNumber(item), in: folder, acquisition: acquisition, sectors: try Self.ranges(sectors),
      output: path, stop: StopSignals.flag
    ).perform { display.update(done: $0, of: $1) }
    display.finish()
    rendering.show(lines(written), json: json(written))
  }

  /// `2048-4095,9000`: inclusive ranges of sectors.
  static func ranges(_ text: String) throws(EvidenceError) -> [SectorRange] {
    var ranges: [SectorRange] = []
    for part in text.split(separator: ",", omittingEmptySubsequences: false) {
      let ends = part.split(separator: "-", omittingEmptySubsequences: false).map { UInt64($0) }
      guard (1...2).contains(ends.count), let first = ends[0], let last = ends[ends.count - 1],
        first <= last, last < UInt64(JSONValue.largestInteger)
      else {
        throw EvidenceError(.argumentInvalid, "--sectors \(text)", "such as 2048-4095 or 17,2048-4095")
      }
      ranges.append(SectorRange(first..<last + 1))
    }
    return ranges
  }

  private func lines(_ written: ProofJob.Written) -> [String] {
    var lines = [
      "Partial proof of item \(item) written to \(written.folder)",
      "  sectors  \(written.sectors.listed())",
    ]
    if written.firstSector > 0 {
      lines.append("           sector 0 of the image is sector \(written.firstSector) of the medium")
    }
    lines.append("  SHA-256  \(written.sha256) of these sectors")
    lines.append("  chunks   \(written.chunks.listed()), of \(HumanText.size(written.chunkSize))")
    lines.append(
      written.others.isEmpty
        ? "It discloses no other sectors."
        : "It also discloses sectors \(written.others.listed()), because only whole chunks can be proven; "
          + "\(written.othersWithContents) of them are not all zeros.")
    lines.append("Its manifest names the case, item, device and operator.")
    return lines
  }

  private func json(_ written: ProofJob.Written) -> JSONValue {
    .fields([
      "item": .string(item), "folder": .string(written.folder.string),
      "files": .array(written.files.map { .string($0) }), "sectors": Rendering.json(written.sectors),
      "firstSector": JSONValue(written.firstSector), "sha256": .string(written.sha256.hex),
      "chunks": Rendering.json(written.chunks), "chunkSize": JSONValue(written.chunkSize),
      "alsoShown": Rendering.json(written.others),
      "alsoShownWithContents": JSONValue(written.othersWithContents),
    ])
  }
}
