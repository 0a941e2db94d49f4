import Evidence
import FormatKit

extension FormatID {
  package static let cso = FormatID("cso")
}

extension Format {
  /// Sectors of 2048 bytes in blocks of deflate (CISO) or LZ4 (ZISO, and CISO of version 2).
  package static let cso = packedDisc(
    .cso, "CSO", endings: ["cso", "ciso", "zso"], open: CSOReader.open,
    isOne: { CSOLayout(header: $0.head) != nil })
}
