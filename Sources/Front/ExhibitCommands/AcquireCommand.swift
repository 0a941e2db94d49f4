import ArgumentParser
import DiskWriters
import Evidence
import Formats
import Sessions
import SystemIO
import SystemPackage
import WriterKit

struct AcquireCommand: CaseCommand {
  static let configuration = CommandConfiguration(
    commandName: "acquire", abstract: "Acquire a medium: one read, every image and digest from it, signed.",
    discussion: """
      The medium is opened read-only and exclusively. Images, chunk digests, map, signed manifest and sums are
      written to evidence/ITEM of the case; a second acquisition of an item goes to ITEM-2.

      A device is shown before it is read: make, model, serial number, size and contents. On a terminal you are asked
      whether it is the one; --yes does not ask. A device whose serial number is not the one recorded for the item is
      refused unless --accept other-serial --reason TEXT.

      Example:
        exhibit acquire /dev/sdb --case 2026-0142 --item 001 --format e01 --format raw
      """)

  @Argument(
    help: """
      A block device, a file, the first file of a split set, or an optical disc image (.cue, .toc, .iso), whose sectors \
      are acquired.
      """, completion: .file())
  var source: String
  @OptionGroup var input: InputOptions
  @OptionGroup var caseOptions: CaseOptions
  @Option(help: "Number of the evidence item.") var item: String
  @Option(
    help:
      "Image format: \(AcquireChoices.formats). May be given more than once. Default: e01; raw for sectors that it cannot hold."
  )
  var format: [String] = []
  @Option(
    help: """
      Another folder to write images to in the same pass: FOLDER, or FORMAT:FOLDER such as raw:/mnt/second. May be \
      given more than once. A folder that fails does not end the others.
      """)
  var to: [String] = []
  @Option(
    help: """
      A folder whose space is used when that of the case is full: segments go on there. May be given more than once.
      """)
  var overflowTo: [String] = []
  @Option(
    help: "Digests of the whole, separated by commas: \(AcquireChoices.digests). sha256 is always added.")
  var digest = AcquireChoices.digests
  @Option(help: "First sector to acquire.") var start: UInt64?
  @Option(help: "Number of sectors to acquire. Default: to the end of the medium.") var length: UInt64?
  @Option(
    help: "Sector size in bytes of a source that is a file: 512, 1024, 2048, 4096. Devices state their own.")
  var sectorSize: UInt32?
  @Option(
    help:
      "Of the image of a disc: only the user data of this data track, 2048 bytes a sector, as an E01 can hold it."
  )
  var track: Int?
  @Option(help: "Split a raw image into files of at most this size, such as 2GiB.") var split: String?
  @OptionGroup(title: "Reading") var reading: ReadingOptions
  @OptionGroup(title: "E01") var e01: E01Options
  @Flag(help: "Begin even where the destination might be too small.") var acceptLittleSpace = false
  @Option(
    help: "Seconds between two checkpoints from which `resume` goes on; 0 for one after every 16 MiB.")
  var checkpointInterval: UInt32 = 5
  @Flag(help: "Refuse to read where the kernel lacks a part of what restricts this process.")
  var requireSandbox = false
  @Option(help: "Why the item is acquired although the legal authority has expired.")
  var afterExpiry: String?
  @Flag(help: "Acquire a device without asking whether it is the right one.") var yes = false
  @OptionGroup var acceptance: AcceptanceOptions
  @OptionGroup var passphrase: PassphraseOptions
  @OptionGroup var profile: ProfileOptions
  @OptionGroup var output: OutputOptions

  func run() throws {
    let folder = try caseOptions.folder()
    let request = try acquisitionRequest()
    try passphrase.unlock(folder)
    let job = try AcquisitionJob(
      request, in: folder,
      process: ProcessRestriction(entersSandbox: true, requiresAll: requireSandbox),
      confirm: confirm
    ) { () throws(EvidenceError) in try passphrase.read() }
    CommandSession.sign(passphraseFile: passphrase.passphraseFile)
    try AcquisitionRendering.run(output) { (stop, progress) throws(EvidenceError) in
      try job.perform(stop: stop, progress: progress)
    }
  }

  /// Shows what the device is, and asks where somebody is there to answer.
  private func confirm(_ identification: SourceIdentification) throws(EvidenceError) {
    Terminal.writeError(
      DeviceRendering.lines(identification).map { "\($0)\n" }.joined())
    let isRefused = identification.comparison == .different && !acceptance.accept.contains("other-serial")
    guard !isRefused, !yes, Terminal.canAsk else { return }
    guard Terminal.confirms("Image this device as item \(identification.item)?") else {
      throw EvidenceError(.notConfirmed, identification.facts.path.string)
    }
  }

  private func acquisitionRequest() throws(EvidenceError) -> AcquisitionRequest {
    var request = AcquisitionRequest(
      FilePath(try required(source, "the source")), item: try itemNumber(item))
    request.source.takenAs = try input.format()
    request.source.sectorSize = sectorSize
    request.source.track = track
    request.source.firstSector = start
    request.source.sectorCount = length
    request.output = try requestedOutput()
    request.digests = try AcquireChoices.digests(named: digest)
    request.description = e01.description
    request.notes = e01.notes
    request.checkpointInterval = checkpointInterval
    request.reading = try reading.policy()
    request.fill = try reading.pattern()
    request.reasonAfterExpiry = try afterExpiry.map { text throws(EvidenceError) in
      try required(text, "--after-expiry")
    }
    request.accepted = try acceptance.acceptances()
    request.commandLine = CommandSession.commandLine
    return request
  }

  private func requestedOutput() throws(EvidenceError) -> AcquisitionRequest.Output {
    let defaults = try profile.defaults()
    let format = defaults.texts(format, .formats, "--format")
    let to = defaults.texts(to, .destinations, "--to")
    var settings = try e01.settings()
    if let split { settings.split = try ByteSize.parse(split, "--split") }
    var output = AcquisitionRequest.Output()
    if format.isEmpty {
      let usual = DiskWriters.usual(settings)
      output.images = [usual.first]
      output.otherwise = usual.otherwise
    } else {
      output.images = try AcquireChoices.images(named: format, settings)
    }
    for destination in to { output.copies.append(try AcquireChoices.copy(named: destination, settings)) }
    for folder in overflowTo { output.overflow.append(FilePath(try required(folder, "--overflow-to"))) }
    output.acceptsLittleSpace = acceptLittleSpace
    try demandUse(of: settings, by: output)
    return output
  }

  /// What none of the images named would take is a mistake, and not passed over.
  private func demandUse(
    of settings: ImageSettings, by output: AcquisitionRequest.Output
  ) throws(EvidenceError) {
    let taken = output.all.reduce(into: Set<RequestField>()) { $0.formUnion(type(of: $1).settings) }
    guard let idle = settings.given.subtracting(taken).min(by: { $0.rawValue < $1.rawValue }) else { return }
    let others = DiskWriters.all.filter { $0.settings.contains(idle) }.map { $0.format }
    throw EvidenceError(
      invalid: idle,
      "only for \(others.map(Formats.title).joined(separator: " or ")), which is not among the formats asked for"
    )
  }
}
