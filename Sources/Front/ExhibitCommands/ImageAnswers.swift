import CaseFolders
import Casework
import Evidence
import Profiles
import Rendering
import SystemIO
import SystemPackage

/// What the everyday job is to do, once everything is known.
struct ImagingPlan {
  enum Case {
    case existing(CaseFolder)
    case new(CaseCreation)
  }

  enum Item {
    case existing(ItemNumber)
    case new(ItemNumber, description: String)
  }

  let `case`: Case
  let item: Item

  var number: ItemNumber {
    switch item {
    case .existing(let number), .new(let number, _): number
    }
  }

  var folder: FilePath {
    switch `case` {
    case .existing(let folder): folder.path
    case .new(let creation): creation.folder
    }
  }
}

/// Finds out what the everyday job needs to know: what was typed, what the profile says, and what is asked.
struct ImageAnswers {
  private let command: ImageCommand
  private let defaults: ProfileDefaults
  private let device: ImagedDevice
  private let canAsk = TerminalQuestion.isPossible
  private let today = LocalTime(secondsSince1970: Host.now().microseconds / 1_000_000)
  /// Options that were not given and that nobody can be asked for.
  private var missing: [String] = []

  init(_ command: ImageCommand, _ defaults: ProfileDefaults, _ device: ImagedDevice) {
    self.command = command
    self.defaults = defaults
    self.device = device
  }

  /// - Throws: `answerNeeded` with everything that is missing; `notACase`, `itemUnknown` …
  mutating func plan() throws(EvidenceError) -> ImagingPlan {
    let chosen = try chosenCase()
    let item = try chosenItem(of: chosen)
    guard missing.isEmpty else { throw EvidenceError(.answerNeeded, missing.joined(separator: ", ")) }
    return ImagingPlan(case: chosen, item: item)
  }

  func confirm(_ plan: ImagingPlan) throws(EvidenceError) {
    guard canAsk else {
      throw EvidenceError(.answerNeeded, "--yes", "there is no terminal to confirm the device on")
    }
    let answer = try TerminalQuestion.line(
      "Image \(device.path) as item \(plan.number)? Type yes", of: "--yes")
    guard ["yes", "y"].contains(answer.lowercased()) else {
      throw EvidenceError(.notConfirmed, "\(device.path)", "nothing was created")
    }
  }

  /// Of what was typed, what is asked, or what is offered where nobody can be asked.
  private mutating func answer(
    _ typed: String?, _ option: String, _ question: String, offered: String? = nil, mustAsk: Bool = false
  ) throws(EvidenceError) -> String {
    if let typed { return try required(typed, option) }
    if !canAsk {
      if let offered, !mustAsk {
        CommandSession.took([option, offered])
        return offered
      }
      missing.append(option)
      return offered ?? ""
    }
    while true {
      let typed = try TerminalQuestion.line(question + (offered.map { " [\($0)]" } ?? ""), of: option)
      let text = typed.contains { !$0.isWhitespace } ? typed : offered ?? ""
      if !text.isEmpty {
        CommandSession.took([option, text])
        return text
      }
    }
  }

  // MARK: The case

  private mutating func chosenCase() throws(EvidenceError) -> ImagingPlan.Case {
    if command.folder == nil, let around = try? CaseFolder.locate(named: nil) { return .existing(around) }
    let cases = defaults.profile.text(.casesFolder).map { FilePath($0) } ?? FilePath(".")
    let name = try answer(
      command.folder, "--case", "Case",
      offered: defaults.profile.pattern(.casePattern)?.next(
        after: (try? Files.names(in: cases)) ?? [], on: today))
    guard !name.isEmpty else { return .new(try newCase(cases)) }
    let path = name.contains("/") || Files.exists(FilePath(name)) ? FilePath(name) : cases.appending(name)
    if Files.exists(path) { return .existing(try CaseFolder.at(path)) }
    return .new(try newCase(path))
  }

  private mutating func newCase(_ path: FilePath) throws(EvidenceError) -> CaseCreation {
    let profile = defaults.profile
    let title = try answer(command.title, "--title", "Subject of the case")
    let examiner = try answer(
      command.examiner ?? profile.text(.examiner), "--examiner", "Name of the examiner")
    var creation = CaseCreation(
      folder: path, number: path.lastComponent?.string ?? "", title: title, examiner: examiner)
    creation.organisation = defaults.text(command.organisation, .organisation, "--organisation")
    creation.statements.address = profile.text(.address)
    creation.statements.method = profile.text(.method)
    return creation
  }

  // MARK: The item

  private mutating func chosenItem(of chosen: ImagingPlan.Case) throws(EvidenceError) -> ImagingPlan.Item {
    let known =
      if case .existing(let folder) = chosen { try Items.list(in: folder).map(\.number) } else { [String]() }
    let number = try answer(
      command.item, "--item", "Item",
      offered: defaults.profile.pattern(.itemPattern)?.next(after: known, on: today))
    // Nobody could be asked for the number: what else is missing is told with it.
    let item = try itemNumber(number.isEmpty ? "0" : number)
    if known.contains(item.description) { return .existing(item) }
    let description = try answer(
      command.description, "--description", "Description of the item", offered: device.suggestion,
      mustAsk: true)
    return .new(item, description: description)
  }
}
