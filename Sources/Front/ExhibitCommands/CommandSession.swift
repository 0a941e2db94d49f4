import ArgumentParser
import CaseFolders
import Casework
import Evidence
import Rendering

/// A command on a case.
protocol CaseCommand: ParsableCommand {
  var caseOptions: CaseOptions { get }
}

/// The session of the command this process runs: a parsed command has no other place to find it.
enum CommandSession {
  private static let session = CaseSession(arguments: Array(CommandLine.arguments.dropFirst())) {
    () throws(EvidenceError) in try AuthoritySetting.authority()
  }

  /// - Parameter command: parsed, and about to run.
  static func begin(_ command: any ParsableCommand) {
    _ = session
    if let command = command as? any CaseCommand, let folder = try? command.caseOptions.folder() {
      work(on: folder)
    }
  }

  /// The command works on this case.
  static func work(on folder: CaseFolder) { tell(session.work(on: folder)) }

  /// The head of the audit log is to be signed in the end.
  /// - Parameter passphraseFile: as ``PassphraseOptions`` takes it.
  static func sign(passphraseFile: String?) {
    session.sign { () throws(EvidenceError) in
      try PassphraseOptions.read(file: passphraseFile, of: "signing key", isNew: false)
    }
  }

  /// The passphrase of the signing key, so that nobody is asked twice.
  static func remember(_ passphrase: [UInt8]) { session.remember(passphrase) }

  /// The case must not be written to.
  static func forgo() { session.forgo() }

  static func end(_ status: ExitStatus, _ error: EvidenceError?) { tell(session.end(status, error)) }

  private static func tell(_ warnings: [CaseSession.Warning]) {
    for warning in warnings { Rendering.warn(sentence(warning)) }
  }

  private static func sentence(_ warning: CaseSession.Warning) -> String {
    switch warning {
    case .sharedFileSystem(let kind):
      "the case lies on a network file system (\(kind)): SQLite's locks may not hold between machines there, so work on "
        + "it from one machine at a time, and back it up"
    case .notRecorded(let error): "this command is not in the audit log: \(Rendering.line(error))"
    case .notSigned(let error):
      "the head of the audit log is not signed (`exhibit audit checkpoint` does it): \(Rendering.line(error))"
    case .notStamped(let error):
      "the signed head of the audit log has no time stamp (`exhibit audit checkpoint` asks again): \(Rendering.line(error))"
    case .noAuthority(let error):
      "\(AuthoritySetting.variable): the signed head of the audit log has no time stamp: \(Rendering.line(error))"
    }
  }
}
