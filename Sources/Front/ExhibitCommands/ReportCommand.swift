import ArgumentParser
import CanonicalJSON
import Casework
import CourtReport
import Evidence
import Rendering
import SystemIO
import SystemPackage

struct ReportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "report", abstract: "Write the report of a case or of items of it, and have it approved.",
    discussion: """
      Without a subcommand it writes a report; `exhibit report make --help` lists the options.

      Examples:
        exhibit report --item 001
        exhibit report --item 001 --item 002 --format html,pdf,json,jsonld,dfxml --json
        exhibit report --format pdf --language de --template /srv/letterhead --redact people,paths
      """,
    subcommands: [
      ReportMakeCommand.self, ReportListCommand.self, ReportApproveCommand.self, ReportTemplatesCommand.self,
    ], defaultSubcommand: ReportMakeCommand.self)
}

/// What a report and a draft have in common.
struct ReportOptions: ParsableArguments {
  @Option(help: "html, pdf, text, json, jsonld (CASE/UCO), dfxml; several with commas. Default: html.")
  var format: String?
  @Option(
    help:
      "The file to create, or an existing folder. Default: reports in the case, by the name of the report.",
    completion: .file())
  var output: String?
  @Option(
    help: "A folder with templates, style.css, logo and strings.json of the laboratory.",
    completion: .directory)
  var template: String?
  @Option(help: "What to remove, with a mark in its place: people, paths; both with a comma.")
  var redact: String?

  @Option(
    help:
      "The record of a validation of this program to refer to: validation.json of `exhibit validate`, or its folder.",
    completion: .file())
  var validation: String?
  @OptionGroup var profile: ProfileOptions

  func request() throws(EvidenceError) -> ReportRequest {
    let defaults = try profile.defaults()
    let format = defaults.list(format, .reportFormats, "--format", otherwise: "html")
    let template = defaults.text(template, .reportTemplate, "--template")
    var request = ReportRequest()
    request.validation = validation.map { FilePath($0) }
    request.formats = try list(format, "--format", of: ReportFormat.self)
    request.output = output.map { FilePath($0) }
    request.templates = template.map { FilePath($0) }
    request.removed = Set(
      try redact.map { text throws(EvidenceError) in
        try list(text, "--redact", of: Redaction.Kind.self)
      } ?? [])
    return request
  }

  private func list<Value: RawRepresentable<String> & CaseIterable & Hashable>(
    _ text: String, _ option: String, of type: Value.Type
  ) throws(EvidenceError) -> [Value] {
    var values: [Value] = []
    for name in text.split(separator: ",", omittingEmptySubsequences: false) {
      guard let value = Value(rawValue: String(name)) else {
        let allowed = Value.allCases.map(\.rawValue).joined(separator: ", ")
        throw EvidenceError(.argumentInvalid, "\(option) \(name)", "one of \(allowed)")
      }
      if !values.contains(value) { values.append(value) }
    }
    return values
  }
}

struct ReportMakeCommand: CaseCommand {
  static let configuration = CommandConfiguration(
    commandName: "make", abstract: "Write a report, sign each file, and record it (the default).",
    discussion: """
      Beside each file FILE its signature FILE.p7s is written: CMS, as beside a manifest. A later report of the same \
      items takes the place of an earlier one by its name: 001-report-1, 001-report-2 …

      Examples:
        exhibit report --item 001
        exhibit report --item 001 --item 002 --format html,pdf,json,jsonld,dfxml
        exhibit report --format pdf --language de --template /srv/letterhead --redact people,paths
      """)

  @OptionGroup var caseOptions: CaseOptions
  @Option(help: "Number of an evidence item. May be given more than once. Default: the whole case.")
  var item: [String] = []
  @OptionGroup var options: ReportOptions
  @Option(help: "Language: en or de. Default: en.") var language: String?
  @OptionGroup var passphrase: PassphraseOptions
  @OptionGroup var rendering: OutputOptions

  func run() throws {
    let folder = try caseOptions.folder()
    var request = try options.request()
    request.items = try item.map { try itemNumber($0) }
    let language =
      try options.profile.defaults().text(language, .reportLanguage, "--language")
      ?? Wording.Language.english.rawValue
    guard let chosen = Wording.Language(rawValue: language) else {
      throw EvidenceError(
        .argumentInvalid, "--language \(language)",
        "one of \(Wording.Language.allCases.map(\.rawValue).joined(separator: ", "))")
    }
    request.language = chosen
    StopSignals.install()
    let written = try ReportJob(request, in: folder) { () throws(EvidenceError) in
      try passphrase.read(opening: folder)
    }.perform()
    var lines = ["Report \(written.name)"]
    for file in written.files {
      lines += ["  \(file.path), signed", "    SHA-256  \(file.sha256)"]
    }
    rendering.show(
      lines,
      json: .fields([
        "name": .string(written.name), "items": .array(written.items.map { .string($0.description) }),
        "files": .array(
          written.files.map { file in
            .fields([
              "format": .string(file.format.rawValue), "path": .string(file.path.string),
              "sha256": .string(file.sha256.hex),
            ])
          }),
      ]))
  }
}

struct ReportListCommand: CaseCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "List the reports of a case with their approvals.",
    discussion: """
      Example:
        exhibit report list --case 2026-0142
      """)

  @OptionGroup var caseOptions: CaseOptions
  @OptionGroup var rendering: OutputOptions

  func run() throws {
    let reports = try ReportReview(try caseOptions.folder()).reports()
    rendering.show(
      reports.isEmpty ? ["No report has been made."] : reports.flatMap(\.lines),
      json: .fields(["reports": .array(reports.map(\.json))]))
  }
}

struct ReportApproveCommand: CaseCommand {
  static let configuration = CommandConfiguration(
    commandName: "approve", abstract: "Record that a reviewer approves a report.",
    discussion: """
      Whoever made a report cannot approve it. The files must be as they were recorded. The approval is an event of \
      the audit log; `exhibit verify FILE` and later reports show it.

      Example:
        exhibit report approve 001-report-1 --reviewer "B. Reviewer" --remarks "technical review"
      """)

  @Argument(help: "Name of the report, as `exhibit report list` prints it.") var name: String
  @OptionGroup var caseOptions: CaseOptions
  @Option(help: "Name of the reviewer.") var reviewer: String
  @Option(help: "What the reviewer says of it.") var remarks: String?
  @OptionGroup var rendering: OutputOptions

  func run() throws {
    let head = try ReportReview(try caseOptions.folder()).approve(
      name, reviewer: try required(reviewer, "--reviewer"), remarks: remarks)
    rendering.show(
      ["Approved: \(name) by \(reviewer), event \(head.sequence) of the audit log"],
      json: .fields([
        "report": .string(name), "reviewer": .string(reviewer), "event": JSONValue(head.sequence),
        "head": .string(head.digest.hex),
      ]))
  }
}

struct ReportTemplatesCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "templates", abstract: "Write the templates that are shipped, to begin a laboratory's own.",
    discussion: """
      A folder given with --template needs only the files that differ: any *.mustache, style.css, logo.png (or .jpg, \
      .svg), and strings.json with the phrases that differ.

      Example:
        exhibit report templates letterhead
      """)

  @Argument(help: "The folder to write them to.", completion: .directory) var folder: String
  @OptionGroup var rendering: OutputOptions

  func run() throws {
    let names = try TemplatesJob(FilePath(folder)).perform()
    rendering.show(
      ["Templates written to \(folder)"] + names.map { "  \($0)" },
      json: .fields(["folder": .string(folder), "files": .array(names.map { .string($0) })]))
  }
}
