import CanonicalJSON
import Evidence
import FormatKit
import SystemIO
import SystemPackage
import WriterKit

/// Lays out one set of segments in the EnCase 6 form, chunk after chunk.
///
/// The layout is a function of options, identifier, time and the chunks alone, so that an image that was interrupted
/// and resumed is the same as one that was not.
struct EWFSegmentWriter: ~Copyable {
  /// What the layout depends on besides the chunks.
  struct Form: Sendable {
    let folder: FilePath
    let overflow: Overflow
    let name: String
    let geometry: MediaGeometry
    let sectorsPerChunk: UInt32
    let options: EWFOptions
    let identity: EWFIdentity

    var volume: [UInt8] {
      EWFSections.volume(
        geometry: geometry, sectorsPerChunk: sectorsPerChunk, options: options,
        identifier: identity.identifier)
    }

    func name(segment: Int) -> String? { SegmentNames.suffix(number: segment).map { "\(name).\($0)" } }
  }

  /// Bytes of a `sectors` section. Every offset fits into 31 bits; when its size is known the section is read back for
  /// the digest of the file while it is still in memory; and an image whose end is missing lacks one table only.
  private static let sectionLimit: UInt64 = 64 << 20
  /// Most chunks of one table; readers take 65,534.
  private static let tableLimit = 65_534
  /// Kept free in every segment for what may close it: `data`, `error2` of some ranges, `digest`, `hash`, `done`.
  private static let closingReserve: UInt64 = 1128 + 600 + 8 * 64 + 156 + 112 + 76

  /// Bytes a segment needs besides one chunk.
  static let overhead: UInt64 = 8192 + closingReserve

  private let form: Form
  private var output: SegmentOutput
  private var position: UInt64 = 0
  /// Where the open `sectors` section begins; `nil` between two sections.
  private var sectionStart: UInt64?
  private var chunksWritten: UInt64 = 0
  /// Of the open section.
  private var entries: [UInt32] = []
  /// Stored bytes that wait to be written together, from `runStart`.
  private var run: [UnsafeRawBufferPointer] = []
  private var runStart: UInt64 = 0

  /// - Throws: `outputExists` where any segment of the set does.
  init(_ form: Form) throws(EvidenceError) {
    self.form = form
    self.output = SegmentOutput(form.folder, form.overflow, readsBack: true)
    try Self.demandNone(form)
    try beginSegment()
  }

  private static func demandNone(_ form: Form) throws(EvidenceError) {
    let prefix = form.name + "."
    for name in try Files.names(in: form.folder) where name.hasPrefix(prefix) {
      guard SegmentNames.number(suffix: String(name.dropFirst(prefix.count)), first: "E") == nil else {
        throw EvidenceError(.outputExists, form.folder.appending(name).string)
      }
    }
  }

  /// The open segment, from 1.
  private var segment: Int { output.paths.count }

  // MARK: Chunks

  /// Appends one chunk as it is stored. `stored` must stay valid until ``flush()``.
  mutating func append(_ stored: [UnsafeRawBufferPointer], isCompressed: Bool) throws(EvidenceError) {
    let length = stored.reduce(0 as UInt64) { $0 + UInt64($1.count) }
    if let start = sectionStart,
      entries.count >= Self.tableLimit || position + length - start > Self.sectionLimit
    {
      try endSection()
    }
    if !hasRoom(for: length) {
      try endSegment()
      try beginSegment()
    }
    if sectionStart == nil { try beginSection() }
    let offset = position - (sectionStart ?? position)
    entries.append(UInt32(offset) | (isCompressed ? 1 << 31 : 0))
    for piece in stored { joinRun(piece) }
    position += length
    chunksWritten += 1
  }

