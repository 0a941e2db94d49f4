import ArgumentParser
import CaseFolders
import Casework
import Evidence
import Rendering
import Sessions
import SystemIO
import SystemPackage

struct ImageCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "image",
    abstract: "The everyday job at once: case, item, acquisition, verification, report.",
    discussion: """
      Asks for what it does not know; without a terminal it says what is missing. The device is shown and confirmed
      before anything is made. Then it does what `case create`, `item add`, `acquire`, `verify` and `report` do, with
      one passphrase. Settings that never change stand in the profile, see `exhibit setup`.

      Exit status: that of the acquisition (3 unreadable sectors, 4 incomplete), 5 where the verification failed.

      Examples:
        exhibit image /dev/sdb
        exhibit image /dev/sdb --case 2026-0142 --item 001 --description "USB stick, black" --yes
        exhibit image /dev/sdb --yes -- --retries 3 --read-timeout 30
      """)

  @Argument(help: "The device, or a file that holds the sectors of one.", completion: .file()) var source:
    String
  @Option(
    name: .customLong("case"),
    help:
      "A case folder, opened or created; a plain name is looked for in the folder of cases of the profile.")
  var folder: String?
  @Option(help: "Of a new case: what it is about.") var title: String?
  @Option(help: "Of a new case: name of the examiner. Default: that of the profile.") var examiner: String?
  @Option(help: "Of a new case: the laboratory. Default: that of the profile.") var organisation: String?
  @Option(help: "Number of the item, which is added where it is new.") var item: String?
  @Option(help: "Of a new item: what it is, as one would recognise it.") var description: String?
  @Option(help: "Of a new item: serial number as printed on it.") var serial: String?
  @Flag(help: "Of a new case: store its new key without a passphrase. Whoever can read the file can sign.")
  var unencryptedKey = false
  @Flag(help: "Do not ask whether this is the right device.") var yes = false
  @OptionGroup var passphrase: PassphraseOptions
  @OptionGroup var newPassphrase: NewPassphraseOptions
  @OptionGroup var profile: ProfileOptions
  @OptionGroup var output: OutputOptions
  @Argument(parsing: .postTerminator, help: "Further options of `exhibit acquire`.") var further: [String] =
    []

  func run() throws {
    let defaults = try profile.defaults()
    let device = try ImagedDevice(FilePath(try required(source, "the source")))
    if !yes { Terminal.writeError(device.lines.map { HumanText.singleLine($0) + "\n" }.joined()) }
    var answers = ImageAnswers(self, defaults, device)
    let plan = try answers.plan()
    if !yes { try answers.confirm(plan) }
    var work = ImageWork(self, plan, defaults)
    try work.perform()
  }
}

/// What is imaged, as it is shown before anything is made.
struct ImagedDevice {
  let path: FilePath
  let lines: [String]
  /// What it says of itself, as the description of an item begins.
  let suggestion: String?

  /// - Throws: `sourceMissing`, `sourceNotReadable`.
  init(_ path: FilePath) throws(EvidenceError) {
    self.path = path
    switch Files.kind(path) {
    case nil: throw EvidenceError(.sourceMissing, path.string)
    case .blockDevice:
      let survey = try DevicesJob([path]).perform()
      // The acquisition shows all of it, held against the item.
      let kept = ["/", "  contents", "  in use", "  acquirable"]
      lines = survey.flatMap(DeviceRendering.lines).filter { line in kept.contains { line.hasPrefix($0) } }
      suggestion = survey.first?.model
    default:
      lines = ["\(path)  a file"]
      suggestion = nil
    }
  }
}
