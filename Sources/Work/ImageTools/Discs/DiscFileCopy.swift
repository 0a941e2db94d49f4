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
  private var next = 0

  init(count: Int) { files = Array(repeating: nil, count: count) }

  /// The next files, by their numbers; none after a failure.
  mutating func take(_ count: Int) -> Range<Int> {
    guard failure == nil else { return 0..<0 }
    let range = next..<min(next + count, files.count)
    next = range.upperBound
    return range
  }

  mutating func fail(_ error: EvidenceError) { if failure == nil { failure = error } }
}

/// Copies one file of a disc. Until it is whole it does not have its name.
struct DiscFileCopy {
  private let entry: DiscEntry
  private let sectors: DiscSectors
  private let folder: FilePath
  /// Those of the disc that look unfinished: none of them is that of a file that is.
  private let names: Set<String>
  private let repairs: Bool
  private let stop: StopFlag

  private static let longestPath = 3500

  init(
    _ entry: DiscEntry, on sectors: DiscSectors, to folder: FilePath, names: Set<String>, repairs: Bool,
    stop: StopFlag
  ) {
    self.entry = entry
    self.sectors = sectors
    self.folder = folder
    self.names = names
    self.repairs = repairs
    self.stop = stop
  }

  /// - Parameter progress: bytes done of it.
  func perform(progress: (UInt64) -> Void) throws(EvidenceError) -> DiscExtractJob.File {
    guard entry.path.utf8.count <= Self.longestPath else {
      return DiscExtractJob.File(
        entry: entry, place: nil, size: 0, sha256: nil, damage: [], failure: "its path is too long for a file"
      )
    }
    var partial = entry.path + OutputFolder.partialSuffix
    let file = try create(&partial)
    var digest = StreamingDigest(.sha256)
    var size: UInt64 = 0
    let damage = try DiscFileContents(entry, on: sectors, repairs: repairs).read {
      (piece) throws(EvidenceError) in
      guard !stop.isRaised else { throw Self.interrupted(folder) }
      try file.write(piece.span.bytes, at: size)
      digest.update(piece.span.bytes)
      size += UInt64(piece.count)
      progress(min(size, entry.size))
    }
    progress(entry.size)
    try file.closeUnsynced(
      modified: entry.time(.modified)?.microseconds, accessed: entry.time(.accessed)?.microseconds)
    let sha256 = digest.finish()
    func report(_ place: String, _ failure: String?) -> DiscExtractJob.File {
      DiscExtractJob.File(
        entry: entry, place: place, size: size, sha256: sha256, damage: damage, failure: failure)
    }
    // One whose record says it is cut is not whole either.
    let isShort = size != entry.size && !entry.isByForm
    let unfinished = report(partial, nil)
    guard !unfinished.isPartial else { return unfinished }
    guard !isShort else { return report(partial, "\(size) of \(entry.size) bytes") }
    do throws(EvidenceError) {
      try DurableFolder.rename(place(partial), to: place(entry.path), syncs: false)
    } catch {
      guard error.code == .outputExists else { throw error }
      return report(partial, "the destination takes its name for that of another file")
    }
    return report(entry.path, nil)
  }

  /// What was copied stays, and a folder is never written into again.
  static func interrupted(_ folder: FilePath) -> EvidenceError {
    EvidenceError(
      .interrupted, folder.string, "the files copied so far are kept; move them away, or name another folder")
  }

  private func place(_ path: String) -> FilePath { FilePath(folder.string + "/" + path) }

  /// Readable by whom the disc says; never executable or writable by others.
  private var mode: UInt32 { 0o600 | (entry.owner?.mode ?? 0o644) & 0o044 }

  /// - Parameter name: another where that one is taken.
  private func create(_ name: inout String) throws(EvidenceError) -> DurableFile {
    let wanted = name
    var number = 2
    while true {
      if !names.contains(name) {
        do throws(EvidenceError) { return try DurableFile(creating: place(name), mode: mode) } catch {
          guard error.code == .outputExists, number < Self.mostNames else { throw error }
        }
      }
      name = "\(wanted)~\(number)"
      number += 1
    }
  }

  private static let mostNames = 10_000
}