  /// Pieces that follow each other in memory are one.
  private mutating func joinRun(_ piece: UnsafeRawBufferPointer) {
    if let last = run.last, let end = last.baseAddress.map({ $0 + last.count }), end == piece.baseAddress {
      run[run.count - 1] = UnsafeRawBufferPointer(start: last.baseAddress, count: last.count + piece.count)
    } else {
      run.append(piece)
    }
  }

  /// Writes what waits, in one go.
  mutating func flush() throws(EvidenceError) {
    guard !run.isEmpty else { return }
    defer { run.removeAll(keepingCapacity: true) }
    try output.write(gathering: run, at: runStart)
    runStart = position
  }

  private func hasRoom(for length: UInt64) -> Bool {
    let open = sectionStart == nil ? UInt64(EWFSections.descriptorSize) : 0
    let tables = 2 * EWFSections.tableSize(entryCount: entries.count + 1)
    return position + open + length + tables + Self.closingReserve <= form.options.segmentSize
  }

  // MARK: Sections and segments

  private mutating func put(_ bytes: [UInt8]) throws(EvidenceError) {
    try flush()
    try output.write(bytes.span.bytes, at: position)
    position += UInt64(bytes.count)
    runStart = position
  }

  private mutating func put(_ type: String, _ payload: [UInt8]) throws(EvidenceError) {
    try put(EWFSections.section(type, at: position, payload))
  }

  private mutating func beginSection() throws(EvidenceError) {
    sectionStart = position
    entries.removeAll(keepingCapacity: true)
    // Until its size is known the section claims to be empty.
    try put(EWFSections.descriptor("sectors", at: position, size: UInt64(EWFSections.descriptorSize)))
  }

  private mutating func endSection() throws(EvidenceError) {
    guard let start = sectionStart else { return }
    try flush()
    let descriptor = EWFSections.descriptor("sectors", at: start, size: position - start)
    try output.write(descriptor.span.bytes, at: start)
    let table = EWFSections.table(entries, base: start)
    try put("table", table)
    try put("table2", table)
    try output.settle()
    sectionStart = nil
    entries.removeAll(keepingCapacity: true)
  }

  private mutating func beginSegment() throws(EvidenceError) {
    guard let name = form.name(segment: segment + 1) else {
      throw EvidenceError(
        .argumentInvalid, "segment size \(form.options.segmentSize)",
        "an E01 has at most \(SegmentNames.largestCount) segments")
    }
    try output.begin(name)
    position = 0
    runStart = 0
    try put(EWFSections.fileHeader(segment: segment))
    guard segment == 1 else { return try put("data", form.volume) }
    let text = EWFHeaderText(description: form.options.description, identity: form.identity)
    let wide = text.wide
    try put("header2", wide)
    try put("header2", wide)
    try put("header", text.narrow)
    try put("volume", form.volume)
  }

  private mutating func endSegment(isLast: Bool = false) throws(EvidenceError) {
    try endSection()
    try put(EWFSections.closing(isLast: isLast, at: position))
    try output.end()
  }

  /// Completes the set.
  /// - Returns: its files, in order.
  mutating func finish(_ digests: DigestSet, unreadable: [SectorRange]) throws(EvidenceError) -> [WrittenFile]
  {
    let announced = EWFChunkSize.chunkCount(form.geometry, sectorsPerChunk: form.sectorsPerChunk)
    guard chunksWritten == announced else {
      throw EvidenceError(
        .writeFailed, form.folder.appending(form.name).string,
        "\(chunksWritten) of \(announced) chunks were written")
    }
    try endSection()
    let listed = EWFErrorAddresses.listed(unreadable)
    let errors = listed.isEmpty ? [] : EWFSections.errors(listed)
    // A long list of errors may have to go into a segment of its own.
    let closing = UInt64(errors.count) + Self.closingReserve
    if position + closing > form.options.segmentSize, errors.count > 600 {
      try endSegment()
      try beginSegment()
    }
    if segment == 1 { try put("data", form.volume) }
    if !errors.isEmpty { try put("error2", errors) }
    if digests[.md5] != nil || digests[.sha1] != nil { try put("digest", EWFSections.digest(digests)) }
    if let md5 = digests[.md5] { try put("hash", EWFSections.hash(md5)) }
    try endSegment(isLast: true)
    try output.sync()
    return output.files
  }

