import CanonicalJSON
import DiscImages
import Evidence
import FormatKit
import OpticalDisc
import Rendering
import SystemIO
import Verification

/// What is printed of a disc.
enum DiscRendering {
  /// Columns of the picture.
  private static let width = 72

  static func lines(_ info: DiscInfo, all: Bool) -> [String] {
    let disc = info.image.disc
    var lines = ["\(info.format.title) of a \(disc.medium.title): \(info.path.string)"]
    lines += DiscDrawing.lines(disc, width: width).map { "  " + $0 }
    lines.append("Disc")
    lines.append("  sessions   \(disc.sessions.count), tracks \(disc.tracks.count)")
    lines.append("  length     \(length(disc)), \(disc.storedSectors) sectors stored")
    if disc.medium == .unknown { lines.append("  medium     not stated: CD, DVD or BD") }
    if let catalog = disc.catalog { lines.append("  catalogue  \(catalog)") }
    lines += containerLines(info)
    for session in disc.sessions { lines += self.lines(session, info) }
    lines += DiscStructureRendering.lines(disc)
    lines += textLines(disc)
    lines += systemLines(info)
    if info.wasDataRead { lines += sectorLines(info) }
    if !info.findings.isEmpty {
      lines.append("Findings")
      lines += FindingRendering.lines(info.findings, all: all)
    }
    lines.append(state(info))
    return lines
  }

  /// What sectors are packed in, and what it stores to verify them against.
  private static func containerLines(_ info: DiscInfo) -> [String] {
    let containers = info.image.containers
    guard !containers.isEmpty else { return [] }
    return ["Container"]
      + containers.flatMap { reader in
        let names = reader.segments.compactMap { $0.lastComponent?.string }
        let family = reader.facts.family.map { " (\($0))" } ?? ""
        let packing =
          "\(names.first ?? "")\(names.count > 1 ? " and \(names.count - 1) more" : ""): "
          + "\(reader.format.title)\(family), \(reader.geometry.length) bytes unpacked"
        let digests = reader.storedDigests.all.map { "stored \($0.algorithm.title) \($0.hex)" }
        let checksum = reader.wholeChecksum.map { "stored \($0.name) \(HumanText.hex($0.stored))" }
        let stored = digests + (checksum.map { [$0] } ?? [])
        return ([packing] + (stored.isEmpty ? ["no stored hash value"] : stored)).map {
          "  " + HumanText.singleLine($0)
        }
      }
  }

  private static func length(_ disc: Disc) -> String {
    guard let end = disc.sessions.last?.leadOut else { return "nothing" }
    guard disc.medium == .cd, end >= 0 else { return HumanText.size(UInt64(max(0, end)) * 2048) }
    return "\(MSF(frames: end)) (MM:SS:FF)"
  }

  private static func lines(_ session: DiscSession, _ info: DiscInfo) -> [String] {
    // Only CDs have kinds of sessions.
    let kind = info.image.disc.medium == .cd ? "\(session.kind.title), " : ""
    var lines = ["Session \(session.number): \(kind)lead-out at \(session.leadOut)"]
    lines.append("  track  mode    sector     start       end   sectors  gap")
    for track in session.tracks {
      let run = track.extents.lazy.compactMap(\.run).first
      let size = run.map { "\($0.layout.size)\($0.subchannel == nil ? "" : "+96")" } ?? "none"
      lines.append(
        "  " + right("\(track.number)", 5) + "  " + track.mode.rawValue.padded(to: 6) + right(size, 8)
          + right("\(track.start)", 10) + right("\(track.end)", 10) + right("\(track.end - track.start)", 10)
          + "  "
          + gap(track))
      let notes = facts(track)
      if !notes.isEmpty { lines.append("         " + notes.joined(separator: ", ")) }
    }
    return lines
  }

