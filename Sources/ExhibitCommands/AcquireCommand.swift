import ArgumentParser
import CanonicalJSON
import Casework
import Evidence
import Rendering
import SystemIO
import SystemPackage

struct AcquireCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "acquire", abstract: "Acquire a medium: one read, every image and digest from it, signed.",
    discussion: """
      The medium is opened read-only and exclusively. Images, chunk digests, map, signed manifest and sums are
      written to evidence/ITEM of the case; a second acquisition of an item goes to ITEM-2.

      Example:
        exhibit acquire /dev/sdb --case 2026-0142 --item 001 --format e01 --format raw
      """)

  @Argument(help: "A block device, a file, or the first file of a split set.", completion: .file())
  var source: String
  @OptionGroup var caseOptions: CaseOptions
  @Option(help: "Number of the evidence item.") var item: String
  @Option(help: "Image format: \(AcquireChoices.formats). May be given more than once. Default: e01.")
  var format: [String] = []
  @Option(
    help: """
      Another folder to write images to in the same pass: FOLDER, or FORMAT:FOLDER such as raw:/mnt/second. May be \
      given more than once. A folder that fails does not end the others.
      """)
  var to: [String] = []
  @Option(
    help: "Digests of the whole, separated by commas: \(AcquireChoices.digests). sha256 is always added.")
  var digest = AcquireChoices.digests
  @Option(help: "First sector to acquire.") var start: UInt64?
  @Option(help: "Number of sectors to acquire. Default: to the end of the medium.") var length: UInt64?
  @Option(
    help: "Sector size in bytes of a source that is a file: 512, 1024, 2048, 4096. Devices state their own.")
  var sectorSize: UInt32?
  @Option(help: "Split a raw image into files of at most this size, such as 2GiB.") var split: String?
  @OptionGroup(title: "E01") var e01: E01Options
  @Flag(help: "Begin even where the destination might be too small.") var acceptLittleSpace = false
  @OptionGroup var passphrase: PassphraseOptions
  @OptionGroup var output: OutputOptions

  func run() throws {
    let request = try acquisitionRequest()
    let job = try AcquisitionJob(request, in: try caseOptions.folder()) { () throws(EvidenceError) in
      try passphrase.read(isNew: false)
    }
    StopSignals.install()
    let display = ProgressDisplay("Acquiring")
    let summary = try job.perform(stop: StopSignals.flag) {
      display.update(done: $0.bytesDone, of: $0.length, unreadableSectors: $0.unreadableSectors)
    }
    display.finish()
    output.show(Self.lines(summary), json: Self.json(summary))
    for destination in summary.destinations.dropFirst() {
      if let failure = destination.failure { Rendering.warn(failure.description) }
    }
    for remark in summary.remarks { Rendering.warn(remark) }
    if let failure = summary.failure { throw StoppedEarly(failure) }
    if summary.exitStatus != .complete { throw EndedWith(status: summary.exitStatus) }
  }

  private func acquisitionRequest() throws(EvidenceError) -> AcquisitionRequest {
    var request = AcquisitionRequest(
      source: FilePath(try required(source, "the source")), item: try itemNumber(item))
    if !format.isEmpty { request.formats = try AcquireChoices.formats(named: format) }
    for destination in to { request.copies.append(try AcquireChoices.copy(named: destination)) }
    request.digests = try AcquireChoices.digests(named: digest)
    request.e01 = try e01.options()
    request.description = e01.description
    request.notes = e01.notes
    if let split { request.splitSize = try ByteSize.parse(split, "--split") }
    request.sectorSize = sectorSize
    request.firstSector = start
    request.sectorCount = length
    request.acceptsLittleSpace = acceptLittleSpace
    request.commandLine = CommandLine.arguments
    return request
  }

  private static func lines(_ summary: AcquisitionSummary) -> [String] {
    var lines = [summary.verdict.sentence]
    let attempted = summary.sectorCount - summary.notAttempted
    lines.append(
      "  read      \(attempted == summary.sectorCount ? "all" : "\(attempted)") of \(summary.sectorCount) sectors, "
        + "\(HumanText.size(summary.length)), \(HumanText.duration(seconds: summary.seconds))")
    if !summary.unreadable.isEmpty { lines.append("  filled    sectors \(summary.unreadable.listed())") }
    for digest in summary.digests.all {
      lines.append("  \(digest.algorithm.title.padded(to: 9)) \(digest.hex)")
    }
    for destination in summary.destinations {
      if let manifest = destination.manifest { lines.append("  manifest  \(manifest), signed") }
      guard let folder = destination.folder else { continue }
      lines.append("  folder    \(folder)\(destination.failure == nil ? "" : ", NOT COMPLETE")")
    }
    return lines
  }

  private static func json(_ summary: AcquisitionSummary) -> JSONValue {
    .fields([
      "verdict": .string(summary.verdict.name), "sentence": .string(summary.verdict.sentence),
      "error": summary.failure.map { .string($0.code.rawValue) },
      "destinations": .array(summary.destinations.map(json)),
      "remarks": .array(summary.remarks.map { .string($0) }),
      "length": JSONValue(summary.length), "sectorCount": JSONValue(summary.sectorCount),
      "notAttempted": JSONValue(summary.notAttempted),
      "unreadable": .array(summary.unreadable.map { [JSONValue($0.first), JSONValue($0.count)] }),
      "digests": .object(
        Dictionary(uniqueKeysWithValues: summary.digests.all.map { ($0.algorithm.rawValue, .string($0.hex)) })
      ),
    ])
  }

  private static func json(_ destination: AcquisitionSummary.Destination) -> JSONValue {
    .fields([
      "folder": destination.folder.map { .string($0.string) },
      "manifest": destination.manifest.map { .string($0.string) },
      "files": .array(destination.files.map { .string($0) }),
      "error": destination.failure.map { .string($0.description) },
    ])
  }
}

extension String {
  /// Filled up with spaces on the right.
  func padded(to width: Int) -> String { self + String(repeating: " ", count: max(0, width - count)) }
}
