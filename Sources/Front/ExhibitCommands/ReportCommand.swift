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
    commandName: "report", abstract: "Create, list and approve reports of a case or its items.",
    discussion: """
      Without a subcommand, creates a report; `exhibit report make --help` lists the options.

      Examples:
        exhibit report --item 001
        exhibit report --item 001 --item 002 \\
          --format html,pdf,json,jsonld,dfxml --json
        exhibit report --format pdf --language de --template /srv/letterhead \\
          --redact people,paths
      """,
    subcommands: [
      ReportMakeCommand.self, ReportListCommand.self, ReportApproveCommand.self, ReportTemplatesCommand.self,
    ], defaultSubcommand: ReportMakeCommand.self)
}

/// What `--authority` is for where PDFs are signed.
private let authorityOfPDF: ArgumentHelp =
  "Time-stamp the signature inside a PDF with this authority, http://…; only its SHA-256 is sent. Default: EXHIBIT_AUTHORITY, or the profile's."

extension ReportJob.Written {
  /// Signed beside the file always, and a PDF inside as well.
  func words(of file: File) -> String {
    guard let inside = file.inside else {
      return file.format == .pdf && file.path.extension == "pdf"
        ? "signed beside (.p7s) only, so that the PDF itself does not name the signer" : "signed"
    }
    return "signed beside (.p7s) and inside (\(inside.rawValue))"
      + (inside == .baseline && failure != nil ? ", without the time stamp" : "")
  }
}

/// What a report and a draft have in common.
struct ReportOptions: ParsableArguments {
  @Option(help: "html, pdf, text, json, jsonld (CASE/UCO), dfxml; separate several by commas. Default: html.")
  var format: [String] = []
  @Option(
    help:
      "The file to create, or an existing folder. Default: the case's reports folder.",
    completion: .file())
  var output: String?
  @Option(
    help: "A folder with the laboratory's templates, style.css, logo and strings.json.",
    completion: .directory)
  var template: String?
  @Option(help: "What to redact, with a mark in each place: people, paths, or people,paths.")
  var redact: [String] = []
  @Option(
    help:
      "Also redact this text wherever it stands, e.g. a party or an address, also in other spellings. May be given more than once."
  )
  var redactText: [String] = []

  @Option(
    help:
      "The validation record to cite: validation.json of `exhibit validate`, or its folder.",
    completion: .file())
  var validation: String?
  @OptionGroup var profile: ProfileOptions

  func request() throws(EvidenceError) -> ReportRequest {
    let defaults = try profile.defaults()
    let format = defaults.list(Self.joined(format), .reportFormats, "--format", otherwise: "html")
    let template = defaults.text(template, .reportTemplate, "--template")
    var request = ReportRequest()
    request.validation = validation.map { FilePath($0) }
    request.formats = try list(format, "--format", of: ReportFormat.allCases)
    request.output = output.map { FilePath($0) }
    request.templates = template.map { FilePath($0) }
    request.removed = Set(
      try Self.joined(redact).map { text throws(EvidenceError) in
        try list(text, "--redact", of: [Redaction.Kind.people, .paths])
      } ?? [])
    for text in redactText { request.removedTexts.append(try required(text, "--redact-text")) }
    if !redactText.isEmpty { request.removed.insert(.texts) }
    return request
  }

  /// An option may be given several times, and each time name several.
  private static func joined(_ texts: [String]) -> String? {
    texts.isEmpty ? nil : texts.joined(separator: ",")
  }

  private func list<Value: RawRepresentable<String> & Hashable>(
    _ text: String, _ option: String, of all: [Value]
  ) throws(EvidenceError) -> [Value] {
    var values: [Value] = []
    for name in text.split(separator: ",", omittingEmptySubsequences: false) {
      guard let value = Value(rawValue: String(name)), all.contains(value) else {
        let allowed = all.map(\.rawValue).joined(separator: ", ")
        throw EvidenceError(.argumentInvalid, "\(option) \(name)", "one of \(allowed)")
      }
      if !values.contains(value) { values.append(value) }
    }
    return values
  }
}

