import ArgumentParser
import Archiving
import CanonicalJSON
import CaseFolders
import CaseRecords
import CaseStore
import Evidence
import Rendering
import SystemIO
import SystemPackage

struct ArchiveCommands: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "archive", abstract: "Catalogue an evidence archive and re-verify it on schedule.",
    discussion: """
      The catalogue is kept in a case folder of its own, with the same audit log and signed checkpoints:

        exhibit case create archive --number ARCHIVE --title "Evidence archive" \\
          --examiner "A. Examiner"
        exhibit archive add /srv/evidence --case archive
        exhibit archive verify --due --case archive
        exhibit archive status --case archive

      Docs/archive.md describes how holdings are recognised and what they are verified against.
      """,
    subcommands: [
      ArchiveAddCommand.self, ArchiveScanCommand.self, ArchiveListCommand.self, ArchiveShowCommand.self,
      ArchiveDescribeCommand.self, ArchiveForgetCommand.self, ArchiveVerifyCommand.self,
      ArchivePlanCommand.self, ArchiveCollectCommand.self, ArchiveProtectCommand.self,
      ArchiveRepairCommand.self, ArchiveStatusCommand.self,
      ArchiveScheduleCommand.self,
    ])

  /// Holdings by their numbers: `17`, `3-9`.
  static func numbers(_ texts: [String]) throws(EvidenceError) -> [UInt64] {
    var numbers: [UInt64] = []
    for text in texts {
      guard let some = NumberRanges.numbers(text), !some.isEmpty else {
        throw EvidenceError(.argumentInvalid, text, "numbers of holdings such as 17 or 3-9")
      }
      numbers += some
    }
    return numbers
  }

  /// A number of days: `180d`, `26w`, `2y`, or days alone.
  static func days(_ text: String, _ option: String) throws(EvidenceError) -> UInt64 {
    let digits = text.prefix { $0.isASCII && $0.isNumber }
    let factors: [String: UInt64] = ["": 1, "d": 1, "w": 7, "y": 365]
    guard let number = UInt64(digits), number > 0, number <= 36_500,
      let factor = factors[text.dropFirst(digits.count).lowercased()], number * factor <= 36_500
    else {
      throw EvidenceError(
        .argumentInvalid, "\(option) \(text)", "a time such as 180d, 26w or 1y, at most 100y")
    }
    return number * factor
  }
}

struct ArchiveAddCommand: CaseCommand {
  static let configuration = CommandConfiguration(
    commandName: "add", abstract: "Add folders to the catalogue and look for evidence in them.",
    discussion: """
      Finds images, acquisitions of Exhibit, cases and bags, and the hash values that other programs left beside them.
      Reads samples to recognise what it finds; `exhibit archive verify` reads everything.

      Example:
        exhibit archive add /srv/evidence /mnt/vault-2 --case archive
      """)

  @Argument(help: "The folders to add.", completion: .directory) var folders: [String]
  @OptionGroup var caseOptions: CaseOptions
  @OptionGroup var passphrase: PassphraseOptions
  @OptionGroup var output: OutputOptions

  func run() throws {
    let folder = try caseOptions.folder()
    CommandSession.sign(passphraseFile: passphrase.passphraseFile)
    let places = try folders.map { (text) throws(EvidenceError) -> FilePath in
      let path = FilePath(try required(text, "the folder"))
      guard Files.kind(path) == .folder else {
        throw Files.exists(path)
          ? EvidenceError(.argumentInvalid, path.string, "not a folder") : Files.absence(of: path)
      }
      return try Syscalls.resolve(path).orThrow(.readFailed, path.string)
    }
    let store = try CaseStore.open(folder)
    try store.addArchiveFolders(places.map(\.string))
    try ArchiveScanRendering.run(store, places, output)
  }
}

