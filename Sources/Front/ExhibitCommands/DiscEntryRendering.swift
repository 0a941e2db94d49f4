import CanonicalJSON
import DiscFiles
import Evidence
import ImageTools
import Rendering

enum DiscEntryRendering {
  static func time(_ entry: DiscEntry) -> String {
    if let modified = entry.modified {
      let zone = entry.time(.modified)?.zone == nil ? "" : "Z"
      return Timestamp(microseconds: modified * 1_000_000).description.prefix(19) + zone
    }
    return entry.impossibleTime.map { "(\($0))" } ?? ""
  }

  static func name(_ entry: DiscEntry) -> String {
    let marks = entry.marks.names
    let renamed =
      entry.marks.contains(.renamed) ? ", named \(entry.name.isEmpty ? "nothing" : entry.name)" : ""
    return entry.path + (entry.target.map { " -> \($0)" } ?? "")
      + (marks.isEmpty ? "" : "  [\(marks.joined(separator: ", "))\(renamed)]")
  }

  private static let mostShown = 10

  /// What was looked at, what there is besides, and in what they differ.
  static func summary(_ choice: DiscTreeChoice) -> [String] {
    let chosen = choice.chosen
    let several = Set(choice.trees.map(\.session)).count > 1
    func called(_ tree: DiscTree) -> String {
      tree.kind.title + (several ? " of session \(tree.session)" : "")
    }
    var lines = [
      "\(called(chosen)): \(counted(chosen.files, "file")), \(counted(chosen.folders, "folder"))"
    ]
    lines += chosen.remarks.map { "  \(chosen.losses.contains($0) ? "INCOMPLETE" : "note")  \($0)" }
    let others = choice.trees.filter {
      $0.kind != .areas
        && ($0.kind != chosen.kind || $0.session != chosen.session || $0.track != chosen.track)
    }
    if !others.isEmpty {
      lines.append(
        "Also: \(others.map { "\(called($0)) (\(counted($0.files, "file")))" }.joined(separator: ", "))")
    }
    lines += choice.differences.prefix(mostShown).map { "  differs  \(words($0))" }
    let rest = choice.differences.count - mostShown
    if rest > 0 { lines.append("  differs  and \(rest) more (--json lists them all)") }
    return lines
  }

  /// Where entries of the tree may be missing or wrong.
  static func verdict(_ tree: DiscTree) -> [String] {
    tree.losses.isEmpty ? [] : ["INCOMPLETE: entries may be missing, see above"]
  }

  static func counted(_ count: Int, _ what: String) -> String { "\(count) \(what)\(count == 1 ? "" : "s")" }

  private static func words(_ one: TreeDifference) -> String {
    let several = one.sessions[0] != one.sessions[1]
    let (here, there) =
      several
      ? ("session \(one.sessions[0])", "session \(one.sessions[1])") : (one.tree.title, one.other.title)
    return switch one.kind {
    case .onlyIn: "\(one.path): in \(here), not in \(there)"
    case .size: "\(one.path): \(one.sizes[0]) bytes in \(here), \(one.sizes[1]) in \(there)"
    case .place: "\(one.path): other sectors in \(here) than in \(there)"
    }
  }

  /// What is no file, a line each.
  static func areas(_ choice: DiscTreeChoice) -> [String] {
    guard let areas = choice.areas, choice.chosen.kind != .areas else { return [] }
    return ["Outside of the file trees (--tree areas): \(counted(areas.entries.count, "area"))"]
      + areas.entries.map { "  area  \($0.path): \($0.size) bytes\($0.note.map { ", \($0)" } ?? "")" }
      + areas.remarks.map { "  note  \($0)" }
  }

  /// What the disc states of an entry besides its name, size and last change.
  static func details(_ entry: DiscEntry) -> [String] {
    var lines: [String] = []
    if let owner = entry.owner {
      let number = owner.serial.map { ", number \($0)" } ?? ""
      let names = [owner.user.map { "owner \($0)" }, owner.group.map { "group \($0)" }].compactMap(\.self)
      lines.append(
        ([mode(owner.mode)] + names + [counted(Int(owner.links), "name")]).joined(separator: ", ") + number)
    }
    let times = entry.times.map { "\($0.kind.rawValue) \(text($0))" }
    if !times.isEmpty { lines.append(times.joined(separator: ", ")) }
    var places = entry.extents.prefix(mostShown).map { extent in
      extent.start.map {
        "\(extent.count) bytes at sector \($0 / 2048)\($0 % 2048 > 0 ? ", byte \($0 % 2048)" : "")"
      }
        ?? "\(extent.count) bytes of zeros, not stored"
    }
    if entry.extents.count > mostShown { places.append("\(entry.extents.count - mostShown) more") }
    if case .inline(let bytes) = entry.contents, entry.kind == .file {
      places.append("\(bytes.count) bytes in its record")
    }
    if let record = entry.record { places.append("record at sector \(record / 2048), byte \(record % 2048)") }
    if !places.isEmpty { lines.append(places.joined(separator: "; ")) }
    if let note = entry.note { lines.append(note) }
    return lines
  }

