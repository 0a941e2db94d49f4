import CanonicalJSON
import Evidence
import Formats
import Glibc
import OpticalDisc
import SystemIO
import SystemPackage

// Measures the arithmetic of CD sectors on one thread, in MB (10^6 bytes of raw sectors) per second of its own CPU
// time, as one JSON object: the best of several rounds over 64 MB. Usage: exhibit-disc-rates
//
// With an image and a file it copies the sectors of all tracks, as stored, into the file, with as many threads as named.
// Usage: exhibit-disc-rates IMAGE FILE THREADS

if CommandLine.arguments.count == 4 {
  let image = try Formats.openDisc(FilePath(CommandLine.arguments[1])).image
  let file = try DurableFile(creating: FilePath(CommandLine.arguments[2]))
  let piece = 512
  var pieces: [(track: DiscTrack, range: Range<Int>, offset: UInt64)] = []
  var offset: UInt64 = 0
  for track in image.disc.tracks {
    for extent in track.extents(in: track.first..<track.end) {
      guard let run = extent.run else { continue }
      for first in stride(from: extent.start, to: extent.end, by: piece) {
        let range = first..<min(first + piece, extent.end)
        pieces.append((track, range, offset))
        offset += UInt64(range.count * run.layout.size)
      }
    }
  }
  let (all, threads) = (pieces, Int(CommandLine.arguments[3]) ?? 1)
  let copy: @Sendable (Int) -> Void = { number in
    for index in stride(from: number, to: all.count, by: threads) {
      var at = all[index].offset
      do throws(EvidenceError) {
        try image.forEachBatch(of: all[index].track, in: all[index].range) {
          (batch: SectorBatch) throws(EvidenceError) in
          try file.write(batch.main.span.bytes, at: at)
          at += UInt64(batch.main.count)
        }
      } catch {
        Terminal.writeError("\(error)\n")
        exit(error.exitStatus.rawValue)
      }
    }
  }
  WorkerThreads(name: "copy", (0..<threads).map { number in { copy(number) } }).join()
  exit(0)
}

nonisolated func threadSeconds() -> Double {
  var time = timespec()
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
  return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
}

nonisolated let count = 27_000
/// Neither zero nor the same in any two places of a sector.
nonisolated func noise(_ count: Int, seed: Int) -> [UInt8] {
  (0..<count).map { UInt8(truncatingIfNeeded: (($0 + 1) &* (seed + 7) &* 2_654_435_761) >> 13) }
}

nonisolated func sectors(_ kind: SectorKind) -> [UInt8] {
  let samples = (0..<64).map { noise(kind.dataRange.count, seed: $0) }
  let form: UInt8 = kind == .form2 ? 0x20 : 0
  return (0..<count).flatMap { index -> [UInt8] in
    kind == .audio
      ? samples[index % 64]
      : SectorCodec.encode(
        kind, at: MSF(frames: index), subheader: [0, 0, form, 0], data: samples[index % 64])
  }
}

nonisolated func rate(_ bytes: [UInt8], _ step: (RawSpan) -> Void) -> JSONValue {
  var best = Double.infinity
  for _ in 0..<5 {
    let begun = threadSeconds()
    step(bytes.span.bytes)
    best = min(best, threadSeconds() - begun)
  }
  return JSONValue(Int64(Double(bytes.count) / best / 1e6))
}

var rates: [String: JSONValue] = [:]
let kinds: [(String, SectorKind)] = [
  ("mode1", .mode1), ("form1", .form1), ("form2", .form2), ("audio", .audio),
]
for (name, kind) in kinds {
  rates["check-\(name)"] = rate(sectors(kind)) { bytes in
    for index in 0..<count {
      let report = SectorReport(of: bytes.extracting(index * 2352..<(index + 1) * 2352))
      guard report.isSound && report.kind == kind else { fatalError("a sound sector was called damaged") }
    }
  }
}
print(JSONValue.object(rates).canonicalText)
