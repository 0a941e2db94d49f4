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
    abstract: "Case, item, acquisition, verification and report in one command.",
    discussion: """
      Asks for what it does not know; without a terminal it lists what is missing. It shows the device and asks you to \
      confirm it before it creates anything. It then does the work of `case create`, `item add`, `acquire`, `verify` \
      and `report` with one passphrase. `exhibit setup` stores the settings that stay the same.

      Exit status: that of the acquisition (3 unreadable sectors, 4 incomplete), 4 if the report's time stamp failed, or \
      5 if the verification failed.

      Examples:
        exhibit image /dev/sdb
        exhibit image /dev/sdb --case 2026-0142 --item 001 \\
          --description "USB stick, black" --yes
        exhibit image /dev/sdb --yes -- --retries 3 --read-timeout 30
      """)

  @Argument(help: "The device, or a file that holds the sectors of one.", completion: .file()) var source:
    String
  @Option(
    name: .customLong("case"),
    help:
      "The case folder, created if it does not exist. A plain name refers to the profile's folder of cases.")
  var folder: String?
  @Option(help: "For a new case: its subject.") var title: String?
  @Option(help: "For a new case: name of the examiner. Default: from the profile.") var examiner: String?
  @Option(help: "For a new case: the laboratory. Default: from the profile.") var organisation: String?
  @Option(help: "Number of the evidence item; a new item is added to the case.") var item: String?
  @Option(help: "For a new item: a description that identifies it.") var description: String?
  @Option(help: "For a new item: serial number as printed on it.") var serial: String?
  @Flag(help: "For a new case: store its new key without a passphrase. Whoever can read the file can sign.")
  var unencryptedKey = false
  @Flag(help: "Acquire a device without a confirmation prompt.") var yes = false
  @OptionGroup var passphrase: PassphraseOptions
  @OptionGroup var newPassphrase: NewPassphraseOptions
  @OptionGroup var profile: ProfileOptions
  @OptionGroup var output: OutputOptions
  @Argument(parsing: .postTerminator, help: "Further options for `exhibit acquire`.") var further: [String] =
    []

  func run() throws {
    let defaults = try profile.defaults()
    let device = try ImagedDevice(FilePath(try required(source, "the source")))
    if !yes, TerminalQuestion.isPossible {
      Terminal.writeError(device.lines.map { HumanText.singleLine($0) + "\n" }.joined())
    }
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
    case nil: throw Files.absence(of: path, missing: .sourceMissing)
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
