import ArgumentParser
import Evidence
import Rendering
import Sessions
import SystemIO
import SystemPackage

struct ResumeCommand: CaseCommand {
  static let configuration = CommandConfiguration(
    commandName: "resume", abstract: "Go on with an acquisition that ended early.",
    discussion: """
      Continues after Ctrl-C, a crash, loss of power, a medium or a destination that went away or was full: from the
      last checkpoint, with the settings it was begun with, to the images an uninterrupted run would have given.
      Before that it shows that it is the same medium: by what the device says of itself, and by reading chunks again.

      Example:
        exhibit resume --case 2026-0142 --item 001
      """)

  @OptionGroup var caseOptions: CaseOptions
  @Option(help: "Number of the evidence item.") var item: String
  @Option(help: "Name of the acquisition, such as 001-2, where several of the item can be resumed.")
  var acquisition: String?
  @Option(help: "Where the medium is now. Default: where it was.", completion: .file())
  var source: String?
  @Option(help: "Stop with more unreadable sectors than this, instead of the limit it was begun with.")
  var errorLimit: UInt64?
  @Flag(help: "Accept any number of unreadable sectors.") var noErrorLimit = false
  @Flag(help: "Refuse to read where the kernel lacks a part of what restricts this process.")
  var requireSandbox = false
  @Option(help: "Why the item is acquired although the legal authority has expired.")
  var afterExpiry: String?
  @OptionGroup var acceptance: AcceptanceOptions
  @OptionGroup var passphrase: PassphraseOptions
  @OptionGroup var output: OutputOptions

  func run() throws {
    if errorLimit != nil, noErrorLimit {
      throw EvidenceError(.argumentInvalid, "--no-error-limit", "it excludes --error-limit")
    }
    var request = ResumeRequest(item: try itemNumber(item))
    request.acquisition = acquisition
    if let source { request.source = FilePath(try required(source, "--source")) }
    request.errorLimit = noErrorLimit ? .some(nil) : errorLimit.map { .some($0) }
    request.reasonAfterExpiry = try afterExpiry.map { try required($0, "--after-expiry") }
    let accepted = try acceptance.acceptances()
    if !accepted.isEmpty { request.accepted = accepted }
    let folder = try caseOptions.folder()
    try passphrase.unlock(folder)
    let job = try ResumeJob(
      request, in: folder,
      process: ProcessRestriction(entersSandbox: true, requiresAll: requireSandbox)
    ) { () throws(EvidenceError) in try passphrase.read() }
    CommandSession.sign(passphraseFile: passphrase.passphraseFile)
    try AcquisitionRendering.run(output) { (stop, progress) throws(EvidenceError) in
      try job.perform(stop: stop, progress: progress)
    }
  }
}
