import Evidence

/// Takes the fields of a JSON object one by one; whatever is missing, of another type, out of range or left
/// over is an error of the document's kind, with the path to it.
package struct StrictObject {
  /// What is being read: decides the error.
  package struct Document: Hashable, Sendable {
    package let code: ErrorCode
    /// What the whole of it is called in errors.
    package let name: String

    package init(_ code: ErrorCode, name: String) {
      self.code = code
      self.name = name
    }

    package func failure(_ path: String, _ reason: String) -> EvidenceError {
      EvidenceError(code, path.isEmpty ? name : path, reason)
    }
  }

  private var fields: [String: JSONValue]
  private let path: String
  package let document: Document

  package init(_ value: JSONValue, at path: String = "", of document: Document) throws(EvidenceError) {
    guard case .object(let fields) = value else { throw document.failure(path, "no object") }
    self.fields = fields
    self.path = path
    self.document = document
  }

  package func failure(_ key: String, _ reason: String) -> EvidenceError {
    document.failure(path(key), reason)
  }

  package func path(_ key: String) -> String { path.isEmpty ? key : "\(path).\(key)" }

  /// - Throws: when a field is left that nobody took.
  package func finish() throws(EvidenceError) {
    if let key = fields.keys.min() { throw failure(key, "unknown field") }
  }

  package mutating func value(_ key: String) throws(EvidenceError) -> JSONValue {
    guard let value = fields.removeValue(forKey: key) else { throw failure(key, "missing") }
    return value
  }

  package mutating func object(_ key: String) throws(EvidenceError) -> StrictObject {
    try StrictObject(try value(key), at: path(key), of: document)
  }

  package mutating func optionalObject(_ key: String) throws(EvidenceError) -> StrictObject? {
    fields[key] == nil ? nil : try object(key)
  }

  package mutating func text(_ key: String) throws(EvidenceError) -> String {
    guard let text = try value(key).stringValue else { throw failure(key, "no text") }
    return text
  }

  package mutating func optionalText(_ key: String) throws(EvidenceError) -> String? {
    fields[key] == nil ? nil : try text(key)
  }

  package mutating func flag(_ key: String) throws(EvidenceError) -> Bool {
    guard let flag = try value(key).boolValue else { throw failure(key, "neither true nor false") }
    return flag
  }

  package mutating func optionalFlag(_ key: String) throws(EvidenceError) -> Bool? {
    fields[key] == nil ? nil : try flag(key)
  }

  /// An integer of 0 to 2⁵³ − 1 that also lies in `range`.
  package mutating func quantity(
    _ key: String, in range: ClosedRange<UInt64> = 0...UInt64.max
  ) throws(EvidenceError) -> UInt64 {
    guard let integer = try value(key).integerValue else { throw failure(key, "no integer") }
    guard let quantity = UInt64(exactly: integer), range.contains(quantity) else {
      throw failure(key, "\(integer) is out of range")
    }
    return quantity
  }

  package mutating func optionalQuantity(
    _ key: String, in range: ClosedRange<UInt64> = 0...UInt64.max
  ) throws(EvidenceError) -> UInt64? {
    fields[key] == nil ? nil : try quantity(key, in: range)
  }

  package mutating func time(_ key: String) throws(EvidenceError) -> Timestamp {
    guard let time = Timestamp(try text(key)) else { throw failure(key, "no RFC 3339 time in UTC") }
    return time
  }

  package mutating func digest(_ key: String, _ algorithm: DigestAlgorithm) throws(EvidenceError) -> Digest {
    let hex = try text(key)
    guard let digest = Digest(algorithm, hex: hex), digest.hex == hex else {
      throw failure(key, "no \(algorithm.title) in lower-case hexadecimal")
    }
    return digest
  }

  /// An object of digests by algorithm, at least one.
  package mutating func digests(_ key: String) throws(EvidenceError) -> DigestSet {
    var object = try object(key)
    var digests = DigestSet()
    for algorithm in DigestAlgorithm.allCases where object.fields[algorithm.rawValue] != nil {
      digests.insert(try object.digest(algorithm.rawValue, algorithm))
    }
    try object.finish()
    guard !digests.isEmpty else { throw failure(key, "no digest") }
    return digests
  }

  package mutating func choice<Choice: RawRepresentable & CaseIterable>(
    _ key: String, _ type: Choice.Type = Choice.self
  ) throws(EvidenceError) -> Choice where Choice.RawValue == String {
    let name = try text(key)
    guard let choice = Choice(rawValue: name) else {
      throw failure(key, "none of \(Choice.allCases.map(\.rawValue).joined(separator: ", "))")
    }
    return choice
  }

  package mutating func optionalChoice<Choice: RawRepresentable & CaseIterable>(
    _ key: String, _ type: Choice.Type = Choice.self
  ) throws(EvidenceError) -> Choice? where Choice.RawValue == String {
    fields[key] == nil ? nil : try choice(key, type)
  }

  /// Every element of an array, read by `read` with the path to it.
  package mutating func list<Element>(
    _ key: String, atLeast least: Int = 0,
    _ read: (JSONValue, String) throws(EvidenceError) -> Element
  ) throws(EvidenceError) -> [Element] {
    guard let values = try value(key).arrayValue else { throw failure(key, "no array") }
    guard values.count >= least else { throw failure(key, "fewer than \(least) elements") }
    var elements: [Element] = []
    elements.reserveCapacity(values.count)
    for (index, value) in values.enumerated() { elements.append(try read(value, "\(path(key))[\(index)]")) }
    return elements
  }

  package mutating func texts(_ key: String) throws(EvidenceError) -> [String] {
    let document = document
    return try list(key) { (value, path) throws(EvidenceError) in
      guard let text = value.stringValue else { throw document.failure(path, "no text") }
      return text
    }
  }

  package mutating func quantities(_ key: String) throws(EvidenceError) -> [UInt64] {
    let document = document
    return try list(key) { (value, path) throws(EvidenceError) in
      guard let number = value.integerValue.flatMap({ UInt64(exactly: $0) }) else {
        throw document.failure(path, "no number from 0")
      }
      return number
    }
  }

  package func has(_ key: String) -> Bool { fields[key] != nil }

  /// Of the fields that were not taken yet, sorted.
  package var keys: [String] { fields.keys.sorted() }
}