  /// Where each part of the gap before the track comes from.
  private static func gap(_ track: DiscTrack) -> String {
    let parts = track.extents(in: track.first..<track.start).map { "\($0.count) \($0.word)" }
    return parts.isEmpty ? "none" : parts.joined(separator: ", ")
  }

  private static func facts(_ track: DiscTrack) -> [String] {
    var facts: [String] = []
    if let isrc = track.isrc { facts.append("ISRC \(isrc)") }
    let flags: [(TrackControl, String)] = [
      (.preEmphasis, "pre-emphasis"), (.copyPermitted, "copy permitted"), (.fourChannels, "four channels"),
    ]
    facts += flags.filter { track.control.contains($0.0) }.map(\.1)
    let indexes = track.indexes.filter { $0.key > 1 }.sorted { $0.key < $1.key }
    facts += indexes.map { "index \($0.key) at \($0.value)" }
    return facts
  }

  private static func textLines(_ disc: Disc) -> [String] {
    guard let text = disc.cdText, !text.isEmpty else { return [] }
    var lines: [String] = []
    for (number, block) in text.blocks.sorted(by: { $0.key < $1.key }) {
      let language = block.language.flatMap { $0 == 0 ? nil : $0 }.map {
        $0 == 9 ? "English" : $0 == 0x69 ? "Japanese" : "language \($0)"
      }
      lines.append(
        block.isStated
          ? "CD-TEXT \(number), \(language ?? "language not stated"), \(block.characterSet.coding.rawValue)"
          : "Texts of the description (no language or character set stated)")
      for kind in CDText.Kind.allCases {
        for (track, value) in (block.texts[kind] ?? [:]).sorted(by: { $0.key < $1.key }) {
          lines.append("  \((track == 0 ? "disc" : "track \(track)").padded(to: 9))  \(kind.title): \(value)")
        }
      }
    }
    return lines
  }

  private static func systemLines(_ info: DiscInfo) -> [String] {
    info.fileSystems.flatMap { system in
      ["File systems of track \(system.track.number)"]
        + system.descriptors.volumes.map { volume in
          let size = volume.size.map { ", \($0) bytes (\(HumanText.size($0)))" } ?? ""
          return "  \(volume.kind.rawValue)\(volume.name.isEmpty ? "" : " “\(volume.name)”")\(size)"
        }
    }
  }

  private static func sectorLines(_ info: DiscInfo) -> [String] {
    var lines = ["Sectors"]
    for (track, count) in zip(info.image.disc.tracks, info.counts) {
      var parts = count.kinds.sorted { $0.key.title < $1.key.title }.map { "\($0.value) \($0.key.title)" }
      parts += words(count.faults)
      if count.emptyInGap > 0 { parts.append("\(count.emptyInGap) empty before index 1") }
      if parts.isEmpty { parts.append("\(count.sectors) without codes to check") }
      if count.scrambled > 0 { parts.append("\(count.scrambled) scrambled") }
      if track.mode.isData, !count.kinds.isEmpty {
        parts.append("EDC wrong in \(count.wrongEDC), parity in \(count.wrongParity)")
      }
      if count.subchannels > 0 {
        parts.append("Q wrong in \(count.wrongQ) of \(count.subchannels)")
      }
      lines.append("  " + "track \(track.number)".padded(to: 10) + parts.joined(separator: ", "))
    }
    return lines
  }

  /// Sectors that are no sound ones of any mode.
  private static func words(_ faults: [DataSector.Fault: [Int]]) -> [String] {
    [
      (DataSector.Fault.sync, "with a damaged sync"), (.filled, "filled with one byte value"),
      (.unrecognisable, "without sync and header"),
    ].compactMap { fault, words in faults[fault].map { "\($0.count) \(words)" } }
  }

  private static func state(_ info: DiscInfo) -> String {
    guard info.isSound else { return "Not intact: see the findings." }
    guard info.wasDataRead else { return "Sectors were not read; check them with `exhibit disc check`." }
    return info.counts.allSatisfy(\.kinds.isEmpty)
      ? "Every stored sector was read; none carries error codes to check."
      : "Every stored sector was read; no data sector is damaged."
  }

