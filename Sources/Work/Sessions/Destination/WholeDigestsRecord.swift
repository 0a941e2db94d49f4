import CanonicalJSON
import Digests
import Evidence
import Manifests
import Signing
import SystemIO
import SystemPackage
import Verification

/// Adds digests of the whole to the record of an acquisition whose reading left them for later.
package struct WholeDigestsRecord {
  private let folder: FilePath
  private let manifest: Manifest
  private let digest: Digest
  private var names: RecordNames { RecordNames(acquisition: manifest.acquisition.name) }

  /// - Parameters:
  ///   - folder: of the manifest.
  ///   - digest: SHA-256 of the manifest.
  package init(folder: FilePath, manifest: Manifest, digest: Digest) {
    self.folder = folder
    self.manifest = manifest
    self.digest = digest
  }

  /// What was added.
  package struct Added: Sendable {
    package let document: WholeDigests
    /// Name of the file.
    package let file: String
    /// SHA-256 of the file.
    package let sha256: Digest

    package init(document: WholeDigests, file: String, sha256: Digest) {
      self.document = document
      self.file = file
      self.sha256 = sha256
    }

    /// What the audit log tells of it.
    /// - Parameter file: its path in the case; absolute of a copy elsewhere.
    package func details(file: FilePath, acquisition: RecordIdentifier) -> JSONValue {
      .fields([
        "acquisition": .string(acquisition.description), "manifest": .string(document.manifest.hex),
        "file": .string(file.string), "sha256": .string(sha256.hex),
        "computed": .string(document.computed.description),
        "digests": .object(
          document.streams.mapValues { digests in
            .object(
              Dictionary(
                uniqueKeysWithValues: digests.all.map { ($0.algorithm.rawValue, .string($0.hex)) }))
          }),
      ])
    }
  }

  /// Signs the digests and writes them beside the manifest, the signature first: without it they would count as altered.
  /// - Parameter examiner: who verified.
  /// - Throws: `writeFailed`, `destinationFull`, `cryptographyFailed`.
  package func add(
    _ computed: ComputedWhole, by examiner: String, identity: SigningIdentity
  ) throws(EvidenceError) -> Added {
    let now = Host.now()
    let document = WholeDigests(
      acquisition: manifest.acquisition.identifier, name: manifest.acquisition.name, manifest: digest,
      computed: now, examiner: examiner,
      tool: Manifest.Tool(name: ToolVersion.name, version: ToolVersion.current), host: Host.facts.node,
      streams: computed.streams, contents: computed.contents)
    let bytes = document.canonicalBytes
    guard
      manifest.adding(try WholeDigests(parsing: bytes, name: names.wholeDigests), manifestDigest: digest)
        != nil
    else {
      throw EvidenceError(
        .manifestMalformed, names.wholeDigests, "not the digests that the manifest leaves open")
    }
    try DurableFile.replace(
      folder.appending(names.wholeDigestsSignature), with: try identity.sign(bytes, at: now))
    try DurableFile.replace(folder.appending(names.wholeDigests), with: bytes)
    try completeSums()
    return Added(document: document, file: names.wholeDigests, sha256: Digest.of(bytes, .sha256))
  }

  /// Has `SHA256SUMS` name what was added, and the files whose digests are known since; also after an end in between.
  package func completeSums() throws(EvidenceError) {
    let path = folder.appending(RecordNames.sums)
    let bytes = try Files.ownContents(folder.appending(names.wholeDigests), cap: WholeDigests.largestFile)
    let signature = try Files.ownContents(
      folder.appending(names.wholeDigestsSignature), cap: SignatureCheck.largestFile)
    let whole = try WholeDigests(parsing: bytes, name: names.wholeDigests)
    guard let filled = manifest.adding(whole, manifestDigest: digest) else { return }
    let stored = try DigestList(
      parsing: try Files.ownContents(path, cap: DigestList.largestFile), name: path.string)
    var list = stored
    let open = Set(manifest.allFiles.filter { $0.sha256 == nil }.map(\.name))
    var entries = filled.allFiles.filter { open.contains($0.name) }.compactMap(\.recorded).map {
      DigestList.Entry(name: $0.name, sha256: $0.sha256)
    }
    entries.append(DigestList.Entry(name: names.wholeDigests, sha256: Digest.of(bytes, .sha256)))
    entries.append(
      DigestList.Entry(name: names.wholeDigestsSignature, sha256: Digest.of(signature, .sha256)))
    for entry in entries {
      if let index = list.entries.firstIndex(where: { $0.name == entry.name }) {
        list.entries[index] = entry
      } else {
        list.entries.append(entry)
      }
    }
    guard list != stored else { return }
    try DurableFile.replace(path, with: list.bytes)
  }
}
