import Evidence
import FormatKit
import SystemPackage

/// Everything the segments of a set say, gathered in one pass over their sections.
struct EWFOpening {
  private(set) var findings = EWFFindings()
  private(set) var volumes: [EWFVolume] = []
  private(set) var copies: [EWFVolume] = []
  private(set) var storedDigests = DigestSet()
  private(set) var unreadable: [SectorRange] = []
  private(set) var tables = EWFTableCollector()
  /// Whether the last section of the set was found.
  private(set) var isEndKnown = false
  private(set) var sessions: EWFSessionList?
  private(set) var segments: [ImageFacts.Segment] = []
  /// Bytes of all files that are no holes, and their sizes.
  private(set) var storedBytes: UInt64 = 0
  private(set) var fileBytes: UInt64 = 0
  /// Types of the sections that were met.
  private(set) var types: Set<String> = []
  /// Decompressed `header2` and `header` sections.
  private(set) var wideHeaders: [[UInt8]] = []
  private(set) var narrowHeaders: [[UInt8]] = []

  private var headerCount = 0
  private let files: SegmentFiles

  /// Walks all segments. Blocks on the files.
  init(_ set: SegmentSet, files: SegmentFiles) throws(EvidenceError) {
    self.files = files
    for name in set.missing { findings.add(Finding(.segmentMissing, subject: name)) }
    var budget = EWFLayout.largestSectionCount
    var expected = 1
    for (index, member) in set.members.enumerated() {
      if member.number != expected { tables.addBreak() }
      expected = member.number + 1
      let file = try files.file(index)
      let name = member.path.lastComponent?.string ?? member.path.string
      storedBytes = try [storedBytes, file.storedSize()].clampedSum()
      fileBytes = [fileBytes, file.size].clampedSum()
      try checkHeader(of: file, name: name, number: member.number)
      let chain = try EWFSectionChain.follow(file, name: name, budget: &budget, findings: &findings)
      for section in chain.sections { try take(section, of: file, index: index, name: name) }
      try tables.endSegment(file: file, name: name, findings: &findings)
      close(chain.end, isLast: index == set.members.count - 1, member: member, name: name)
    }
  }

  /// Case data; where UTF-16 and 8-bit headers differ, UTF-16 is believed: it loses nothing.
  var description: ImageDescription {
    var description = ImageDescription()
    for plain in wideHeaders + narrowHeaders { EWFHeaderText(plain)?.complete(&description) }
    return description
  }

  private mutating func checkHeader(
    of file: SegmentFile, name: String, number: Int
  ) throws(EvidenceError) {
    let start = try file.bytes(at: 0, count: EWFLayout.fileHeaderSize)
    let stored = EWFFileHeader(start.span.bytes)
    segments.append(
      ImageFacts.Segment(
        name: name, storedNumber: stored.map { Int($0.segmentNumber) }, size: file.size))
    guard let header = stored else {
      return findings.add(
        .imageTruncated, file: name, part: "file header", at: 0, observed: "\(start.count) bytes")
    }
    if !header.hasSignature || !header.hasFields {
      findings.add(
        .structureDamaged, file: name, part: "file header", at: 0, observed: Hex.encode(start))
    }
    if Int(header.segmentNumber) != number {
      findings.add(
        .structureDamaged, file: name, part: "file header", at: 9, expected: "segment \(number)",
        observed: "segment \(header.segmentNumber)")
    }
  }

  private mutating func close(
    _ end: EWFSectionChain.End, isLast: Bool, member: SegmentSet.Member, name: String
  ) {
    switch end {
    case .cut:
      if !isLast { tables.addBreak() }
    case .next where isLast:
      let base = member.path.stem.map { $0 + "." } ?? ""
      let first = member.path.extension?.first ?? "E"
      let next = SegmentNames.suffix(number: member.number + 1, first: member.number > 99 ? "E" : first)
      findings.add(
        Finding(.segmentMissing, subject: base + (next ?? "?"), observed: "\(name) is not the last segment"))
    case .done where !isLast:
      findings.add(
        Finding(.structureDamaged, subject: name, observed: "marked as the last segment, but more follow"))
    case .next, .done, .unnamed: break
    }
    if isLast, end == .done || end == .unnamed { isEndKnown = true }
  }

  private mutating func take(
    _ section: EWFSection, of file: SegmentFile, index: Int, name: String
  ) throws(EvidenceError) {
    types.insert(section.type)
    switch section.type {
    case "sectors", "table", "table2", "unknown":
      try tables.take(section, of: file, index: index, name: name, findings: &findings)
    case "volume", "disk", "data":
      try takeVolume(section, of: file, name: name)
    case "header", "header2", "xheader", "xhash":
      try takeHeader(section, of: file, name: name)
    case "digest", "hash":
      try takeDigests(section, of: file, name: name)
    case "error2":
      let header = EWFLayout.errorHeaderSize
      let bytes = try payload(section, of: file, cap: header + 8 * EWFLayout.largestErrorCount + 4)
      let list = EWFErrorList(bytes.span.bytes)
      if list?.isSound != true { damaged(section, name) }
      // Several sections, each within its cap, must not add up to any amount of memory.
      let ranges = list?.ranges ?? []
      let room = EWFLayout.largestErrorCount - unreadable.count
      if ranges.count > room { damaged(section, name, "more than \(EWFLayout.largestErrorCount) ranges") }
      unreadable += ranges.prefix(room)
      checkErrors(ranges, of: section, name: name)
    case "session":
      try takeSessions(section, of: file, name: name)
    default: break
    }
  }