struct ReportMakeCommand: CaseCommand {
  static let configuration = CommandConfiguration(
    commandName: "make", abstract: "Create a report, sign each file, and record it (default).",
    discussion: """
      Beside each file FILE its signature FILE.p7s is written: CMS, as beside a manifest. A report keeps its number as \
      long as the record of its items is the same, in whatever language and format it is written, also with parts \
      removed: 001-report-1.html, 001-report-1.de.pdf, 001-report-1.redacted.html. Once the record has changed, the next \
      report has the next number and supersedes the one before.

      Examples:
        exhibit report --item 001
        exhibit report --item 001 --item 002 --format html,pdf,json,jsonld,dfxml
        exhibit report --format pdf --language de --template /srv/letterhead \\
          --redact people,paths
      """)

  @OptionGroup var caseOptions: CaseOptions
  @Option(help: "Number of an evidence item. May be given more than once. Default: the whole case.")
  var item: [String] = []
  @OptionGroup var options: ReportOptions
  @Option(help: "Language: en or de. Default: en.") var language: String?
  @Option(help: "The laboratory's time zone, e.g. Europe/Berlin; its time is shown beside UTC.")
  var timeZone: String?
  @Option(help: authorityOfPDF) var authority: String?
  @OptionGroup var passphrase: PassphraseOptions
  @OptionGroup var rendering: OutputOptions

  func run() throws {
    let folder = try caseOptions.folder()
    var request = try options.request()
    if request.formats.contains(.pdf) {
      request.authority = try AuthoritySetting.authority(authority)
    } else if authority != nil {
      throw EvidenceError(.argumentInvalid, "--authority", "only a PDF is signed inside: add --format pdf")
    }
    request.items = try item.map { try itemNumber($0) }
    let defaults = try options.profile.defaults()
    request.zone = try defaults.text(timeZone, .reportTimeZone, "--time-zone").map {
      name throws(EvidenceError) in try ZoneFile(named: name)
    }
    let language =
      defaults.text(language, .reportLanguage, "--language")
      ?? Wording.Language.english.rawValue
    guard let chosen = Wording.Language(rawValue: language) else {
      throw EvidenceError(
        .argumentInvalid, "--language \(language)",
        "one of \(Wording.Language.allCases.map(\.rawValue).joined(separator: ", "))")
    }
    request.language = chosen
    StopSignals.install()
    let job = try ReportJob(request, in: folder) { () throws(EvidenceError) in
      try passphrase.read(opening: folder)
    }
    let display = ProgressDisplay("Writing report", item.joined(separator: ", "), isBytes: false)
    let written = try job.perform { display.update($0) }
    display.finish()
    var lines = [
      "Report \(written.name)"
        + (written.isKnown ? ", as before" : written.supersedes.map { ", supersedes \($0)" } ?? ""),
      "  number  \(written.number)",
    ]
    for file in written.files {
      lines += [
        "  \(file.path), \(written.words(of: file))",
        "    SHA-256  \(file.sha256)",
      ]
    }
    rendering.show(
      lines,
      json: .fields([
        "name": .string(written.name), "number": .string(written.number),
        "supersedes": written.supersedes.map { .string($0) },
        "items": .array(written.items.map { .string($0.description) }),
        "files": .array(
          written.files.map { file in
            .fields([
              "format": .string(file.format.rawValue), "path": .string(file.path.string),
              "sha256": .string(file.sha256.hex), "signedInside": file.inside.map { .string($0.rawValue) },
            ])
          }),
        "error": written.failure.map { .string($0.code.rawValue) },
      ]))
    if authority != nil, written.files.allSatisfy({ $0.inside == nil }) {
      Rendering.warn("nothing was time-stamped: a PDF with people or texts removed is not signed inside")
    }
    if let failure = written.failure {
      Rendering.warn("the PDF is signed and recorded, without the time stamp")
      throw StoppedEarly(failure)
    }
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
      reports.isEmpty ? ["No reports yet."] : reports.flatMap(\.lines),
      json: .fields(["reports": .array(reports.map(\.json))]))
  }
}

