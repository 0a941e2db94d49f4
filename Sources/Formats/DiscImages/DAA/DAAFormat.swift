import Evidence
import FormatKit

extension FormatID {
  package static let daa = FormatID("daa")
}

extension Format {
  /// Chunks of deflate or LZMA, perhaps in several files, as PowerISO (DAA) and gBurner (GBI) write them.
  package static let daa = packedDisc(
    .daa, "DAA", endings: ["daa", "gbi"], open: DAAReader.open,
    isOne: { input in
      ["DAA\0", "DAA VOL\0", "GBI\0", "GBI VOL\0"].contains { input.has($0) }
    })
}
