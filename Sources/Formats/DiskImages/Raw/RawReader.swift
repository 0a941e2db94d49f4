import Evidence
import FormatKit
import SystemIO
import SystemPackage

/// A raw image: the bytes of the medium in one file, or split over several.
package final class RawReader: ImageReader {
  package let format = Format.raw
  package let geometry: MediaGeometry
  package let structureFindings: [Finding]
  package var segments: [FilePath] { files.paths }
  package var storedDigests: DigestSet { DigestSet() }
  package var description: ImageDescription { ImageDescription() }
  package var recordedUnreadable: [SectorRange] { [] }
  package let facts: ImageFacts
  /// Any division does; this one reads well.
  package let unitSize = 1 << 20

  private let files: SegmentFiles
  /// Where each file begins in the contents, and behind the last one their length.
  private let starts: [UInt64]

  /// Opens the set that `path` belongs to, whichever of its files it is. Blocks on the folder and the files.
  /// - Parameters:
  ///   - sectorSize: unit of addressing in bytes, positive; raw images do not say it.
  ///   - others: folders that hold files of the set besides that of `path`.
  /// - Throws: `fileMissing`, `segmentMissing` with the name of the file, `imageMalformed` for an empty image.
  package init(
    opening path: FilePath, sectorSize: UInt32 = 512, besides others: [FilePath] = []
  ) throws(EvidenceError) {
    precondition(sectorSize > 0)
    guard Files.exists(path) else { throw Files.absence(of: path) }
    let folders = FileFolders(path.removingLastComponent(), besides: others)
    let set = SplitFileNames.set(
      containing: path.lastComponent?.string ?? "", among: try folders.names())
    if let missing = set.missing {
      throw EvidenceError(.segmentMissing, folders.path(of: missing).string)
    }
    let paths = set.names.count > 1 ? set.names.map { folders.path(of: $0) } : [path]
    let files = SegmentFiles(paths)
    var starts: [UInt64] = [0]
    var end: UInt64 = 0
    for index in paths.indices {
      let (sum, overflow) = end.addingReportingOverflow(try files.file(index).size)
      guard !overflow, sum <= UInt64(Int64.max) else { throw EvidenceError(.fileTooLarge, path.string) }
      end = sum
      starts.append(end)
    }
    guard end > 0 else { throw EvidenceError(.imageMalformed, path.string, "the file is empty") }
    var facts = ImageFacts()
    facts.segments = paths.indices.map { index in
      ImageFacts.Segment(
        name: paths[index].lastComponent?.string ?? paths[index].string, storedNumber: nil,
        size: starts[index + 1] - starts[index])
    }
    self.facts = facts
    self.files = files
    self.starts = starts
    self.geometry = MediaGeometry(length: end, logicalSectorSize: sectorSize)
    self.structureFindings = RawCheck.findings(paths: paths, starts: starts, sectorSize: sectorSize)
  }

  package func read(
    into buffer: UnsafeMutableRawBufferPointer, at offset: UInt64
  ) throws(EvidenceError) -> [DamagedRange] {
    precondition(
      offset <= geometry.length && UInt64(buffer.count) <= geometry.length - offset, "read past the end")
    var damage: [DamagedRange] = []
    var done = 0
    var index = fileIndex(at: offset)
    while done < buffer.count {
      let position = offset + UInt64(done)
      let count = Int(min(UInt64(buffer.count - done), starts[index + 1] - position))
      let part = UnsafeMutableRawBufferPointer(rebasing: buffer[done..<done + count])
      let got = try files.file(index).read(into: part, at: position - starts[index])
      if got < count {
        // The file became shorter since it was opened.
        UnsafeMutableRawBufferPointer(rebasing: part[got...]).initializeMemory(as: UInt8.self, repeating: 0)
        damage.append(
          DamagedRange(
            bytes: position + UInt64(got)..<position + UInt64(count),
            reason: "\(files.paths[index].lastComponent?.string ?? "file") ends early"))
      }
      done += count
      index += 1
    }
    return damage
  }

  private func fileIndex(at offset: UInt64) -> Int {
    var low = 0
    var high = starts.count - 1
    while low + 1 < high {
      let middle = (low + high) / 2
      if starts[middle] <= offset { low = middle } else { high = middle }
    }
    return low
  }
}
