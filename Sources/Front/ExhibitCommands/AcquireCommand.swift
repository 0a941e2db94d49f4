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
    commandName: "acquire",
    abstract: "Acquire a storage medium: images, hash values and a signed manifest from a single read.",
    discussion: """
      Opens the medium read-only and exclusively. Writes images, chunk hash values, sector map, signed manifest and
      checksums to evidence/ITEM in the case; a second acquisition of the item goes to ITEM-2.

      A device is shown before it is read: make, model, serial number, size and contents. On a terminal you are asked
      whether it is the one; --yes does not ask. A device whose serial number is not the one recorded for the item is
      refused unless --accept other-serial --reason TEXT.

      Example:
        exhibit acquire /dev/sdb --case 2026-0142 --item 001 --format e01 --format raw
      """)

  @Argument(
    help: """
      A block device, a file, the first file of a split set, or an optical disc image (.cue, .toc, .iso).
      """, completion: .file())
  var source: String
  @OptionGroup var input: InputOptions
  @OptionGroup var caseOptions: CaseOptions
  @Option(help: "Number of the evidence item.") var item: String
  @Option(
    help:
      "Image format: \(AcquireChoices.formats). May be given more than once. Default: e01, or raw if an E01 cannot hold the sector size."
  )
  var format: [String] = []
  @Option(
    help: """
      A further folder for images written in the same pass: FOLDER, or FORMAT:FOLDER such as raw:/mnt/second. May be \
      given more than once. If one folder fails, the others continue.
      """)
  var to: [String] = []
  @Option(
    help: """
      A folder for further segments when the case's drive is full. May be given more than once.
      """)
  var overflowTo: [String] = []
  @Option(
    help: "Hash algorithms, separated by commas: \(AcquireChoices.digests). sha256 is always included.")
  var digest = AcquireChoices.digests
  @Option(help: "First sector to acquire.") var start: UInt64?
  @Option(help: "Number of sectors to acquire. Default: to the end of the medium.") var length: UInt64?
  @Option(
    help: "Sector size of a source file, in bytes: 512, 1024, 2048, 4096. Devices report their own.")
  var sectorSize: UInt32?
  @Option(
    help:
      "From a disc image, acquire only the user data of this data track, at 2048 bytes per sector (fits an E01)."
  )
  var track: Int?
  @Option(help: "Split a raw image into files of at most this size, e.g. 2GiB.") var split: String?
  @OptionGroup(title: "Reading") var reading: ReadingOptions
  @OptionGroup(title: "E01") var e01: E01Options
  @Flag(help: "Start even if the destination may be too small.") var acceptLittleSpace = false
  @Option(
    help: "Seconds between checkpoints for `resume`; 0 for one every 16 MiB.")
  var checkpointInterval: UInt32 = 5
  @Flag(help: "Refuse to acquire unless the full sandbox is available.")
  var requireSandbox = false
  @Option(help: "Reason for acquiring after the legal authority has expired.")
  var afterExpiry: String?
  @Flag(help: "Acquire a device without a confirmation prompt.") var yes = false
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
      "applies to \(others.map(Formats.title).joined(separator: " or ")) only, which was not requested"
    )
  }
}
