import CaseRecords
import CaseStore
import Evidence
import Manifests
import SystemIO
import SystemPackage

/// The folder of a case and the places in it.
package struct CaseFolder: Hashable, Sendable {
  /// Absolute, without symbolic links.
  package let path: FilePath
  /// Who acts: a person of the case by name or identifier; its examiner where `nil`.
  package var actingAs: String?

  package var database: FilePath { path.appending(CaseStore.fileName) }
  package var evidence: FilePath { path.appending("evidence") }
  /// Where the evidence lies: `evidence` may be a link to a folder on larger storage.
  package var evidencePlace: FilePath { (try? Syscalls.resolve(evidence).get()) ?? evidence }
  package var certificates: FilePath { path.appending("certificates") }
  package var reports: FilePath { path.appending("reports") }
  /// Photographs and documents, each named by its SHA-256. Made when the first is attached.
  package var attachments: FilePath { path.appending("attachments") }
  /// Signed statements of how far the audit log went.
  package var checkpoints: FilePath { path.appending("checkpoints") }
  /// Copies of the database.
  package var backups: FilePath { path.appending(CaseStore.backups) }
  /// The examiner's own; not a part of what is handed over.
  package var signing: FilePath { path.appending(Self.signingName) }
  /// Name of the folder with the examiner's key.
  package static let signingName = "signing"

  package var examinerKey: FilePath { signing.appending("examiner.key") }
  /// The certificates above the examiner's, where a laboratory's authority issued it.
  package var chain: FilePath { certificates.appending("chain.pem") }
  package var examinerCertificate: FilePath { certificates.appending("examiner.pem") }

  /// The kind of file system the case lies on, where other machines may have it open as well; `nil` elsewhere.
  package var sharedFileSystem: String? {
    FileSystems.kind(of: path).flatMap { FileSystems.isShared($0) ? $0 : nil }
  }

  /// Every user of the machine can change what is in the case.
  package var isWritableByAll: Bool {
    [path, database, evidence].contains(where: Files.isWritableByAll) && !isReadOnly
  }

  /// The case lies on a file system to which nothing can be written.
  package var isReadOnly: Bool { FileSystems.isReadOnly(path) }

  private init(path: FilePath) { self.path = path }

  /// The case at a path.
  /// - Throws: `notACase` where there is none.
  package static func at(_ path: FilePath) throws(EvidenceError) -> CaseFolder {
    guard Files.kind(path) == .folder else {
      throw EvidenceError(
        .notACase, path.string, Files.exists(path) ? "it is no folder" : "it does not exist")
    }
    let folder = CaseFolder(path: try Syscalls.resolve(path).orThrow(.notACase, path.string))
    guard Files.kind(folder.database) == .file else {
      throw EvidenceError(.notACase, path.string, "no \(CaseStore.fileName) in it")
    }
    return folder
  }

  /// The case at a path, also where its database is missing.
  /// - Throws: `notACase` where there is neither a database nor a folder of evidence.
  package static func atPlace(_ path: FilePath) throws(EvidenceError) -> CaseFolder {
    guard Files.kind(path) == .folder, Files.kind(path.appending("evidence")) == .folder else {
      return try at(path)
    }
    return CaseFolder(path: try Syscalls.resolve(path).orThrow(.notACase, path.string))
  }

  /// The case that is meant: the named one, else the one of EXHIBIT_CASE, else the one around the current folder.
  /// - Throws: `caseNotGiven`, `notACase`.
  package static func locate(named name: String?) throws(EvidenceError) -> CaseFolder {
    if let name = name ?? Environment.value("EXHIBIT_CASE") { return try at(FilePath(name)) }
    var folder = try Syscalls.resolve(".").orThrow(.caseNotGiven, ".")
    while true {
      if Files.kind(folder.appending(CaseStore.fileName)) == .file { return try at(folder) }
      guard folder.removeLastComponent() else {
        throw EvidenceError(.caseNotGiven, "none is in this folder or above it")
      }
    }
  }

  /// Makes the folder of a new case and the folders in it; nothing is left behind where it fails.
  /// - Throws: `caseExists`, `destinationMissing`, `permissionDenied`.
  package static func create(_ path: FilePath) throws(EvidenceError) -> CaseFolder {
    try DurableFolder.create(path, exists: .caseExists)
    do throws(EvidenceError) {
      let folder = CaseFolder(path: try Syscalls.resolve(path).orThrow(.writeFailed, path.string))
      for inner in [folder.evidence, folder.certificates, folder.reports] { try DurableFolder.create(inner) }
      try DurableFolder.create(folder.signing, mode: 0o700)
      return folder
    } catch {
      CaseFolder(path: path).remove()
      throw error
    }
  }

  /// Removes what ``create(_:)`` made and the plain files in it, as far as possible. Only for a case that could
  /// not be created: nothing in it is evidence yet.
  package func remove() {
    for inner in [evidence, certificates, reports, signing, path] {
      try? DurableFolder.removeWithFiles(inner)
    }
  }

  /// Whether a path lies in this folder, however it is written.
  package func contains(_ other: FilePath) -> Bool {
    guard case .success(let resolved) = Syscalls.resolve(other) else { return false }
    return resolved.starts(with: path) || resolved.starts(with: evidencePlace)
  }

  /// Whether a file of this path, which need not exist yet, would lie among the evidence of the case.
  package func isAmongEvidence(_ file: FilePath) -> Bool {
    let parent = file.removingLastComponent()
    guard case .success(let resolved) = Syscalls.resolve(parent.isEmpty ? "." : parent) else { return false }
    return resolved.starts(with: evidencePlace)
  }

  /// Names of the folders in `evidence` that hold a manifest, whether the database knows them or not.
  /// - Parameter item: those of this item only.
  package func acquisitionFolders(of item: ItemNumber? = nil) -> [String] {
    let names = (try? Files.names(in: evidence)) ?? []
    return names.filter { name in
      let manifest = evidence.appending(name).appending(RecordNames(acquisition: name).manifest)
      guard Files.exists(manifest) else { return false }
      guard let item else { return true }
      return [item.description, item.fileName].contains { name == $0 || name.hasPrefix("\($0)-") }
    }
  }

  /// `path` as seen from the case folder, where it lies inside; otherwise as it is.
  package func relative(_ other: FilePath) -> String {
    var inner = other
    return inner.removePrefix(path) ? inner.string : other.string
  }
}

