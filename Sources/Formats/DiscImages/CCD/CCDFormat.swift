import Evidence
import FormatKit
import SystemPackage

extension FormatID {
  package static let ccd = FormatID("ccd")
}

extension Format {
  /// The text that CloneCD writes beside `.img` and `.sub`.
  package static let ccd = Format(
    .ccd, "CloneCD (CCD/IMG/SUB)", endings: ["ccd"], contents: .disc,
    reading: .disc { (path: FilePath, _: DiskOpener) throws(EvidenceError) in try CCDReader.open(path) },
    probe: { $0.isShortText && $0.firstLines.first?.hasPrefix("[CLONECD]") == true ? .certain : .none })
}
