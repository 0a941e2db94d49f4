import Evidence
import FormatKit
import SystemPackage

extension FormatID {
  package static let nrg = FormatID("nrg")
  package static let nrgTrackAtOnce = FormatID("nrg-tao")
}

extension Format {
  /// Sectors, and behind them the chunks of Nero that describe them.
  package static let nrg = Format(
    .nrg, "Nero (NRG)", endings: ["nrg"], contents: .disc,
    reading: .disc { (path: FilePath, _: DiskOpener) throws(EvidenceError) in try NRGReader.open(path) },
    probe: { isNRG($0) ? .certain : .none })

  /// The same, described as tracks that were written one by one. Read as any NRG.
  package static let nrgTrackAtOnce = Format(
    .nrgTrackAtOnce, "Nero (NRG), track at once", endings: [], contents: .disc, reading: nrg.reading,
    probe: { _ in .none })

  /// A footer with the place of the first chunk, which has a name of four letters.
  private static func isNRG(_ input: ProbeInput) -> Bool {
    let tail = input.tail.span.bytes
    let size = input.tail.count
    if input.ends("NER5", 12), let place = tail.bigEndian(at: size - 8, as: UInt64.self) {
      return place > 0 && place < input.size && isChunk(place, input)
    }
    guard input.ends("NERO", 8), let place = tail.bigEndian(at: size - 4, as: UInt32.self) else {
      return false
    }
    return place > 0 && UInt64(place) < input.size && isChunk(UInt64(place), input)
  }

  /// Four capital letters and digits; also where the place lies between head and tail, and cannot be seen.
  private static func isChunk(_ place: UInt64, _ input: ProbeInput) -> Bool {
    let tailStart = input.size - UInt64(input.tail.count)
    let name =
      place >= tailStart
      ? input.tail.dropFirst(Int(place - tailStart)).prefix(4)
      : place < UInt64(input.head.count) ? input.head.dropFirst(Int(place)).prefix(4) : nil
    return name.map { $0.allSatisfy(NRGChunks.isLetter) } ?? true
  }
}
