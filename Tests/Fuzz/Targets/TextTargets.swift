import CanonicalJSON
import Evidence
import Manifests

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

/// Chunk file, map and SHA256SUMS: what is accepted is written again with the same bytes.
///
/// Input: one byte that chooses the kind, one the sector size, six the length of the stream (little-endian), then
/// the file.
enum RecordsTarget {
  static let headerSize = 8

  static func problem(with input: [UInt8]) -> String? {
    guard input.count >= headerSize else { return nil }
    let sectorSize = UInt32(512) << UInt32(input[1] % 4)
    let length = (0..<6).reduce(UInt64(0)) { $0 | UInt64(input[2 + $1]) << UInt64(8 * $1) }
    let file = Array(input[headerSize...])
    let written: [UInt8]?
    switch input[0] % 3 {
    case 0:
      let plan = ChunkPlan(length: length)
      let entries = try? ChunkFile.entries(in: file, plan: plan, sectorSize: sectorSize, name: "input")
      written = entries.map { ChunkFile.bytes($0) }
    case 1:
      written = try? MapFile(parsing: file, sectorSize: sectorSize, length: length, name: "input").bytes
    default:
      written = try? DigestList(parsing: file, name: "input").bytes
    }
    return written == nil || written == file ? nil : "written with other bytes than it was read from"
  }
}
