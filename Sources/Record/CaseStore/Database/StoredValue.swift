import CanonicalJSON
import CaseRecords
import Evidence
internal import GRDB

/// Values between SQLite's columns and the audit log's JSON.
enum StoredValue {
  static func integer(_ row: Row, _ index: Int) -> Int64? {
    if case .int64(let number) = (row[index] as DatabaseValue).storage { number } else { nil }
  }

  static func bytes(_ row: Row, _ index: Int) -> [UInt8]? {
    if case .blob(let data) = (row[index] as DatabaseValue).storage { Array(data) } else { nil }
  }

  /// One column of a row selected by ``RecordTable/select(_:)``; `nil` where it is not what the schema allows.
  static func json(_ row: Row, _ index: Int, _ kind: RecordTable.Kind) -> JSONValue? {
    switch ((row[index] as DatabaseValue).storage, kind) {
    case (.null, _): .null
    case (.int64(let number), .integer): .integer(number)
    case (.blob(let data), .text): String(validating: data, as: UTF8.self).map { .string($0) }
    default: nil
    }
  }
}

extension RecordFields {
  /// A row selected by ``RecordTable/select(_:)``. A column that is not what the schema allows is left out, and
  /// so missed by whoever reads or compares it.
  init(_ table: RecordTable, row: Row) {
    var values: [String: JSONValue] = [:]
    for (index, column) in table.columns.enumerated() {
      values[column.name] = StoredValue.json(row, index, column.kind)
    }
    self.init(table, values: values)
  }

  /// Writes the row as part of audit event `sequence`.
  func insert(into database: Database, event sequence: UInt64) throws {
    let arguments: [DatabaseValue] = table.columns.map { column in
      switch values[column.name] {
      case .string(let text): text.databaseValue
      case .integer(let number): number.databaseValue
      default: .null
      }
    }
    try database.cachedStatement(sql: table.insert)
      .execute(arguments: StatementArguments(arguments + [Int64(sequence).databaseValue]))
  }
}
