import Digests
import DiscFiles
import Evidence
import SystemIO
import SystemPackage

/// Copies the files of a tree of a disc into a new folder; beside it, lists the digests of those that are whole, and
/// describes all there are as DFXML.
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
    /// All entries, with where they lie, their times and digests, and what is wrong with them.
    package let description: FilePath
  }

  private let choice: DiscTreeChoice
  private let destination: FilePath
  private let repairs: Bool
  private let stop: StopFlag

  /// - Parameter repairs: damaged sectors that their parity can correct are delivered corrected.
  package init(
    _ choice: DiscTreeChoice, to folder: FilePath, repairs: Bool = false, stop: StopFlag = StopFlag()
  ) {
    self.choice = choice
    destination = folder
    self.repairs = repairs
    self.stop = stop
  }

  /// Blocks until all is synced. The folder is new, and called `.partial` until then; where it ends early, what was copied
  /// stays in it.
  /// - Parameter progress: bytes done, and all there are.
  /// - Throws: `outputExists`, `destinationMissing`, `destinationFull`, `writeFailed`, `interrupted`.
  package func perform(
    progress: (UInt64, UInt64) -> Void = { _, _ in }
  ) throws(EvidenceError) -> Report {
    let entries = choice.chosen.entries
    let total = entries.filter { $0.kind == .file }.map(\.size).clampedSum()
    let list = FilePath(destination.string + ".SHA256SUMS")
    let description = FilePath(destination.string + ".dfxml")
    for path in [list, description] where Files.exists(path) {
      throw EvidenceError(.outputExists, path.string)
    }
    let output = try OutputFolder(creating: destination)
    try FreeSpace.demand(total, at: destination.parentFolder, canBeTried: false)
    try output.create()
    let outcome = copyAll(entries, total, to: output.partial, progress)
    let report = Report(
      files: outcome.files, skipped: entries.filter { [.symbolicLink, .other].contains($0.kind) }, list: list,
      description: description)
    if let failure = outcome.failure {
      // What is whole by then is listed all the same, as far as that can still be written.
      try? write(report)
      throw failure
    }
    setFolderTimes(entries, in: output.partial)
    try write(report)
    try DurableFolder.syncFileSystem(output.partial)
    try output.complete()
    return report
  }

  private func write(_ report: Report) throws(EvidenceError) {
    try DurableFile.write(sums(report.files), to: report.list)
    try DiscFilesDFXML(choice, report.files).write(to: report.description)
  }

  // MARK: Copying

  /// Several at a time: most of the time goes to making files.
  private func copyAll(
    _ entries: [DiscEntry], _ total: UInt64, to folder: FilePath, _ progress: (UInt64, UInt64) -> Void
  ) -> (files: [File], failure: EvidenceError?) {
    let places = entries.indices.filter { entries[$0].kind == .file }
    let state = Monitor(DiscCopyState(of: entries, at: places))
    do throws(EvidenceError) { try makeFolders(entries, in: folder) } catch { return ([], error) }
    let copy = DiscFileCopy(of: entries, to: folder, repairs: repairs, stop: stop)
    let (image, stop) = (choice.image, stop)
    let work: @Sendable () -> Void = {
      let sectors = DiscSectors(image)
      while true {
        let range = state.withLock { $0.take() }
        guard !range.isEmpty else { break }
        for number in range {
          var before: UInt64 = 0
          do throws(EvidenceError) {
            guard !stop.isRaised else { throw copy.interrupted }
            let file = try copy.copy(entries[places[number]], on: sectors) { done in
              state.withLock { $0.done += done - before }
              before = done
            }
            state.withLock { $0.files[number] = file }
          } catch {
            state.withLock { $0.fail(error) }
          }
        }
        state.signal()
      }
      state.withLock { $0.running -= 1 }
      state.signal()
    }
    let threads = max(1, min(availableProcessors(), Self.mostThreads, places.count))
    state.withLock { $0.running = threads }
    let workers = WorkerThreads(name: "disc files", [@Sendable () -> Void](repeating: work, count: threads))
    while true {
      let isDone = state.wait(seconds: 0.2) { $0.running == 0 ? true : nil } ?? false
      progress(min(state.withLock { $0.done }, total), total)
      if isDone { break }
    }
    workers.join()
    return state.withLock { ($0.files.compactMap(\.self), $0.failure) }
  }

  private static let mostThreads = 4

  // MARK: Folders

  private func makeFolders(_ entries: [DiscEntry], in folder: FilePath) throws(EvidenceError) {
    var made: Set<String> = [""]
    for entry in entries where entry.path.utf8.count <= DiscFileCopy.longestPath {
      if entry.kind == .folder {
        try make(entry.path, in: folder, &made)
      } else if entry.kind == .file, let slash = entry.path.utf8.lastIndex(of: UInt8(ascii: "/")) {
        try make(String(entry.path[..<slash]), in: folder, &made)
      }
    }
  }

  private func make(_ path: String, in folder: FilePath, _ made: inout Set<String>) throws(EvidenceError) {
    guard !made.contains(path) else { return }
    if let slash = path.lastIndex(of: "/") { try make(String(path[..<slash]), in: folder, &made) }
    let place = folder.pushing(FilePath(path))
    // Where a file system takes names that differ in case for one, it is there.
    do throws(EvidenceError) { try DurableFolder.create(place) } catch {
      guard error.code == .outputExists, Files.kind(place) == .folder else { throw error }
    }
    made.insert(path)
  }

  /// When all is in them; those inside first.
  private func setFolderTimes(_ entries: [DiscEntry], in folder: FilePath) {
    for entry in entries.reversed()
    where entry.kind == .folder && entry.path.utf8.count <= DiscFileCopy.longestPath {
      guard let modified = entry.time(.modified)?.microseconds else { continue }
      DurableFolder.setTimes(
        folder.pushing(FilePath(entry.path)), modified: modified,
        accessed: entry.time(.accessed)?.microseconds)
    }
  }

  // MARK: The list

  private static let part = 2048

  private func sums(_ files: [File]) -> [[UInt8]] {
    WorkerThreads.map((files.count + Self.part - 1) / Self.part, name: "list") { number in
      var sums: [UInt8] = []
      for index in number * Self.part..<min((number + 1) * Self.part, files.count)
      where !files[index].isPartial {
        guard let sha256 = files[index].sha256, let place = files[index].place else { continue }
        sums += Self.line(sha256, place)
      }
      return sums
    }
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
