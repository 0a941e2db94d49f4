import Evidence
import FormatKit
import SystemPackage

extension FormatID {
  package static let toc = FormatID("toc")
}

extension Format {
  /// A table of contents of cdrdao and the files it names.
  package static let toc = Format(
    .toc, "TOC/BIN", endings: ["toc"], contents: .disc,
    reading: .disc { (path: FilePath, _: DiskOpener) throws(EvidenceError) in try TOCReader.open(path) },
    probe: { input in
      let words = input.firstLines.map { SheetText.words($0) }
      let hasType = words.contains {
        $0.first.map(["CD_DA", "CD_ROM", "CD_ROM_XA", "CD_I"].contains) ?? false
      }
      return hasType && words.contains { $0.first == "TRACK" } && input.isShortText ? .likely : .none
    })
}
