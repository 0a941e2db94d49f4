import Evidence
import FormatKit

/// One section of a segment.
struct EWFSection {
  let type: String
  /// Offset of its descriptor in the file.
  let offset: UInt64
  /// Where the section ends in the file; at most the end of the file.
  let end: UInt64

  var payload: UInt64 { offset + UInt64(EWFLayout.descriptorSize) }
  /// Bytes behind the descriptor that are really there.
  var payloadSize: UInt64 { end > payload ? end - payload : 0 }
}

/// The chain of sections of one segment, as far as it can be followed.
struct EWFSectionChain {
  enum End {
    /// More segments follow.
    case next
    /// The last segment.
    case done
    /// A last section whose descriptor is damaged, at the very end of the file.
    case unnamed
    /// The file ends, or nothing can be followed any further.
    case cut
  }

  private(set) var sections: [EWFSection] = []
  private(set) var end = End.cut

  private let file: SegmentFile
  private let name: String

  /// Types the format knows; a damaged descriptor is searched for by them.
  private static let types: Set<String> = [
    "header", "header2", "xheader", "volume", "disk", "data", "sectors", "table", "table2", "next", "done",
    "session", "error2", "digest", "hash", "xhash", "ltree", "ltypes",
  ]

  /// Follows the chain. Blocks on the file.
  /// - Parameter budget: sections that may still be listed in the whole set; counted down.
  static func follow(
    _ file: SegmentFile, name: String, budget: inout Int, findings: inout EWFFindings
  ) throws(EvidenceError) -> EWFSectionChain {
    var chain = EWFSectionChain(file: file, name: name)
    var offset = UInt64(EWFLayout.fileHeaderSize)
    while let next = try chain.step(at: offset, budget: &budget, findings: &findings) { offset = next }
    return chain
  }

  private init(file: SegmentFile, name: String) {
    self.file = file
    self.name = name
  }

  /// Lists the section at `offset`.
  /// - Returns: where the next one is; `nil` at the end of the chain.
  private mutating func step(
    at offset: UInt64, budget: inout Int, findings: inout EWFFindings
  ) throws(EvidenceError) -> UInt64? {
    guard budget > 0 else {
      findings.add(
        .structureDamaged, file: name, part: "section", at: offset,
        observed: "more than \(EWFLayout.largestSectionCount) sections")
      return nil
    }
    budget -= 1
    guard let descriptor = try descriptor(at: offset) else {
      findings.add(.imageTruncated, file: name, part: "section", at: offset, observed: "the file ends")
      return nil
    }
    let behind = offset + UInt64(EWFLayout.descriptorSize)
    guard descriptor.isSound else {
      return try stepOverDamage(descriptor, at: offset, findings: &findings)
    }
    if descriptor.type == "next" || descriptor.type == "done" {
      end = descriptor.type == "done" ? .done : .next
      // EnCase and SMART say it differently: its own offset or the end of the file, a size of 0 or of 76.
      if ![offset, behind].contains(descriptor.next) || ![0, 76].contains(descriptor.size) {
        findings.add(
          .structureDamaged, .warning, file: name, part: descriptor.type, at: offset,
          observed: "points to \(descriptor.next) with size \(descriptor.size)")
      }
      if behind < file.size {
        findings.add(
          .structureDamaged, .warning, file: name, part: descriptor.type, at: offset,
          observed: "\(file.size - behind) bytes follow the last section")
      }
      return nil
    }
    if descriptor.type == "sectors", descriptor.next == behind {
      // Its length is filled in when it is complete: what follows is chunks, not sections, whatever it looks like.
      findings.add(
        .imageTruncated, file: name, part: descriptor.type, at: offset,
        observed: "still being written when the program that wrote it ended")
      sections.append(EWFSection(type: descriptor.type, offset: offset, end: file.size))
      return nil
    }
    guard descriptor.next >= behind else {
      findings.add(
        .structureDamaged, file: name, part: descriptor.type, at: offset,
        observed: "points back to \(descriptor.next)")
      sections.append(EWFSection(type: descriptor.type, offset: offset, end: file.size))
      return nil
    }
    if descriptor.size != descriptor.next - offset {
      findings.add(
        .structureDamaged, .warning, file: name, part: descriptor.type, at: offset,
        expected: "size \(descriptor.next - offset)", observed: "size \(descriptor.size)")
    }
    sections.append(EWFSection(type: descriptor.type, offset: offset, end: min(descriptor.next, file.size)))
    return descriptor.next
  }

  /// A descriptor whose checksum is wrong: goes on where a sound one follows.
  private mutating func stepOverDamage(
    _ descriptor: EWFSectionDescriptor, at offset: UInt64, findings: inout EWFFindings
  ) throws(EvidenceError) -> UInt64? {
    let type = Self.types.contains(descriptor.type) ? descriptor.type : "unknown"
    let part = type == "unknown" ? "section" : type
    findings.add(
      .structureDamaged, file: name, part: part, at: offset, observed: "descriptor checksum does not match")
    let behind = offset + UInt64(EWFLayout.descriptorSize)
    if behind == file.size {
      end = type == "done" ? .done : type == "next" ? .next : .unnamed
      return nil
    }
    let (sum, overflow) = offset.addingReportingOverflow(descriptor.size)
    var found: UInt64?
    for candidate in [descriptor.next, overflow ? 0 : sum] where found == nil && candidate >= behind {
      let next = try self.descriptor(at: candidate)
      if next?.isSound == true, Self.types.contains(next?.type ?? "") { found = candidate }
    }
    if found == nil { found = try search(from: behind) }
    sections.append(EWFSection(type: type, offset: offset, end: found ?? file.size))
    if found == nil {
      findings.add(
        .imageTruncated, file: name, part: part, at: offset, observed: "no section follows the damaged one")
    }
    return found
  }

  private func descriptor(at offset: UInt64) throws(EvidenceError) -> EWFSectionDescriptor? {
    let bytes = try file.bytes(at: offset, count: EWFLayout.descriptorSize)
    return EWFSectionDescriptor(bytes.span.bytes)
  }

  /// The next place where a sound descriptor of a known type stands.
  private func search(from start: UInt64) throws(EvidenceError) -> UInt64? {
    let window = 1 << 20
    var position = start
    while position < file.size, let stored = file.nextStored(from: position) {
      // In a hole stands nothing; a descriptor may begin shortly before its end.
      if stored > position + UInt64(window) { position = stored - UInt64(EWFLayout.descriptorSize) }
      let bytes = try file.bytes(at: position, count: window)
      let span = bytes.span.bytes
      let last = bytes.count - EWFLayout.descriptorSize
      guard last >= 0 else { return nil }
      for offset in 0...last where Self.isDescriptor(span, at: offset, place: position, fileSize: file.size) {
        return position + UInt64(offset)
      }
      position += UInt64(last + 1)
    }
    return nil
  }

  /// - Parameter place: offset of `bytes` in the file.
  private static func isDescriptor(_ bytes: RawSpan, at offset: Int, place: UInt64, fileSize: UInt64) -> Bool
  {
    // A letter and the 40 zero bytes come cheapest.
    guard let letter = bytes.littleEndian(at: offset, as: UInt8.self), letter >= UInt8(ascii: "a"),
      bytes.littleEndian(at: offset + 32, as: UInt64.self) == 0,
      bytes.littleEndian(at: offset + 64, as: UInt32.self) == 0,
      let found = EWFSectionDescriptor(bytes, at: offset), found.isSound, types.contains(found.type)
    else { return false }
    return found.next >= place + UInt64(offset) && found.next <= fileSize
  }
}
