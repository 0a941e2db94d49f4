/// A value as SQLite stores it.
package enum SQLValue: Hashable, Sendable {
  case null
  case integer(Int64)
  case real(Double)
  /// Its bytes; what is not valid UTF-8 is repaired.
  case text(String)
  case blob([UInt8])
}

/// What can be asked of a column, or given to a statement.
package protocol SQLColumn {
  /// - Returns: `nil` of a value of another kind, and of NULL.
  init?(_ value: SQLValue)
  var sqlValue: SQLValue { get }
}

extension Int64: SQLColumn {
  package init?(_ value: SQLValue) {
    guard case .integer(let number) = value else { return nil }
    self = number
  }

  package var sqlValue: SQLValue { .integer(self) }
}

extension Int: SQLColumn {
  package init?(_ value: SQLValue) {
    guard let number = Int64(value) else { return nil }
    self.init(exactly: number)
  }

  package var sqlValue: SQLValue { .integer(Int64(self)) }
}

extension Bool: SQLColumn {
  package init?(_ value: SQLValue) {
    guard let number = Int64(value) else { return nil }
    self = number != 0
  }

  package var sqlValue: SQLValue { .integer(self ? 1 : 0) }
}

extension String: SQLColumn {
  package init?(_ value: SQLValue) {
    guard case .text(let text) = value else { return nil }
    self = text
  }

  package var sqlValue: SQLValue { .text(self) }

  /// As a name in SQL.
  package var quotedSQLName: String { "\"" + replacing("\"", with: "\"\"") + "\"" }
}

extension SQLValue: SQLColumn {
  package init?(_ value: SQLValue) { self = value }
  package var sqlValue: SQLValue { self }
}
