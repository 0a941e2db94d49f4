import CanonicalJSON
import Digests
import Evidence

/// What a checkpoint keeps of the digests of a set: of each completed file, and of the open one as far as it is settled.
package struct KeptDigests: Hashable, Sendable {
  let completed: [Digest]
  let open: DigestState

  init(completed: [Digest], open: DigestState) {
    self.completed = completed
    self.open = open
  }

  /// - Throws: `journalMalformed`.
  package init(_ object: consuming StrictObject) throws(EvidenceError) {
    self.completed = try object.list("completed") { (value, path) throws(EvidenceError) in
      guard let digest = value.stringValue.flatMap({ Digest(.sha256, hex: $0) }) else {
        throw EvidenceError(.journalMalformed, path, "no SHA-256")
      }
      return digest
    }
    let length = try object.quantity("length")
    guard let state = DigestState(.sha256, hex: try object.text("open"), length: length) else {
      throw object.failure("open", "no state of SHA-256")
    }
    self.open = state
    try object.finish()
  }

  package var json: JSONValue {
    .fields([
      "completed": .array(completed.map { .string($0.hex) }), "length": JSONValue(open.length),
      "open": .string(open.hex),
    ])
  }
}
