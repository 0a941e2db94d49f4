import Digests
import Evidence
import Manifests
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
  /// MD5 too, which hashdeep wants.
  private let withMD5: Bool
  private let stop: StopFlag
  private let progress: (UInt64) -> Void
  private var folders: [FilePath]
  private(set) var payload: [Entry] = []
  private var tags: [Entry] = []
  /// Bytes copied so far.
  private var done: UInt64 = 0

  private static let step = 4 << 20

  /// - Parameter folder: exists and is empty.
  init(
    _ folder: FilePath, withMD5: Bool, stop: StopFlag, progress: @escaping (UInt64) -> Void
  ) {
    self.folder = folder
    self.withMD5 = withMD5
    self.stop = stop
    self.progress = progress
    self.folders = [folder]
  }

  private var algorithms: [DigestAlgorithm] { withMD5 ? [.md5, .sha256] : [.sha256] }

  /// Adds a file of the payload, or a tag file where the path does not begin with `data/`.
  mutating func write(_ bytes: some Collection<UInt8>, as path: String) throws(EvidenceError) {
    try DurableFile.write(bytes, to: try place(path))
    let contents = Array(bytes)
    add(
      Entry(
        path: path, size: UInt64(contents.count),
        digests: DigestSet(algorithms.map { Digest.of(contents, $0) })))
  }

  /// Copies a file into the payload.
  /// - Parameter expected: size and digest it must have; whatever it has where `nil`.
  /// - Throws: `notAsRecorded` where it has another; `interrupted`, `fileMissing`, `readFailed`, `writeFailed` …
  mutating func copy(
    _ source: FilePath, as path: String, expected: Manifest.File? = nil
  ) throws(EvidenceError) {
    guard Files.kind(source, followLinks: false) == .file else {
      throw EvidenceError(
        Files.exists(source) ? .notAsRecorded : .fileMissing, source.string, "no regular file")
    }
    let input = try OwnedDescriptor.openFile(source)
    input.adviseSequential()
    let output = try DurableFile(creating: try place(path))
    var sha256 = StreamingDigest(.sha256)
    var md5 = StreamingDigest(.md5)
    let buffer = PageBuffer(capacity: Self.step)
    var size: UInt64 = 0
    while true {
      guard !stop.isRaised else { throw EvidenceError(.interrupted, source.string) }
      buffer.byteCount = try buffer.fill { (memory: UnsafeMutableRawBufferPointer) throws(EvidenceError) in
        try input.read(into: memory, at: size)
      }
      sha256.update(buffer.bytes)
      if withMD5 { md5.update(buffer.bytes) }
      try output.write(buffer.bytes, at: size)
      size += UInt64(buffer.byteCount)
      done += UInt64(buffer.byteCount)
      progress(done)
      if buffer.byteCount < Self.step { break }
    }
    try output.close()
    let digest = sha256.finish()
    if let expected, (expected.size, expected.sha256) != (size, digest) {
      throw EvidenceError(
        .notAsRecorded, source.string, "SHA-256 \(digest), recorded is \(expected.sha256)")
    }
    add(Entry(path: path, size: size, digests: DigestSet(withMD5 ? [md5.finish(), digest] : [digest])))
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
  /// - Returns: SHA-256 of the list of the payload.
  mutating func finish(
    _ information: KeyValuePairs<String, String?>
  ) throws(EvidenceError) -> Digest {
    let oxum = Bag.oxum(bytes: payload.reduce(0) { $0 + $1.size }, files: payload.count)
    try write(Bag.declaration.utf8, as: Bag.declarationName)
    try write(
      (Bag.information(information) + Bag.information(["Payload-Oxum": oxum])).utf8, as: Bag.informationName)
    let list = Self.list(payload)
    try write(list, as: Bag.payloadManifestName)
    try DurableFile.write(Self.list(tags), to: folder.appending(Bag.tagManifestName))
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
