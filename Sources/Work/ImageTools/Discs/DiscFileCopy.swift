import Digests
import DiscFiles
import Evidence
import SystemIO
import SystemPackage

/// How far several threads are that copy files.
struct DiscCopyState {
  var files: [DiscExtractJob.File?]
  /// Bytes.
  var done: UInt64 = 0
  var running = 0
  private(set) var failure: EvidenceError?
  private var batches: ArraySlice<Range<Int>>

  init(of entries: [DiscEntry], at places: [Int]) {
    files = Array(repeating: nil, count: places.count)
    batches = Self.batches(entries, places)[...]
  }

  private static let mostFiles = 256
  private static let mostBytes: UInt64 = 1 << 22

  /// Files of one folder each: two threads that make files in one folder wait for each other.
  private static func batches(_ entries: [DiscEntry], _ places: [Int]) -> [Range<Int>] {
    func folder(_ path: String) -> Substring.UTF8View {
      path.utf8[..<(path.utf8.lastIndex(of: UInt8(ascii: "/")) ?? path.utf8.startIndex)]
    }
    var batches: [Range<Int>] = []
    var (first, bytes) = (0, 0 as UInt64)
    for number in places.indices {
      let entry = entries[places[number]]
      let isFull = number - first >= mostFiles || bytes >= mostBytes
      if number > first, isFull || !folder(entry.path).elementsEqual(folder(entries[places[number - 1]].path))
      {
        batches.append(first..<number)
        (first, bytes) = (number, 0)
      }
      bytes += min(entry.size, mostBytes)
    }
    if first < places.count { batches.append(first..<places.count) }
    return batches
  }

  /// The next files, by their numbers; none after a failure.
  mutating func take() -> Range<Int> { failure == nil ? batches.popFirst() ?? 0..<0 : 0..<0 }

  mutating func fail(_ error: EvidenceError) { if failure == nil { failure = error } }
}

/// Copies files of a disc into a folder.
struct DiscFileCopy: Sendable {
  private let folder: String
  private let owner: FolderOwner
  /// Those of the disc that look unfinished: none of them is that of a file that is.
  private let names: Set<String>
  private let repairs: Bool
  private let stop: StopFlag

  static let longestPath = 3500

  init(of entries: [DiscEntry], to folder: FilePath, repairs: Bool, stop: StopFlag) {
    self.folder = folder.string
    self.repairs = repairs
    self.stop = stop
    owner = FolderOwner(of: folder)
    names = Set(entries.lazy.map(\.path).filter(Self.looksUnfinished))
  }

  private static func looksUnfinished(_ path: String) -> Bool {
    let suffix = OutputFolder.partialSuffix
    var rest = path.utf8[...]
    while let dot = rest.firstIndex(of: UInt8(ascii: ".")) {
      rest = rest[dot...]
      if rest.starts(with: suffix.utf8) { return true }
      rest = rest.dropFirst()
    }
    return false
  }

  /// - Parameter progress: bytes done of it.
  func copy(
    _ entry: DiscEntry, on sectors: DiscSectors, progress: (UInt64) -> Void
  ) throws(EvidenceError) -> DiscExtractJob.File {
    guard entry.path.utf8.count <= Self.longestPath else {
      return DiscExtractJob.File(
        entry: entry, place: nil, size: 0, sha256: nil, damage: [], failure: "its path is too long for a file"
      )
    }
    var name = entry.path
    let file = try create(&name, for: entry)
    var digest = StreamingDigest(.sha256)
    var size: UInt64 = 0
    let damage: [DiscFileContents.Damage]
    do throws(EvidenceError) {
      damage = try DiscFileContents(entry, on: sectors, repairs: repairs).read {
        (piece) throws(EvidenceError) in
        guard !stop.isRaised else { throw interrupted }
        try file.write(piece.span.bytes, at: size)
        digest.update(piece.span.bytes)
        size += UInt64(piece.count)
        progress(min(size, entry.size))
      }
    } catch {
      if name == entry.path { _ = try? markPartial(entry.path) }
      throw error
    }
    progress(entry.size)
    try file.closeUnsynced(
      modified: entry.time(.modified)?.microseconds, accessed: entry.time(.accessed)?.microseconds)
    // One whose record says it is cut is not whole either.
    let isShort = size != entry.size && !entry.isByForm
    let failure =
      name != entry.path
      ? "the destination takes its name for that of another file"
      : isShort ? "\(size) of \(entry.size) bytes" : nil
    let copied = DiscExtractJob.File(
      entry: entry, place: name, size: size, sha256: digest.finish(), damage: damage, failure: nil)
    guard copied.isPartial || failure != nil else { return copied }
    let place = name == entry.path ? try markPartial(name) : name
    return DiscExtractJob.File(
      entry: entry, place: place, size: size, sha256: copied.sha256, damage: damage,
      failure: copied.isPartial && name == entry.path ? nil : failure)
  }

  /// What was copied stays, and a folder is never written into again.
  var interrupted: EvidenceError {
    EvidenceError(
      .interrupted, folder, "the files copied so far are kept; move them away, or name another folder")
  }

  private func place(_ path: String) -> FilePath { FilePath(folder + "/" + path) }

  /// Readable by whom the disc says; never executable or writable by others.
  private func mode(_ entry: DiscEntry) -> UInt32 { 0o600 | (entry.owner?.mode ?? 0o644) & 0o044 }

  /// - Parameter name: that of an unfinished file where the destination has it already.
  private func create(_ name: inout String, for entry: DiscEntry) throws(EvidenceError) -> DurableFile {
    let mode = mode(entry)
    do throws(EvidenceError) {
      return try DurableFile(creating: place(name), mode: mode, owner: owner)
    } catch  where error.code == .outputExists {
      for unfinishedName in unfinished(name) {
        do throws(EvidenceError) {
          let file = try DurableFile(creating: place(unfinishedName), mode: mode, owner: owner)
          name = unfinishedName
          return file
        } catch { guard error.code == .outputExists else { throw error } }
      }
      throw error
    }
  }

  /// - Returns: the name it gets as a file that is not whole.
  private func markPartial(_ path: String) throws(EvidenceError) -> String {
    for name in unfinished(path) {
      do throws(EvidenceError) {
        try DurableFolder.rename(place(path), to: place(name), syncs: false)
        return name
      } catch { guard error.code == .outputExists else { throw error } }
    }
    throw EvidenceError(.outputExists, place(path + OutputFolder.partialSuffix).string)
  }

  /// `NAME.partial`, or another where that one is taken.
  private func unfinished(_ path: String) -> some Sequence<String> {
    let wanted = path + OutputFolder.partialSuffix
    return (1...Self.mostNames).lazy.map { $0 == 1 ? wanted : "\(wanted)~\($0)" }.filter {
      !names.contains($0)
    }
  }

  private static let mostNames = 10_000
}
