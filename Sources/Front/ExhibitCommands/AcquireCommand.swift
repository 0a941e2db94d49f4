import ArgumentParser
import DiscWriters
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
      Example:
        exhibit acquire /dev/sdb --case 2026-0142 --item 001 --format e01 \\
          --format raw

      Opens the medium read-only and exclusively. Writes images, chunk hash values, sector map, signed manifest and
      checksums to evidence/ITEM in the case; a second acquisition of the item goes to ITEM-2.

      Before reading, the command shows make, model, serial number, size and contents of the device and, on a terminal,
      prompts for confirmation; --yes skips the prompt. A device whose serial number is not the one recorded for the item is
      refused unless --accept other-serial --reason TEXT.
      """)

  @Argument(
    help: """
      A block device, a file, the first file of a split set, or an optical disc image (.cue, .toc, .ccd, .nrg, .mds, .iso).
      """, completion: .file())
  var source: String
  @OptionGroup(title: "Needed most") var main: MainOptions
  @OptionGroup(title: "Case") var caseOptions: CaseOptions
  @OptionGroup var passphrase: PassphraseOptions
  @OptionGroup var profile: ProfileOptions
  @OptionGroup var output: OutputOptions
  @OptionGroup(title: "Destinations") var destination: DestinationOptions
  @OptionGroup(title: "What is read") var extent: ExtentOptions
  @OptionGroup(title: "Media that fail") var reading: ReadingOptions
  @OptionGroup(title: "Exceptions, which are recorded") var acceptance: AcceptanceOptions
  @OptionGroup(title: "Equipment") var equipment: EquipmentOptions
  @OptionGroup(title: "Settings of an E01") var e01: E01Options
  @OptionGroup(title: "This process") var safeguards: SafeguardOptions

  func run() throws {
    let folder = try caseOptions.folder()
    let request = try acquisitionRequest()
    try passphrase.unlock(folder)
    let job = try AcquisitionJob(
      request, in: folder,
      process: ProcessRestriction(entersSandbox: true, requiresAll: safeguards.requireSandbox),
      confirm: confirm
    ) { () throws(EvidenceError) in try passphrase.read() }
    CommandSession.sign(passphraseFile: passphrase.passphraseFile)
    try AcquisitionRendering.run(output, item: request.item, from: source) {
      (stop, progress) throws(EvidenceError) in
      try job.perform(stop: stop, progress: progress)
    }
  }

  /// Shows what the device is, and asks where somebody is there to answer.
  private func confirm(_ identification: SourceIdentification) throws(EvidenceError) {
    Terminal.writeError(
      DeviceRendering.lines(identification).map { "\($0)\n" }.joined())
    let isRefused = identification.comparison == .different && !acceptance.accept.contains("other-serial")
    guard !isRefused, !main.yes, Terminal.canAsk else { return }
    guard Terminal.confirms("Image this device as item \(identification.item)?") else {
      throw EvidenceError(.notConfirmed, identification.facts.path.string)
    }
  }

  private func acquisitionRequest() throws(EvidenceError) -> AcquisitionRequest {
    var request = AcquisitionRequest(
      FilePath(try required(source, "the source")), item: try itemNumber(main.item))
    request.source.takenAs = try extent.input.format()
    request.source.sectorSize = extent.sectorSize
    request.source.track = extent.track
    request.source.firstSector = extent.start
    request.source.sectorCount = extent.length
    request.source.again = try extent.again.map { text throws(EvidenceError) in try required(text, "--again")
    }
    let used = try equipment.devices(profile)
    request.equipment = used.devices
    request.output = try requestedOutput(used)
    (request.digests, request.isSegmented) = try AcquireChoices.acquisitionDigests(named: main.digest)
    request.description = e01.description
    request.notes = e01.notes
    request.checkpointInterval = safeguards.checkpointInterval
    request.reading = try reading.policy()
    request.fill = try reading.pattern()
    request.reasonAfterExpiry = try acceptance.afterExpiry.map { text throws(EvidenceError) in
      try required(text, "--after-expiry")
    }
    request.accepted = try acceptance.acceptances()
    request.commandLine = CommandSession.commandLine
    return request
  }

  private func requestedOutput(
    _ equipment: EquipmentOptions.Used
  ) throws(EvidenceError) -> AcquisitionRequest.Output {
    let defaults = try profile.defaults()
    let format = defaults.texts(main.format, .formats, "--format")
    let copyTo = defaults.texts(destination.copyTo, .destinations, "--copy-to")
    var settings = try e01.settings()
    // What follows from the register is no mistake with an image that has no place for it.
    let named = format.flatMap { $0.lowercased().split(separator: ",").map(String.init) }
    let hasPlace = ImagePlans.all.contains {
      $0.settings.contains(.writeBlocker) && (named.isEmpty || named.contains($0.format.rawValue))
    }
    if equipment.flagIsTyped || hasPlace { settings.writeBlocker = equipment.flag?.rawValue }
    if let split = destination.split { settings.split = try ByteSize.parse(split, "--split") }
    var output = AcquisitionRequest.Output()
    if format.isEmpty {
      let usual = DiskWriters.usual(settings)
      output.images = [usual.first]
      output.otherwise = usual.otherwise
    } else {
      output.images = try AcquireChoices.images(named: format, settings)
    }
    for folder in copyTo { output.copies.append(try AcquireChoices.copy(named: folder, settings)) }
    for folder in destination.overflowTo {
      output.overflow.append(FilePath(try required(folder, "--overflow-to")))
    }
    output.acceptsLittleSpace = destination.acceptLittleSpace
    output.isReadBack = defaults.flag(destination.verify, .verifyAtOnce, "--verify")
    try demandUse(of: settings, by: output)
    return output
  }

  /// What none of the images named would take is a mistake, and not passed over.
  private func demandUse(
    of settings: ImageSettings, by output: AcquisitionRequest.Output
  ) throws(EvidenceError) {
    let taken = output.all.reduce(into: Set<RequestField>()) { $0.formUnion(type(of: $1).settings) }
    guard let idle = settings.given.subtracting(taken).min(by: { $0.rawValue < $1.rawValue }) else { return }
    let others = ImagePlans.all.filter { $0.settings.contains(idle) }.map { $0.format }
    throw EvidenceError(
      invalid: idle,
      "applies to \(others.map(Formats.title).joined(separator: " or ")) only, which was not requested"
    )
  }
}
