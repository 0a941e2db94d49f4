import Codecs
import Evidence
import FormatKit
import SystemIO
import SystemPackage

enum DAAReader {
  /// - Throws: `fileMissing`, `segmentMissing`, `formatUnreadable` for what is encrypted or in an unknown form,
  ///   `imageMalformed`, `readFailed`.
  static func open(_ path: FilePath) throws(EvidenceError) -> any ImageReader {
    let opened = try SegmentFile(path).bytes(at: 0, count: DAALayout.size)
    let isGBI = opened.starts(with: "GBI".utf8)
    let names = PartNames(
      path, first: isGBI ? "gbi" : "daa", later: { "d" + PartNames.number($0 - 1, digits: 2) })
    let first = names.path(0)
    guard Files.exists(first) else { throw EvidenceError(.segmentMissing, first.string) }
    let file = try SegmentFile(first)
    func malformed(_ reason: String) -> EvidenceError { EvidenceError(.imageMalformed, first.string, reason) }
    guard let layout = DAALayout(header: try file.bytes(at: 0, count: DAALayout.size)) else {
      throw malformed("its header is damaged, or it is not the first of its files")
    }
    guard layout.data <= file.size else { throw malformed("it ends before its table of chunks") }
    let headSize = UInt64(DAALayout.size)
    let said = DAALayout.descriptors(
      try file.bytes(at: headSize, count: Int(layout.table.lowerBound - headSize)))
    if let reason = said.isEncrypted ? "encrypted" : layout.unreadableForm.map({ "with \($0)" }) {
      throw EvidenceError(
        .formatUnreadable, first.string,
        "\(layout.title) \(reason); convert a copy to ISO with the program that made it")
    }
    guard (1...DAALayout.mostVolumes).contains(said.volumes) else {
      throw malformed("it names \(said.volumes) files")
    }
    let paths = (0..<said.volumes).map(names.path)
    for path in paths where !Files.exists(path) { throw EvidenceError(.segmentMissing, path.string) }
    let table = try file.bytes(at: layout.table.lowerBound, count: layout.table.count)
    guard table.count == layout.table.count, let chunks = layout.chunks(table) else {
      throw malformed("its table names fewer than \(layout.chunkCount) chunks")
    }
    var facts = ChunkedFacts(.daa, sectorSize: 2048, segments: paths)
    facts.facts.family = "\(layout.title), version \(layout.isVersion2 ? 2 : 1)"
    return ChunkedReader(
      DAADecoder(
        layout: layout, volumes: try volumes(layout, paths), chunks: chunks, files: SegmentFiles(paths)),
      facts)
  }

  /// Where the data of each file lies, and where it begins in the data of all.
  private static func volumes(_ layout: DAALayout, _ paths: [FilePath]) throws(EvidenceError) -> [DAAVolume] {
    var volumes: [DAAVolume] = []
    var start: UInt64 = 0
    for (number, path) in paths.enumerated() {
      let file = try SegmentFile(path)
      var data = layout.data
      if number > 0 {
        guard let place = DAALayout.volumeData(try file.bytes(at: 0, count: DAALayout.volumeSize)) else {
          throw EvidenceError(.imageMalformed, path.string, "its header is damaged")
        }
        data = place
      }
      guard data <= file.size else {
        throw EvidenceError(.imageMalformed, path.string, "it ends before its data")
      }
      volumes.append(DAAVolume(data: data, start: start, end: start + file.size - data))
      start += file.size - data
    }
    return volumes
  }
}

private struct DAAVolume {
  let data: UInt64
  let start: UInt64
  let end: UInt64
}

private struct DAADecoder: ChunkDecoder {
  let layout: DAALayout
  let volumes: [DAAVolume]
  let chunks: [DAALayout.Chunk]
  let files: SegmentFiles
  private let inflaters = InflaterPool()

  init(layout: DAALayout, volumes: [DAAVolume], chunks: [DAALayout.Chunk], files: SegmentFiles) {
    self.layout = layout
    self.volumes = volumes
    self.chunks = chunks
    self.files = files
  }

  var length: UInt64 { layout.length }
  var chunkSize: Int { layout.chunkSize }

  func decode(_ chunk: Int, into buffer: UnsafeMutableRawBufferPointer) throws(EvidenceError) -> String? {
    let place = chunks[chunk]
    guard place.count <= 2 * chunkSize + 4096 else { return "it is longer than any chunk may be" }
    let stored = try bytes(at: place.offset, count: place.count)
    guard stored.count == place.count else { return "the files end early" }
    return stored.withUnsafeBytes { stored in
      switch place.kind {
      case .plain:
        guard stored.count >= buffer.count else { return "it is stored with \(stored.count) bytes" }
        buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: stored[..<buffer.count]))
        return nil
      case .deflate:
        let count = inflaters.use { $0.inflateRaw(stored, into: buffer)?.plainCount }
        return count == buffer.count ? nil : "its deflate stream is damaged"
      case .lzma:
        let isSound = LZMA.decompress(
          stored, into: buffer, properties: layout.lzmaProperties, isFiltered: layout.isFiltered)
        return isSound ? nil : "its LZMA stream is damaged"
      case .unknown(let type): return "it is packed in the unknown way \(type)"
      }
    }
  }

  /// Bytes of the data of all files.
  private func bytes(at offset: UInt64, count: Int) throws(EvidenceError) -> [UInt8] {
    var bytes: [UInt8] = []
    for (number, volume) in volumes.enumerated() {
      let place = offset + UInt64(bytes.count)
      guard bytes.count < count, place >= volume.start, place < volume.end else { continue }
      let part = min(UInt64(count - bytes.count), volume.end - place)
      bytes += try files.file(number).bytes(at: volume.data + place - volume.start, count: Int(part))
    }
    return bytes
  }
}
