import Archiving
import CanonicalJSON
import CaseRecords
import CaseStore
import Evidence
import Rendering

/// Everything that the catalogue has of one holding.
struct ArchiveEntry {
  let holding: HoldingRecord
  let states: [HoldingStateRecord]
  let facts: [HoldingFactName: String]
  let references: [HoldingReferenceRecord]
  let parity: [RecordedParity]
  let checks: [(check: HoldingCheckRecord, findings: [Finding])]
  let copies: [UInt64]

  init(_ store: CaseStore, _ number: UInt64) throws(EvidenceError) {
    holding = try store.holding(number)
    states = try store.states(of: number)
    facts = try store.facts(of: number)
    let all = try store.references(of: number)
    parity = all.compactMap { RecordedParity($0) }
    references = all.filter { RecordedParity($0) == nil }
    checks = try store.checks(of: number)
    copies = try store.copies(of: number)
  }
}

/// Words and JSON of holdings.
enum ArchiveRendering {
  static func count(_ number: UInt64, _ noun: String) -> String {
    "\(number) \(noun)\(number == 1 ? "" : "s")"
  }

  static func word(_ state: HoldingStanding.State) -> String {
    switch state {
    case .failing: "FAILING"
    case .overdue: "overdue"
    case .due: "due"
    case .neverVerified: "never verified"
    case .open: "no result"
    case .verified: "verified"
    }
  }

  static func day(_ time: Timestamp?) -> String { time.map { String($0.description.prefix(10)) } ?? "never" }

  /// `17  verified  2026-11-29  e01  1.5 GiB  /srv/evidence/a.E01`.
  static func line(_ standing: HoldingStanding) -> String {
    let holding = standing.holding
    let place = holding.presence == .missing ? "\(shown(holding.path))  (not found)" : shown(holding.path)
    return [
      "\(holding.number)", word(standing.state), "verified \(day(holding.verified))",
      "next \(day(standing.due))",
      holding.format ?? holding.kind.rawValue, HumanText.size(holding.size), place,
    ].joined(separator: "  ")
  }

  static func json(_ standing: HoldingStanding) -> JSONValue {
    let holding = standing.holding
    return .fields([
      "number": JSONValue(holding.number), "kind": .string(holding.kind.rawValue),
      "format": holding.format.map { .string($0) }, "name": .string(holding.name),
      "path": .string(holding.path),
      "medium": holding.medium.map { .string($0) }, "size": Rendering.number(holding.size),
      "presence": .string(holding.presence.rawValue), "state": .string(standing.state.rawValue),
      "verdict": holding.verdict.map { .string($0.rawValue) },
      "lastChecked": holding.checked.map { .string($0.description) },
      "lastVerified": holding.verified.map { .string($0.description) },
      "nextDue": .string(standing.due.description), "location": holding.location.map { .string($0) },
      "retentionUntil": holding.retentionUntil.map { .string($0) },
      "legalHold": holding.legalHold.map { .string($0) },
    ])
  }

  private static func shown(_ text: String) -> String { NameText.shown(text) }

  static func origin(_ reference: HoldingReferenceRecord) -> String {
    switch reference.kind {
    case "verification": "computed in verification \(reference.origin)"
    case "image": "stored in the image"
    case "catalogue": "when it was catalogued"
    default:
      "\(shown(reference.origin))\(reference.line.map { ":\($0)" } ?? "") (\(reference.kind)\(reference.tool.map { ", \($0)" } ?? ""))"
    }
  }

  private static func scope(_ reference: HoldingReferenceRecord) -> String {
    switch reference.scope {
    case "contents": "of the contents"
    case "pieces": "of a list of pieces"
    case "unknown": "of the file or the contents (not stated)"
    default: "of file \(shown(reference.target ?? ""))"
    }
  }

  static func sentence(_ check: HoldingCheckRecord, of kind: HoldingKind) -> String {
    sentence(check.verdict, check.level, of: kind, compared: check.compared)
  }

  /// What a verdict says at its level, and no more.
  static func sentence(
    _ verdict: VerificationVerdict, _ level: ArchiveLevel, of kind: HoldingKind, compared: UInt64
  ) -> String {
    switch (verdict, level) {
    case (.verified, .structure): "Structure intact: files and sizes match; contents were not read."
    case (.verified, .chunks):
      "Verified at chunk level: stored checksums match; hash values of the whole were not computed."
    case (.verified, .full) where compared > 0 && [.image, .file].contains(kind):
      "Verified: \(compared == 1 ? "the reference hash value matches" : "\(compared) reference hash values match")."
    case (.verified, .full): "Verified: all recorded values match."
    case (.notAllChecked, _): "Not at hand: nothing was checked."
    default: verdict.sentence
    }
  }