  /// A list that goes past the end names sectors of another medium. Programs that give up several sectors at once may
  /// run over the end with the last of them.
  private mutating func checkErrors(_ ranges: [SectorRange], of section: EWFSection, name: String) {
    guard let volume = EWFCheck.volume(self) else { return }
    let end = volume.sectorCount
    let beyond = ranges.filter { $0.first >= end && !$0.isEmpty }
    let over = ranges.filter { $0.first < end && $0.end > end }
    for (ranges, severity) in [(beyond, FindingSeverity.failure), (over, .warning)] where !ranges.isEmpty {
      findings.add(
        .lengthMismatch, severity, file: name, part: section.type, at: section.offset,
        expected: "unreadable sectors below \(end)", observed: "sectors \(ranges.listed())")
    }
  }

  private func payload(_ section: EWFSection, of file: SegmentFile, cap: Int) throws(EvidenceError) -> [UInt8]
  {
    try file.bytes(at: section.payload, count: Int(min(section.payloadSize, UInt64(cap))))
  }

  private mutating func damaged(
    _ section: EWFSection, _ name: String, _ observed: String = "checksum does not match"
  ) {
    findings.add(.structureDamaged, file: name, part: section.type, at: section.offset, observed: observed)
  }

  private mutating func takeVolume(
    _ section: EWFSection, of file: SegmentFile, name: String
  ) throws(EvidenceError) {
    let bytes = try payload(section, of: file, cap: EWFLayout.volumeSize)
    guard let volume = EWFVolume(bytes.span.bytes) else { return damaged(section, name, "too short") }
    if !volume.isSound { damaged(section, name) }
    // Every copy must say the same: programs differ in which they believe.
    let known = volumes.first(where: \.isSound) ?? copies.first(where: \.isSound)
    if volume.isSound, let known, !known.agrees(with: volume) {
      findings.add(
        .structureDamaged, file: name, part: section.type, at: section.offset, expected: known.summary,
        observed: "\(volume.summary): differs from volume")
    }
    // As many as there are segments, not as somebody likes to repeat.
    guard volumes.count + copies.count < EWFLayout.largestVolumeCount else { return }
    if section.type == "data" { copies.append(volume) } else { volumes.append(volume) }
  }

  private mutating func takeHeader(
    _ section: EWFSection, of file: SegmentFile, name: String
  ) throws(EvidenceError) {
    headerCount += 1
    guard headerCount <= EWFLayout.largestHeaderCount else {
      return damaged(section, name, "more than \(EWFLayout.largestHeaderCount) header sections")
    }
    guard section.payloadSize <= UInt64(EWFLayout.largestStoredHeader) else {
      return damaged(section, name, "\(section.payloadSize) bytes")
    }
    let stored = try payload(section, of: file, cap: EWFLayout.largestStoredHeader)
    guard let plain = Inflater().inflate(stored, cap: EWFLayout.largestPlainHeader) else {
      return damaged(section, name, "cannot be decompressed")
    }
    switch section.type {
    case "header2":
      if let first = wideHeaders.first, first != plain {
        damaged(section, name, "differs from its first copy")
      }
      wideHeaders.append(plain)
    case "header":
      if let first = narrowHeaders.first, first != plain {
        damaged(section, name, "differs from its first copy")
      }
      narrowHeaders.append(plain)
    case "xhash":
      for digest in EWFHeaderText.digests(inXML: plain) { take(digest, from: section, name: name) }
    default: break
    }
  }

  private mutating func takeDigests(
    _ section: EWFSection, of file: SegmentFile, name: String
  ) throws(EvidenceError) {
    let size = section.type == "digest" ? EWFLayout.digestSize : EWFLayout.hashSize
    let bytes = try payload(section, of: file, cap: size)
    guard let digests = EWFDigests(bytes.span.bytes, size: size), digests.isSound else {
      return damaged(section, name)
    }
    for digest in [digests.md5, digests.sha1].compactMap({ $0 }) { take(digest, from: section, name: name) }
  }

  /// Keeps a stored digest, unless another of its kind was stored before.
  private mutating func take(_ digest: Digest, from section: EWFSection, name: String) {
    if let known = storedDigests[digest.algorithm], known != digest {
      findings.add(
        .structureDamaged, file: name, part: section.type, at: section.offset, expected: known.hex,
        observed: digest.hex)
    } else {
      storedDigests.insert(digest)
    }
  }

  private mutating func takeSessions(
    _ section: EWFSection, of file: SegmentFile, name: String
  ) throws(EvidenceError) {
    let cap = EWFLayout.sessionHeaderSize + EWFLayout.sessionEntrySize * EWFLayout.largestSessionCount + 4
    let bytes = try payload(section, of: file, cap: cap)
    let sectorCount = EWFCheck.volume(self)?.sectorCount ?? 0
    guard let list = EWFSessionList(bytes.span.bytes, sectorCount: sectorCount) else {
      return damaged(section, name)
    }
    if let sessions, sessions != list { damaged(section, name, "differs from its first copy") }
    sessions = sessions ?? list
  }
}
