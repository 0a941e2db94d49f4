import CanonicalJSON
import Evidence
import FormatKit
import ImageTools
import Rendering

/// What an image says, as text and as JSON.
enum InfoRendering {
  private typealias Entry = (name: String, value: String?)

  /// Segments that are listed one by one.
  private static let listedSegments = 12

  static func lines(_ info: ImageInfo, all: Bool) -> [String] {
    var lines = [HumanText.singleLine("\(info.path): \(title(info))")]
    func add(_ title: String, _ entries: [Entry]) {
      let shown = entries.compactMap { entry in entry.value.map { (entry.name, $0) } }
      guard !shown.isEmpty else { return }
      lines.append(title)
      for (name, value) in shown { lines.append("  \(name.padded(to: 20)) \(HumanText.singleLine(value))") }
    }
    add("Case data", caseData(info))
    add("Container", container(info))
    add("Medium", medium(info))
    add("Segments", segments(info.facts.segments))
    add("Sessions", info.facts.sessions.enumerated().map { ("\($0 + 1)", "sectors \($1)") })
    add("Tracks", info.facts.tracks.enumerated().map { ("\($0 + 1)", "sectors \($1)") })
    lines.append("Stored hash values")
    lines +=
      info.storedDigests.isEmpty
      ? ["  None: this image stores no hash value to verify against."]
      : info.storedDigests.all.map { "  \($0.algorithm.title.padded(to: 20)) \($0.hex)" }
    if !info.recordedUnreadable.isEmpty {
      lines.append("Unreadable at acquisition")
      lines.append("  sectors \(info.recordedUnreadable.listed(limit: 64))")
    }
    lines.append("State")
    lines.append("  \(state(info))")
    if !info.lost.isEmpty { lines.append("  lost: sectors \(info.lost.listed(limit: 64))") }
    if !info.findings.isEmpty {
      lines.append("Findings")
      lines += FindingRendering.lines(info.findings, all: all)
    }
    return lines
  }

  private static func title(_ info: ImageInfo) -> String {
    let family = info.facts.family.map { " (\($0))" } ?? ""
    let count = info.facts.segments.count
    return "\(info.format.title)\(family), \(count) \(count == 1 ? "file" : "files")"
  }

  private static func caseData(_ info: ImageInfo) -> [Entry] {
    let description = info.description
    return [
      ("Case number", description.caseNumber), ("Evidence number", description.evidenceNumber),
      ("Examiner", description.examiner), ("Description", description.description),
      ("Notes", description.notes), ("Model", description.model),
      ("Serial number", description.serialNumber), ("Acquired", info.facts.acquired.map(time)),
      ("System date", info.facts.systemTime.map(time)), ("Operating system", info.facts.operatingSystem),
      ("Software", description.software),
    ]
  }

  private static func container(_ info: ImageInfo) -> [Entry] {
    let facts = info.facts
    guard info.format.isContainer else { return [] }
    let chunk = facts.sectorsPerChunk.map { count in
      let size = UInt64(count) * UInt64(info.geometry.logicalSectorSize)
      return "\(count) sectors (\(HumanText.size(size)))"
    }
    return [
      ("Form", facts.family), ("Chunk", chunk), ("Compression", facts.compression?.rawValue),
      ("Error granularity", facts.errorGranularity.map { "\($0) sectors" }),
      ("Set identifier", facts.setIdentifier.map(ImageFacts.identifierText)),
      ("Password hash", facts.passwordHash ?? "none"),
    ]
  }

  private static func medium(_ info: ImageInfo) -> [Entry] {
    let facts = info.facts
    let media = facts.mediaType?.rawValue ?? facts.storedMediaType.map { "unknown (\($0))" }
    return [
      ("Kind", media), ("Physical", facts.isPhysical.map { $0 ? "yes" : "no" }),
      (
        "Write blocker",
        facts.isPhysical == nil
          ? nil : facts.writeBlockers.isEmpty ? "none recorded" : facts.writeBlockers.joined(separator: ", ")
      ),
      ("Sector size", "\(info.geometry.logicalSectorSize) bytes"),
      ("Sectors", "\(info.geometry.sectorCount)"),
      ("Length", "\(info.geometry.length) bytes (\(HumanText.size(info.geometry.length)))"),
      (
        "Last sector",
        info.geometry.tailBytes == 0 ? nil : "\(info.geometry.tailBytes) bytes only"
      ),
    ]
  }

  private static func segments(_ segments: [ImageFacts.Segment]) -> [Entry] {
    var entries: [Entry] = segments.prefix(listedSegments).map { segment in
      let number = segment.storedNumber.map { "segment \($0), " } ?? ""
      return (segment.name, "\(number)\(segment.size) bytes")
    }
    let rest = segments.dropFirst(listedSegments)
    if !rest.isEmpty {
      entries.append(("and \(rest.count) more", "\(rest.reduce(0) { $0 + $1.size }) bytes"))
    }
    return entries
  }

  private static func time(_ time: ImageFacts.StoredTime) -> String {
    if let timestamp = time.timestamp { return "\(timestamp) (stored as \(time.text))" }
    let fields = time.text.split(separator: " ").map { $0.count == 1 ? "0\($0)" : String($0) }
    guard fields.count == 6 else { return time.text }
    let (day, clock) = (fields[0...2].joined(separator: "-"), fields[3...5].joined(separator: ":"))
    return "\(day) \(clock), local time of the acquiring machine"
  }

  private static func state(_ info: ImageInfo) -> String {
    let read = info.wasDataRead ? "Stored data was read." : "Stored data was not read."
    guard info.format.isContainer else {
      return info.isSound
        ? "A raw image has no structure or checksums to check." : "Not intact: see the findings."
    }
    if !info.facts.isComplete {
      let end = info.facts.hasEnd == false ? "its last section is missing" : "parts of it are missing"
      return "Incomplete: \(end). \(read)"
    }
    guard info.isSound else { return "Complete, but damaged. \(read)" }
    return info.findings.contains { $0.severity == .warning }
      ? "Complete, but its structure is faulty: see the findings. \(read)"
      : "Complete and intact. \(read)"
  }
}