struct ReportApproveCommand: CaseCommand {
  static let configuration = CommandConfiguration(
    commandName: "approve", abstract: "Sign a report as its reviewer, and record the approval.",
    discussion: """
      With --sign, the key of a person whose certificate the case knows (`exhibit person add`), each file of the report \
      gets the reviewer's signature beside it (FILE.approval.p7s); a PDF that its author signed inside gets a copy with \
      the reviewer's signature inside (NAME.approved.pdf). Without a key the approval is recorded, not signed. \
      Whoever made a report cannot approve it, and its files must be as they were recorded. `exhibit report list`, \
      `exhibit verify FILE` and later reports show who approved it, when, and whether the signature is valid.

      Examples:
        exhibit report approve 001-report-1 --sign reviewer.key \\
          --remarks "technical review"
        exhibit report approve 001-report-1 --reviewer "B. Reviewer"
      """)

  @Argument(help: "Name of the report, as `exhibit report list` prints it.") var name: String
  @OptionGroup var caseOptions: CaseOptions
  @OptionGroup var signing: SignOptions
  @Option(help: "Name of the reviewer. Default: whose key --sign is.") var reviewer: String?
  @Option(help: "The reviewer's remarks.") var remarks: String?
  @Option(help: authorityOfPDF) var authority: String?
  @OptionGroup var rendering: OutputOptions

  func run() throws {
    let approved = try ReportReview(try caseOptions.folder()).approve(
      name, reviewer: try reviewer.map { text throws(EvidenceError) in try required(text, "--reviewer") },
      remarks: remarks, keys: signing.keys,
      authority: signing.sign.isEmpty ? nil : try AuthoritySetting.authority(authority))
    let isSigned = !approved.signatures.isEmpty
    if authority != nil, approved.copies.isEmpty {
      Rendering.warn("nothing was time-stamped: no PDF of this report was signed inside")
    }
    rendering.show(
      [
        "Approved: \(name) by \(approved.reviewer), event \(approved.head.sequence) of the audit log, "
          + (isSigned ? "signed" : "not signed")
      ] + approved.signatures.map { "  \($0)" }
        + approved.copies.map {
          "  \($0.path), signed inside (\($0.inside.rawValue))"
            + ($0.inside == .baseline && approved.failure != nil ? ", without the time stamp" : "")
        },
      json: .fields([
        "report": .string(name), "reviewer": .string(approved.reviewer), "signed": .bool(isSigned),
        "signatures": .array(approved.signatures.map { .string($0.string) }),
        "copies": approved.copies.isEmpty
          ? nil
          : .array(
            approved.copies.map {
              .fields(["path": .string($0.path.string), "signedInside": .string($0.inside.rawValue)])
            }),
        "event": JSONValue(approved.head.sequence), "head": .string(approved.head.digest.hex),
        "error": approved.failure.map { .string($0.code.rawValue) },
      ]))
    if let failure = approved.failure {
      Rendering.warn("the approval is signed and recorded, without the time stamp")
      throw StoppedEarly(failure)
    }
  }
}

struct ReportTemplatesCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "templates", abstract: "Write the built-in templates, as a start for a laboratory's own.",
    discussion: """
      A --template folder needs only files that differ: any *.mustache, style.css, logo.png (or .jpg, .svg), and \
      strings.json with the phrases that differ.

      Example:
        exhibit report templates letterhead
      """)

  @Argument(help: "The folder to create.", completion: .directory) var folder: String
  @OptionGroup var rendering: OutputOptions

  func run() throws {
    let names = try TemplatesJob(FilePath(folder)).perform()
    rendering.show(
      ["Templates written to \(folder)"] + names.map { "  \($0)" },
      json: .fields(["folder": .string(folder), "files": .array(names.map { .string($0) })]))
  }
}

extension ProgressDisplay {
  func update(_ progress: ReportProgress) {
    let page = progress.page.map { ", page \($0)" } ?? ""
    update(done: UInt64(progress.done), of: UInt64(progress.count), part: progress.format.rawValue + page)
  }
}
