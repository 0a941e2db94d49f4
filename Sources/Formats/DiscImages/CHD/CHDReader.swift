import Codecs
import Digests
import Evidence
import FormatKit
import SystemIO
import SystemPackage

/// A CHD opened: its contents, and what it says of them.
struct CHDImage {
  let reader: ChunkedReader
  let header: CHDHeader
  let metadata: CHDMetadata

  /// Most parents behind each other.
  private static let mostParents = 8

  /// - Throws: `fileMissing`, `segmentMissing` for a parent, `formatUnreadable`, `imageMalformed`, `readFailed`.
  init(_ path: FilePath, as format: Format, depth: Int = 0) throws(EvidenceError) {
    let file = try SegmentFile(path)
    func malformed(_ reason: String) -> EvidenceError { EvidenceError(.imageMalformed, path.string, reason) }
    func refused(_ reason: String) -> EvidenceError {
      EvidenceError(.formatUnreadable, path.string, "CHD \(reason); extract it with chdman")
    }
    let head = try file.bytes(at: 0, count: CHDHeader.size)
    if let version = CHDHeader.version(head), !(3...5).contains(version) {
      throw refused("of version \(version)")
    }
    guard let header = CHDHeader(head) else { throw malformed("its header is damaged") }
    for codec in header.codecs where codec != 0 && CHDCodec(tag: codec) == nil {
      throw refused("with the codec \(HumanText.fixedField(Array(CHDHeader.text(codec).utf8)))")
    }
    let metadata = try CHDMetadata(header, in: file, name: path.string)
    let map = try Self.map(header, file, malformed)
    var parent: CHDImage?
    if let wanted = header.parentSHA1 {
      guard depth < Self.mostParents else { throw malformed("more than \(Self.mostParents) parents") }
      parent = try Self.parent(of: path, wanted, as: format, depth: depth)
    }
    var facts = ChunkedFacts(
      format, sectorSize: Self.sectorSize(header, metadata),
      segments: [path] + (parent?.reader.segments ?? []))
    facts.checksItsData = header.isCompressed
    facts.storedDigests = DigestSet(
      (header.md5.map { [Digest(.md5, $0)] } ?? []) + (header.rawSHA1.map { [Digest(.sha1, $0)] } ?? []))
    facts.findings = Self.findings(header, metadata, name: path.lastComponent?.string ?? path.string)
    let codecs = header.codecs.filter { $0 != 0 }.map(CHDHeader.text)
    facts.facts.family =
      "version \(header.version), \(codecs.isEmpty ? "not compressed" : codecs.joined(separator: " "))"
      + (parent == nil ? "" : ", with a parent")
    facts.facts.hasEnd = true
    self.reader = ChunkedReader(
      CHDDecoder(file: file, header: header, map: map, parent: parent?.reader), facts)
    self.header = header
    self.metadata = metadata
  }

  private static func map(
    _ header: CHDHeader, _ file: SegmentFile, _ malformed: (String) -> EvidenceError
  ) throws(EvidenceError) -> CHDMap {
    if let size = CHDMap.storedSize(header) {
      guard size <= file.size else { throw malformed("it ends before its map of \(header.hunkCount) hunks") }
      let bytes = try file.bytes(at: header.mapOffset, count: Int(size))
      guard bytes.count == Int(size) else { throw malformed("it ends before its map") }
      return CHDMap(stored: bytes, header)
    }
    let head = try file.bytes(at: header.mapOffset, count: CHDMap.packedHeader)
    let size = head.span.bytes.bigEndian(at: 0, as: UInt32.self) ?? 0
    guard head.count == CHDMap.packedHeader, UInt64(size) <= min(file.size, CHDMap.largestPacked) else {
      throw malformed("it ends before its map")
    }
    let packed = try file.bytes(at: header.mapOffset + UInt64(CHDMap.packedHeader), count: Int(size))
    guard packed.count == Int(size), let map = CHDMap(head: head, packed: packed, header) else {
      throw malformed("its map of hunks is damaged")
    }
    return map
  }

  /// The parent beside it, by the SHA-1 in its header.
  private static func parent(
    of path: FilePath, _ wanted: [UInt8], as format: Format, depth: Int
  ) throws(EvidenceError) -> CHDImage {
    let folder = path.removingLastComponent()
    let place: FilePath = folder.isEmpty ? "." : folder
    for name in try Files.names(in: place).sorted() where name.lowercased().hasSuffix(".chd") {
      let other = folder.appending(name)
      guard name != path.lastComponent?.string, Files.kind(other) == .file,
        let head = try? SegmentFile(other).bytes(at: 0, count: CHDHeader.size),
        let header = CHDHeader(head), header.sha1 == wanted
      else { continue }
      return try CHDImage(other, as: format, depth: depth + 1)
    }
    throw EvidenceError(
      .segmentMissing, path.string,
      "no .chd file in its folder is its parent, with the SHA-1 \(Digest(.sha1, wanted).hex)")
  }

