import Evidence
import FormatKit

extension FormatID {
  package static let isz = FormatID("isz")
}

extension Format {
  /// Chunks of zlib or bzip2, perhaps in several files.
  package static let isz = packedDisc(
    .isz, "ISZ", endings: ["isz"], open: ISZReader.open, isOne: { $0.has("IsZ!") })
}
