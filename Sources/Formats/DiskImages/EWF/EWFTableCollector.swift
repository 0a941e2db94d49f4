import Evidence
import FormatKit

/// Brings `sectors`, `table` and `table2` of the segments together into chunk groups.
struct EWFTableCollector {
  private(set) var builder = EWFChunkMap.Builder()

  /// Where chunks lie whose table has not come yet.
  private var pending: EWFSection?
  /// The file of `pending`.
  private var pendingFile = 0
  /// The group being read: its data, and the copies of its table that could be read.
  private var current: Group?
  /// What the sound tables of the file so far reach.
  private var reached: (file: Int, places: ClosedRange<UInt64>)?

  private struct Group {
    let file: Int
    let data: Range<UInt64>
    /// The section with the chunks, where it has a sure name.
    let sectors: EWFSection?
    /// Whether the chunks follow the entries in the table's own section.
    let isOwn: Bool
    var tables: [EWFTable] = []
    var sections: [EWFSection] = []
  }

  /// Notes that segments are missing here.
  mutating func addBreak() { builder.addBreak() }

  /// Takes the next section of a segment; only `sectors`, `table`, `table2` and damaged ones concern it.
  mutating func take(
    _ section: EWFSection, of file: SegmentFile, index: Int, name: String, findings: inout EWFFindings
  ) throws(EvidenceError) {
    switch section.type {
    case "sectors":
      try flush(file: file, name: name, findings: &findings)
      dropPending(name: name, findings: &findings)
      pending = section
      pendingFile = index
    case "unknown":
      // A section that has lost its name may be the one that holds the chunks.
      if pending == nil {
        pending = section
        pendingFile = index
      }
    case "table2" where current?.sections.count == 1 && current?.sections[0].type == "table":
      try takeTable(section, of: file, name: name, findings: &findings)
    default:
      try flush(file: file, name: name, findings: &findings)
      current = try group(of: section, in: file, index: index)
      pending = nil
      try takeTable(section, of: file, name: name, findings: &findings)
    }
  }

  /// Ends the segment: what has no table by now has none.
  mutating func endSegment(
    file: SegmentFile, name: String, findings: inout EWFFindings
  ) throws(EvidenceError) {
    try flush(file: file, name: name, findings: &findings)
    dropPending(name: name, findings: &findings)
  }

  /// Where the chunks of a table are: in the `sectors` section before it or, in the oldest forms, behind its own
  /// entries.
  private func group(
    of section: EWFSection, in file: SegmentFile, index: Int
  ) throws(EvidenceError) -> Group {
    let start = try file.bytes(at: section.payload, count: EWFLayout.tableHeaderSize)
    let entries = UInt64(EWFTableHeader(start.span.bytes)?.count ?? 0) * 4
    let sectors = pending?.type == "sectors" ? pending : nil
    if sectors == nil, section.payloadSize > UInt64(EWFLayout.tableHeaderSize) + entries + 4 {
      return Group(file: index, data: section.payload..<section.end, sectors: nil, isOwn: true)
    }
    let data = pending.map { $0.offset..<$0.end } ?? UInt64(EWFLayout.fileHeaderSize)..<section.offset
    return Group(file: index, data: data, sectors: sectors, isOwn: false)
  }

  private mutating func takeTable(
    _ section: EWFSection, of file: SegmentFile, name: String, findings: inout EWFFindings
  ) throws(EvidenceError) {
    guard let group = current else { return }
    current?.sections.append(section)
    guard let table = try EWFTable(section, in: file, sectors: group.sectors, isOwn: group.isOwn) else {
      findings.add(
        .structureDamaged, file: name, part: section.type, at: section.offset,
        observed: "holds no table that can be used")
      return
    }
    if !table.isHeaderSound {
      findings.add(
        .structureDamaged, file: name, part: section.type, at: section.offset,
        observed: "header checksum does not match")
    }
    if table.areEntriesSound == false {
      findings.add(
        .structureDamaged, file: name, part: section.type, at: section.offset,
        observed: "checksum of the entries does not match")
    }
    current?.tables.append(table)
    if table.isSound { checkPlaces(of: table, in: group, section, name: name, findings: &findings) }
  }

  /// Entries whose checksum is right and that yet cannot be true: programs differ in what they make of them.
  private func checkPlaces(
    of table: EWFTable, in group: Group, _ section: EWFSection, name: String, findings: inout EWFFindings
  ) {
    func contradicts(_ observed: String) {
      findings.add(
        .structureDamaged, file: name, part: section.type, at: section.offset, observed: observed)
    }
    if table.reach.lowerBound < group.data.lowerBound || table.reach.upperBound >= group.data.upperBound {
      contradicts("leads out of the stored chunks")
    }
    if table.backwards > 0 {
      contradicts("\(table.backwards) entries do not lead further than the one before them")
    }
    if let reached, reached.file == group.file, reached.places.overlaps(table.reach) {
      contradicts("leads among the chunks of an earlier table")
    }
  }

  /// Completes the current group from the better copy of its table.
  private mutating func flush(
    file: SegmentFile, name: String, findings: inout EWFFindings
  ) throws(EvidenceError) {
    guard let group = current else { return }
    current = nil
    guard let first = group.tables.first else {
      guard let sectors = group.sectors else { return builder.addBreak() }
      return builder.add(
        EWFOrphan(file: group.file, data: sectors.payload..<max(sectors.payload, sectors.end)))
    }
    var chosen = first
    var alternate: EWFTable?
    if group.tables.count == 2 {
      let second = group.tables[1]
      if try !first.hasSameEntries(as: second, in: file) {
        if first.isSound, second.isSound {
          findings.add(
            .structureDamaged, file: name, part: "table2", at: group.sections[1].offset,
            observed: "differs from table")
        }
        if !first.isSound, second.isSound || Self.rank(second) > Self.rank(first) { chosen = second }
        let other = chosen.entriesOffset == first.entriesOffset ? second : first
        if other.count == chosen.count { alternate = other }
      }
    }
    if chosen.isSound { reach(chosen, in: group.file) }
    builder.add(EWFChunkGroup(file: group.file, data: group.data, table: chosen, alternate: alternate))
    if !chosen.isCountSound { builder.addBreak() }
  }

  private mutating func reach(_ table: EWFTable, in file: Int) {
    let known = reached?.file == file ? reached?.places : nil
    let low = min(known?.lowerBound ?? .max, table.reach.lowerBound)
    reached = (file, low...max(known?.upperBound ?? 0, table.reach.upperBound))
  }

  /// A matching checksum over the entries also confirms their number.
  private static func rank(_ table: EWFTable) -> Int {
    (table.areEntriesSound == true ? 2 : 0) + (table.isHeaderSound ? 1 : 0)
  }

  private mutating func dropPending(name: String, findings: inout EWFFindings) {
    if let lost = pending, lost.type == "sectors" {
      findings.add(
        .structureDamaged, file: name, part: "sectors", at: lost.offset, observed: "no table follows it")
      builder.add(EWFOrphan(file: pendingFile, data: lost.payload..<max(lost.payload, lost.end)))
    }
    pending = nil
  }
}