  static func lines(_ entry: ArchiveEntry, all: Bool) -> [String] {
    let holding = entry.holding
    var lines = [
      "Holding \(holding.number): \(shown(holding.name)), \(holding.kind.rawValue)\(holding.format.map { " (\($0))" } ?? "")"
    ]
    if let state = entry.states.last {
      lines.append(
        "  place      \(shown(state.path))\(state.presence == .present ? "" : " (\(state.presence.rawValue))")"
      )
      if let medium = state.medium { lines.append("  medium     \(medium)") }
      lines.append(
        "  size       \(HumanText.size(state.size)) in \(count(UInt64(state.files.all.count), "file"))")
    }
    for (name, label) in [
      (HoldingFactName.location, "location"), (.retentionUntil, "keep until"), (.legalHold, "legal hold"),
      (.intervalDays, "interval"), (.remarks, "remarks"),
    ] {
      guard let value = entry.facts[name] else { continue }
      let padded = label + String(repeating: " ", count: max(1, 11 - label.count))
      lines.append("  \(padded)\(value)\(name == .intervalDays ? " days" : "")")
    }
    if !entry.copies.isEmpty {
      lines.append("  copies     same contents as \(entry.copies.map { "\($0)" }.joined(separator: ", "))")
    }
    for earlier in entry.states.dropLast() where earlier.path != entry.states.last?.path {
      lines.append("  before     \(shown(earlier.path)), seen \(day(earlier.seen))")
    }
    lines.append(entry.references.isEmpty ? "No reference hash values." : "Reference hash values")
    for reference in entry.references {
      lines.append("  \(reference.algorithm)  \(reference.value)  \(scope(reference)), \(origin(reference))")
    }
    if !entry.parity.isEmpty { lines.append("Parity") }
    for parity in entry.parity { lines.append("  \(shown(parity.path))  \(parityState(parity, entry))") }
    lines.append(entry.checks.isEmpty ? "Never verified." : "Verifications")
    for (check, findings) in entry.checks.suffix(all ? entry.checks.count : 10) {
      lines.append("  \(check.position + 1)  \(check.ended)  \(sentence(check, of: holding.kind))")
      for finding in findings.prefix(all ? findings.count : 10) {
        lines.append("     \(Rendering.line(finding, upTo: all ? nil : 120))")
      }
      if !all, findings.count > 10 {
        lines.append("     and \(findings.count - 10) more; `--all` lists them")
      }
    }
    return lines
  }

  /// As the newest verification that read it found it.
  static func parityState(_ parity: RecordedParity, _ entry: ArchiveEntry) -> String {
    let newest = entry.checks.last {
      $0.check.level == .full && $0.check.started >= parity.stated
        && ![.notAllChecked].contains($0.check.verdict)
    }
    guard let (check, findings) = newest else { return "written \(day(parity.stated)), not verified since" }
    let finding = findings.first { $0.code == .parityDamaged && $0.subject == parity.path }
    guard let finding else { return "intact on \(day(check.ended))" }
    return "NOT intact on \(day(check.ended)): \(finding.observed ?? "")"
  }

  static func json(_ entry: ArchiveEntry) -> JSONValue {
    .fields([
      "number": JSONValue(entry.holding.number), "kind": .string(entry.holding.kind.rawValue),
      "format": entry.holding.format.map { .string($0) }, "name": .string(entry.holding.name),
      "states": .array(
        entry.states.map { state in
          .fields([
            "path": .string(state.path), "presence": .string(state.presence.rawValue),
            "medium": state.medium.map { .string($0) }, "size": Rendering.number(state.size),
            "seen": .string(state.seen.description),
            "files": .array(
              state.files.all.map { .fields(["name": .string($0.name), "size": Rendering.number($0.size)]) }),
          ])
        }),
      "statements": .object(
        Dictionary(uniqueKeysWithValues: entry.facts.map { ($0.key.rawValue, .string($0.value)) })),
      "references": .array(
        entry.references.map { reference in
          .fields([
            "algorithm": .string(reference.algorithm), "value": .string(reference.value),
            "scope": .string(reference.scope), "target": reference.target.map { .string($0) },
            "kind": .string(reference.kind), "origin": .string(reference.origin),
            "line": reference.line.map { JSONValue($0) }, "tool": reference.tool.map { .string($0) },
            "boundBy": .string(reference.bound),
          ])
        }),
      "parity": .array(
        entry.parity.map { parity in
          .fields([
            "path": .string(parity.path), "form": .string(parity.form.rawValue),
            "protects": parity.target.map { .string($0) }, "written": .string(parity.stated.description),
            "state": .string(parityState(parity, entry)),
          ])
        }),
      "copies": .array(entry.copies.map { JSONValue($0) }),
      "verifications": .array(entry.checks.map { json($0.check, $0.findings) }),
    ])
  }

  private static func json(_ check: HoldingCheckRecord, _ findings: [Finding]) -> JSONValue {
    .fields([
      "number": JSONValue(check.position + 1), "started": .string(check.started.description),
      "ended": .string(check.ended.description), "level": .string(check.level.rawValue),
      "verdict": .string(check.verdict.rawValue), "reading": .string(check.reading.rawValue),
      "bytes": Rendering.number(check.bytes), "compared": JSONValue(check.compared),
      "findings": .array(findings.map { Rendering.json($0) }),
    ])
  }
}
