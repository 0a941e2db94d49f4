import CanonicalJSON
import Evidence

/// The values of one row by column name: what a table stores and what the audit log repeats.
package struct RecordFields: Sendable {
  package let table: RecordTable
  package private(set) var values: [String: JSONValue] = [:]

  package init(_ table: RecordTable) { self.table = table }

  /// Reads back what `json` wrote, from an audit event.
  package init(_ table: RecordTable, values: [String: JSONValue]) {
    self.table = table
    self.values = values
  }

  /// Every column, absent ones as null.
  package var json: JSONValue { .object(values) }

  /// The key columns as a person would name the row: `001`, `3f2a…/0`.
  package var keyText: String {
    table.key.map { column in
      switch values[column] {
      case .string(let text): text
      case .integer(let number): String(number)
      default: "?"
      }
    }.joined(separator: "/")
  }

  // MARK: Writing

  /// - Throws: `argumentInvalid` for a NUL character, which SQLite text cannot carry safely.
  package mutating func set(_ column: String, _ text: String?) throws(EvidenceError) {
    guard let text else {
      values[column] = .null
      return
    }
    guard !text.utf8.contains(0) else {
      throw EvidenceError(.argumentInvalid, "\(table.name).\(column)", "the text contains a NUL character")
    }
    values[column] = .string(text)
  }

  /// - Throws: `argumentInvalid` past 2⁵³ − 1, the largest integer of the audit log.
  package mutating func set(_ column: String, _ number: UInt64?) throws(EvidenceError) {
    guard let number else {
      values[column] = .null
      return
    }
    guard number <= UInt64(JSONValue.largestInteger) else {
      throw EvidenceError(.argumentInvalid, "\(table.name).\(column)", "\(number) is past 2^53 - 1")
    }
    values[column] = JSONValue(number)
  }

  /// - Precondition: within ±(2⁵³ − 1).
  package mutating func set(_ column: String, signed number: Int64?) {
    values[column] = number.map { .integer($0) } ?? .null
  }

  package mutating func set(_ column: String, _ value: Timestamp) {
    values[column] = .string(value.description)
  }
  package mutating func set(_ column: String, _ value: ItemNumber?) {
    values[column] = value.map { .string($0.description) } ?? .null
  }
  package mutating func set(_ column: String, _ value: RecordIdentifier?) {
    values[column] = value.map { .string($0.description) } ?? .null
  }
  package mutating func set(_ column: String, _ value: Digest?) {
    values[column] = value.map { .string($0.hex) } ?? .null
  }

  // MARK: Reading; all throw `caseDamaged` where the value is not of the expected kind

  package func optionalText(_ column: String) throws(EvidenceError) -> String? {
    switch values[column] {
    case .string(let text): return text
    case .null: return nil
    default: throw damaged(column)
    }
  }

  package func text(_ column: String) throws(EvidenceError) -> String {
    try present(column, optionalText(column))
  }

  package func optionalNumber(_ column: String) throws(EvidenceError) -> UInt64? {
    switch values[column] {
    case .integer(let number): return try present(column, UInt64(exactly: number))
    case .null: return nil
    default: throw damaged(column)
    }
  }

  package func number(_ column: String) throws(EvidenceError) -> UInt64 {
    try present(column, optionalNumber(column))
  }

  package func time(_ column: String) throws(EvidenceError) -> Timestamp {
    try present(column, Timestamp(text(column)))
  }

  package func optionalTime(_ column: String) throws(EvidenceError) -> Timestamp? {
    guard let text = try optionalText(column) else { return nil }
    return try present(column, Timestamp(text))
  }

  package func optionalSignedNumber(_ column: String) throws(EvidenceError) -> Int64? {
    switch values[column] {
    case .integer(let number): return number
    case .null: return nil
    default: throw damaged(column)
    }
  }

  package func optionalIdentifier(_ column: String) throws(EvidenceError) -> RecordIdentifier? {
    guard let text = try optionalText(column) else { return nil }
    return try present(column, RecordIdentifier(text))
  }

  package func identifier(_ column: String) throws(EvidenceError) -> RecordIdentifier {
    try present(column, optionalIdentifier(column))
  }

  package func optionalItem(_ column: String) throws(EvidenceError) -> ItemNumber? {
    guard let text = try optionalText(column) else { return nil }
    return try present(column, try? ItemNumber(text))
  }

  package func item(_ column: String) throws(EvidenceError) -> ItemNumber {
    try present(column, optionalItem(column))
  }

  package func optionalDigest(_ column: String, _ algorithm: DigestAlgorithm) throws(EvidenceError) -> Digest?
  {
    guard let text = try optionalText(column) else { return nil }
    return try present(column, Digest(algorithm, hex: text))
  }

  package func digest(_ column: String, _ algorithm: DigestAlgorithm) throws(EvidenceError) -> Digest {
    try present(column, optionalDigest(column, algorithm))
  }

  /// A value stored by its name, such as a verdict.
  package func named<Value: RawRepresentable<String>>(
    _ column: String, as type: Value.Type = Value.self
  ) throws(EvidenceError) -> Value {
    try present(column, Value(rawValue: text(column)))
  }

  package func present<Value>(_ column: String, _ value: Value?) throws(EvidenceError) -> Value {
    guard let value else { throw damaged(column) }
    return value
  }

  private func damaged(_ column: String) -> EvidenceError {
    EvidenceError(.caseDamaged, "\(table.name) \(keyText)", "column \(column) holds no valid value")
  }
}

/// A record of the case: a row of one table, written once and never changed.
package protocol StoredRecord: Hashable, Sendable {
  static var table: RecordTable { get }
  func fields() throws(EvidenceError) -> RecordFields
  /// - Throws: `caseDamaged`.
  init(_ fields: RecordFields) throws(EvidenceError)
}
