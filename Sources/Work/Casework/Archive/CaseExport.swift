import CaseFolders
import CaseStore
import Digests
import Evidence
import Manifests
import Signing
import SystemIO
import SystemPackage
import TarArchive

/// Writes a whole case into one archive (tar), which stock tools unpack and check, and which another workstation imports.
package struct CaseExport {
  package struct Written: Sendable {
    package let path: FilePath
    /// Files and bytes of the case in it.
    package let fileCount: Int
    package let length: UInt64
    package let head: AuditHead
    /// What the archive lacks.
    package let remarks: [String]
  }

  private let folder: CaseFolder
  private let output: FilePath
  private let identity: SigningIdentity?

  /// Stamps the checkpoint that is made before.
  package var authority: TimestampAuthority?

  /// - Parameters:
  ///   - output: the file to create.
  ///   - identity: signs what the archive says of itself; `nil` where nobody can.
  package init(_ folder: CaseFolder, to output: FilePath, identity: SigningIdentity?) {
    self.folder = folder
    self.output = output
    self.identity = identity
  }

  /// Blocks until the archive is synced. Whoever works on the case goes on; the database in the archive is as it was at
  /// one moment.
  /// - Parameter progress: called with the bytes done and all there are.
  /// - Throws: `outputExists`, `outputInUse` where an acquisition is under way, `interrupted`, `destinationFull` …;
  ///   nothing is left then.
  package func perform(
    stop: StopFlag = StopFlag(), progress: (UInt64, UInt64) -> Void = { _, _ in }
  ) throws(EvidenceError) -> Written {
    guard !Files.exists(output) else { throw EvidenceError(.outputExists, output.string) }
    let snapshot = FilePath(output.string + ".database")
    let partial = FilePath(output.string + ".partial")
    for left in [snapshot, partial] where Files.exists(left) {
      throw EvidenceError(.outputExists, left.string, "perhaps of an export that was cut off")
    }
    guard !folder.contains(output.removingLastComponent()) else {
      throw EvidenceError(.argumentInvalid, output.string, "it would lie inside the case")
    }
    let files = try listed()
    let store = try CaseStore.openForOutput(folder)
    let record = try store.caseRecord()
    if store.isWritable {
      try store.append(
        .caseExported, details: .fields(["archive": .string(output.lastComponent?.string ?? "")]))
    }
    // So that the log in the archive is signed to its end.
    if let identity, store.isWritable {
      var checkpoint = CheckpointJob(folder, identity: identity)
      checkpoint.authority = authority
      try checkpoint.perform()
    }
    let head = try store.backUp(to: snapshot)
    defer { _ = Syscalls.unlink(snapshot) }
    try store.close()
    let archive = try TarWriter(partial, top: folder.path.lastComponent?.string ?? record.number)
    do throws(EvidenceError) {
      var sums = ArchiveSums()
      // Checkpoints were written since the list was made.
      let others = try (files + names(below: folder.checkpoints)).sorted().map {
        (name: $0, path: folder.path.pushing(FilePath($0)))
      }
      let all = [(name: CaseStore.fileName, path: snapshot)] + others
      let length = try all.mapThrowing { file throws(EvidenceError) in
        try OwnedDescriptor.openFile(file.path).fileSize()
      }.reduce(0, +)
      var done: UInt64 = 0
      for file in all {
        let digest = try archive.add(file.name, from: file.path) { (count) throws(EvidenceError) in
          guard !stop.isRaised else { throw EvidenceError(.interrupted, output.string) }
          done += count
          progress(done, max(done, length))
        }
        sums.add(file.name, digest)
      }
      let statement = CaseArchiveStatement(
        caseIdentifier: record.id.description, caseNumber: record.number, exported: Host.now(), head: head,
        sums: Digest.of(sums.bytes, .sha256))
      try archive.add(CaseArchiveStatement.sums, sums.bytes)
      try archive.add(CaseArchiveStatement.document, statement.bytes)
      if let identity {
        try archive.add(
          CaseArchiveStatement.signature, try identity.sign(statement.bytes, at: statement.exported))
      }
      let size = try archive.finish()
      try DurableFolder.rename(partial, to: output)
      return Written(
        path: output, fileCount: sums.lines.count, length: size, head: head, remarks: try remarks())
    } catch {
      _ = Syscalls.unlink(partial)
      throw error
    }
  }

  // MARK: What is in it

  /// Everything but the signing key, the search index, copies of the database, and the database itself, of which a copy
  /// is taken.
  private func listed() throws(EvidenceError) -> [String] {
    var paths: [String] = []
    let left = [CaseStore.fileName, CaseSearch.fileName].flatMap {
      [$0, $0 + "-wal", $0 + "-shm", $0 + "-journal"]
    }
    let folders = [folder.signing, folder.backups, folder.checkpoints]
    for name in try Files.names(in: folder.path) where !left.contains(name) {
      let path = folder.path.appending(name)
      guard !folders.contains(path) else { continue }
      paths += try names(below: path)
    }
    return paths
  }

  /// The files at or below a path, relative to the case.
  private func names(below path: FilePath) throws(EvidenceError) -> [String] {
    let name = folder.relative(path)
    guard ArchiveSums.isSafe(name) else {
      throw EvidenceError(.argumentInvalid, name, "an archive cannot hold a file of this name")
    }
    // A link in the place of the evidence leads to it; every other one leads out of the case.
    switch Files.kind(path, followLinks: path == folder.evidence) {
    case nil: return []
    case .file: return [name]
    case .folder:
      // An acquisition that is being written would be cut somewhere.
      if name.hasSuffix(OutputFolder.partialSuffix) { _ = try FolderLock(path) }
      var all: [String] = []
      for inner in try Files.names(in: path) { all += try names(below: path.appending(inner)) }
      return all
    default: throw EvidenceError(.readFailed, path.string, "neither a file nor a folder")
    }
  }

  /// Segments that lie elsewhere.
  private func remarks() throws(EvidenceError) -> [String] {
    let store = try CaseStore.openForReading(folder: folder.path)
    var remarks: [String] = []
    for acquisition in try store.endedAcquisitions() {
      let names = RecordNames(acquisition: acquisition.name)
      let path = folder.path.pushing(FilePath(acquisition.folder)).appending(names.manifest)
      guard let bytes = try? Files.contents(path, cap: Manifest.largestFile),
        let manifest = try? Manifest(parsing: bytes, name: names.manifest),
        !manifest.acquisition.overflow.isEmpty
      else { continue }
      let places = manifest.acquisition.overflow.map { "\($0)" }.joined(separator: ", ")
      remarks.append(
        "segments of acquisition \(acquisition.name) lie in \(places) and are not in the archive")
    }
    return remarks
  }
}