  private static func sectorSize(_ header: CHDHeader, _ metadata: CHDMetadata) -> Int {
    if header.isCD { return CHDHeader.cdUnit }
    // `CYLS:…,HEADS:…,SECS:…,BPS:512`
    let stated = metadata.first("GDDD")?.text.split(separator: ",").first { $0.hasPrefix("BPS:") }
    if let size = stated.flatMap({ Int($0.dropFirst(4)) }), (1...1 << 16).contains(size) { return size }
    return header.version == 5 && [512, 1024, 2048, 4096].contains(header.unitSize) ? header.unitSize : 512
  }

  private static func findings(_ header: CHDHeader, _ metadata: CHDMetadata, name: String) -> [Finding] {
    guard header.version > 3, let raw = header.rawSHA1, let stored = header.sha1 else { return [] }
    let computed = metadata.digest(contents: raw)
    guard computed != stored else { return [] }
    return [
      Finding(
        .metadataMismatch, .failure, subject: name, expected: "SHA-1 \(Digest(.sha1, stored).hex)",
        observed: "SHA-1 \(Digest(.sha1, computed).hex) of contents and metadata")
    ]
  }
}

private struct CHDDecoder: ChunkDecoder {
  let file: SegmentFile
  let header: CHDHeader
  let map: CHDMap
  let parent: ChunkedReader?
  private let inflaters = InflaterPool()

  /// Most hunks that stand for each other in a row.
  private static let mostSteps = 16

  init(file: SegmentFile, header: CHDHeader, map: CHDMap, parent: ChunkedReader?) {
    self.file = file
    self.header = header
    self.map = map
    self.parent = parent
  }

  var length: UInt64 { header.length }
  var chunkSize: Int { header.hunkSize }

  func decode(_ chunk: Int, into buffer: UnsafeMutableRawBufferPointer) throws(EvidenceError) -> String? {
    guard buffer.count < header.hunkSize else { return try hunk(chunk, into: buffer) }
    // The last hunk is stored whole.
    var whole = [UInt8](repeating: 0, count: header.hunkSize)
    var outcome: Result<String?, EvidenceError> = .success(nil)
    whole.withUnsafeMutableBytes { whole in
      outcome = Result { () throws(EvidenceError) in try hunk(chunk, into: whole) }
      buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: whole[..<buffer.count]))
    }
    return try outcome.get()
  }

  private func hunk(_ chunk: Int, into buffer: UnsafeMutableRawBufferPointer) throws(EvidenceError) -> String?
  {
    var entry = map.entry(chunk)
    var steps = 0
    var number = UInt64(chunk)
    while entry.kind == .same {
      guard entry.offset < number, steps < Self.mostSteps else { return "it stands for no earlier hunk" }
      number = entry.offset
      steps += 1
      entry = map.entry(Int(number))
    }
    switch entry.kind {
    case .zeros:
      buffer.initializeMemory(as: UInt8.self, repeating: 0)
      return nil
    case .repeated:
      for index in buffer.indices {
        buffer[index] = UInt8(truncatingIfNeeded: entry.offset >> UInt64(56 - 8 * (index % 8)))
      }
      return nil
    case .parent: return try fromParent(entry.offset, into: buffer)
    case .plain:
      guard entry.length == buffer.count || entry.length == 0 else {
        return "it is stored with \(entry.length) bytes"
      }
      guard try file.read(into: buffer, at: entry.offset) == buffer.count else {
        return "the file ends early"
      }
    case .packed(let number):
      guard header.codecs.indices.contains(number), let codec = CHDCodec(tag: header.codecs[number]) else {
        return "it is packed by a codec that the header does not name"
      }
      guard entry.length <= 2 * header.hunkSize + 4096 else { return "it is longer than any hunk may be" }
      let stored = try file.bytes(at: entry.offset, count: entry.length)
      guard stored.count == entry.length else { return "the file ends early" }
      let isSound = stored.withUnsafeBytes { codec.unpack($0, into: buffer, inflaters) }
      guard isSound else { return "\(codec.rawValue) cannot unpack it" }
    case .same, .unknown: return "its entry in the map is of no known kind"
    }
    switch entry.check {
    case .crc16(let stored): return CRC16.of(UnsafeRawBufferPointer(buffer)) == stored ? nil : "CRC-16"
    case .crc32(let stored): return CRC32.of(UnsafeRawBufferPointer(buffer)) == stored ? nil : "CRC-32"
    case nil: return nil
    }
  }

  private func fromParent(
    _ unit: UInt64, into buffer: UnsafeMutableRawBufferPointer
  ) throws(EvidenceError) -> String? {
    guard let parent else { return "it lies in a parent that the header does not name" }
    let (offset, isTooFar) = unit.multipliedReportingOverflow(by: UInt64(header.unitSize))
    guard !isTooFar, offset < parent.geometry.length else { return "it lies behind the end of the parent" }
    let count = Int(min(UInt64(buffer.count), parent.geometry.length - offset))
    buffer.initializeMemory(as: UInt8.self, repeating: 0)
    let damage = try parent.read(into: UnsafeMutableRawBufferPointer(rebasing: buffer[..<count]), at: offset)
    return damage.first.map { "in the parent, \($0.reason)" }
  }
}
