import ArgumentParser
import CaseFolders
import Casework
import Evidence
import Rendering
import SystemIO

/// A command on a case.
protocol CaseCommand: ParsableCommand {
  var caseOptions: CaseOptions { get }
}

/// The session of the command this process runs: a parsed command has no other place to find it.
enum CommandSession {
  private static let session = CaseSession(arguments: Array(Environment.arguments.dropFirst())) {
    () throws(EvidenceError) in try AuthoritySetting.authority()
  }

  /// - Parameter command: parsed, and about to run.
  static func begin(_ command: any ParsableCommand) {
    _ = session
    Rendering.work =
      switch command {
      case is AcquireCommand, is ResumeCommand, is ImageCommand: .acquisition
      case is ConvertCommand: .conversion
      case is ManifestTimestampCommand: .stamping
      default: .other
      }
    if command is any KeepsItsResult {
      Rendering.keepResult()
      keepsResult.withLock { $0 = true }
    }
    if let command = command as? any CaseCommand, let folder = try? command.caseOptions.folder() {
      work(on: folder)
    }
  }

  /// The command works on this case.
  static func work(on folder: CaseFolder) {
    Self.folder.withLock { $0 = folder }
    tell(session.work(on: folder))
  }

  /// What the profile gave, as it would have been typed.
  static func took(_ arguments: [String]) {
    session.add(arguments)
    Self.taken.withLock { $0 += arguments }
  }

  /// The command line, with what the profile gave.
  static var commandLine: [String] { Environment.arguments + taken.withLock { $0 } }

  private static let taken = Monitor<[String]>([])
  private static let keepsResult = Monitor(false)
  private static let folder = Monitor<CaseFolder?>(nil)
  /// What became of asking for the passphrase before the work.
  private static let asked = Monitor<Result<Void, EvidenceError>?>(nil)

  /// Asks for the passphrase before the work, where the head of the audit log may be signed after it. Nobody is kept
  /// from working for lack of it: then the head is not signed, which is said.
  static func askBeforehand(passphraseFile: String?) {
    guard let folder = folder.withLock({ $0 }), !folder.isReadOnly, known == nil,
      asked.withLock({ $0 }) == nil
    else { return }
    do throws(EvidenceError) {
      let passphrase = try Passphrases.opening(
        key: folder.examinerKey.string, file: passphraseFile, hint: " (Enter: the audit log is not signed)")
      if let passphrase { remember(passphrase) }
      asked.withLock { $0 = .success(()) }
    } catch {
      asked.withLock { $0 = .failure(error) }
    }
  }

  /// The head of the audit log is to be signed in the end; the passphrase is asked for now, unless it was before.
  /// - Parameter passphraseFile: as ``PassphraseOptions`` takes it.
  static func sign(passphraseFile: String?) {
    askBeforehand(passphraseFile: passphraseFile)
    session.sign { () throws(EvidenceError) in
      try asked.withLock({ $0 })?.get()
      return try Passphrases.read(file: passphraseFile, of: Passphrases.signingKey)
    }
  }

  /// The passphrase of the signing key; asked for now, unless it was before.
  static func passphrase(file: String?) throws(EvidenceError) -> [UInt8] {
    askBeforehand(passphraseFile: file)
    try asked.withLock({ $0 })?.get()
    if let known { return known }
    let passphrase = try Passphrases.read(file: file, of: Passphrases.signingKey)
    remember(passphrase)
    return passphrase
  }

  /// The passphrase of the signing key, so that nobody is asked twice.
  static func remember(_ passphrase: [UInt8]) {
    session.remember(passphrase)
    passphrases.withLock { $0 = passphrase }
  }

  /// The passphrase that was used before.
  static var known: [UInt8]? { passphrases.withLock { $0 } }

  private static let passphrases = Monitor<[UInt8]?>(nil)

  /// The case must not be written to.
  static func forgo() { session.forgo() }

  static func end(_ status: ExitStatus, _ error: EvidenceError?) {
    let warnings = session.end(status, error)
    // Of what leaves nothing but words, and of what was refused, there is nothing to record.
    let isWork = error == nil && keepsResult.withLock { $0 }
    tell(warnings.filter { $0 != .readOnly || isWork })
  }

  private static func tell(_ warnings: [CaseSession.Warning]) {
    for warning in warnings { Rendering.warn(sentence(warning)) }
  }

  private static func sentence(_ warning: CaseSession.Warning) -> String {
    switch warning {
    case .sharedFileSystem(let kind):
      "the case is on a network file system (\(kind)), where SQLite's locks may not work between machines: work on it "
        + "from one machine at a time, and back it up"
    case .writableByAll:
      "every user of this machine can change this case (`chmod -R o-w` on the folder, or mount the drive for one user)"
    case .readOnly:
      "the case is on a read-only file system: its audit log does not record this command"
    case .notRecorded(let error): "this command is not in the audit log: \(Rendering.line(error))"
    case .notSigned(let error):
      "the audit log head is not signed (sign it with `exhibit audit checkpoint`): \(Rendering.line(error))"
    case .notStamped(let error):
      "the signed audit log head has no time stamp (retry with `exhibit audit checkpoint`): \(Rendering.line(error))"
    case .noAuthority(let error):
      "\(AuthoritySetting.variable): the signed audit log head has no time stamp: \(Rendering.line(error))"
    }
  }
}
