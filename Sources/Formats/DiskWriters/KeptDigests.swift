import CanonicalJSON
import Digests
import Evidence
import WriterKit

/// What a checkpoint keeps of the digests of a set: of each completed file, of the open one as far as it is settled, and
/// of the bytes behind that.
package struct KeptDigests: Hashable, Sendable {
  let completed: [Digest]
  let open: DigestState
  /// `nil` in a checkpoint of an earlier version.
  let rest: Digest?

  init(completed: [Digest], open: DigestState, rest: Digest? = nil) {
    self.completed = completed
    self.open = open
    self.rest = rest
  }

  /// The files of a set of these names, of which the last is open and has `end` bytes.
  /// - Parameter open: bytes of it that are written once more.
  package static func files(
    _ names: [String], end: UInt64, open: Range<UInt64> = 0..<0, _ digests: KeptDigests?
  ) -> [KeptFile] {
    names.enumerated().map { index, name in
      guard let digests else { return KeptFile(name: name, contents: .unknown) }
      if index < digests.completed.count {
        return KeptFile(name: name, contents: .whole(digests.completed[index]))
      }
      let isInOrder = open.isEmpty || digests.open.length <= open.lowerBound && open.upperBound <= end
      guard index == digests.completed.count, digests.open.length <= end, isInOrder else {
        return KeptFile(name: name, contents: .unknown)
      }
      return KeptFile(
        name: name, contents: .beginning(digests.open, rest: digests.rest, open: open, end: end))
    }
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
    self.rest = object.has("rest") ? try object.digest("rest", .sha256) : nil
    try object.finish()
  }

  package var json: JSONValue {
    .fields([
      "completed": .array(completed.map { .string($0.hex) }), "length": JSONValue(open.length),
      "open": .string(open.hex), "rest": rest.map { .string($0.hex) },
    ])
  }
}
