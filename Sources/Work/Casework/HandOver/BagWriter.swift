import Digests
import Evidence
import Manifests
import Signing
import SystemIO
import SystemPackage

/// Writes a bag (BagIt, RFC 8493): files with their digests, taken while they are written.
struct BagWriter: ~Copyable {
  /// One file of the bag.
  struct Entry {
    /// Path from the bag's folder.
    let path: String
    let size: UInt64
    let digests: DigestSet
  }

  let folder: FilePath
  private let copier: DigestedCopy
  private var folders: [FilePath]
  private(set) var payload: [Entry] = []
  private var tags: [Entry] = []

  /// - Parameter folder: exists and is empty.
  init(_ folder: FilePath, _ copier: DigestedCopy) {
    self.folder = folder
    self.copier = copier
    self.folders = [folder]
  }

  /// Adds a file of the payload, or a tag file where the path does not begin with `data/`.
  mutating func write(_ bytes: some Collection<UInt8>, as path: String) throws(EvidenceError) {
    try DurableFile.write(bytes, to: try place(path))
    let contents = Array(bytes)
    add(
      Entry(
        path: path, size: UInt64(contents.count),
        digests: DigestSet(copier.algorithms.map { Digest.of(contents, $0) })))
  }

  /// Adds a file of the payload that is made line by line.
  /// - Parameter body: hands over each line without its end.
  mutating func write(
    linesAs path: String, _ body: (([UInt8]) throws(EvidenceError) -> Void) throws(EvidenceError) -> Void
  ) throws(EvidenceError) {
    var file = try DigestedFile(creating: try place(path), algorithms: copier.algorithms)
    try body { (line) throws(EvidenceError) in
      try file.append((line + [UInt8(ascii: "\n")]).span.bytes)
    }
    let (size, digests) = try file.close()
    add(Entry(path: path, size: size, digests: digests))
  }

  /// Copies a file into the payload.
  /// - Parameter expected: size and digest it must have; whatever it has where `nil`.
  /// - Throws: as ``DigestedCopy/copy(_:to:expected:)``.
  mutating func copy(
    _ source: FilePath, as path: String, expected: RecordedFile? = nil
  ) throws(EvidenceError) {
    let (size, digests) = try copier.copy(source, to: try place(path), expected: expected)
    add(Entry(path: path, size: size, digests: digests))
  }

  private mutating func add(_ entry: Entry) {
    if entry.path.hasPrefix("\(Bag.payloadFolder)/") { payload.append(entry) } else { tags.append(entry) }
  }

  /// Where a file of the bag lies; the folders on the way are made.
  private mutating func place(_ path: String) throws(EvidenceError) -> FilePath {
    var inner = folder
    for part in path.split(separator: "/").dropLast() {
      inner.append(String(part))
      guard !folders.contains(inner) else { continue }
      try DurableFolder.create(inner)
      folders.append(inner)
    }
    return folder.pushing(FilePath(path))
  }

  /// Writes declaration, information and lists, and syncs all folders.
  /// - Parameter information: elements of `bag-info.txt` besides the size, which is added.
  /// - Parameter identity: signs the list of the other lists; nothing is signed where it is `nil`.
  /// - Returns: SHA-256 of the list of the payload.
  mutating func finish(
    _ information: KeyValuePairs<String, String?>, signedBy identity: SigningIdentity?, at now: Timestamp
  ) throws(EvidenceError) -> Digest {
    let oxum = Bag.oxum(bytes: payload.map(\.size).clampedSum(), files: payload.count)
    try write(Bag.declaration.utf8, as: Bag.declarationName)
    try write(
      (Bag.information(information) + Bag.information(["Payload-Oxum": oxum])).utf8, as: Bag.informationName)
    let list = Self.list(payload)
    try write(list, as: Bag.payloadManifestName)
    let tagList = Self.list(tags)
    try DurableFile.write(tagList, to: folder.appending(Bag.tagManifestName))
    if let identity {
      try DurableFile.write(try identity.sign(tagList, at: now), to: folder.appending(Bag.signatureName))
    }
    for folder in folders { try DurableFolder.sync(folder) }
    return Digest.of(list, .sha256)
  }

  private static func list(_ entries: [Entry]) -> [UInt8] {
    DigestList(
      entries: entries.compactMap { entry in
        entry.digests[.sha256].map { DigestList.Entry(name: entry.path, sha256: $0) }
      }
    ).bytes
  }
}
