import CanonicalJSON
import CaseRecords
import Evidence
internal import SQLite

/// Values between SQLite's columns and the audit log's JSON.
enum StoredValue {
  /// One column of a row selected by ``RecordTable/select(_:)``; `nil` where it is not what the schema allows.
  static func json(_ row: Rows, _ index: Int, _ kind: RecordTable.Kind) -> JSONValue? {
    switch (row[index] ?? SQLValue.null, kind) {
    case (.null, _): .null
    case (.integer(let number), .integer): .integer(number)
    case (.blob(let bytes), .text): String(validating: bytes, as: UTF8.self).map { .string($0) }
    default: nil
    }
  }
}

extension RecordFields {
  /// A row selected by ``RecordTable/select(_:)``. A column that is not what the schema allows is left out, and
  /// so missed by whoever reads or compares it.
  init(_ table: RecordTable, row: Rows) {
    var values: [String: JSONValue] = [:]
    for (index, column) in table.columns.enumerated() {
      values[column.name] = StoredValue.json(row, index, column.kind)
    }
    self.init(table, values: values)
  }

  /// Writes the row as part of audit event `sequence`.
  func insert(into database: Database, event sequence: UInt64) throws {
    let arguments: [SQLValue] = table.columns.map { column in
      switch values[column.name] {
      case .string(let text): .text(text)
      case .integer(let number): .integer(number)
      default: .null
      }
    }
    try database.cachedStatement(sql: table.insert)
      .execute(arguments: arguments + [.integer(Int64(sequence))])
  }
}
