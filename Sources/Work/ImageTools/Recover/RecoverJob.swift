import Digests
import Evidence
import FormatKit
import Formats
import Manifests
import SystemIO
import SystemPackage

/// What a recovery gave.
package struct RecoverySummary: Sendable {
  package let image: FilePath
  package let output: FilePath
  package let mapFile: FilePath
  package let geometry: MediaGeometry
  /// `read` where the output holds what was acquired, `unreadable` where it does not, `notAttempted` where the
  /// image does not even say where the sectors were.
  package let map: SectorMap
  /// Sectors read from places that no table names.
  package let carvedSectors: UInt64
  /// Sectors that were unreadable already when the image was made; among the unreadable ones of `map`.
  package let recordedUnreadable: [SectorRange]
  /// What is stored in the image and in no place of the output, in words.
  package let leftOut: [String]
  /// What is wrong with the image.
  package let findings: [Finding]
  /// Whether unreadable sectors of the output may hold bytes that nothing vouches for, rather than zeros.
  package let keptDamaged: Bool
  /// SHA-256 of the output file: of what was recovered, not of the medium.
  package let fileSHA256: Digest

  package var recoveredSectors: UInt64 { map.count(of: .read) }
  package var lostSectors: UInt64 { map.count(of: .unreadable) }
  package var unknownSectors: UInt64 { map.count(of: .notAttempted) }

  package var exitStatus: ExitStatus {
    recoveredSectors == map.sectorCount && leftOut.isEmpty ? .complete : .completeWithUnreadable
  }
}

/// Writes what a damaged or unfinished image still holds to a raw file of full length, with a map of it.
package struct RecoverJob {
  private let reader: any SalvagingReader
  private let image: FilePath
  private let output: FilePath
  private let mapFile: FilePath
  private let keepsDamaged: Bool
  private let stop: StopFlag

  private static let partialSuffix = ".partial"

  /// Everything that can be refused is refused here.
  /// - Parameters:
  ///   - mapFile: where `nil`, the output's name with `.map` in place of its extension.
  ///   - keepsDamaged: writes what is left of damaged chunks instead of zeros; they stay marked.
  ///   - acceptsLittleSpace: begins even where the full length might not fit; lost ranges take no space.
  /// - Throws: `fileMissing`, `imageMalformed`, `formatUnknown`, `outputExists`, `destinationMissing`,
  ///   `argumentInvalid`, `destinationFull`.
  package init(
    _ image: FilePath, output: FilePath, mapFile: FilePath? = nil, keepsDamaged: Bool = false,
    acceptsLittleSpace: Bool = false, stop: StopFlag = StopFlag()
  ) throws(EvidenceError) {
    guard let reader = try Formats.openDisk(image) as? any SalvagingReader else {
      throw EvidenceError(
        .formatUnknown, image.string,
        "only an image with a structure of its own, such as an E01, can be recovered; a raw image has nothing to repair"
      )
    }
    var beside = output
    beside.extension = "map"
    let mapFile = mapFile ?? beside
    guard mapFile != output else {
      throw EvidenceError(invalid: .map, mapFile.string, "it is the output itself")
    }
    for path in [output, mapFile] {
      for name in [path, FilePath(path.string + Self.partialSuffix)] where Files.exists(name) {
        throw EvidenceError(.outputExists, name.string)
      }
    }
    try LargestFile.demand(reader.geometry.length, in: output.parentFolder)
    if !acceptsLittleSpace { try FreeSpace.demand(reader.geometry.length, at: output.parentFolder) }
    self.reader = reader
    self.image = image
    self.output = output
    self.mapFile = mapFile
    self.keepsDamaged = keepsDamaged
    self.stop = stop
  }

  /// Blocks until done. Where it fails or is stopped, nothing is left.
  /// - Parameter progress: bytes done and bytes in all.
  package func perform(
    progress: @escaping (UInt64, UInt64) -> Void
  ) throws(EvidenceError) -> RecoverySummary {
    let partial = FilePath(output.string + Self.partialSuffix)
    let partialMap = FilePath(mapFile.string + Self.partialSuffix)
    // Only what this run created is removed again.
    var created: [FilePath] = []
    do throws(EvidenceError) {
      let writing = try RecoveryOutput(creating: partial, reader: reader, keepsDamaged: keepsDamaged)
      created.append(partial)
      try writing.begin()
      for block in ImageInput.blocks(of: reader) {
        if stop.isRaised { throw EvidenceError(.interrupted, image.string) }
        try writing.copy(block)
        progress(block.upperBound, reader.geometry.length)
      }
      try writing.carve(stop: stop)
      let result = try writing.close()
      let (_, digest) = try FileDigests.of(partial)
      let map = MapFile(
        map: result.map, sectorSize: reader.geometry.logicalSectorSize, length: reader.geometry.length)
      let mapOutput = try DurableFile(creating: partialMap)
      created.append(partialMap)
      try mapOutput.write(map.bytes.span.bytes, at: 0)
      try mapOutput.close()
      // The map first: an output without its map would look whole.
      try DurableFolder.rename(partialMap, to: mapFile)
      created.append(mapFile)
      try DurableFolder.rename(partial, to: output)
      return RecoverySummary(
        image: image, output: output, mapFile: mapFile, geometry: reader.geometry, map: result.map,
        carvedSectors: result.carvedSectors, recordedUnreadable: reader.recordedUnreadable,
        leftOut: reader.facts.leftOut, findings: reader.structureFindings, keptDamaged: keepsDamaged,
        fileSHA256: digest)
    } catch {
      for path in created { _ = Syscalls.unlink(path) }
      throw error
    }
  }
}
