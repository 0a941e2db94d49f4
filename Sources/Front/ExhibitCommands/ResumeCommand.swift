import ArgumentParser
import Evidence
import Rendering
import Sessions
import SystemIO
import SystemPackage

struct ResumeCommand: CaseCommand {
  static let configuration = CommandConfiguration(
    commandName: "resume", abstract: "Continue an interrupted acquisition.",
    discussion: """
      Continues after Ctrl-C, a crash, power loss, a disconnected medium or a full or missing destination: from the last
      checkpoint, with the original settings, to the same images as an uninterrupted run. First confirms that it is the
      same medium: by device identification, and by reading some chunks again.

      Example:
        exhibit resume --case 2026-0142 --item 001
      """)

  @OptionGroup var caseOptions: CaseOptions
  @Option(help: "Number of the evidence item.") var item: String
  @Option(help: "Name of the acquisition, e.g. 001-2, if several of the item can be resumed.")
  var acquisition: String?
  @Option(help: "Current path of the medium. Default: the original path.", completion: .file())
  var source: String?
  @Option(help: "Stop after more than this many unreadable sectors, instead of the original limit.")
  var errorLimit: UInt64?
  @Flag(help: "Accept any number of unreadable sectors.") var noErrorLimit = false
  @Flag(help: "Refuse to acquire unless the full sandbox is available.")
  var requireSandbox = false
  @OptionGroup var acceptance: AcceptanceOptions
  @OptionGroup var passphrase: PassphraseOptions
  @OptionGroup var output: OutputOptions

  func run() throws {
    if errorLimit != nil, noErrorLimit {
      throw EvidenceError(.argumentInvalid, "--no-error-limit", "it cannot be combined with --error-limit")
    }
    var request = ResumeRequest(item: try itemNumber(item))
    request.acquisition = acquisition
    if let source { request.source = FilePath(try required(source, "--source")) }
    request.errorLimit = noErrorLimit ? .some(nil) : errorLimit.map { .some($0) }
    request.reasonAfterExpiry = try acceptance.afterExpiry.map { try required($0, "--after-expiry") }
    let accepted = try acceptance.acceptances()
    if !accepted.isEmpty { request.accepted = accepted }
    let folder = try caseOptions.folder()
    try passphrase.unlock(folder)
    let job = try ResumeJob(
      request, in: folder,
      process: ProcessRestriction(entersSandbox: true, requiresAll: requireSandbox)
    ) { () throws(EvidenceError) in try passphrase.read() }
    CommandSession.sign(passphraseFile: passphrase.passphraseFile)
    try AcquisitionRendering.run(output, item: request.item, from: source ?? "") {
      (stop, progress) throws(EvidenceError) in
      try job.perform(stop: stop, progress: progress)
    }
  }
}
