import ArgumentParser
import Archiving
import CanonicalJSON
import CaseFolders
import CaseStore
import Evidence
import Rendering
import SystemIO
import SystemPackage

/// Files for monitoring, replaced as a whole each time.
struct ArchiveReportOptions: ParsableArguments {
  @Option(help: "Write metrics for Prometheus to this file (textfile collector).", completion: .file())
  var prometheus: String?
  @Option(help: "Write the run as JUnit XML to this file.", completion: .file()) var junit: String?

  var isEmpty: Bool { prometheus == nil && junit == nil }

  func write(_ result: ArchiveRunResult, _ status: ArchiveStatus) throws(EvidenceError) {
    if let junit {
      try DurableFile.replace(
        FilePath(try required(junit, "--junit")), with: Array(ArchiveJUnit.xml(result).utf8))
    }
    try Self.write(status, to: prometheus)
  }

  static func write(_ status: ArchiveStatus, to prometheus: String?) throws(EvidenceError) {
    guard let prometheus else { return }
    try DurableFile.replace(
      FilePath(try required(prometheus, "--prometheus")), with: Array(ArchiveMetrics.prometheus(status).utf8))
  }
}

struct ArchiveStatusCommand: CaseCommand {
  static let configuration = CommandConfiguration(
    commandName: "status", abstract: "Show what is failing, overdue, due, or never verified.",
    discussion: """
      Answers from the catalogue; reads no evidence.

      Exit status: 0 all verified and none due, 5 a holding is failing, 6 holdings are due, overdue, missing or without
      result. With --nagios: 0 OK, 1 WARNING, 2 CRITICAL, 3 UNKNOWN.

      Examples:
        exhibit archive status --case archive --html status.html --language de
        exhibit archive status --case archive --nagios
      """)

  @OptionGroup var caseOptions: CaseOptions
  @Option(help: "Time between two verifications, where a holding has no interval of its own. Default: 365d.")
  var interval: String?
  @Option(help: "Write a page with the status to this file.", completion: .file()) var html: String?
  @Option(help: "Language of the page: en or de.") var language = "en"
  @Option(help: "Write metrics for Prometheus to this file (textfile collector).", completion: .file())
  var prometheus: String?
  @Flag(help: "One line and the exit status of a Nagios or Icinga plugin.") var nagios = false
  @Flag(help: "List every holding that needs attention.") var all = false
  @OptionGroup var output: OutputOptions

  func run() throws {
    // Monitoring asks every few minutes: the audit log is not the place for that.
    if nagios || prometheus != nil { CommandSession.forgo() }
    guard nagios else { return try show() }
    do { try show() } catch let error as EndedWith { throw error } catch let error as EvidenceError {
      Rendering.show(["ARCHIVE CRITICAL - \(error.description)"])
      throw EndedWith(nagios: 2)
    }
  }

  private func show() throws {
    let folder = try caseOptions.folder()
    let store = try CaseStore.openForReading(folder: folder.path)
    let days =
      try interval.map { try ArchiveCommands.days($0, "--interval") } ?? ArchiveSchedule.usualInterval
    let status = try ArchiveStatus(store, ArchiveSchedule(interval: days, now: Host.now()))
    guard let words = ArchiveStatusPage.Language(rawValue: language) else {
      throw EvidenceError(.argumentInvalid, "--language \(language)", "en or de")
    }
    if let html {
      let page = ArchiveStatusPage(status, archive: folder.path.lastComponent?.string ?? "", words)
      try DurableFile.replace(FilePath(try required(html, "--html")), with: Array(page.html.utf8))
    }
    try ArchiveReportOptions.write(status, to: prometheus)
    if nagios {
      let (line, number) = ArchiveStatusRendering.nagios(status)
      Rendering.show([line])
      if number != 0 { throw EndedWith(nagios: number) }
      return
    }
    output.show(
      ArchiveStatusRendering.lines(status, all: all), json: ArchiveStatusRendering.json(status))
    if status.exitStatus != .complete { throw EndedWith(status: status.exitStatus) }
  }
}

enum ArchiveStatusRendering {
  private static let most = 10

