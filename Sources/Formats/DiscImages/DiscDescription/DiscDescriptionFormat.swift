import Evidence
import FormatKit
import SystemPackage

extension FormatID {
  package static let discDescription = FormatID("description")
}

extension Format {
  /// Exhibit's own description of a disc beside an image of it in a case. Acquisitions write it.
  package static let discDescription = Format(
    .discDescription, "disc description", endings: [String(DiscDescription.ending.dropFirst())],
    contents: .disc,
    reading: .disc { (path: FilePath, openDisk: DiskOpener) throws(EvidenceError) in
      try DiscDescriptionReader.open(path, with: openDisk)
    },
    probe: { input in
      let text = String(decoding: input.head + input.tail, as: UTF8.self)
      return input.has("{") && text.contains("\"\(DiscDescription.format)\"") ? .likely : .none
    })
}
