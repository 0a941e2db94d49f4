import Digests
import DiscFiles
import Evidence
import SystemIO
import SystemPackage

/// Copies the files of a tree of a disc into a new folder, and lists the digests of those that are whole beside it.
///
/// A file that is damaged costs that file alone.
package struct DiscExtractJob {
  package struct File: Sendable {
    package let entry: DiscEntry
    /// Where it was put, within the folder; `nil` where nothing of it was.
    package let place: String?
    /// Of what was put there; bytes and digest.
    package let size: UInt64
    package let sha256: Digest?
    package let damage: [DiscFileContents.Damage]
    /// Why it was not copied.
    package let failure: String?

    /// Not all of it was there.
    package var isPartial: Bool {
      failure != nil || entry.isCut || damage.contains { [.missing, .compressed].contains($0.reason) }
    }
    package var isDamaged: Bool { damage.contains { $0.reason == .wrong } }
  }

  package struct Report: Sendable {
    /// By path.
    package let files: [File]
    /// What was not copied: links, devices.
    package let skipped: [DiscEntry]
    /// The list of digests, as `sha256sum -c` reads it in the folder.
    package let list: FilePath
  }

  private let choice: DiscTreeChoice
  private let folder: FilePath
  private let repairs: Bool
  private let stop: StopFlag
  /// Those of the disc, none of which is that of a file that is not whole.
  private let names: Set<String>

  /// - Parameter repairs: damaged sectors that their parity can correct are delivered corrected.
  package init(
    _ choice: DiscTreeChoice, to folder: FilePath, repairs: Bool = false, stop: StopFlag = StopFlag()
  ) {
    self.choice = choice
    self.folder = folder
    self.repairs = repairs
    self.stop = stop
    self.names = Set(choice.chosen.entries.map(\.path))
  }

  private static let longestPath = 3500

  /// Blocks until all is synced. The folder is new; where it ends early, what was copied stays in it.
  /// - Parameter progress: bytes done, and all there are.
  /// - Throws: `outputExists`, `destinationMissing`, `destinationFull`, `writeFailed`, `interrupted`.
  package func perform(
    progress: (UInt64, UInt64) -> Void = { _, _ in }
  ) throws(EvidenceError) -> Report {
    let total = choice.chosen.entries.filter { $0.kind == .file }.map(\.size).clampedSum()
    let list = FilePath(folder.string + ".SHA256SUMS")
    guard !Files.exists(list) else { throw EvidenceError(.outputExists, list.string) }
    try FreeSpace.demand(total, at: folder.parentFolder, canBeTried: false)
    try DurableFolder.create(folder)
    var files: [File] = []
    var skipped: [DiscEntry] = []
    do throws(EvidenceError) {
      try copyAll(&files, &skipped, total, progress)
    } catch {
      // What is whole by then is listed all the same, as far as that can still be written.
      try? write(list, of: files)
      throw error
    }
    try write(list, of: files)
    try DurableFolder.syncFileSystem(folder)
    return Report(files: files, skipped: skipped, list: list)
  }

  private func copyAll(
    _ files: inout [File], _ skipped: inout [DiscEntry], _ total: UInt64,
    _ progress: (UInt64, UInt64) -> Void
  ) throws(EvidenceError) {
    var made: Set<String> = [""]
    var done: UInt64 = 0
    for entry in choice.chosen.entries {
      guard !stop.isRaised else { throw EvidenceError(.interrupted, folder.string) }
      switch entry.kind {
      case .symbolicLink, .other: skipped.append(entry)
      case .folder: if entry.path.utf8.count <= Self.longestPath { try make(entry.path, &made) }
      case .file:
        files.append(try copy(entry, &made, done, total, progress))
        done = [done, entry.size].clampedSum()
        progress(done, total)
      }
    }
  }

  private func write(_ list: FilePath, of files: [File]) throws(EvidenceError) {
    let sums = files.filter { !$0.isPartial }.flatMap { file in
      file.sha256.flatMap { sha256 in file.place.map { Self.line(sha256, $0) } } ?? []
    }
    try DurableFile.write(sums, to: list)
  }

  private func make(_ path: String, _ made: inout Set<String>) throws(EvidenceError) {
    guard !made.contains(path) else { return }
    if let slash = path.lastIndex(of: "/") { try make(String(path[..<slash]), &made) }
    let place = folder.pushing(FilePath(path))
    // Where a file system takes names that differ in case for one, it is there.
    do throws(EvidenceError) { try DurableFolder.create(place) } catch {
      guard error.code == .outputExists, Files.kind(place) == .folder else { throw error }
    }
    made.insert(path)
  }

  private func copy(
    _ entry: DiscEntry, _ made: inout Set<String>, _ before: UInt64, _ total: UInt64,
    _ progress: (UInt64, UInt64) -> Void
  ) throws(EvidenceError) -> File {
    guard entry.path.utf8.count <= Self.longestPath else {
      return File(
        entry: entry, place: nil, size: 0, sha256: nil, damage: [], failure: "its path is too long for a file"
      )
    }
    if let slash = entry.path.lastIndex(of: "/") { try make(String(entry.path[..<slash]), &made) }
    // Until it is whole it does not have its name.
    let partial = free(entry.path + OutputFolder.partialSuffix)
    let file = try DurableFile(creating: folder.pushing(FilePath(partial)))
    var digest = StreamingDigest(.sha256)
    var size: UInt64 = 0
    let damage = try DiscFileContents(entry, on: choice.sectors, repairs: repairs).read {
      (piece) throws(EvidenceError) in
      guard !stop.isRaised else { throw EvidenceError(.interrupted, folder.string) }
      try file.write(piece.span.bytes, at: size)
      digest.update(piece.span.bytes)
      size += UInt64(piece.count)
      progress([before, min(size, entry.size)].clampedSum(), total)
    }
    try file.closeUnsynced(modified: entry.modified)
    var report = File(
      entry: entry, place: partial, size: size, sha256: digest.finish(), damage: damage, failure: nil)
    // One whose record says it is cut is not whole either.
    let isShort = size != entry.size && !entry.isByForm
    guard !report.isPartial, !isShort else {
      return File(
        entry: entry, place: partial, size: size, sha256: report.sha256, damage: damage,
        failure: isShort && damage.isEmpty ? "\(size) of \(entry.size) bytes" : nil)
    }
    do throws(EvidenceError) {
      try DurableFolder.rename(
        folder.pushing(FilePath(partial)), to: folder.pushing(FilePath(entry.path)), syncs: false)
    } catch {
      guard error.code == .outputExists else { throw error }
      return File(
        entry: entry, place: partial, size: size, sha256: report.sha256, damage: damage,
        failure: "the destination takes its name for that of another file")
    }
    report = File(
      entry: entry, place: entry.path, size: size, sha256: report.sha256, damage: damage, failure: nil)
    return report
  }

  private func free(_ name: String) -> String {
    var candidate = name
    var number = 2
    while names.contains(candidate) || Files.exists(folder.pushing(FilePath(candidate))) {
      candidate = "\(name)~\(number)"
      number += 1
    }
    return candidate
  }

  /// As `sha256sum` writes it: a name with a line break or a backslash is escaped, and the line says so.
  private static func line(_ sha256: Digest, _ path: String) -> [UInt8] {
    let bytes = NameText.bytes(path)
    var escaped: [UInt8] = []
    for byte in bytes {
      switch byte {
      case UInt8(ascii: "\\"): escaped += Array("\\\\".utf8)
      case UInt8(ascii: "\n"): escaped += Array("\\n".utf8)
      case UInt8(ascii: "\r"): escaped += Array("\\r".utf8)
      default: escaped.append(byte)
      }
    }
    let mark = escaped.count > bytes.count ? "\\" : ""
    return Array("\(mark)\(sha256.hex)  ".utf8) + escaped + [0x0A]
  }
}
