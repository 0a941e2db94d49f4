import CanonicalJSON
import CaseFolders
import CaseStore
import Evidence
import Manifests
import SystemIO

/// One piece of work on a case, whoever asked for it. When it ends, the case is told, once, that it was done and how it
/// ended, and how far the audit log goes is signed where the work asks for that.
package final class CaseSession: Sendable {
  /// Asks for the passphrase of the signing key.
  package typealias Passphrase = @Sendable () throws(EvidenceError) -> [UInt8]
  /// Who says when a signature existed; `nil` where nobody is to.
  package typealias Authority = @Sendable () throws(EvidenceError) -> TimestampAuthority?

  /// What a session could not do, or what is to be known of it; none of it fails the work.
  package enum Warning: Hashable, Sendable {
    /// The case lies on a file system of this kind, which other machines may have open as well.
    case sharedFileSystem(String)
    /// Every user of the machine can change the case.
    case writableByAll
    /// The case lies on a read-only file system: the audit log does not say that the work was done.
    case readOnly
    /// The audit log does not say that the work was done.
    case notRecorded(EvidenceError)
    /// The head of the audit log is not signed.
    case notSigned(EvidenceError)
    /// It is signed, and the authority did not say when.
    case notStamped(EvidenceError)
    /// It is signed, and no authority could be asked when.
    case noAuthority(EvidenceError)
  }

  private struct State {
    var folder: CaseFolder?
    /// How to get the passphrase, where the head is to be signed.
    var signing: Passphrase?
    /// Given before, so that nobody is asked twice.
    var passphrase: [UInt8]?
    var isForgone = false
    /// What was asked for besides, by settings.
    var added: [String] = []
    var hasEnded = false
  }

  private let arguments: [String]
  private let started: Timestamp
  private let authority: Authority
  private let state = Monitor(State())

  /// - Parameters:
  ///   - arguments: what was asked for, as it was asked.
  ///   - authority: asked only when something is signed.
  package init(
    arguments: [String], started: Timestamp = Host.now(),
    authority: @escaping Authority = { () throws(EvidenceError) in nil }
  ) {
    self.arguments = arguments
    self.started = started
    self.authority = authority
  }

  /// The work is on this case.
  /// - Returns: what is to be known of the folder, where the session did not work on it already.
  package func work(on folder: CaseFolder) -> [Warning] {
    let isNew = state.withLock { state in
      defer { state.folder = folder }
      return state.folder?.path != folder.path
    }
    guard isNew else { return [] }
    let shared = folder.sharedFileSystem.map { [Warning.sharedFileSystem($0)] } ?? []
    return shared + (folder.isWritableByAll ? [.writableByAll] : [])
  }

  /// Something was asked for by a setting, as if it had been asked for with the rest.
  package func add(_ arguments: [String]) { state.withLock { $0.added += arguments } }

  /// The head of the audit log is to be signed in the end.
  /// - Parameter passphrase: asked where none is known by then and the key is protected.
  package func sign(passphrase: @escaping Passphrase) { state.withLock { $0.signing = passphrase } }

  /// The passphrase of the signing key, so that nobody is asked twice.
  package func remember(_ passphrase: [UInt8]) { state.withLock { $0.passphrase = passphrase } }

  /// The case must not be written to, since it is damaged, or is none of the session's.
  package func forgo() { state.withLock { $0.isForgone = true } }

  /// Records how the work ended, and signs what is to be signed. Only the first call does anything.
  /// - Parameter error: what the work was refused or failed with.
  /// - Returns: what could not be done.
  package func end(_ status: ExitStatus, _ error: EvidenceError? = nil) -> [Warning] {
    let state: State? = state.withLock { state in
      defer { state.hasEnded = true }
      return state.hasEnded ? nil : state
    }
    guard let state, let folder = state.folder, !state.isForgone else { return [] }
    guard !folder.isReadOnly else { return [.readOnly] }
    do throws(EvidenceError) { try record(status, error, arguments + state.added, in: folder) } catch let
      failure
    {
      // That a case cannot be opened was said already.
      return failure.code == error?.code ? [] : [.notRecorded(failure)]
    }
    guard let signing = state.signing else { return [] }
    return sign(folder, known: state.passphrase, signing)
  }

  private func record(
    _ status: ExitStatus, _ error: EvidenceError?, _ arguments: [String], in folder: CaseFolder
  ) throws(EvidenceError) {
    var folder = folder
    // Refused because nobody knows who acts: the attempt is the examiner's to answer for.
    if error?.code == .personUnknown { folder.actingAs = nil }
    let store = try CaseStore.open(folder)
    try store.append(
      .commandEnded,
      details: .fields([
        "arguments": .array(arguments.map { .string($0) }), "started": .string(started.description),
        "exitStatus": JSONValue(status.rawValue), "error": error.map { .string($0.code.rawValue) },
        "message": error.map { .string($0.description) },
      ]))
    try store.close()
  }

  private func sign(
    _ folder: CaseFolder, known: [UInt8]?, _ passphrase: Passphrase
  ) -> [Warning] {
    var warnings: [Warning] = []
    do throws(EvidenceError) {
      let identity = try SigningFiles.identity(of: folder) { () throws(EvidenceError) in
        if let known { return known }
        return try passphrase()
      }
      var job = CheckpointJob(folder, identity: identity)
      // An authority that cannot be named costs the time stamp, not the signature.
      do throws(EvidenceError) { job.authority = try authority() } catch {
        warnings.append(.noAuthority(error))
      }
      try job.perform()
      return warnings
    } catch  where [.networkFailed, .timestampRefused].contains(error.code) {
      return [.notStamped(error)]
    } catch { return [.notSigned(error)] }
  }
}
