import Evidence
import FormatKit
import SystemPackage

/// Whether a file is an E01 (or e01, s01) segment.
enum EWFProbe {
  /// Certain by signature; likely where the signature is damaged but a sound section follows it.
  static func confidence(_ bytes: RawSpan) -> ProbeConfidence {
    if EWFFileHeader(bytes)?.hasSignature == true { return .certain }
    let first = EWFSectionDescriptor(bytes, at: EWFLayout.fileHeaderSize)
    return first.map { $0.isSound && !$0.type.isEmpty } == true ? .likely : .none
  }

  /// The segment number a file states of itself; `nil` where it is no segment or cannot be read.
  static func segmentNumber(_ path: FilePath) -> Int? {
    guard let file = try? SegmentFile(path), let start = try? file.bytes(at: 0, count: 512),
      confidence(start.span.bytes) > .none, let header = EWFFileHeader(start.span.bytes)
    else { return nil }
    return Int(header.segmentNumber)
  }
}
