import Evidence
import FormatKit
import SystemIO
import SystemPackage

/// How surely the first bytes of a file belong to a format.
package enum ProbeConfidence: Int, Hashable, Sendable, Comparable {
  case none
  /// Parts of the format are there, but not its signature: perhaps damaged.
  case likely
  case certain

  package static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
}

/// The formats that can be opened, as one explicit list.
package enum ImageFormatRegistry {
  /// Bytes of the beginning of a file that a probe wants to see; fewer are allowed.
  package static let probeByteCount = 4096

  private struct Entry: Sendable {
    let format: ImageFormat
    let probe: @Sendable (RawSpan) -> ProbeConfidence
    let claimsName: @Sendable (String) -> Bool
    let open: @Sendable (FilePath) throws(EvidenceError) -> any ImageReader
  }

  /// In the order they are asked. Raw has no signature and thus no probe: it takes what nobody claims.
  private static let entries = [
    Entry(
      format: .e01, probe: EWFProbe.confidence, claimsName: EWFProbe.claims,
      open: { path throws(EvidenceError) in try EWFReader(opening: path) })
  ]

  /// Signatures of formats that must not be taken for raw although they cannot be read.
  private static let foreign: [(signature: [UInt8], name: String)] = [
    (Array("EVF2\r\n".utf8), "EnCase 7 Ex01"),
    (Array("LVF\t\r\n".utf8), "EnCase logical evidence (L01)"),
    (Array("LEF2\r\n".utf8), "EnCase 7 logical evidence (Lx01)"),
    (Array("AFF10\r\n".utf8), "AFF"),
  ]

  /// The format that claims these first bytes of a file. Total; never throws.
  /// - Returns: `.raw` with `.none` where no format does.
  package static func probe(_ bytes: RawSpan) -> (format: ImageFormat, confidence: ProbeConfidence) {
    var best: (format: ImageFormat, confidence: ProbeConfidence) = (.raw, .none)
    for entry in entries {
      let confidence = entry.probe(bytes)
      if confidence > best.confidence { best = (entry.format, confidence) }
    }
    return best
  }

  /// Opens an image of any known format. Blocks on the files of the set.
  /// - Parameters:
  ///   - path: any file of the set.
  ///   - rawSectorSize: unit of addressing for raw images, which do not say it; bytes, positive.
  /// - Throws: `fileMissing`, `formatUnknown`, `imageMalformed`, `segmentMissing` (raw only), `readFailed`.
  package static func open(
    _ path: FilePath, rawSectorSize: UInt32 = 512
  ) throws(EvidenceError) -> any ImageReader {
    let file = try SegmentFile(path)
    guard file.size > 0 else { throw EvidenceError(.imageMalformed, path.string, "the file is empty") }
    let start = try file.bytes(at: 0, count: probeByteCount)
    for other in foreign where start.starts(with: other.signature) {
      throw EvidenceError(.formatUnknown, path.string, "\(other.name) cannot be read")
    }
    let claim = probe(start.span.bytes)
    let name = path.lastComponent?.string ?? ""
    for entry in entries {
      if claim.confidence > .none ? claim.format == entry.format : entry.claimsName(name) {
        return try entry.open(path)
      }
    }
    return try RawReader(opening: path, sectorSize: rawSectorSize)
  }

  /// Opens an image whose format is known, whatever its first bytes look like: a raw image may well hold an E01.
  /// - Parameter others: folders that hold files of the set besides that of `path`.
  /// - Throws: `fileMissing`, `imageMalformed`, `segmentMissing` (raw only), `readFailed`.
  package static func open(
    _ path: FilePath, as format: ImageFormat, rawSectorSize: UInt32 = 512, besides others: [FilePath] = []
  ) throws(EvidenceError) -> any ImageReader {
    switch format {
    case .e01: try EWFReader(opening: path, besides: others)
    case .raw: try RawReader(opening: path, sectorSize: rawSectorSize, besides: others)
    }
  }
}
