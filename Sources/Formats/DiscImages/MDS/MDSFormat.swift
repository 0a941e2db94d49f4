import Evidence
import FormatKit
import SystemPackage

extension FormatID {
  package static let mds = FormatID("mds")
}

extension Format {
  /// The description that Alcohol 120% writes beside `.mdf`. Other versions are refused by the reader.
  package static let mds = Format(
    .mds, "Alcohol 120% (MDS/MDF)", endings: ["mds", "mdx"], contents: .disc,
    reading: .disc { (path: FilePath, _: DiskOpener) throws(EvidenceError) in try MDSReader.open(path) },
    probe: { $0.has("MEDIA DESCRIPTOR") ? .certain : .none })
}