  private static func right(_ text: String, _ width: Int) -> String {
    String(repeating: " ", count: max(0, width - text.count)) + text
  }

  // MARK: JSON

  static func json(_ info: DiscInfo) -> JSONValue {
    let disc = info.image.disc
    return .fields([
      "format": .string(info.format.id.rawValue), "mediumType": .string(disc.medium.rawValue),
      "catalog": disc.catalog.map { .string($0.description) },
      "storedSectors": number(disc.storedSectors), "containers": containers(info),
      "sessions": .array(
        disc.sessions.map { session in
          .fields([
            "number": number(session.number), "kind": .string(session.kind.title),
            "leadOut": number(session.leadOut),
            "tracks": .array(session.tracks.map { json($0) }),
          ])
        }),
      "structures": DiscStructureRendering.json(disc), "densities": DiscStructureRendering.densities(disc),
      "cdText": .array(textLines(disc).map { .string($0) }),
      "fileSystems": .array(
        info.fileSystems.flatMap { system in
          system.descriptors.volumes.map { volume in
            .fields([
              "track": number(system.track.number), "kind": .string(volume.kind.rawValue),
              "name": .string(volume.name), "size": volume.size.map { Rendering.number($0) },
            ])
          }
        }),
      "sectors": .array(
        zip(disc.tracks, info.counts).map { track, count in
          .fields([
            "track": number(track.number), "read": number(count.sectors), "wrongEDC": number(count.wrongEDC),
            "wrongParity": number(count.wrongParity), "damaged": number(count.damaged),
            "correctable": number(count.correctable.count), "subchannels": number(count.subchannels),
            "wrongQ": number(count.wrongQ), "scrambled": number(count.scrambled),
            "faults": .object(
              Dictionary(uniqueKeysWithValues: count.faults.map { ($0.key.rawValue, number($0.value.count)) })
            ),
            "kinds": .object(
              Dictionary(uniqueKeysWithValues: count.kinds.map { ($0.key.title, number($0.value)) })),
          ])
        }),
      "findings": .array(info.findings.map(Rendering.json)),
      "exitStatus": JSONValue(info.exitStatus.rawValue),
    ])
  }

  private static func containers(_ info: DiscInfo) -> JSONValue? {
    let containers = info.image.containers
    guard !containers.isEmpty else { return nil }
    return .array(
      containers.map { reader in
        .fields([
          "format": .string(reader.format.id.rawValue), "form": reader.facts.family.map { .string($0) },
          "files": .array(reader.segments.compactMap { ($0.lastComponent?.string).map { .string($0) } }),
          "length": number(Int(reader.geometry.length)),
          "storedDigests": .object(
            Dictionary(
              uniqueKeysWithValues: reader.storedDigests.all.map { ($0.algorithm.rawValue, .string($0.hex)) })
          ),
          "checksum": reader.wholeChecksum.map { .string("\($0.name) \(HumanText.hex($0.stored))") },
        ])
      })
  }

  private static func json(_ track: DiscTrack) -> JSONValue {
    .fields([
      "number": number(track.number), "mode": .string(track.mode.rawValue),
      "control": number(Int(track.control.rawValue)), "isrc": track.isrc.map { .string($0.description) },
      "start": number(track.start), "end": number(track.end),
      "indexes": .object(
        Dictionary(uniqueKeysWithValues: track.indexes.map { ("\($0.key)", number($0.value)) })),
      "extents": .array(
        track.extents.map { extent in
          .fields([
            "start": number(extent.start), "count": number(extent.count), "origin": .string(extent.word),
            "layout": extent.run.map { .string($0.layout.rawValue) },
          ])
        }),
    ])
  }

  private static func number(_ value: Int) -> JSONValue { JSONValue(Int64(value)) }
}