  // MARK: Checkpoints

  /// Syncs what there is and says how to go on from here.
  mutating func checkpoint() throws(EvidenceError) -> JSONValue {
    try flush()
    try output.sync()
    return .fields([
      "segment": JSONValue(segment), "position": JSONValue(position),
      "sectionStart": sectionStart.map { JSONValue($0) }, "chunks": JSONValue(chunksWritten),
      "entries": .string(Hex.encode(entries.flatMap(EWFSections.littleEndian))),
      "identifier": .string(Hex.encode(form.identity.identifier)),
      "acquired": JSONValue(form.identity.acquired), "systemTime": JSONValue(form.identity.systemTime),
      "digests": try output.keptDigests(besides: Self.descriptor(at: sectionStart))?.json,
    ])
  }

  /// The bytes of a section's descriptor, which is written once more when the section is complete.
  static func descriptor(at start: UInt64?) -> Range<UInt64> {
    start.map { $0..<$0 + UInt64(EWFSections.descriptorSize) } ?? 0..<0
  }

  /// Goes on where a checkpoint was made: segments begun after it are removed, the open one is cut back.
  init(_ form: Form, resuming kept: Kept) throws(EvidenceError) {
    let names = (1...kept.segment).compactMap { form.name(segment: $0) }
    let later = ((kept.segment + 1)...).lazy.map { form.name(segment: $0) ?? "" }
    self.form = form
    self.output = try SegmentOutput(
      resuming: form.folder, form.overflow, readsBack: true, names: names, later: later,
      length: kept.position,
      digests: kept.digests
    )
    self.position = kept.position
    self.runStart = kept.position
    self.sectionStart = kept.sectionStart
    self.chunksWritten = kept.chunks
    self.entries = kept.entries
  }

  /// A checkpoint, read back.
  struct Kept: Sendable {
    let segment: Int
    let position: UInt64
    let sectionStart: UInt64?
    let chunks: UInt64
    let entries: [UInt32]
    let identity: EWFIdentity
    let digests: KeptDigests?

    /// - Throws: `journalMalformed`.
    init(_ json: JSONValue) throws(EvidenceError) {
      var object = try StrictObject(
        json, of: StrictObject.Document(.journalMalformed, name: "checkpoint of an E01"))
      self.segment = Int(try object.quantity("segment", in: 1...UInt64(SegmentNames.largestCount)))
      self.position = try object.quantity("position")
      self.sectionStart = try object.optionalQuantity("sectionStart")
      if let start = sectionStart {
        guard start <= position, position - start >= UInt64(EWFSections.descriptorSize) else {
          throw object.failure("sectionStart", "not before the end of the file")
        }
      }
      self.chunks = try object.quantity("chunks", in: 0...UInt64(UInt32.max))
      guard let bytes = Hex.decode(try object.text("entries")), bytes.count % 4 == 0 else {
        throw object.failure("entries", "no table of chunks")
      }
      self.entries = stride(from: 0, to: bytes.count, by: 4).map { start in
        (0..<4).reduce(0) { $0 | UInt32(bytes[start + $1]) << UInt32(8 * $1) }
      }
      guard let identifier = Hex.decode(try object.text("identifier")), identifier.count == 16 else {
        throw object.failure("identifier", "not 16 bytes")
      }
      self.identity = EWFIdentity(
        identifier: identifier, acquired: Int64(try object.quantity("acquired")),
        systemTime: Int64(try object.quantity("systemTime")))
      self.digests = try object.optionalObject("digests").map { kept throws(EvidenceError) in
        try KeptDigests(kept)
      }
      try object.finish()
    }
  }
}
