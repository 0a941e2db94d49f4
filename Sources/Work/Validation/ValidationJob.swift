import CaseFolders
import Digests
import Evidence
import Manifests
import Signing
import SystemIO
import SystemPackage

/// Runs the checks on this machine and writes their signed record.
package struct ValidationJob {
  /// Whose key signs the record.
  package enum Signer: Sendable {
    /// PEM files.
    case files(key: FilePath, certificate: FilePath)
    case examiner(of: CaseFolder)
  }

  /// What is left of it.
  package struct Result: Sendable {
    package let record: ValidationRecord
    package let folder: FilePath
    /// Of `validation.json`.
    package let sha256: Digest
  }

  package static let recordName = "validation.json"
  package static let pageName = "validation.txt"
  package static let certificateName = "examiner.pem"
  private static let partialSuffix = ".partial"

  private let folder: FilePath
  private let identity: SigningIdentity
  private let checks: [ValidationCheck]
  private let stop: StopFlag

  /// Everything that can be refused is refused here.
  /// - Parameters:
  ///   - folder: is created; must not exist. The checks work beside it, on the same file system.
  ///   - passphrase: asked where the key is encrypted.
  /// - Throws: `outputExists`, `destinationMissing`, `keyUnusable`, `certificateUnusable`, `passphraseWrong` …
  package init(
    folder: FilePath, signer: Signer, checks: [ValidationCheck] = ValidationCheck.all,
    stop: StopFlag = StopFlag(), passphrase: () throws(EvidenceError) -> [UInt8]
  ) throws(EvidenceError) {
    for path in [folder, FilePath(folder.string + Self.partialSuffix)] where Files.exists(path) {
      throw EvidenceError(.outputExists, path.string)
    }
    self.identity =
      switch signer {
      case .files(let key, let certificate):
        try SigningFiles.identity(
          key: key.string, certificate: certificate,
          passphrase: passphrase)
      case .examiner(let folder): try SigningFiles.identity(of: folder, passphrase: passphrase)
      }
    self.folder = folder
    self.checks = checks
    self.stop = stop
  }

  /// Blocks until done. Where it is stopped or the record cannot be written, nothing is left.
  /// - Parameter progress: called with each result as it comes, and with how many there will be.
  /// - Throws: `interrupted`, `writeFailed`, `destinationFull` …; that a check failed is no error.
  package func perform(progress: (CheckResult, Int) -> Void) throws -> Result {
    let partial = FilePath(folder.string + Self.partialSuffix)
    try DurableFolder.create(partial)
    do {
      let record = try run(in: partial, progress)
      let sha256 = try write(record, to: partial)
      try DurableFolder.sync(partial)
      try DurableFolder.rename(partial, to: folder)
      return Result(record: record, folder: folder, sha256: sha256)
    } catch {
      try? FolderTree.remove(partial)
      throw error
    }
  }

  private func run(
    in partial: FilePath, _ progress: (CheckResult, Int) -> Void
  ) throws -> ValidationRecord {
    // Absolute, since devices and programs are given paths in it.
    let partial = try Syscalls.resolve(partial).orThrow(.destinationMissing, partial.string)
    let started = Host.now()
    let machine = try MachineFacts(output: partial, checks: checks)
    var results: [CheckResult] = []
    // The one that speaks of all others comes last.
    let ordered = checks.filter { $0.assertion != .am03 } + checks.filter { $0.assertion == .am03 }
    for check in ordered {
      if stop.isRaised { throw EvidenceError(.interrupted, "validation") }
      results.append(try perform(check, in: partial.appending("work"), earlier: results))
      progress(results[results.count - 1], ordered.count)
    }
    results += Assertion.allCases.compactMap(CheckResult.init(notClaimed:))
    let order = Assertion.allCases
    let sorted = results.enumerated().sorted {
      (order.firstIndex(of: $0.element.assertion) ?? 0, $0.offset)
        < (order.firstIndex(of: $1.element.assertion) ?? 0, $1.offset)
    }.map(\.element)
    return ValidationRecord(
      identifier: Host.newIdentifier(), started: started, ended: Host.now(),
      examiner: identity.certificate.commonName, machine: machine, checks: sorted)
  }

  private func perform(
    _ check: ValidationCheck, in folder: FilePath, earlier: [CheckResult]
  ) throws -> CheckResult {
    if let need = check.needs.first(where: { !$0.isMet }) {
      return CheckResult(check, .notRun, observed: "needs \(need.text)")
    }
    let bench = try Bench(folder, stop: stop, earlier: earlier)
    let trial = Trial()
    let ended = Swift.Result { try check.body(trial, bench) }
    try bench.close()
    if stop.isRaised { throw EvidenceError(.interrupted, "validation") }
    do { try ended.get() } catch let missing as CannotRun {
      return CheckResult(check, .notRun, observed: missing.reason)
    } catch {
      return CheckResult(
        check, .failed, observed: "it ended with an error: \(error); before that \(trial.observed)")
    }
    return CheckResult(check, trial.outcome, observed: trial.observed)
  }

  private func write(_ record: ValidationRecord, to folder: FilePath) throws -> Digest {
    let bytes = record.json.canonicalBytes
    let certificate = identity.certificate
    let digest = Digest.of(bytes, .sha256)
    let page = ValidationPage.text(
      record, sha256: digest, signer: certificate.subject, fingerprint: certificate.fingerprint)
    let files: [(name: String, bytes: [UInt8])] = [
      (Self.recordName, bytes), (Self.recordName + ".p7s", try identity.sign(bytes, at: Host.now())),
      (Self.pageName, Array(page.utf8)), (Self.certificateName, try certificate.pem()),
    ]
    for file in files { try DurableFile.write(file.bytes, to: folder.appending(file.name)) }
    let sums = DigestList(
      entries: files.map { DigestList.Entry(name: $0.name, sha256: Digest.of($0.bytes, .sha256)) })
    try DurableFile.write(sums.bytes, to: folder.appending(RecordNames.sums))
    return digest
  }
}

extension ValidationCheck.Need {
  fileprivate var isMet: Bool {
    switch self {
    case .root: Host.isRoot
    case .program(let name): ExternalProgram(named: name) != nil
    }
  }
}
