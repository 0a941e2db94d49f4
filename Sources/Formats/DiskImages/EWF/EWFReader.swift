import Evidence
import FormatKit
import SystemIO
import SystemPackage

/// Reads E01 sets of every known program: EnCase 1–7, FTK, linen, SMART, EWF-X, libewf.
///
/// Nothing a file says is believed unchecked. A damaged or incomplete set opens all the same, with findings; what
/// cannot be had is delivered as zeros and named.
package final class EWFReader: SalvagingReader {
  package let format = Format.e01
  package let geometry: MediaGeometry
  package let storedDigests: DigestSet
  package let description: ImageDescription
  package let recordedUnreadable: [SectorRange]
  package let structureFindings: [Finding]
  package let facts: ImageFacts
  package var segments: [FilePath] { files.paths }
  package var unitSize: Int { decoder.chunkSize }

  let files: SegmentFiles
  let map: EWFChunkMap
  let decoder: EWFChunkDecoder
  private let pool = EWFScratchPool()

  /// Most bytes that are read from a file at once, unless a single chunk is larger.
  static let runLimit = 4 << 20

  /// Opens the set that `path` belongs to, whichever of its files it is. Blocks on the folder and the files; reads
  /// the chunk tables once, 8 bytes per chunk.
  /// - Parameter others: folders that hold segments besides that of `path`.
  /// - Throws: `fileMissing`, `readFailed`, `permissionDenied`; `imageMalformed` where no volume can be found.
  package init(opening path: FilePath, besides others: [FilePath] = []) throws(EvidenceError) {
    guard Files.exists(path) else { throw Files.absence(of: path) }
    let set = try SegmentSet.discover(path, besides: others, segmentNumber: EWFProbe.segmentNumber)
    let files = SegmentFiles(set.members.map(\.path))
    let opening = try EWFOpening(set, files: files)
    guard let volume = EWFCheck.volume(opening), let chunkSize = volume.chunkSize, let length = volume.length
    else {
      let first = opening.findings.all.first
      throw EvidenceError(
        .imageMalformed, path.string,
        first.map { "no usable volume section; \($0.subject): \($0.observed ?? $0.code.meaning)" }
          ?? "no usable volume section")
    }
    let name = set.members.first?.path.lastComponent?.string ?? path.string
    let decoder = EWFChunkDecoder(chunkSize: chunkSize)
    let end = try EWFEnd(
      opening, volume, length: length, room: EWFCheck.room(opening, chunkSize: chunkSize), decoder: decoder,
      files: files, name: name)
    self.files = files
    self.decoder = decoder
    self.geometry = MediaGeometry(length: end.length, logicalSectorSize: volume.bytesPerSector)
    self.map = end.map
    var facts = ImageFacts(opening, volume: volume, lost: map.missingSectors(of: volume))
    facts.leftOut = map.leftOut(chunkCount: volume.neededChunks) + (end.leftOut.map { [$0] } ?? [])
    self.facts = facts
    self.storedDigests = opening.storedDigests
    self.description = opening.description
    let whole = SectorRange(first: 0, count: volume.sectorCount)
    self.recordedUnreadable = opening.unreadable.compactMap { $0.intersection(whole) }.joined()
    var findings = opening.findings
    for finding in EWFCheck.findings(
      volume: volume, hasVolume: !opening.volumes.isEmpty, hasTailChunk: end.hasTailChunk, map: map,
      name: name)
    {
      findings.add(finding)
    }
    if let finding = end.finding { findings.add(finding) }
    self.structureFindings = findings.closed(subject: name)
  }

  package func read(
    into buffer: UnsafeMutableRawBufferPointer, at offset: UInt64
  ) throws(EvidenceError) -> [DamagedRange] {
    precondition(
      offset <= geometry.length && UInt64(buffer.count) <= geometry.length - offset, "read past the end")
    guard !buffer.isEmpty else { return [] }
    let scratch = pool.take()
    defer { pool.giveBack(scratch) }
    var request = EWFReadRequest(
      buffer: buffer, offset: offset, length: geometry.length, decoder: decoder, scratch: scratch)
    while request.chunk < request.endChunk {
      let index = map.groupIndex(at: request.chunk)
      if index < map.groups.count, map.groups[index].firstChunk <= request.chunk {
        let group = map.groups[index]
        try request.read(
          group, from: try files.file(group.file), name: files.names[group.file], runLimit: Self.runLimit)
      } else {
        let end = index < map.groups.count ? map.groups[index].firstChunk : request.endChunk
        request.skip(to: min(end, request.endChunk), reason: "no chunk table")
      }
    }
    return request.damage
  }
}
