import CanonicalJSON
import Digests
import Evidence

/// Names of a partial proof's files, which lie in one folder beside the manifest.
extension RecordNames {
  package var proof: String { "\(acquisition).proof.json" }
  /// The sectors that were asked for, one range behind the other.
  package var proofSectors: String { "\(acquisition).sectors.raw" }
  /// The chunks that hold them, one behind the other.
  package var proofChunks: String { "\(acquisition).chunks.raw" }
}

/// Which sectors a bundle shows, and what proves that they are of the stream whose Merkle root the manifest signs.
///
/// Stored as canonical JSON in `NAME.proof.json`; `Docs/formats/partial-proof.md` describes it. Nothing in it is signed:
/// it either leads from the chunks to the root in the signed manifest, or it does not.
package struct PartialProof: Hashable, Sendable {
  /// Value of the field `format`.
  package static let format = "exhibit-proof"
  /// Value of the field `version`.
  package static let version: UInt64 = 1
  /// Largest proof in bytes.
  package static let largestFile = 16 << 20
  /// Most chunks one proof speaks of; their inclusion paths need at most 12 MiB.
  package static let mostChunks: UInt64 = 1 << 13
  /// Most ranges of sectors.
  package static let mostRanges = 1 << 16
  /// Longest inclusion path: that of a tree of 2²⁰ leaves.
  static let longestPath = 20

  /// One chunk and its way to the root.
  package struct Chunk: Hashable, Sendable {
    /// From 0.
    package let number: UInt64
    /// RFC 9162 §2.1.3.1, the lowest hash first.
    package let path: [Digest]

    package init(number: UInt64, path: [Digest]) {
      self.number = number
      self.path = path
    }
  }

  /// File name of the manifest.
  package let manifest: String
  /// Name of the stream.
  package let stream: String
  /// The sectors that were asked for, in units of the stream: at least one range, in address order, not touching.
  package let sectors: [SectorRange]
  /// The chunks that hold any of them, in order; at least one.
  package let chunks: [Chunk]

  package init(manifest: String, stream: String, sectors: [SectorRange], chunks: [Chunk]) {
    self.manifest = manifest
    self.stream = stream
    self.sectors = sectors
    self.chunks = chunks
  }

  package var canonicalBytes: [UInt8] {
    JSONValue.fields([
      "format": .string(Self.format), "version": JSONValue(Self.version), "manifest": .string(manifest),
      "stream": .string(stream),
      "sectors": .array(sectors.map { [JSONValue($0.first), JSONValue($0.count)] }),
      "chunks": .array(
        chunks.map {
          .fields(["number": JSONValue($0.number), "path": .array($0.path.map { .string($0.hex) })])
        }),
    ]).canonicalBytes
  }

  /// Reads a proof, strictly: canonical bytes, every field known, present and in range.
  /// - Parameter name: what the file is called in errors.
  /// - Throws: `fileTooLarge`, `jsonMalformed`, `proofMalformed` with the field.
  package init(parsing bytes: [UInt8], name: String) throws(EvidenceError) {
    guard bytes.count <= Self.largestFile else {
      throw EvidenceError(.fileTooLarge, name, "more than \(Self.largestFile) bytes")
    }
    let document = StrictObject.Document(.proofMalformed, name: name)
    var object = try StrictObject(try JSONValue(parsingCanonical: bytes, name: name), of: document)
    guard try object.text("format") == Self.format else {
      throw object.failure("format", "not '\(Self.format)'")
    }
    _ = try object.quantity("version", in: Self.version...Self.version)
    self.manifest = try object.text("manifest")
    self.stream = try object.text("stream")
    self.sectors = try object.list("sectors", atLeast: 1) { (value, path) throws(EvidenceError) in
      guard let pair = value.arrayValue?.map(\.integerValue), pair.count == 2, let first = pair[0],
        let count = pair[1], first >= 0, count > 0
      else { throw document.failure(path, "not a first sector and a number of sectors") }
      return SectorRange(first: UInt64(first), count: UInt64(count))
    }
    self.chunks = try object.list("chunks", atLeast: 1) { (value, path) throws(EvidenceError) in
      var chunk = try StrictObject(value, at: path, of: document)
      let number = try chunk.quantity("number")
      let hashes = try chunk.texts("path").compactMap { hex in
        Digest(.sha256, hex: hex).flatMap { $0.hex == hex ? $0 : nil }
      }
      guard case .array(let stated) = value["path"], hashes.count == stated.count,
        hashes.count <= Self.longestPath
      else { throw document.failure("\(path).path", "not up to \(Self.longestPath) SHA-256 in lower case") }
      try chunk.finish()
      return Chunk(number: number, path: hashes)
    }
    try object.finish()
    guard sectors == sectors.joined(), sectors.count <= Self.mostRanges else {
      throw document.failure(
        "sectors", "not up to \(Self.mostRanges) ranges in address order that do not touch")
    }
    guard chunks.map(\.number).isStrictlyAscending, chunks.count <= Self.mostChunks else {
      throw document.failure("chunks", "not up to \(Self.mostChunks) in ascending order")
    }
  }
}

extension [UInt64] {
  fileprivate var isStrictlyAscending: Bool { zip(self, dropFirst()).allSatisfy { $0 < $1 } }
}

extension ChunkPlan {
  /// The chunks that hold any of these sectors, in order.
  /// - Parameter ranges: in address order, within the stream.
  package func chunks(holding ranges: [SectorRange], sectorSize: UInt32) -> [SectorRange] {
    ranges.map { range in
      let bytes = bytes(of: range, sectorSize: sectorSize)
      let first = bytes.lowerBound / chunkSize
      return SectorRange(first..<(bytes.upperBound - 1) / chunkSize + 1)
    }.joined()
  }

  /// The bytes of a range of sectors, a last short one included.
  /// - Precondition: the range is not empty and begins within the stream.
  package func bytes(of sectors: SectorRange, sectorSize: UInt32) -> Range<UInt64> {
    let size = UInt64(sectorSize)
    return sectors.first * size..<min(sectors.end * size, length)
  }
}