  private static func text(_ time: DiscTime) -> String {
    guard let microseconds = time.microseconds else { return "(\(time.impossible ?? ""))" }
    let text = Timestamp(microseconds: microseconds).description
    guard let zone = time.zone else { return text.dropLast() + " (no zone stated)" }
    return zone == 0 ? text : text + " (stored at UTC\(zone < 0 ? "-" : "+")\(clock(Int(zone.magnitude))))"
  }

  private static func clock(_ minutes: Int) -> String {
    "\(minutes / 60):\(minutes % 60 < 10 ? "0" : "")\(minutes % 60)"
  }

  /// As `ls` writes it.
  private static func mode(_ mode: UInt32) -> String {
    let types: [UInt32: String] = [
      0o040000: "d", 0o120000: "l", 0o060000: "b", 0o020000: "c", 0o010000: "p", 0o140000: "s",
    ]
    let bits = (0..<9).map { mode & (0o400 >> UInt32($0)) != 0 ? ["r", "w", "x"][$0 % 3] : "-" }.joined()
    let special = [(0o4000, "setuid"), (0o2000, "setgid"), (0o1000, "sticky")].filter {
      mode & UInt32($0.0) != 0
    }.map(\.1)
    return (types[mode & 0o170000] ?? "-") + bits
      + (special.isEmpty ? "" : " " + special.joined(separator: " "))
  }

  static func json(_ tree: DiscTree) -> JSONValue {
    .fields([
      "kind": .string(tree.kind.rawValue), "session": JSONValue(tree.session), "track": JSONValue(tree.track),
      "name": .string(tree.name), "files": JSONValue(tree.files),
      "remarks": .array(tree.remarks.map { .string($0) }), "complete": .bool(tree.losses.isEmpty),
    ])
  }

  static func json(_ one: TreeDifference) -> JSONValue {
    .fields([
      "kind": .string(one.kind.rawValue), "tree": .string(one.tree.rawValue),
      "other": .string(one.other.rawValue), "sessions": .array(one.sessions.map { JSONValue($0) }),
      "path": .string(one.path),
      "sizes": .array(one.sizes.map { Rendering.number($0) }),
    ])
  }

  static func json(_ entry: DiscEntry) -> JSONValue {
    .fields([
      "path": .string(entry.path), "name": entry.marks.contains(.renamed) ? .string(entry.name) : nil,
      "nameBytes": NameText.mayDiffer(entry.name.utf8)
        ? .string(Hex.encode(NameText.bytes(entry.name))) : nil,
      "kind": .string(entry.kind.rawValue), "size": Rendering.number(entry.size),
      "modified": entry.modified.map { .string(Timestamp(microseconds: $0 * 1_000_000).description) },
      "impossibleTime": entry.impossibleTime.map { .string($0) },
      "target": entry.target.map { .string($0) },
      "times": entry.times.isEmpty ? nil : .array(entry.times.map(json)), "owner": entry.owner.map(json),
      "recordAt": entry.record.map { Rendering.number($0) }, "note": entry.note.map { .string($0) },
      "marks": .array(entry.marks.names.map { .string($0) }),
      "problems": .array(entry.problems.map { .string($0) }), "extents": extents(entry),
    ])
  }

  private static func json(_ time: DiscTime) -> JSONValue {
    .fields([
      "kind": .string(time.kind.rawValue),
      "time": time.microseconds.map { .string(Timestamp(microseconds: $0).description) },
      "zoneMinutes": time.zone.map { JSONValue(Int($0)) }, "impossible": time.impossible.map { .string($0) },
    ])
  }

  private static func json(_ owner: DiscEntry.Ownership) -> JSONValue {
    .fields([
      "mode": .string(String(owner.mode, radix: 8)), "user": owner.user.map { JSONValue(Int($0)) },
      "group": owner.group.map { JSONValue(Int($0)) }, "links": JSONValue(Int(owner.links)),
      "number": owner.serial.map { Rendering.number($0) },
    ])
  }

  private static func extents(_ entry: DiscEntry) -> JSONValue? {
    guard entry.kind == .file else { return nil }
    switch entry.contents {
    case .inline: return nil
    case .raw(let file, let range):
      return .array([
        .fields([
          "file": JSONValue(file), "offset": Rendering.number(range.lowerBound),
          "bytes": Rendering.number(UInt64(range.count)),
        ])
      ])
    case .extent, .extents: break
    }
    return .array(
      entry.extents.map { one in
        .fields([
          "sector": one.start.map { Rendering.number($0 / 2048) }, "bytes": Rendering.number(one.count),
        ])
      })
  }
}
