import CanonicalJSON
import Evidence

extension StrictObject.Document {
  static let manifest = StrictObject.Document(.manifestMalformed, name: "manifest")
}

extension StrictObject {
  /// A part of a manifest.
  init(_ value: JSONValue, at path: String) throws(EvidenceError) {
    try self.init(value, at: path, of: .manifest)
  }

  static func failure(_ path: String, _ reason: String) -> EvidenceError {
    Document.manifest.failure(path, reason)
  }

  mutating func fileName(_ key: String) throws(EvidenceError) -> String {
    let name = try text(key)
    guard RecordNames.isValid(name) else { throw failure(key, "no plain portable file name") }
    return name
  }
}
