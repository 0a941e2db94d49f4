import Evidence
import FormatKit
import SystemPackage

extension FormatID {
  package static let cdi = FormatID("cdi")
}

extension Format {
  /// DiscJuggler's sectors, and a description at the end.
  package static let cdi = Format(
    .cdi, "DiscJuggler (CDI)", endings: ["cdi"], contents: .disc,
    reading: .disc { (path: FilePath, _: DiskOpener) throws(EvidenceError) in try CDIReader.open(path) },
    probe: { CDILayout.isOne($0) ? .certain : .none })
}
