import Evidence
import FormatKit
import SystemPackage

extension Format {
  package static let e01 = Format(
    .e01, "E01", endings: ["e01", "s01"], contents: .disk,
    reading: .disk { (path: FilePath, opening: DiskOpening) throws(EvidenceError) in
      try EWFReader(opening: path, besides: opening.others)
    },
    probe: { EWFProbe.confidence($0.head.span.bytes) }, listed: EWFErrorAddresses.listed,
    stockCheck: { files in files.first.map { "ewfverify \($0)" } },
    stockContents: { files, length in
      files.first.map { "ewfexport -u -f raw -t - \($0) | head -c \(length)" }
    })
}