  static func headline(_ status: ArchiveStatus) -> String {
    if status.count(.failing) > 0 {
      return
        "FAILING: \(status.count(.failing)) of \(ArchiveRendering.count(status.total.holdings, "holding")) failed verification."
    }
    if status.total.holdings == 0 { return "The catalogue is empty." }
    let waiting =
      status.count(.overdue) + status.count(.due) + status.count(.neverVerified) + status.count(.open)
    if waiting > 0 {
      return "\(ArchiveRendering.count(waiting, "holding")) to verify: run `exhibit archive verify --due`."
    }
    if status.missing.holdings > 0 {
      return
        "\(ArchiveRendering.count(status.missing.holdings, "holding")) not found where the catalogue says."
    }
    return "All \(ArchiveRendering.count(status.total.holdings, "holding")) verified; none is due."
  }

  static func lines(_ status: ArchiveStatus, all: Bool) -> [String] {
    var lines = [headline(status)]
    var rows: [[String]] = []
    for state in HoldingStanding.State.allCases {
      guard let count = status.byState[state] else { continue }
      rows.append([ArchiveRendering.word(state), "\(count.holdings)", HumanText.size(count.bytes)])
    }
    rows.append(["total", "\(status.total.holdings)", HumanText.size(status.total.bytes)])
    lines += TextTable.lines(["state", "holdings", "size"], rows).map { "  \($0)" }
    if status.missing.holdings > 0 {
      lines.append("  not found where the catalogue says: \(status.missing.holdings)")
    }
    if status.onHold > 0 { lines.append("  on legal hold: \(status.onHold)") }
    if status.retentionEnded > 0 {
      lines.append("  retention has ended, no legal hold: \(status.retentionEnded)")
    }
    lines.append(
      "  oldest verification \(ArchiveRendering.day(status.oldestVerification)), newest \(ArchiveRendering.day(status.newestVerification))"
    )
    if let run = status.run {
      lines.append(
        run.ended.map { "  newest run ended \($0)" }
          ?? "  the newest run, started \(run.run.started), has not ended: `exhibit archive verify --resume`")
    }
    let listed = all ? status.listed : Array(status.listed.prefix(most))
    lines += listed.map(ArchiveRendering.line)
    if status.listed.count > listed.count {
      lines.append("and \(status.listed.count - listed.count) more; `--all` lists them")
    }
    return lines
  }

  static func json(_ status: ArchiveStatus) -> JSONValue {
    .fields([
      "holdings": JSONValue(status.total.holdings), "bytes": Rendering.number(status.total.bytes),
      "states": .object(
        Dictionary(
          uniqueKeysWithValues: HoldingStanding.State.allCases.map {
            ($0.rawValue, JSONValue(status.count($0)))
          })),
      "missing": JSONValue(status.missing.holdings), "onLegalHold": JSONValue(status.onHold),
      "retentionEnded": JSONValue(status.retentionEnded),
      "oldestVerification": status.oldestVerification.map { .string($0.description) },
      "newestVerification": status.newestVerification.map { .string($0.description) },
      "newestRun": status.run.map { run in
        .fields([
          "run": .string(run.run.id.description), "started": .string(run.run.started.description),
          "ended": run.ended.map { .string($0.description) },
        ])
      },
      "attention": .array(status.listed.map { ArchiveRendering.json($0) }),
    ])
  }

  /// The line of a plugin and its exit status.
  static func nagios(_ status: ArchiveStatus) -> (line: String, number: Int32) {
    let (failing, overdue) = (status.count(.failing), status.count(.overdue))
    let missing = status.missing.holdings
    let oldest = status.oldestVerification.map { max(0, Int64(status.schedule.now.seconds(since: $0))) } ?? 0
    let (word, number): (String, Int32) =
      failing > 0
      ? ("CRITICAL", 2)
      : status.newestVerification == nil
        ? ("UNKNOWN", 3) : overdue + missing + status.count(.open) > 0 ? ("WARNING", 1) : ("OK", 0)
    let waiting = status.count(.due) + status.count(.neverVerified)
    return (
      "ARCHIVE \(word) - \(failing) failing, \(overdue) overdue, \(missing) not found, \(waiting) to verify, "
        + "\(status.count(.open)) without result | failing=\(failing);0;0;0;\(status.total.holdings) "
        + "overdue=\(overdue);0;;0;\(status.total.holdings) missing=\(missing);0;;0;\(status.total.holdings) oldest=\(oldest)s",
      number
    )
  }
}

extension EndedWith {
  /// With the number of a plugin for Nagios: 0 OK, 1 WARNING, 2 CRITICAL, 3 UNKNOWN.
  fileprivate init(nagios number: Int32) { self.init(status: ExitStatus(rawValue: number) ?? .failed) }
}
