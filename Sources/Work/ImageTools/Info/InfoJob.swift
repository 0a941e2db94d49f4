import Evidence
import FormatKit
import Formats
import SystemIO
import SystemPackage

/// What an image says of itself and what is wrong with it.
package struct ImageInfo: Sendable {
  package let path: FilePath
  package let format: Format
  package let geometry: MediaGeometry
  package let description: ImageDescription
  package let facts: ImageFacts
  package let storedDigests: DigestSet
  /// Sectors recorded as unreadable when the image was made.
  package let recordedUnreadable: [SectorRange]
  package let findings: [Finding]
  /// Sectors that cannot be had from the image: those that nothing locates and, where the stored data was read,
  /// damaged ones.
  package let lost: [SectorRange]
  /// Whether the stored data itself was read; otherwise only the structure around it.
  package let wasDataRead: Bool

  /// Whether nothing is wrong with the evidence.
  package var isSound: Bool { facts.isComplete && !findings.contains { $0.severity == .failure } }

  package var exitStatus: ExitStatus { isSound ? .complete : .mismatch }
}

/// Opens an image and tells everything about it.
package struct InfoJob {
  private let path: FilePath
  private let format: FormatID?
  private let sectorSize: UInt32
  private let readsData: Bool
  private let stop: StopFlag

  /// - Parameters:
  ///   - format: what the file is taken for; what it is itself where `nil`.
  ///   - sectorSize: bytes per sector of a raw image, which does not say it.
  ///   - readsData: whether all stored data is read and checked against its own checksums.
  /// - Throws: `argumentInvalid`.
  package init(
    _ path: FilePath, as format: FormatID? = nil, sectorSize: UInt32 = 512, readsData: Bool = false,
    stop: StopFlag = StopFlag()
  ) throws(EvidenceError) {
    try ImageInput.check(sectorSize: sectorSize)
    self.path = path
    self.format = format
    self.sectorSize = sectorSize
    self.readsData = readsData
    self.stop = stop
  }

  /// Blocks until done.
  /// - Parameter progress: bytes done and bytes in all; only where data is read.
  /// - Throws: `fileMissing`, `formatUnknown`, `imageMalformed`, `segmentMissing` (raw only), `readFailed`,
  ///   `interrupted`.
  package func perform(progress: (UInt64, UInt64) -> Void) throws(EvidenceError) -> ImageInfo {
    let reader = try Formats.openDisk(path, as: format, DiskOpening(sectorSize: sectorSize))
    var findings = reader.structureFindings
    var lost = reader.facts.lost
    if readsData {
      let name = reader.segments.first?.lastComponent?.string ?? path.string
      let damage = try damage(in: reader, progress: progress)
      lost += damage.ranges.map { reader.sectors(of: $0) }
      findings += damage.findings(in: reader, name: name)
    }
    if reader.storedDigests.isEmpty, reader.format.isContainer {
      findings.append(Finding(.noStoredDigest, .warning, subject: path.lastComponent?.string ?? path.string))
    }
    return ImageInfo(
      path: path, format: reader.format, geometry: reader.geometry, description: reader.description,
      facts: reader.facts, storedDigests: reader.storedDigests,
      recordedUnreadable: reader.recordedUnreadable, findings: findings, lost: lost.joined(),
      wasDataRead: readsData)
  }

  private func damage(
    in reader: any ImageReader, progress: (UInt64, UInt64) -> Void
  ) throws(EvidenceError) -> DamageLog {
    var found = DamageLog()
    let length = reader.geometry.length
    for block in ImageInput.blocks(of: reader) {
      if stop.isRaised { throw EvidenceError(.interrupted, path.string) }
      var failure: EvidenceError?
      withUnsafeTemporaryAllocation(byteCount: block.count, alignment: 4096) { buffer in
        do throws(EvidenceError) { found.add(try reader.read(into: buffer, at: block.lowerBound)) } catch {
          failure = error
        }
      }
      if let failure { throw failure }
      progress(block.upperBound, length)
    }
    return found
  }
}

/// What the commands on single images share.
enum ImageInput {
  /// - Throws: `argumentInvalid`.
  static func check(sectorSize: UInt32) throws(EvidenceError) {
    guard [512, 1024, 2048, 4096].contains(sectorSize) else {
      throw EvidenceError(
        invalid: .sectorSize, "\(sectorSize)", "must be one of 512, 1024, 2048, 4096")
    }
  }

  /// What the image locates of its contents, in order, in blocks of whole units of about 8 MiB.
  static func blocks(of reader: any ImageReader) -> some Sequence<Range<UInt64>> {
    let unit = UInt64(reader.unitSize)
    let size = max(1, (8 << 20) / unit) * unit
    return reader.locatedBytes.lazy.flatMap { part in
      stride(from: part.lowerBound, to: part.upperBound, by: Int(size)).lazy.map {
        $0..<Swift.min($0 + size, part.upperBound)
      }
    }
  }
}
