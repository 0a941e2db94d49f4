import ArgumentParser
import Archiving
import CanonicalJSON
import CaseFolders
import CaseStore
import Evidence
import Rendering
import SystemIO
import SystemPackage

struct ArchiveProtectCommand: CaseCommand {
  static let configuration = CommandConfiguration(
    commandName: "protect",
    abstract: "Write parity beside holdings, from which damaged files can be restored.",
    discussion: """
      Writes NAME.parity for each file and NAME.across.parity across the segments of an image, signed by the key of the
      archive; acquisitions, cases and bags get theirs in a folder beside them. Evidence is only read. `archive verify`
      checks parity too; `archive repair` restores from it. Docs/formats/parity.md describes the format, with a script
      that restores without Exhibit.

      Examples:
        exhibit archive protect 17 --case archive
        exhibit archive protect 3-9 --case archive --redundancy 10% --lost-segments 2 --output /mnt/vault-2/parity
        exhibit archive protect 17 --case archive --parity par2
      """)

  @Argument(help: "Numbers of holdings, e.g. 17 or 3-9.") var numbers: [String]
  @OptionGroup var caseOptions: CaseOptions
  @Option(help: "exhibit: fast, signed, lost segments come back; par2: PAR2, for stock programs, slow.")
  var parity = ParityForm.exhibit.rawValue
  @Option(help: "Parity as a share of the evidence, 1% to 100%.") var redundancy = "5%"
  @Option(
    help: "Segments of an image, of each 128, that can be lost as a whole, 0 to 100. Default: 1; 0 with par2."
  )
  var lostSegments: Int?
  @Option(
    help: "The folder for the parity files, e.g. on another medium. Default: beside the evidence.",
    completion: .directory)
  var output: String?
  @OptionGroup var passphrase: PassphraseOptions
  @OptionGroup var outputOptions: OutputOptions

  func run() throws {
    let numbers = try ArchiveCommands.numbers(numbers)
    let request = try request()
    let folder = try caseOptions.folder()
    CommandSession.sign(passphraseFile: passphrase.passphraseFile)
    try passphrase.unlock(folder)
    let identity = try SigningFiles.identity(of: folder) { () throws(EvidenceError) in
      try passphrase.read()
    }
    StopSignals.install()
    let store = try CaseStore.open(folder)
    let job = ProtectJob(store, request, stop: StopSignals.flag) { (text) throws(EvidenceError) in
      try identity.sign(text, at: Host.now())
    }
    var done: [ProtectedHolding] = []
    for number in numbers {
      let display = ProgressDisplay("Protecting")
      let made = try job.perform(number) { display.update(done: $0, of: $1, part: "holding \(number)") }
      display.finish()
      done.append(made)
      if !outputOptions.json { Rendering.show(Self.lines(made)) }
    }
    if outputOptions.json { Rendering.show(json: .fields(["protected": .array(done.map(Self.json))])) }
  }

  private func request() throws(EvidenceError) -> ProtectRequest {
    var request = ProtectRequest()
    request.form = try AcquireChoices.word(parity, "--parity")
    let digits = redundancy.hasSuffix("%") ? String(redundancy.dropLast()) : redundancy
    guard let percent = Double(digits), (1...100).contains(percent) else {
      throw EvidenceError(.argumentInvalid, "--redundancy \(redundancy)", "a share from 1% to 100%")
    }
    request.percent = percent
    if let lostSegments {
      guard (0...100).contains(lostSegments) else {
        throw EvidenceError(.argumentInvalid, "--lost-segments \(lostSegments)", "0 to 100")
      }
      guard request.form == .exhibit || lostSegments == 0 else {
        throw EvidenceError(
          .argumentInvalid, "--lost-segments \(lostSegments)",
          "not with --parity par2; `--parity exhibit` can do it")
      }
      request.lost = lostSegments
    }
    if let output { request.output = FilePath(try required(output, "--output")) }
    return request
  }

  private static let most = 10

  private static func lines(_ made: ProtectedHolding) -> [String] {
    let share = made.size > 0 ? Double(made.paritySize) / Double(made.size) * 100 : 0
    var lines = [
      "Protected: \(made.holding.number)  \(NameText.shown(made.path))",
      "  parity     \(HumanText.size(made.paritySize)) for \(HumanText.size(made.size)) (\(HumanText.decimal(share)) %) in \(ArchiveRendering.count(UInt64(made.written.count), "file")), read back",
    ]
    lines += made.written.prefix(most).map { "             \(NameText.shown($0.path.string))" }
    if made.written.count > most { lines.append("             and \(made.written.count - most) more") }
    if !made.notLost.isEmpty {
      let names = made.notLost.prefix(3).map { NameText.shown($0) }.joined(separator: ", ")
      lines.append(
        "  limit      damage comes back; a file lost as a whole does not: \(names)\(made.notLost.count > 3 ? " and \(made.notLost.count - 3) more" : "")"
      )
    }
    if !made.wasVerified {
      lines.append("  note       never verified before: parity restores the files as they are today")
    }
    let rate = made.seconds > 0 ? Double(made.size) / made.seconds : 0
    lines.append(
      "  time       \(HumanText.duration(seconds: made.seconds)), \(HumanText.size(UInt64(rate)))/s")
    return lines
  }

  private static func json(_ made: ProtectedHolding) -> JSONValue {
    .fields([
      "number": JSONValue(made.holding.number), "path": .string(made.path),
      "size": Rendering.number(made.size),
      "paritySize": Rendering.number(made.paritySize), "wasVerified": .bool(made.wasVerified),
      "notRestorableWhenLost": .array(made.notLost.map { .string($0) }),
      "files": .array(
        made.written.map { file in
          .fields([
            "path": .string(file.path.string), "size": Rendering.number(file.size),
            "across": .bool(file.isAcross), "protects": .array(file.files.map { .string($0) }),
          ])
        }),
    ])
  }
}
