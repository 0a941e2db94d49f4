import DiscImages
import Evidence
import FormatKit
import Formats
import OpticalDisc
import SystemIO
import SystemPackage

/// What an image of an optical disc holds.
package struct DiscInfo: Sendable {
  package let path: FilePath
  package let format: Format
  package let image: DiscImage
  package let fileSystems: [DiscImage.FileSystems]
  /// What the sectors of each track are, in the order of the tracks; empty where they were not read.
  package let counts: [SectorCount]
  package let findings: [Finding]

  package var wasDataRead: Bool { !counts.isEmpty }
  package var isSound: Bool { !findings.contains { $0.severity == .failure } }
  package var exitStatus: ExitStatus { isSound ? .complete : .mismatch }
}

/// Opens an image of an optical disc and tells everything about it.
package struct DiscInfoJob {
  private let path: FilePath
  private let format: FormatID?
  private let readsData: Bool
  private let stop: StopFlag

  /// - Parameters:
  ///   - format: by name and contents where `nil`.
  ///   - readsData: whether every sector is read and its codes are checked.
  package init(
    _ path: FilePath, format: FormatID? = nil, readsData: Bool = false, stop: StopFlag = StopFlag()
  ) {
    self.path = path
    self.format = format
    self.readsData = readsData
    self.stop = stop
  }

  /// Blocks until done.
  /// - Parameter progress: bytes done and bytes in all; only where data is read.
  /// - Throws: `fileMissing`, `formatUnknown`, `sheetMalformed`, `imageMalformed`, `segmentMissing`, `readFailed`,
  ///   `interrupted`.
  package func perform(progress: (UInt64, UInt64) -> Void = { _, _ in }) throws(EvidenceError) -> DiscInfo {
    let (format, image) = try Formats.openDisc(path, as: format)
    let name = path.lastComponent?.string ?? path.string
    let systems = try image.fileSystems()
    var findings = DiscFindings.ofDescription(image, systems, name: name)
    if !readsData { findings += image.containers.flatMap(\.structureFindings) }
    var counts: [SectorCount] = []
    if readsData {
      let size = UInt64(SectorCodec.size)
      let total = UInt64(image.disc.storedSectors) * size
      var done: UInt64 = 0
      for track in image.disc.tracks {
        let count = try SectorCount(image, track) { (sectors: Int) throws(EvidenceError) in
          guard !stop.isRaised else { throw EvidenceError(.interrupted, path.string) }
          progress(done, total)
          done += UInt64(sectors) * size
        }
        findings += DiscFindings.ofSectors(count, track, image.disc)
        counts.append(count)
      }
      progress(total, total)
    }
    return DiscInfo(
      path: path, format: format, image: image, fileSystems: systems, counts: counts, findings: findings)
  }
}
