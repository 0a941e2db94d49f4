import Acquisition
import CaseFolders
import CaseRecords
import CaseStore
import Digests
import Evidence
import FormatKit
import Formats
import Manifests
import Media
import Signing
import SystemIO
import SystemPackage

/// An acquisition of the same item that ended with sectors it could not read.
///
/// Its image stands for what it read; each chunk that is taken from it must have the SHA-256 of its signed record.
final class EarlierAcquisition: Sendable {
  private let entry: AcquisitionEntry
  /// Marks by it that hold.
  private let marks: [AcquisitionMark]
  private let names: RecordNames
  private let path: FilePath
  private let manifestBytes: [UInt8]
  private let manifest: Manifest
  private let stream: Manifest.Stream
  private let chunks: ChunkPlan
  private let entries: [ChunkEntry]
  private let reader: any ImageReader
  private let compared = Monitor<[UInt64]>([])
  private let differences = Monitor<[String]>([])
  private let last = Monitor<(index: UInt64, bytes: [UInt8])?>(nil)

  /// - Parameter name: `001-2`.
  /// - Throws: `argumentInvalid` where the item has no such acquisition, it is not one of a whole medium, or no sector of
  ///   it is missing; `notAsRecorded` where its record is not the one the case knows; what opening its image throws.
  init(
    _ name: String, of item: ItemNumber, in folder: CaseFolder, _ store: CaseStore
  ) throws(EvidenceError) {
    func refusal(_ why: String) -> EvidenceError { EvidenceError(invalid: .again, name, why) }
    let complete = try store.acquisitions(of: item).filter { $0.result?.manifestDigest != nil }
    guard let entry = complete.last(where: { $0.acquisition.name == name }) else {
      let known = complete.map(\.acquisition.name).joined(separator: ", ")
      throw refusal(known.isEmpty ? "item \(item) has no finished acquisition" : "item \(item) has \(known)")
    }
    self.entry = entry
    self.marks = try store.acquisitionMarks()[entry.acquisition.id, default: []].standing
    self.names = RecordNames(acquisition: name)
    let place = folder.path.pushing(FilePath(entry.acquisition.folder))
    self.path = place.appending(names.manifest)
    self.manifestBytes = try Files.contents(path, cap: Manifest.largestFile)
    guard Digest.of(manifestBytes, .sha256) == entry.result?.manifestDigest else {
      throw EvidenceError(.notAsRecorded, path.string, "it is not the manifest the case knows")
    }
    self.manifest = try Manifest(parsing: manifestBytes, name: path.string)
    guard let stream = manifest.mainStream, stream.firstUnit == nil, stream.tracks.isEmpty else {
      throw refusal("it is not an acquisition of a whole disk")
    }
    guard stream.map.count(of: .read) < stream.map.sectorCount else {
      throw refusal("it has no unreadable or missing sectors")
    }
    self.stream = stream
    self.chunks = ChunkPlan(length: stream.length, sectorSize: stream.unitSize)
    self.entries = try Self.entries(of: stream, chunks, manifest, in: place)
    guard let image = manifest.images.first(where: { $0.contents.contains { $0.stream == stream.name } }),
      let first = image.segments.first
    else { throw refusal("it has no image of the medium") }
    let folders = FileFolders(
      place, besides: manifest.acquisition.overflow.map { FilePath($0) }.filter { Files.kind($0) == .folder })
    self.reader = try Formats.openDisk(
      folders.path(of: first.name), as: image.format,
      DiskOpening(sectorSize: stream.unitSize, besides: folders.folders))
    guard reader.geometry.length >= stream.length else {
      throw EvidenceError(.notAsRecorded, path.string, "its image holds \(reader.geometry.length) bytes")
    }
  }

  private static func entries(
    of stream: Manifest.Stream, _ chunks: ChunkPlan, _ manifest: Manifest, in place: FilePath
  ) throws(EvidenceError) -> [ChunkEntry] {
    let path = place.appending(stream.chunks.file)
    let bytes = try Files.contents(path, cap: ChunkFile.largestFile)
    guard manifest.files.first(where: { $0.name == stream.chunks.file })?.sha256 == Digest.of(bytes, .sha256),
      stream.chunks.size == chunks.chunkSize
    else { throw EvidenceError(.notAsRecorded, path.string, "it is not the file its manifest names") }
    return try ChunkFile.entries(
      in: bytes, plan: chunks, sectorSize: stream.unitSize, name: path.string)
  }

  /// - Throws: `notAsRecorded` where its manifest is not signed by `signer`.
  func demandSigned(by signer: Certificate) throws(EvidenceError) {
    let signature = try Files.contents(
      path.removingLastComponent().appending(names.signature), cap: SignatureCheck.largestFile)
    let report = try SignatureCheck.verify(
      signature: signature, content: manifestBytes, trust: Trust([signer]))
    guard report.isTrusted else {
      throw EvidenceError(.notAsRecorded, path.string, "the examiner of the case has not signed it")
    }
  }

