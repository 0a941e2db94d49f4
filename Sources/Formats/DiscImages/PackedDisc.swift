import Evidence
import FormatKit
import OpticalDisc
import SystemPackage

extension Format {
  /// A container that packs the sectors of one track and says nothing else of the disc.
  /// - Parameter open: the container as an image of bytes.
  static func packedDisc(
    _ id: FormatID, _ title: String, endings: [String],
    open: @escaping @Sendable (FilePath) throws(EvidenceError) -> any ImageReader,
    isOne: @escaping @Sendable (ProbeInput) -> Bool
  ) -> Format {
    Format(
      id, title, endings: endings, contents: .disc,
      reading: .disc { (path: FilePath, _: DiskOpener) throws(EvidenceError) in
        try ISOReader.image(of: ImageContents(try open(path), name: path.string), isNamed: true)
      }, probe: { isOne($0) ? .certain : .none })
  }
}
