/// A JSON value of the strict form Exhibit stores: numbers are integers, object keys are unique.
///
/// Fractions are not part of it: every stored quantity is an integer of a stated unit, so that a canonical
/// form exists without the arithmetic of floating point.
package enum JSONValue: Hashable, Sendable {
  case null
  case bool(Bool)
  /// Within ±(2⁵³ − 1), the range RFC 8785 readers agree on.
  case integer(Int64)
  case string(String)
  case array([JSONValue])
  case object([String: JSONValue])

  /// Largest magnitude of an integer.
  package static let largestInteger: Int64 = (1 << 53) - 1

  package init(_ text: String) { self = .string(text) }

  /// - Precondition: `number` is within ±(2⁵³ − 1).
  package init(_ number: some BinaryInteger) {
    guard let value = Int64(exactly: number), value.magnitude <= UInt64(Self.largestInteger) else {
      preconditionFailure("\(number) is past 2^53 - 1 and has no exact JSON form")
    }
    self = .integer(value)
  }

  /// An object without the keys whose value is `nil`.
  package static func fields(_ fields: KeyValuePairs<String, JSONValue?>) -> JSONValue {
    var object: [String: JSONValue] = [:]
    for (key, value) in fields {
      guard let value else { continue }
      precondition(object.updateValue(value, forKey: key) == nil, "key \(key) given twice")
    }
    return .object(object)
  }

  package subscript(_ key: String) -> JSONValue? {
    if case .object(let object) = self { object[key] } else { nil }
  }

  package var stringValue: String? {
    if case .string(let text) = self { text } else { nil }
  }

  package var integerValue: Int64? {
    if case .integer(let number) = self { number } else { nil }
  }

  package var boolValue: Bool? {
    if case .bool(let value) = self { value } else { nil }
  }

  package var arrayValue: [JSONValue]? {
    if case .array(let values) = self { values } else { nil }
  }

  package var objectValue: [String: JSONValue]? {
    if case .object(let object) = self { object } else { nil }
  }
}

extension JSONValue: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral,
  ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
  package init(stringLiteral value: String) { self = .string(value) }
  package init(integerLiteral value: Int64) { self.init(value) }
  package init(booleanLiteral value: Bool) { self = .bool(value) }
  package init(arrayLiteral elements: JSONValue...) { self = .array(elements) }
  /// - Precondition: every key stands there once.
  package init(dictionaryLiteral elements: (String, JSONValue)...) {
    self = .object(Dictionary(uniqueKeysWithValues: elements))
  }
}
