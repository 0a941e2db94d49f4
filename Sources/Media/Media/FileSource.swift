import Evidence
import SystemIO
import SystemPackage

/// A regular file, or a split raw set, read as a medium.
package final class FileSource: SectorSource {
  package let facts: SourceFacts
  package let geometry: MediaGeometry
  package let readsDirectly = false
  private let contents: FileSequence
  private let presence: FilePresence

  /// - Parameter path: a file; where its name belongs to a split set (`.001`, `.aa` …) the whole set is taken.
  init(_ path: FilePath, sectorSize: UInt32) throws(EvidenceError) {
    let files = try SplitSet.files(containing: path)
    self.contents = try FileSequence(files, missing: .sourceMissing)
    guard contents.length > 0 else { throw EvidenceError(.sourceEmpty, path.string) }
    var facts = SourceFacts(kind: files.count > 1 ? .splitFiles : .file, path: path)
    if files.count > 1 { facts.files = files }
    self.facts = facts
    self.presence = FilePresence(files)
    self.geometry = MediaGeometry(length: contents.length, logicalSectorSize: sectorSize)
  }

  package func read(into buffer: UnsafeMutableRawBufferPointer, at offset: UInt64) throws(EvidenceError) {
    let count: Int
    do throws(EvidenceError) { count = try contents.read(into: buffer, at: offset) } catch {
      throw presence.meaning(of: error, readingAgain: answers)
    }
    guard count == buffer.count else {
      throw EvidenceError(
        .mediumChanged, facts.path.string,
        "it ends at byte \(offset + UInt64(count)) of \(geometry.length)")
    }
    presence.note(offset)
  }

  private func answers(_ offset: UInt64) -> Bool {
    withUnsafeTemporaryAllocation(byteCount: Int(geometry.logicalSectorSize), alignment: 1) { sector in
      (try? contents.read(into: sector, at: offset)) ?? 0 > 0
    }
  }
}
