import Evidence
import FormatKit

extension FormatID {
  package static let ecm = FormatID("ecm")
}

extension Format {
  /// Raw sectors without the codes that can be computed from the rest of them.
  package static let ecm = packedDisc(
    .ecm, "ECM", endings: ["ecm"], open: ECMReader.open, isOne: { $0.has("ECM\0") })
}
