import CanonicalJSON
import CaseFolders
import CaseStore
import Digests
import Evidence
import Manifests
import Signing
import SystemIO
import SystemPackage
import TarArchive
import Verification

/// Unpacks an archive of a case on another workstation, and verifies it before it counts as a case.
package struct CaseImport {
  package struct Imported: Sendable {
    package let folder: FilePath
    package let number: String
    package let fileCount: Int
    /// The newest event in the archive.
    package let head: AuditHead
    /// Of the archive's own signature and of the audit log.
    package let report: VerificationReport
  }

  private let archive: FilePath
  private let folder: FilePath
  private let trust: [FilePath]

  /// - Parameters:
  ///   - folder: to create.
  ///   - trust: certificates of those who may have signed; without any the archive is only compared with itself.
  package init(_ archive: FilePath, to folder: FilePath, trust: [FilePath]) {
    self.archive = archive
    self.folder = folder
    self.trust = trust
  }

  /// Every file is compared with the list of digests in the archive, the list with what is signed, the audit log with the
  /// head that is signed, with its checkpoints and manifests. Images are not read once more: see `exhibit verify`.
  /// - Parameter progress: called with the bytes done and all there are.
  /// - Throws: `archiveMalformed` where anything is not as it should be, `signerNotTrusted` where it is signed by
  ///   somebody else than was named, or by nobody, `interrupted`; nothing is left then. `caseExists` …
  package func perform(
    stop: StopFlag = StopFlag(), progress: (UInt64, UInt64) -> Void = { _, _ in }
  ) throws(EvidenceError) -> Imported {
    guard !Files.exists(folder) else { throw EvidenceError(.caseExists, folder.string) }
    let partial = FilePath(folder.string + ".partial")
    try DurableFolder.create(partial, exists: .outputExists)
    do throws(EvidenceError) {
      let named = try Trust.read(certificates: trust)
      let unpacked = try unpack(to: partial, stop: stop, progress)
      let statement = try compare(unpacked)
      let made = try CaseFolder.at(partial)
      var report = try AuditJob(made, trust: trust, heads: [statement.head]).perform().report
      try checkSignature(unpacked, named, &report)
      let failures = report.findings.filter { $0.severity == .failure }
      guard let failure = failures.first else {
        try record(statement, in: made)
        try DurableFolder.rename(partial, to: folder)
        return Imported(
          folder: folder, number: statement.caseNumber, fileCount: unpacked.digests.count,
          head: statement.head,
          report: report)
      }
      throw refusal(failures.first { [.signerUntrusted, .signatureMissing].contains($0.code) } ?? failure)
    } catch {
      // Nothing of it counted as a case.
      try? DurableFolder.removeTree(partial)
      throw error
    }
  }

  private func refusal(_ failure: Finding) -> EvidenceError {
    let isOfSigner = [.signerUntrusted, .signatureMissing].contains(failure.code)
    return EvidenceError(
      isOfSigner ? .signerNotTrusted : .archiveMalformed, archive.string,
      "\(failure.code.meaning): \(failure.subject)\(failure.observed.map { ", \($0)" } ?? "")")
  }

  private struct Unpacked {
    var digests: [String: Digest] = [:]
    /// The files that only an archive has.
    var own: [String: [UInt8]] = [:]
    var folder: FilePath
  }

  private func unpack(
    to folder: FilePath, stop: StopFlag, _ progress: (UInt64, UInt64) -> Void
  ) throws(EvidenceError) -> Unpacked {
    var reader = try TarReader(archive)
    let size = reader.size
    var unpacked = Unpacked(folder: folder)
    var folders: Set<FilePath> = []
    let names = [CaseArchiveStatement.document, CaseArchiveStatement.signature, CaseArchiveStatement.sums]
    var top: Substring?
    while let entry = try reader.next() {
      let parts = entry.path.split(separator: "/", maxSplits: 1)
      guard ArchiveSums.isSafe(entry.path), let first = parts.first, top == nil || top == first else {
        throw EvidenceError(.archiveMalformed, archive.string, "it holds '\(entry.path)'")
      }
      top = first
      guard parts.count == 2, entry.kind == .file else { continue }
      let name = String(parts[1])
      guard unpacked.digests[name] == nil, unpacked.own[name] == nil else {
        throw EvidenceError(.archiveMalformed, archive.string, "it holds '\(name)' twice")
      }
      if names.contains(name) {
        unpacked.own[name] = try reader.contents(of: entry, cap: CaseArchiveStatement.cap)
        continue
      }
      let path = folder.pushing(FilePath(name))
      try Self.makeFolders(of: path, below: folder, &folders)
      unpacked.digests[name] = try reader.copy(entry, to: path) { (done) throws(EvidenceError) in
        guard !stop.isRaised else { throw EvidenceError(.interrupted, archive.string) }
        progress(done, size)
      }
    }
    for path in folders { try DurableFolder.sync(path) }
    try DurableFolder.sync(folder)
    return unpacked
  }

  private static func makeFolders(
    of path: FilePath, below top: FilePath, _ made: inout Set<FilePath>
  ) throws(EvidenceError) {
    let parent = path.removingLastComponent()
    guard parent != top, !made.contains(parent) else { return }
    try makeFolders(of: parent, below: top, &made)
    try DurableFolder.create(parent)
    made.insert(parent)
  }

  /// Holds what was unpacked against the lists in the archive.
  private func compare(_ unpacked: Unpacked) throws(EvidenceError) -> CaseArchiveStatement {
    func malformed(_ reason: String) -> EvidenceError {
      EvidenceError(.archiveMalformed, archive.string, reason)
    }
    guard let document = unpacked.own[CaseArchiveStatement.document],
      let list = unpacked.own[CaseArchiveStatement.sums]
    else { throw malformed("it lacks \(CaseArchiveStatement.document) or \(CaseArchiveStatement.sums)") }
    let statement = try CaseArchiveStatement(parsing: document)
    guard Digest.of(list, .sha256) == statement.sums else {
      throw malformed(
        "\(CaseArchiveStatement.sums) is not the list that \(CaseArchiveStatement.document) names")
    }
    let sums = try ArchiveSums(parsing: list)
    for (path, digest) in sums.lines {
      guard let observed = unpacked.digests[path] else { throw malformed("\(path) is missing") }
      guard observed == digest else { throw malformed("\(path) is not the file that was exported") }
    }
    if unpacked.digests.count != sums.lines.count {
      let listed = Set(sums.lines.map(\.path))
      throw malformed(
        "\(unpacked.digests.keys.filter { !listed.contains($0) }.min() ?? "a file") is on no list")
    }
    return statement
  }

  /// The certificate in the archive says only that the archive is of one piece: it may be anybody's.
  private func checkSignature(
    _ unpacked: Unpacked, _ named: Trust, _ report: inout VerificationReport
  ) throws(EvidenceError) {
    let name = CaseArchiveStatement.signature
    if named.isEmpty { report.signers = [] }
    guard let signature = unpacked.own[name], let document = unpacked.own[CaseArchiveStatement.document]
    else {
      guard !named.isEmpty else { return report.skip("archive", because: "it is not signed") }
      return report.take(
        "archive", against: "its signature",
        [Finding(.signatureMissing, subject: name, observed: "it is not signed")]
      )
    }
    let own = try Certificate.all(
      in: try Files.contents(
        unpacked.folder.appending("certificates/examiner.pem"), cap: Certificate.largestFile),
      name: "examiner.pem")
    let checked = try SignatureCheck.verify(
      signature: signature, content: document, trust: named.isEmpty ? Trust(own) : named)
    report.take("archive", against: "its signature", checked.findings(subject: name))
    report.signers += try SignatureCheck.verify(signature: signature, content: document, trust: named).signers
  }

  private func record(_ statement: CaseArchiveStatement, in made: CaseFolder) throws(EvidenceError) {
    let store = try CaseStore.open(made)
    try store.append(
      .caseImported,
      details: .fields([
        "archive": .string(archive.lastComponent?.string ?? archive.string),
        "exported": .string(statement.exported.description), "sequence": JSONValue(statement.head.sequence),
        "head": .string(statement.head.digest.hex),
      ]))
    try store.close()
  }
}
