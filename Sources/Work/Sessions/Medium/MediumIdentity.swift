import Acquisition
import CanonicalJSON
import Digests
import Evidence
import Manifests
import Media
import SystemIO
import SystemPackage

/// What tells one medium from another, as it was when the acquisition began.
struct MediumIdentity: Hashable, Sendable {
  let kind: SourceKind
  /// Bytes of the whole medium.
  let length: UInt64
  /// Bytes.
  let sectorSize: UInt32
  let model: String?
  let serialNumber: String?
  let worldWideName: String?
  /// Sectors of the range that is acquired.
  let acquiredSectors: UInt64

  /// A file, or the files of a split set, taken as they are.
  var isFile: Bool { kind == .file || kind == .splitFiles }

  init(_ medium: any SectorSource, acquiredSectors: UInt64) {
    let facts = medium.facts
    self.kind = facts.kind
    self.length = medium.geometry.length
    self.sectorSize = medium.geometry.logicalSectorSize
    self.model = facts.model
    self.serialNumber = facts.serialNumber
    self.worldWideName = facts.worldWideName
    self.acquiredSectors = acquiredSectors
  }

  /// The first thing in which another medium differs; `nil` where it might be the same.
  func difference(from other: MediumIdentity) -> String? {
    func line(_ what: String, _ ours: String?, _ theirs: String?) -> String? {
      ours == theirs ? nil : "\(what): \(ours ?? "none") when it was begun, \(theirs ?? "none") now"
    }
    return line("kind", kind.title, other.kind.title)
      ?? line("length", "\(length) bytes", "\(other.length) bytes")
      ?? line("sector size", "\(sectorSize) bytes", "\(other.sectorSize) bytes")
      ?? line("serial number", serialNumber, other.serialNumber)
      ?? line("World Wide Name", worldWideName, other.worldWideName)
      ?? line("model", model, other.model)
  }
}

extension MediumIdentity {
  var json: JSONValue {
    .fields([
      "kind": .string(kind.rawValue), "length": JSONValue(length), "sectorSize": JSONValue(sectorSize),
      "model": model.map { .string($0) }, "serial": serialNumber.map { .string($0) },
      "wwn": worldWideName.map { .string($0) }, "acquiredSectors": JSONValue(acquiredSectors),
    ])
  }

  init(_ given: StrictObject) throws(EvidenceError) {
    var object = given
    self.kind = try object.choice("kind")
    self.length = try object.quantity("length", in: 1...MediaGeometry.longest)
    self.sectorSize = UInt32(try object.quantity("sectorSize", in: 1...(1 << 20)))
    self.model = try object.optionalText("model")
    self.serialNumber = try object.optionalText("serial")
    self.worldWideName = try object.optionalText("wwn")
    self.acquiredSectors = try object.quantity("acquiredSectors", in: 1...length)
    try object.finish()
  }
}

// MARK: Chunks read before

/// Reads some chunks again and compares them with what was read of them before the pause.
struct SameMediumCheck {
  let source: any SectorSource
  let chunks: ChunkPlan
  /// Chunks that are read again: the first, the last and others chosen at random.
  static let count = 16

  /// What is known of chunks that were read before the pause.
  struct Known {
    /// Chunks that were read without any error, in order.
    let chunks: [UInt64]
    /// SHA-256 of one of them as it was read then.
    let digest: (UInt64) throws(EvidenceError) -> Digest
  }

  /// - Returns: the chunks that were compared, in order.
  /// - Throws: `otherMedium` where one differs; `mediumDead` where none that was readable before can be read now.
  func perform(_ known: Known) throws(EvidenceError) -> [UInt64] {
    guard let first = known.chunks.first, let last = known.chunks.last else { return [] }
    var chosen: Set<UInt64> = [first, last]
    var generator = SystemRandomNumberGenerator()
    while chosen.count < min(Self.count, known.chunks.count),
      let other = known.chunks.randomElement(using: &generator)
    { chosen.insert(other) }
    var compared: [UInt64] = []
    for index in chosen.sorted() {
      guard let digest = try digest(ofChunk: index, in: source.read) else { continue }
      guard try digest == known.digest(index) else {
        let sectors = chunks.sectors(ofChunk: index, sectorSize: source.geometry.logicalSectorSize)
        throw EvidenceError(
          .otherMedium, source.facts.path.string, "sectors \(sectors) read differently now")
      }
      compared.append(index)
    }
    guard !compared.isEmpty else {
      throw EvidenceError(
        .mediumDead, source.facts.path.string,
        "none of \(chosen.count) chunks that were read before can be read now; whether it is the same medium cannot be told"
      )
    }
    return compared
  }

  /// What an unfinished chunk file says.
  static func known(_ entries: [ChunkEntry]) -> Known {
    Known(chunks: entries.indices.filter { entries[$0].state == .read }.map(UInt64.init)) {
      (index) throws(EvidenceError) in
      guard let digest = entries[Int(index)].sha256 else {
        throw EvidenceError(.journalMalformed, "chunk \(index)", "no digest")
      }
      return digest
    }
  }

  /// What a medium holds that is read in an order of its own.
  func known(_ staging: Staging, in path: FilePath) throws(EvidenceError) -> Known {
    let sectorSize = source.geometry.logicalSectorSize
    let whole = (0..<chunks.chunkCount).filter {
      let sectors = chunks.sectors(ofChunk: $0, sectorSize: sectorSize)
      return staging.map.ranges(in: .read, within: sectors) == [sectors]
    }
    let file = try FileSequence([path])
    return Known(chunks: whole) { (index) throws(EvidenceError) in
      let digest = try digest(ofChunk: index) { (buffer, offset) throws(EvidenceError) in
        guard try file.read(into: buffer, at: offset) == buffer.count else {
          throw EvidenceError(.outputShorter, path.string)
        }
      }
      guard let digest else { throw EvidenceError(.readFailed, path.string) }
      return digest
    }
  }

  /// `nil` where the chunk cannot be read any more: a failing medium loses sectors between two days.
  private func digest(
    ofChunk index: UInt64, in read: (UnsafeMutableRawBufferPointer, UInt64) throws(EvidenceError) -> Void
  ) throws(EvidenceError) -> Digest? {
    let bytes = chunks.bytes(ofChunk: index)
    let page = PageBuffer(capacity: min(chunks.blockSize, Int(bytes.count)))
    var digest = StreamingDigest(.sha256)
    for start in stride(from: bytes.lowerBound, to: bytes.upperBound, by: page.capacity) {
      let length = Int(min(UInt64(page.capacity), bytes.upperBound - start))
      do throws(EvidenceError) {
        try page.fill { (memory: UnsafeMutableRawBufferPointer) throws(EvidenceError) in
          try read(UnsafeMutableRawBufferPointer(rebasing: memory[..<length]), start)
        }
      } catch {
        guard error.code == .mediumUnreadable else { throw error }
        return nil
      }
      page.byteCount = length
      digest.update(page.bytes)
    }
    return digest.finish()
  }
}
