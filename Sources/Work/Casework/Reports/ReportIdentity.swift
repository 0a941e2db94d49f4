import CanonicalJSON
import CaseFolders
import CaseRecords
import CaseStore
import Digests
import Evidence
import SystemIO

/// Which report one is: its name and number for ever, and what it supersedes.
///
/// A report is one as long as the record it tells of is the same: another language, format or redaction is another
/// writing of it. `Docs/decisions/0034` says why.
struct ReportIdentity {
  /// `001-report-2`; also what the names of its files begin with.
  let name: String
  /// As it is printed: number of the case, name, and 12 digits that follow from the state of the record.
  let number: String
  let supersedes: String?
  let state: ReportState
  /// Others on the same items, oldest first.
  let earlier: [RecordedReport]
  /// The report, where it was written before.
  let known: RecordedReport?

  /// - Parameters:
  ///   - items: what it tells of.
  ///   - isWhole: it tells of the whole case.
  init(
    _ store: CaseStore, _ folder: CaseFolder, items: [ItemNumber], isWhole: Bool, author: PersonRecord,
    validation: Digest?
  ) throws(EvidenceError) {
    let scope = isWhole ? "case" : Self.scope(items)
    let reports = try store.reports().filter { Self.version(of: $0.name, scope: scope) != nil }
    state = ReportState(
      event: try ReportableEvents(store, of: isWhole ? nil : items).newest(), version: ToolVersion.current,
      validation: validation)
    // The newest alone: one that was superseded is not written again.
    let state = state
    known = reports.last.flatMap {
      $0.state == state && $0.author == author.details.name && $0.items == items ? $0 : nil
    }
    // Files of reports that this log does not know, since it was restored, keep their numbers.
    let onDisk = (try? Files.names(in: folder.reports)) ?? []
    let taken = (reports.map(\.name) + onDisk).compactMap { Self.version(of: $0, scope: scope) }.max() ?? 0
    name = known?.name ?? "\(scope)-report-\(taken + 1)"
    let ownName = name
    earlier = reports.filter { $0.name != ownName }
    supersedes = known.map(\.supersedes) ?? reports.last?.name
    let record = try store.caseRecord()
    number = known?.number ?? Self.number(name, record, items, author, state)
  }

  private static func number(
    _ name: String, _ record: CaseRecord, _ items: [ItemNumber], _ author: PersonRecord, _ state: ReportState
  ) -> String {
    let whole = JSONValue.fields([
      "case": .string(record.id.description), "name": .string(name),
      // By an identifier that tells nobody who it is.
      "author": .string(author.id.description),
      "items": .array(items.map { .string($0.description) }), "state": state.json,
    ])
    return "\(record.number)/\(name)/\(Digest.of(whole.canonicalBytes, .sha256).hex.prefix(12))"
  }

  /// What a name of a report begins with.
  private static func scope(_ items: [ItemNumber]) -> String {
    items.count <= 3
      ? items.map(\.fileName).joined(separator: "_") : "\(items[0].fileName)_and_\(items.count - 1)_more"
  }

  /// - Parameter name: of a report, or of one of its files.
  private static func version(of name: String, scope: String) -> Int? {
    let prefix = "\(scope)-report-"
    return name.hasPrefix(prefix) ? Int(name.dropFirst(prefix.count).prefix { $0 != "." }) : nil
  }
}

/// Which events of the log change what a report on some items says.
struct ReportableEvents {
  private let store: CaseStore
  /// Numbers of the items, names and identifiers of their acquisitions.
  private let own: Set<String>
  private let others: Set<String>

  /// That something was done with the case and not to it: reading, copying, reporting, keeping the log. People are
  /// told of once an event names them.
  private static let silent: Set<AuditKind> = [
    .commandEnded, .checkpointSigned, .reportRecorded, .reportApproved, .evidenceExported, .caseBackedUp,
    .caseExported, .caseImported, .caseMigrated, .tablesRebuilt, .personAdded, .personDescribed,
  ]

  /// - Parameter items: the whole case where `nil`.
  init(_ store: CaseStore, of items: [ItemNumber]?) throws(EvidenceError) {
    self.store = store
    var (own, others): (Set<String>, Set<String>) = ([], [])
    for record in try items == nil ? [] : store.items() {
      var names: Set<String> = [record.number.description]
      for entry in try store.acquisitions(of: record.number) {
        names.formUnion([entry.acquisition.name, entry.acquisition.id.description])
      }
      if items?.contains(record.number) ?? true { own.formUnion(names) } else { others.formUnion(names) }
    }
    (self.own, self.others) = (own, others)
  }

  /// The newest of them; each case has at least its first event.
  func newest() throws(EvidenceError) -> AuditHead {
    var sequence = try store.auditHead().sequence
    while sequence > 1, let event = try store.event(sequence), try !matters(event) { sequence -= 1 }
    guard let head = try store.head(at: sequence) else {
      throw EvidenceError(.caseDamaged, "audit event \(sequence)", "it is missing")
    }
    return head
  }

  private func matters(_ event: AuditEvent) throws(EvidenceError) -> Bool {
    guard !Self.silent.contains(event.kind) else { return false }
    if event.kind == .eventSigned {
      for row in event.payload["records"]?[EventSignatureRecord.table.name]?.arrayValue ?? [] {
        if let number = row["signed_event"]?.integerValue.flatMap({ UInt64(exactly: $0) }),
          number < event.sequence, let signed = try store.event(number), try matters(signed)
        {
          return true
        }
      }
      return false
    }
    let named = Self.texts(in: event.payload)
    return !named.isDisjoint(with: own) || named.isDisjoint(with: others)
  }

  private static func texts(in value: JSONValue) -> Set<String> {
    if let text = value.stringValue { return [text] }
    return (value.arrayValue ?? []).reduce(into: Set()) { $0.formUnion(texts(in: $1)) }
      .union((value.objectValue ?? [:]).values.reduce(into: Set()) { $0.formUnion(texts(in: $1)) })
  }
}