struct ArchiveScanCommand: CaseCommand {
  static let configuration = CommandConfiguration(
    commandName: "scan", abstract: "Look through the folders of the catalogue again.",
    discussion: """
      Finds what is new, moved, changed or missing. What was moved is recognised by its sizes and samples of its
      contents; the next verification proves it.

      Example:
        exhibit archive scan --case archive
      """)

  @OptionGroup var caseOptions: CaseOptions
  @OptionGroup var passphrase: PassphraseOptions
  @OptionGroup var output: OutputOptions

  func run() throws {
    let folder = try caseOptions.folder()
    CommandSession.sign(passphraseFile: passphrase.passphraseFile)
    let store = try CaseStore.open(folder)
    let folders = try store.archiveFolders()
    guard !folders.isEmpty else { throw EvidenceError(.nothingCatalogued, folder.path.string) }
    var there: [FilePath] = []
    for path in folders.map({ FilePath($0) }) {
      if Files.kind(path) == .folder {
        there.append(path)
      } else {
        Rendering.warn("\(path) is not at hand: what the catalogue has there was not looked at")
      }
    }
    try ArchiveScanRendering.run(store, there, output)
  }
}

struct ArchiveListCommand: CaseCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "List the holdings of the catalogue.",
    discussion: """
      Example:
        exhibit archive list --case archive --state failing
      """)

  @OptionGroup var caseOptions: CaseOptions
  @Option(help: "Only holdings in this state: \(AcquireChoices.list(HoldingStanding.State.self)).") var state:
    String?
  @Flag(help: "Only holdings that are not where the catalogue says.") var missing = false
  @Option(help: "Time between two verifications, where a holding has no interval of its own.") var interval:
    String?
  @OptionGroup var output: OutputOptions

  func run() throws {
    let store = try CaseStore.openForReading(folder: try caseOptions.folder().path)
    let schedule = ArchiveSchedule(
      interval: try interval.map { try ArchiveCommands.days($0, "--interval") }
        ?? ArchiveSchedule.usualInterval,
      now: Host.now())
    let wanted: HoldingStanding.State? = try state.map { try AcquireChoices.word($0, "--state") }
    // One after the other: a list of a million holdings is never in memory, nor one JSON object of it.
    var count = 0
    if output.json { try StandardStreams.write("{\"holdings\":[") }
    try store.forEachHolding { (holding) throws(EvidenceError) in
      let standing = schedule.standing(of: holding)
      guard wanted.map({ $0 == standing.state }) ?? true, !missing || holding.presence == .missing else {
        return
      }
      if output.json {
        try StandardStreams.write((count == 0 ? "\n" : ",\n") + ArchiveRendering.json(standing).canonicalText)
      } else {
        Rendering.show([ArchiveRendering.line(standing)])
      }
      count += 1
    }
    if output.json {
      try StandardStreams.write("\n],\"outputVersion\":\(Rendering.outputVersion)}\n")
    } else if count == 0 {
      Rendering.show(["No holdings."])
    }
  }
}

struct ArchiveShowCommand: CaseCommand {
  static let configuration = CommandConfiguration(
    commandName: "show", abstract: "Show a holding: files, reference hash values, copies, history.",
    discussion: """
      Example:
        exhibit archive show 17 --case archive
      """)

  @Argument(help: "Number of the holding.") var number: String
  @OptionGroup var caseOptions: CaseOptions
  @OptionGroup var findings: FindingOptions
  @OptionGroup var output: OutputOptions

  func run() throws {
    let store = try CaseStore.openForReading(folder: try caseOptions.folder().path)
    let numbers = try ArchiveCommands.numbers([number])
    guard numbers.count == 1 else { throw EvidenceError(.argumentInvalid, number, "one number") }
    let entry = try ArchiveEntry(store, numbers[0])
    output.show(ArchiveRendering.lines(entry, all: findings.all), json: ArchiveRendering.json(entry))
  }
}

