import CanonicalJSON
import CaseFolders
import CaseRecords
import CaseStore
import Evidence
import SystemIO
import SystemPackage

/// Cases as one looks at them: at a glance, in a list, by what they say.
package struct CaseGlance {
  private let folder: CaseFolder
  private let summary: CaseSummary
  private let state: CaseState
  /// The newest change of the state; `nil` where there was none.
  private let change: CaseStateRecord?
  private let stated: [CaseFactName: String]

  package static func of(_ folder: CaseFolder) throws(EvidenceError) -> CaseGlance {
    let store = try CaseStore.openForReading(folder: folder.path)
    let summary = try store.summary()
    let stated = try store.caseFacts()
    let state = try store.state()
    let change = try store.stateChanges().last?.record
    try store.close()
    return CaseGlance(folder: folder, summary: summary, state: state, change: change, stated: stated)
  }

  // MARK: Shown

  /// Names and values, in the order to show them.
  package var facts: [(name: String, value: String)] {
    let signed = summary.signed.map { "\($0.sequence) of \(summary.head.sequence)" } ?? "none"
    let all: [(name: String, value: String)] = [
      ("number", summary.record.number), ("state", stateText), ("title", summary.record.title),
      ("examiner", summary.examiner),
      ("organisation", summary.record.organisation ?? ""), ("address", stated[.address] ?? ""),
      ("client", stated[.client] ?? ""), ("reference", stated[.clientReference] ?? ""),
      ("method", stated[.method] ?? ""), ("opened", summary.record.created.description),
      ("items", "\(summary.itemCount)"), ("acquisitions", "\(summary.acquisitionCount)"),
      ("events", "\(summary.head.sequence), the newest \(summary.changed)"), ("signed events", signed),
      ("head", "\(summary.head.sequence):\(summary.head.digest)"), ("folder", folder.path.string),
    ]
    return all.filter { !$0.value.isEmpty }
  }

  /// `closed on 2026-03-01T10:00:00Z: report delivered`.
  private var stateText: String {
    guard let change else { return state.rawValue }
    return "\(state.rawValue) on \(change.changed)" + (change.reason.map { ": \($0)" } ?? "")
  }

  package var line: String {
    "\(summary.record.number)  \(state == .open ? "" : "(\(state.rawValue))  ")\(summary.record.title)  \(summary.examiner)  \(summary.itemCount) items  "
      + "\(summary.changed)  \(folder.path)"
  }

  package var json: JSONValue {
    .fields([
      "number": .string(summary.record.number), "state": .string(state.rawValue),
      "title": .string(summary.record.title),
      "examiner": .string(summary.examiner), "organisation": summary.record.organisation.map { .string($0) },
      "opened": .string(summary.record.created.description), "items": JSONValue(summary.itemCount),
      "acquisitions": JSONValue(summary.acquisitionCount), "events": JSONValue(summary.head.sequence),
      "changed": .string(summary.changed.description),
      "head": .string("\(summary.head.sequence):\(summary.head.digest)"),
      "stated": .object(
        Dictionary(uniqueKeysWithValues: stated.map { ($0.key.rawValue, .string($0.value)) })),
      "signedEvents": summary.signed.map { JSONValue($0.sequence) }, "folder": .string(folder.path.string),
    ])
  }

  // MARK: A list

  /// The cases that folders are or hold, and those that could not be looked at.
  /// - Throws: `fileMissing` for a folder that is not there.
  package static func list(
    _ folders: [FilePath]
  ) throws(EvidenceError) -> (cases: [CaseGlance], problems: [EvidenceError]) {
    var cases: [CaseGlance] = []
    var problems: [EvidenceError] = []
    for place in folders {
      guard Files.kind(place) == .folder else { throw EvidenceError(.fileMissing, place.string, "no folder") }
      let inner = try Files.names(in: place).map { place.appending($0) }
      for path in [place] + inner where Files.kind(path.appending(CaseStore.fileName)) == .file {
        do throws(EvidenceError) { cases.append(try of(try CaseFolder.at(path))) } catch {
          problems.append(error)
        }
      }
    }
    return (cases, problems)
  }

  // MARK: Search

  package struct Found {
    package let lines: [String]
    package let events: [JSONValue]
    package let hasMore: Bool
  }

  /// Events that hold all the words, newest first.
  package static func find(
    _ text: String, in folder: CaseFolder, limit: Int
  ) throws(EvidenceError) -> Found {
    let store = try CaseStore.openForReading(folder: folder.path)
    let found = try CaseSearch(store).find(text, limit: limit)
    try store.close()
    return Found(lines: found.events.map(line), events: found.events.map(\.json), hasMore: found.hasMore)
  }

  /// Number, time, kind and who; then whatever it says, without identifiers.
  private static func line(_ event: AuditEvent) -> String {
    var parts: [String] = []
    func collect(_ name: String, _ value: JSONValue) {
      switch value {
      case .string(let text) where RecordIdentifier(text) == nil: parts.append("\(name): \(text)")
      case .integer(let number): parts.append("\(name): \(number)")
      case .array(let values):
        let texts = values.compactMap(\.stringValue)
        if texts.count == values.count {
          parts.append("\(name): \(texts.joined(separator: " "))")
        } else {
          for value in values { collect(name, value) }
        }
      case .object(let fields): for key in fields.keys.sorted() { collect(key, fields[key] ?? .null) }
      default: break
      }
    }
    collect("", event.payload["records"] ?? .null)
    collect("", event.payload["details"] ?? .null)
    let rest = HumanText.singleLine(parts.joined(separator: "  "))
    return "\(event.sequence)  \(event.time)  \(event.kind)  \(event.actor.name)  \(String(rest.prefix(400)))"
  }
}
