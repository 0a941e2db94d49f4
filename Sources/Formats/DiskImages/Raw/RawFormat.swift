import Evidence
import FormatKit
import SystemPackage

extension Format {
  /// It has no signature: what no other format claims is taken for it.
  package static let raw = Format(
    .raw, "raw", endings: ["raw", "dd", "img", "ima", "bin", "001"], contents: .disk, isContainer: false,
    reading: .disk { (path: FilePath, opening: DiskOpening) throws(EvidenceError) in
      try RawReader(opening: path, sectorSize: opening.sectorSize, besides: opening.others)
    },
    probe: { _ in .none }, stockContents: { files, _ in "cat \(files.joined(separator: " "))" })
}
