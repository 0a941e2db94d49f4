/// The columns of one table that the audit log repeats: all but `event`, the audit event it was written with.
package struct RecordTable: Sendable {
  enum Kind: Sendable { case text, integer }

  package let name: String
  /// Columns that identify a row.
  package let key: [String]
  let columns: [(name: String, kind: Kind)]

  init(_ name: String, key: [String], text: [String], integers: [String] = []) {
    self.name = name
    self.key = key
    self.columns = text.map { ($0, .text) } + integers.map { ($0, .integer) }
  }

  /// Every table a case is rebuilt from, referenced tables before those that refer to them.
  static let all = [
    PersonRecord.table, CaseRecord.table, EvidenceItemRecord.table, AcquisitionRecord.table,
    AcquisitionResultRecord.table, ImageRecord.table, SegmentRecord.table, DigestRecord.table,
    VerificationRecord.table, FindingRecord.table, ReportRecord.table, CustodyRecord.table,
  ]

  /// Selects every column, in order, then `event`. Text comes as its bytes: a String would stop at a NUL
  /// character and repair invalid UTF-8, and so hide an alteration.
  func select(_ rest: String) -> String {
    let list = columns.map { $0.kind == .text ? "CAST(\($0.name) AS BLOB)" : $0.name }
    return "SELECT \(list.joined(separator: ", ")), event FROM \(name) \(rest)"
  }

  var insert: String {
    let names = columns.map(\.name) + ["event"]
    let marks = names.map { _ in "?" }
    return "INSERT INTO \(name) (\(names.joined(separator: ", "))) VALUES (\(marks.joined(separator: ", ")))"
  }
}