extension AuditActor {
  /// The examiner on this machine.
  package static func here(_ name: String) -> AuditActor {
    AuditActor(
      name: name, user: Host.userName, host: Host.facts.node, tool: ToolVersion.name,
      version: ToolVersion.current)
  }
}

extension CaseStore {
  /// Opens a case to work on it as the one who acts.
  /// - Throws: `personUnknown`, and what opening the case throws.
  package static func open(_ folder: CaseFolder) throws(EvidenceError) -> CaseStore {
    let reading = try CaseStore.openForReading(folder: folder.path)
    let person = try reading.acting(in: folder)
    try reading.close()
    return try CaseStore.open(folder: folder.path, actor: .here(person.details.name))
  }

  /// Opens a case for work whose result lies elsewhere: where it is on a read-only file system, to look at it only.
  /// - Throws: as ``open(_:)``.
  package static func openForOutput(_ folder: CaseFolder) throws(EvidenceError) -> CaseStore {
    folder.isReadOnly ? try CaseStore.openForReading(folder: folder.path) : try CaseStore.open(folder)
  }

  /// Who acts: the person named, or the examiner.
  /// - Throws: `personUnknown`.
  package func acting(in folder: CaseFolder) throws(EvidenceError) -> PersonRecord {
    if let name = folder.actingAs { try person(named: name) } else { try examiner() }
  }

  /// The person responsible for the case.
  package func examiner() throws(EvidenceError) -> PersonRecord {
    let identifier = try caseRecord().examiner
    guard let person = try people().first(where: { $0.id == identifier }) else {
      throw EvidenceError(.caseDamaged, path.string, "its examiner is not among its people")
    }
    return person
  }
}

extension CaseStore {
  /// The person somebody means: by name, by identifier (badge), or by the identifier of the record.
  /// - Throws: `personUnknown`; `personAmbiguous` where several are meant.
  package func person(named reference: String) throws(EvidenceError) -> PersonRecord {
    guard let person = try knownPerson(reference) else { throw EvidenceError(.personUnknown, reference) }
    return person
  }

  /// As above; `nil` where nobody is meant.
  package func knownPerson(_ reference: String) throws(EvidenceError) -> PersonRecord? {
    let meant = try people().filter {
      $0.details.name == reference || $0.details.identifier == reference || $0.id.description == reference
    }
    guard meant.count <= 1 else {
      throw EvidenceError(.personAmbiguous, reference, "\(meant.count) people")
    }
    return meant.first
  }
}