struct ArchiveDescribeCommand: CaseCommand {
  static let configuration = CommandConfiguration(
    commandName: "describe", abstract: "Record location, retention, legal hold or interval of holdings.",
    discussion: """
      Earlier statements stay on record.

      Example:
        exhibit archive describe 1-40 --case archive --location "Vault 2, shelf 7" \\
          --retention-until 2036-12-31 --interval 180d
        exhibit archive describe 17 --case archive --legal-hold "Order 4 K 12/26"
      """)

  @Argument(help: "Numbers of holdings, e.g. 17 or 3-9.") var numbers: [String]
  @OptionGroup var caseOptions: CaseOptions
  @Option(help: "Where the medium is kept.") var location: String?
  @Option(help: "Last day of retention, e.g. 2036-12-31.") var retentionUntil: String?
  @Option(help: "Why the holding must be kept whatever its retention.") var legalHold: String?
  @Flag(help: "Lift the legal hold.") var noLegalHold = false
  @Option(help: "Time between two verifications, e.g. 180d, 26w, 1y.") var interval: String?
  @Option(help: "Remarks.") var remarks: String?
  @OptionGroup var passphrase: PassphraseOptions
  @OptionGroup var output: OutputOptions

  func run() throws {
    let numbers = try ArchiveCommands.numbers(numbers)
    var statements: [(name: HoldingFactName, value: String?)] = []
    if let location { statements.append((.location, try required(location, "--location"))) }
    if let retentionUntil {
      guard Timestamp("\(retentionUntil)T00:00:00.000000Z") != nil else {
        throw EvidenceError(
          .argumentInvalid, "--retention-until \(retentionUntil)", "a day such as 2036-12-31")
      }
      statements.append((.retentionUntil, retentionUntil))
    }
    if let legalHold { statements.append((.legalHold, try required(legalHold, "--legal-hold"))) }
    if noLegalHold {
      guard legalHold == nil else {
        throw EvidenceError(.argumentInvalid, "--no-legal-hold", "not with --legal-hold")
      }
      statements.append((.legalHold, nil))
    }
    if let interval {
      statements.append((.intervalDays, "\(try ArchiveCommands.days(interval, "--interval"))"))
    }
    if let remarks { statements.append((.remarks, try required(remarks, "--remarks"))) }
    guard !statements.isEmpty else {
      throw EvidenceError(.argumentInvalid, "archive describe", "nothing to record")
    }
    let folder = try caseOptions.folder()
    CommandSession.sign(passphraseFile: passphrase.passphraseFile)
    try CaseStore.open(folder).describe(holdings: numbers, statements)
    output.show(
      ["Recorded for \(ArchiveRendering.count(UInt64(numbers.count), "holding"))."],
      json: .fields(["holdings": .array(numbers.map { JSONValue($0) })]))
  }
}

struct ArchiveForgetCommand: CaseCommand {
  static let configuration = CommandConfiguration(
    commandName: "forget", abstract: "Take holdings out of the catalogue. Files and history are kept.",
    discussion: """
      Refused for holdings on legal hold.

      Example:
        exhibit archive forget 17 --case archive --reason "Returned to owner"
      """)

  @Argument(help: "Numbers of holdings, e.g. 17 or 3-9.") var numbers: [String]
  @OptionGroup var caseOptions: CaseOptions
  @Option(help: "Reason.") var reason: String?
  @OptionGroup var passphrase: PassphraseOptions
  @OptionGroup var output: OutputOptions

  func run() throws {
    let numbers = try ArchiveCommands.numbers(numbers)
    let folder = try caseOptions.folder()
    CommandSession.sign(passphraseFile: passphrase.passphraseFile)
    try CaseStore.open(folder).forget(holdings: numbers, reason: reason)
    output.show(
      [
        "\(ArchiveRendering.count(UInt64(numbers.count), "holding")) no longer in the catalogue. No file was touched."
      ],
      json: .fields(["forgotten": .array(numbers.map { JSONValue($0) })]))
  }
}
