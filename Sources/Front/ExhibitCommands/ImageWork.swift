import CanonicalJSON
import CaseFolders
import Casework
import CourtReport
import Evidence
import Profiles
import Rendering
import SystemIO
import SystemPackage
import Verification

/// Does the everyday job, step by step; each step is that of the command of its name.
///
/// The acquisition is a process of its own, `exhibit acquire`: it takes from itself the rights that verification and
/// report still need.
struct ImageWork {
  private let command: ImageCommand
  private let plan: ImagingPlan
  private let defaults: ProfileDefaults
  private var done: [String] = []

  init(_ command: ImageCommand, _ plan: ImagingPlan, _ defaults: ProfileDefaults) {
    self.command = command
    self.plan = plan
    self.defaults = defaults
  }

  mutating func perform() throws {
    let (folder, creation) = try openCase()
    CommandSession.work(on: folder)
    CommandSession.sign(passphraseFile: command.passphrase.passphraseFile)
    StopSignals.install()
    var result = ImageResult(folder: folder, item: plan.number, created: creation)
    do {
      try addItem(folder)
      result.acquisition = try acquire(folder)
      done.append("acquired")
      result.verification = try verify(folder)
      done.append("verified")
      result.report = try report(folder)
    } catch let error as EvidenceError {
      sayHowToGoOn(folder, result)
      if result.acquisition != nil { result.show(command.output) }
      throw error
    } catch {
      sayHowToGoOn(folder, result)
      throw error
    }
    result.show(command.output)
    if result.exitStatus != .complete { throw EndedWith(status: result.exitStatus) }
  }

  // MARK: Steps

  private mutating func openCase() throws -> (CaseFolder, CaseCreation.Created?) {
    switch plan.case {
    case .existing(let folder):
      try command.passphrase.unlock(folder)
      return (folder, nil)
    case .new(var creation):
      try chooseKey(&creation)
      let created = try creation.perform()
      for remark in created.remarks { Rendering.warn(remark) }
      done.append("case \(created.number) created")
      return (try CaseFolder.at(created.folder), created)
    }
  }

  private func chooseKey(_ creation: inout CaseCreation) throws(EvidenceError) {
    if command.unencryptedKey {
      creation.signing = .newUnencrypted
    } else if let key = defaults.text(nil, .key, "--key") {
      try command.passphrase.unlock(key: key)
      let certificate = defaults.text(nil, .certificate, "--certificate").map { FilePath($0) }
      creation.signing = .existing(key: key, certificate: certificate, acceptsUnencrypted: false)
      creation.passphrase = { () throws(EvidenceError) in try command.passphrase.read() }
    } else {
      let names = [creation.examiner, creation.organisation, creation.number, creation.title]
      creation.signing = .newEncrypted(
        passphrase: try command.newPassphrase.read(command.passphrase, names: names))
    }
  }

  private mutating func addItem(_ folder: CaseFolder) throws(EvidenceError) {
    guard case .new(let number, let description) = plan.item else { return }
    _ = try Items.add(
      to: folder, number: number, description: description, serial: command.serial, remarks: nil)
    done.append("item \(number) added")
  }

  private func acquire(_ folder: CaseFolder) throws -> JSONValue {
    let arguments =
      ["acquire", command.source, "--case", folder.path.string, "--item", plan.number.description]
      + ["--json", "--yes"] + options
    let passphrase = CommandSession.known
    let ended = try OwnProgram.run(
      arguments, input: passphrase.map { $0 + [0x0a] } ?? [],
      environment: passphrase == nil ? [:] : ["EXHIBIT_PASSPHRASE_FILE": "/dev/stdin"], stop: StopSignals.flag
    )
    if ended.status > 128 {
      throw EvidenceError(.interrupted, "exhibit acquire", "ended by signal \(ended.status - 128)")
    }
    // One that has ended early, or was refused, has said why.
    guard let status = ExitStatus(rawValue: ended.status),
      [.complete, .completeWithUnreadable].contains(status)
    else { throw EndedWith(status: ExitStatus(rawValue: ended.status) ?? .incomplete) }
    return try JSONValue(parsing: ended.output, name: "exhibit acquire")
  }

  /// An option is no word to be quoted for its hyphens.
  private static func typed(_ option: String) -> String {
    let hyphens = option.prefix { $0 == "-" }
    return hyphens + HumanText.shellWord(String(option.dropFirst(hyphens.count)))
  }

  /// What else the acquisition was asked for.
  private var options: [String] {
    (command.profile.profile.map { ["--profile", $0] } ?? []) + command.further
  }

  private func verify(_ folder: CaseFolder) throws(EvidenceError) -> VerificationReport {
    let settings = VerificationSettings(stop: StopSignals.flag)
    let display = ProgressDisplay("Verifying")
    defer { display.finish() }
    return try VerificationJob(.record(folder, item: plan.number), settings).perform {
      display.update(done: $0, of: $1)
    }
  }

  private func report(_ folder: CaseFolder) throws(EvidenceError) -> ReportJob.Written {
    var request = ReportRequest()
    request.items = [plan.number]
    let wanted = defaults.profile.texts(.reportFormats).compactMap { ReportFormat(rawValue: $0) }
    request.formats = wanted.isEmpty ? [.html, .pdf] : wanted
    if let program = ReportFormat.pdf.missingProgram, request.formats.contains(.pdf) {
      request.formats.removeAll { $0 == .pdf }
      Rendering.warn("no PDF: the Debian package \(program) is not installed")
      if request.formats.isEmpty { request.formats = [.html] }
    }
    request.language =
      defaults.profile.text(.reportLanguage).flatMap { Wording.Language(rawValue: $0) } ?? .english
    request.templates = defaults.profile.text(.reportTemplate).map { FilePath($0) }
    if request.formats.contains(.pdf) { request.authority = try AuthoritySetting.authority() }
    let display = ProgressDisplay("Writing report", plan.number.description, isBytes: false)
    defer { display.finish() }
    let written = try ReportJob(request, in: folder) { () throws(EvidenceError) in
      try command.passphrase.read(opening: folder)
    }.perform { display.update($0) }
    if let failure = written.failure { Rendering.warn("report: \(Rendering.line(failure))") }
    return written
  }

  /// What is done, and the commands that do the rest.
  private func sayHowToGoOn(_ folder: CaseFolder, _ result: ImageResult) {
    var rest: [String] = []
    let place = HumanText.shellWord(folder.path.string)
    let item = HumanText.shellWord(plan.number.description)
    if result.acquisition == nil {
      let isBegun = Files.exists(folder.evidence.appending("\(plan.number.fileName).partial"))
      rest.append(
        isBegun
          ? "exhibit resume --case \(place) --item \(item)"
          : (["exhibit acquire \(HumanText.shellWord(command.source)) --case \(place) --item \(item)"]
            + options.map(Self.typed)).joined(separator: " "))
    }
    if result.verification == nil { rest.append("exhibit verify \(place) --item \(item)") }
    rest.append("exhibit report --case \(place) --item \(item)")
    Terminal.writeError("Done: \(done.isEmpty ? "nothing yet" : done.joined(separator: ", ")). Next:\n")
    for line in rest { Terminal.writeError("  \(HumanText.singleLine(line))\n") }
  }
}
