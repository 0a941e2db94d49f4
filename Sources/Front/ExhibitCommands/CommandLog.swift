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

/// What a case is told once a command on it has ended: that it ran and how it ended, and, where the command asks for it,
/// a signature of how far the audit log goes.
enum CommandLog {
  private struct State {
    var folder: CaseFolder?
    var started = Host.now()
    var passphrase: [UInt8]?
    /// The head of the audit log is to be signed.
    var signs = false
    /// Where the passphrase stands, if it is not known yet.
    var passphraseFile: String?
    var isForgone = false
  }

  private static let state = Monitor(State())

  /// The command works on this case.
  static func works(on folder: CaseFolder) {
    let isNew = state.withLock { state in
      defer { state.folder = folder }
      return state.folder?.path != folder.path
    }
    if isNew, let kind = folder.sharedFileSystem {
      Rendering.warn(
        "the case lies on a network file system (\(kind)): SQLite's locks may not hold between machines there, so work on "
          + "it from one machine at a time, and back it up")
    }
  }

  /// The head of the audit log is to be signed in the end.
  /// - Parameter passphraseFile: as ``PassphraseOptions`` takes it.
  static func signs(passphraseFile: String?) {
    state.withLock {
      $0.signs = true
      $0.passphraseFile = passphraseFile
    }
  }

  /// The passphrase of the signing key, so that nobody is asked twice.
  static func remember(_ passphrase: [UInt8]) {
    state.withLock { $0.passphrase = passphrase }
  }

  /// The case must not be written to, since it is damaged.
  static func forgo() {
    state.withLock { $0.isForgone = true }
  }

  /// - Parameter command: parsed, and about to run.
  static func begin(_ command: any ParsableCommand) {
    _ = state.withLock { $0.started }
    if let command = command as? any CaseCommand, let folder = try? command.caseOptions.folder() {
      works(on: folder)
    }
  }

  static func end(_ status: ExitStatus, _ error: EvidenceError?) {
    let state = state.withLock { $0 }
    guard let folder = state.folder, !state.isForgone else { return }
    let command = CommandRecord(
      arguments: Array(CommandLine.arguments.dropFirst()), started: state.started)
    do throws(EvidenceError) { try command.record(in: folder, status: status, error: error) } catch let
      failure
    {
      // That a case cannot be opened was said already.
      if failure.code != error?.code { Rendering.warn("this command is not in the audit log: \(failure)") }
      return
    }
    if state.signs { sign(folder, state) }
  }

  private static func sign(_ folder: CaseFolder, _ state: State) {
    do throws(EvidenceError) {
      let identity = try SigningFiles.identity(of: folder) { () throws(EvidenceError) in
        if let known = state.passphrase { return known }
        return try PassphraseOptions.read(file: state.passphraseFile, of: "signing key", isNew: false)
      }
      var job = CheckpointJob(folder, identity: identity)
      // An authority that is named wrongly costs the time stamp, not the signature.
      var noAuthority: EvidenceError?
      do throws(EvidenceError) { job.authority = try AuthoritySetting.authority() } catch {
        noAuthority = error
      }
      try job.perform()
      if let noAuthority {
        Rendering.warn(
          "\(AuthoritySetting.variable): the signed head of the audit log has no time stamp: \(noAuthority)")
      }
    } catch  where [.networkFailed, .timestampRefused].contains(error.code) {
      Rendering.warn(
        "the signed head of the audit log has no time stamp (`exhibit audit checkpoint` asks again): \(error)"
      )
    } catch {
      Rendering.warn("the head of the audit log is not signed (`exhibit audit checkpoint` does it): \(error)")
    }
  }
}
