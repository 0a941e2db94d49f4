import CanonicalJSON
import Digests
import Evidence
import Manifests
import Verification

/// JSON: what is accepted has exactly one canonical form, and that form reads back as the same value.
enum JSONTarget {
  static func problem(with input: [UInt8]) -> String? {
    guard let value = try? JSONValue(parsing: input, name: "input") else {
      return (try? JSONValue(parsingCanonical: input, name: "input")) == nil
        ? nil : "canonical bytes are refused as JSON"
    }
    let canonical = value.canonicalBytes
    guard (try? JSONValue(parsingCanonical: canonical, name: "canonical")) == value else {
      return "the canonical form is another value"
    }
    guard (try? JSONValue(parsing: Array(value.indentedText.utf8), name: "indented")) == value else {
      return "the indented form is another value"
    }
    let isCanonical = (try? JSONValue(parsingCanonical: input, name: "input")) != nil
    return isCanonical == (canonical == input) ? nil : "two canonical forms of one value"
  }
}

/// The manifest: what is accepted is written again with the same bytes.
enum ManifestTarget {
  static func problem(with input: [UInt8]) -> String? {
    // Mutations are hardly ever canonical; brought into that form, their fields are looked at.
    let canonical = (try? JSONValue(parsing: input, name: "input"))?.canonicalBytes ?? input
    guard let manifest = try? Manifest(parsing: canonical, name: "input") else { return nil }
    _ = manifest.consistencyFindings(subject: "input")
    return manifest.canonicalBytes == canonical ? nil : "written with other bytes than it was read from"
  }
}

/// Chunk file, map, SHA256SUMS and the lists of a bag: what is accepted is written again with the same bytes.
///
/// Input: one byte that chooses the kind, one the sector size, six the length of the stream (little-endian), then
/// the file.
enum RecordsTarget {
  static let headerSize = 8

  /// What the header says of the stream; `nil` where there is none.
  static func stream(_ input: [UInt8]) -> (sectorSize: UInt32, length: UInt64)? {
    guard input.count >= headerSize else { return nil }
    let length = (0..<6).reduce(UInt64(0)) { $0 | UInt64(input[2 + $1]) << UInt64(8 * $1) }
    return (UInt32(512) << UInt32(input[1] % 4), length)
  }

  static func problem(with input: [UInt8]) -> String? {
    guard let (sectorSize, length) = stream(input) else { return nil }
    let file = Array(input[headerSize...])
    let written: [UInt8]?
    switch input[0] % 4 {
    case 0:
      let plan = ChunkPlan(length: length, sectorSize: 512)
      let entries = try? ChunkFile.entries(in: file, plan: plan, sectorSize: sectorSize, name: "input")
      written = entries.map { ChunkFile.bytes($0) }
    case 1:
      written = try? MapFile(parsing: file, sectorSize: sectorSize, length: length, name: "input").bytes
    case 2:
      written = try? DigestList(parsing: file, name: "input").bytes
    default:
      let list = try? DigestList(parsing: file, name: "input", inFolders: true)
      for entry in list?.entries ?? [] where entry.name.split(separator: "/").contains("..") {
        return "a list of a bag leads out of it"
      }
      written = list?.bytes
    }
    return written == nil || written == file ? nil : "written with other bytes than it was read from"
  }
}

/// Partial proofs: what is accepted is written again with the same bytes; what it shows of a stream adds up, and every
/// byte of its sectors has one place in its chunks.
///
/// Input: the header of `records`, of which the first byte is not looked at, then the proof.
enum ProofTarget {
  static func problem(with input: [UInt8]) -> String? {
    guard let (sectorSize, length) = RecordsTarget.stream(input) else { return nil }
    let file = Array(input[RecordsTarget.headerSize...])
    let canonical = (try? JSONValue(parsing: file, name: "input"))?.canonicalBytes ?? file
    guard let proof = try? PartialProof(parsing: canonical, name: "input") else { return nil }
    guard proof.canonicalBytes == canonical else { return "written with other bytes than it was read from" }
    let shown = ShownSectors(
      sectors: proof.sectors, stream: stream(sectorSize, length), numbers: proof.chunks.map(\.number))
    guard shown.problem == nil else { return nil }
    for (place, chunk) in zip(shown.places, proof.chunks) {
      let digest = Digest.of(Array("chunk".utf8), .sha256)
      _ = MerkleTree.root(from: digest, chunk: chunk.number, of: shown.plan.chunkCount, path: chunk.path)
      guard place.chunk == chunk.number else { return "a chunk has another place" }
    }
    for range in shown.sectors {
      let bytes = shown.plan.bytes(of: range, sectorSize: sectorSize)
      var next = bytes.lowerBound
      for (part, offset) in shown.parts(of: bytes) {
        guard part.lowerBound == next, offset + UInt64(part.count) <= shown.chunkBytes else {
          return "a part of the sectors has no place"
        }
        next = part.upperBound
      }
      guard next == bytes.upperBound else { return "a part of the sectors is not in the chunks" }
    }
    let all = (shown.sectors + shown.others).joined()
    let sum = (shown.sectors + shown.others).reduce(0) { $0 + $1.count }
    return all.reduce(0) { $0 + $1.count } == sum ? nil : "sectors are asked for and others at once"
  }

  private static func stream(_ sectorSize: UInt32, _ length: UInt64) -> Manifest.Stream {
    let plan = ChunkPlan(length: length, sectorSize: 512)
    let sha256 = Digest.of([], .sha256)
    let geometry = MediaGeometry(length: length, logicalSectorSize: sectorSize)
    return Manifest.Stream(
      unitSize: sectorSize, length: length, digests: DigestSet([sha256]),
      chunks: Manifest.Chunks(
        size: plan.chunkSize, count: plan.chunkCount, file: "c", merkleRoot: sha256),
      map: SectorMap(sectorCount: geometry.sectorCount))
  }
}
