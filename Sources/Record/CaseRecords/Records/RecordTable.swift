/// The columns of one table that the audit log repeats: all but `event`, the audit event it was written with.
package struct RecordTable: Sendable {
  package enum Kind: Sendable { case text, integer }

  package let name: String
  /// Columns that identify a row.
  package let key: [String]
  package let columns: [(name: String, kind: Kind)]
  /// Version of the schema that brought the table; an older case that is only read has none.
  package let since: Int

  package init(_ name: String, since: Int = 1, key: [String], text: [String], integers: [String] = []) {
    self.name = name
    self.since = since
    self.key = key
    self.columns = text.map { ($0, .text) } + integers.map { ($0, .integer) }
  }

  /// Every table a case is rebuilt from, referenced tables before those that refer to them.
  package static let all = [
    PersonRecord.table, CaseRecord.table, EvidenceItemRecord.table, AcquisitionRecord.table,
    AcquisitionResultRecord.table, ImageRecord.table, SegmentRecord.table, DigestRecord.table,
    VerificationRecord.table, FindingRecord.table, ReportRecord.table, CustodyRecord.table,
    PersonCredentialRecord.table, CaseStateRecord.table, SubItemRecord.table, ItemFactRecord.table,
    LegalAuthorityRecord.table, CustodyDetailRecord.table, AttachmentRecord.table, EventSignatureRecord.table,
    CheckpointRecord.table, CaseFactRecord.table, ArchiveFolderRecord.table, HoldingRecord.table,
    HoldingStateRecord.table,
    HoldingFactRecord.table, HoldingReferenceRecord.table, ArchiveRunRecord.table, ArchiveRunEndRecord.table,
    HoldingCheckRecord.table, HoldingFindingRecord.table,
  ]

  /// The tables that a database of `version` has.
  package static func all(in version: Int) -> [RecordTable] { all.filter { $0.since <= version } }

  /// Selects every column, in order, then `event`. Text comes as its bytes: a String would stop at a NUL
  /// character and repair invalid UTF-8, and so hide an alteration.
  package func select(_ rest: String) -> String {
    let list = columns.map { $0.kind == .text ? "CAST(\($0.name) AS BLOB)" : $0.name }
    return "SELECT \(list.joined(separator: ", ")), event FROM \(name) \(rest)"
  }

  /// Reads the whole table in the order of the audit events: the event, and the canonical JSON that it must repeat.
  /// SQLite escapes text as RFC 8785 does; where it should not, or text is not valid UTF-8, the two differ and the row is
  /// looked at column by column.
  package var walk: String {
    let fields = columns.map(\.name).sorted().map { "'\($0)', \($0)" }.joined(separator: ", ")
    // Sorted, not looked up row by row through the index of events.
    let order = (["+event"] + key).joined(separator: ", ")
    return "SELECT event, json_object(\(fields)) FROM \(name) ORDER BY \(order)"
  }

  package var insert: String {
    let names = columns.map(\.name) + ["event"]
    let marks = names.map { _ in "?" }
    return "INSERT INTO \(name) (\(names.joined(separator: ", "))) VALUES (\(marks.joined(separator: ", ")))"
  }
}
