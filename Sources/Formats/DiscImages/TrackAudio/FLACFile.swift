import Codecs
import Evidence
import FormatKit
import OpticalDisc
import SystemIO
import SystemPackage

extension FormatID {
  package static let flac = FormatID("flac")
}

extension Format {
  /// The samples of a track; no disc by itself, and so on no list.
  static let flac = Format(
    .flac, "FLAC", endings: ["flac"], contents: .packed,
    reading: .refused(advice: "open the cue sheet that names it"),
    probe: { $0.has("fLaC") ? .certain : .none })
}

/// FLAC files with the samples of a CD, as images of those samples, least significant byte first.
enum FLACFile {
  static func isOne(_ file: any DiscFile) throws(EvidenceError) -> Bool {
    try file.bytes(at: 0, count: 4) == Array("fLaC".utf8)
  }

  /// - Throws: `formatUnreadable` where it has other samples or does not say how many, `imageMalformed`.
  static func open(_ path: FilePath) throws(EvidenceError) -> any ImageReader {
    guard let stream = FLACStream(FLACBytes(file: try SegmentFile(path))),
      let information = stream.information
    else {
      throw EvidenceError(.imageMalformed, path.string, "the beginning of the FLAC stream is damaged")
    }
    guard information.isCD else {
      throw EvidenceError(
        .formatUnreadable, path.string,
        "FLAC of \(information.sampleRate) Hz, \(information.channels) channels, \(information.bitsPerSample) bits, and a CD "
          + "has 44100 Hz, 2 channels, 16 bits; decode a copy to WAVE")
    }
    guard information.samples > 0 else {
      throw EvidenceError(
        .formatUnreadable, path.string, "FLAC that does not say how long it is; decode a copy to WAVE")
    }
    var facts = ChunkedFacts(.flac, sectorSize: SectorCodec.size, segments: [path])
    // Each frame has a CRC.
    facts.checksItsData = true
    if information.md5.contains(where: { $0 != 0 }) {
      facts.storedDigests = DigestSet([Digest(.md5, information.md5)])
    }
    return ChunkedReader(FLACDecoder(stream: stream, samples: information.samples), facts)
  }
}

private struct FLACBytes: FLACStream.Source {
  let file: SegmentFile
  var size: UInt64 { file.size }

  func read(into buffer: UnsafeMutableRawBufferPointer, at offset: UInt64) -> Int {
    // What cannot be read is missing, and so damaged.
    (try? file.read(into: buffer, at: offset)) ?? 0
  }
}

private final class FLACDecoder: ChunkDecoder {
  private let stream: Monitor<FLACStream>
  let length: UInt64
  /// A second.
  let chunkSize = 75 * SectorCodec.size

  init(stream: FLACStream, samples: UInt64) {
    self.stream = Monitor(stream)
    self.length = samples * UInt64(FLACStream.sampleSize)
  }

  func decode(_ chunk: Int, into buffer: UnsafeMutableRawBufferPointer) throws(EvidenceError) -> String? {
    let size = UInt64(FLACStream.sampleSize)
    let first = UInt64(chunk) * UInt64(chunkSize) / size
    let wanted = first..<first + UInt64(buffer.count) / size
    let sound = stream.withLock { $0.decode(wanted, into: buffer) }
    var next = wanted.lowerBound
    for part in sound where part.lowerBound == next { next = part.upperBound }
    return next == wanted.upperBound ? nil : "the FLAC frame of sample \(next) is damaged"
  }
}