  /// Shows by its contents that it is the same medium, before anything is written. What a device says of itself may be
  /// the bridge it is behind today: that is a remark.
  /// - Parameter serial: as the device states it.
  /// - Throws: `otherMedium`, `mediumDead`.
  func compare(with medium: any SectorSource, serial: String?) throws(EvidenceError) {
    let source = manifest.source
    let (now, facts) = (medium.geometry, medium.facts)
    func demandSame(_ what: String, _ then: String?, _ now: String?) throws(EvidenceError) {
      guard then == now else {
        throw EvidenceError(
          .otherMedium, facts.path.string,
          "\(what): \(then ?? "none") in \(entry.acquisition.name), \(now ?? "none") now")
      }
    }
    try demandSame("length", "\(source.geometry.length) bytes", "\(now.length) bytes")
    try demandSame(
      "sector size", "\(source.geometry.logicalSectorSize) bytes", "\(now.logicalSectorSize) bytes")
    let found = try SameMediumCheck(source: medium, chunks: chunks).perform(SameMediumCheck.known(entries))
    guard !found.isEmpty else {
      throw EvidenceError(
        .otherMedium, facts.path.string,
        "no chunk of \(entry.acquisition.name) was read whole: whether it is the same medium cannot be told")
    }
    compared.withLock { $0 = found }
    let said = [
      ("model", source.model, facts.model), ("serial number", source.serial, serial),
      ("World Wide Name", source.wwn, facts.worldWideName),
    ]
    differences.withLock {
      $0 = said.filter { $0.1 != $0.2 }.map { what, then, now in
        "The device reports another \(what) than for \(entry.acquisition.name): \(now ?? "none"), then \(then ?? "none"). Its contents are the same in \(found.count) chunks."
      }
    }
  }

  /// What the examiner should know of it and of the comparison.
  var remarks: [String] {
    marks.map { mark in
      let state =
        switch mark.state {
        case .superseded(let name): "superseded by \(name)"
        case .failed, .withdrawn: mark.state.name
        }
      return "Acquisition \(entry.acquisition.name) is marked as \(state) (reason: \(mark.reason))."
    } + differences.withLock { $0 }
  }

  /// As the manifest states it.
  var recorded: Manifest.Earlier {
    let taken = stream.map.count(of: .read)
    return Manifest.Earlier(
      name: entry.acquisition.name, identifier: entry.acquisition.id,
      manifest: Digest.of(manifestBytes, .sha256), taken: taken, asked: stream.map.sectorCount - taken,
      comparedChunks: compared.withLock { $0 })
  }

  /// Runs of sectors that it has, and that it lacks.
  func runs(within range: SectorRange) -> [SectorMap.Run] { stream.map.runs(within: range) }

  /// Fills `buffer` with what its image holds from byte `offset`.
  /// - Throws: `notAsRecorded` where a chunk of it is not what was acquired.
  func read(into buffer: UnsafeMutableRawBufferPointer, at offset: UInt64) throws(EvidenceError) {
    var done = 0
    while done < buffer.count {
      let position = offset + UInt64(done)
      let index = position / chunks.chunkSize
      let start = Int(position - index * chunks.chunkSize)
      let count = min(buffer.count - done, Int(chunks.bytes(ofChunk: index).count) - start)
      try last.withLock { (last) throws(EvidenceError) in
        if last?.index != index { last = (index, try chunk(index)) }
        last?.bytes.withUnsafeBytes { bytes in
          UnsafeMutableRawBufferPointer(rebasing: buffer[done..<done + count])
            .copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes[start..<start + count]))
        }
      }
      done += count
    }
  }

  private func chunk(_ index: UInt64) throws(EvidenceError) -> [UInt8] {
    let range = chunks.bytes(ofChunk: index)
    var bytes = [UInt8](repeating: 0, count: Int(range.count))
    var damaged = false
    var failure: EvidenceError?
    bytes.withUnsafeMutableBytes { memory in
      do throws(EvidenceError) {
        damaged = try !reader.read(into: memory, at: range.lowerBound).isEmpty
      } catch {
        failure = error
      }
    }
    if let failure { throw failure }
    guard !damaged, let known = entries[Int(index)].sha256, Digest.of(bytes, .sha256) == known else {
      throw EvidenceError(
        .notAsRecorded, reader.segments.first?.string ?? path.string,
        "sectors \(chunks.sectors(ofChunk: index, sectorSize: stream.unitSize)) are not what was acquired")
    }
    return bytes
  }
}

/// A medium of which only those sectors are read that an earlier acquisition could not read.
final class RereadSource: SectorSource {
  private let medium: any SectorSource
  private let earlier: EarlierAcquisition

  init(_ medium: any SectorSource, addingTo earlier: EarlierAcquisition) {
    self.medium = medium
    self.earlier = earlier
  }

  var facts: SourceFacts { medium.facts }
  var geometry: MediaGeometry { medium.geometry }
  var readsDirectly: Bool { medium.readsDirectly }

  func read(into buffer: UnsafeMutableRawBufferPointer, at offset: UInt64) throws(EvidenceError) {
    let sector = UInt64(geometry.logicalSectorSize)
    let end = offset + UInt64(buffer.count)
    let sectors = SectorRange(offset / sector..<(end + sector - 1) / sector)
    for run in earlier.runs(within: sectors) {
      let first = max(run.range.first * sector, offset)
      let part = UnsafeMutableRawBufferPointer(
        rebasing: buffer[Int(first - offset)..<Int(min(run.range.end * sector, end) - offset)])
      switch run.state {
      case .read: try earlier.read(into: part, at: first)
      case .unreadable, .notAttempted: try medium.read(into: part, at: first)
      }
    }
  }
}
