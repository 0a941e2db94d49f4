import CanonicalJSON
import Evidence

extension Manifest {
  /// A device of the laboratory that was used for an acquisition, as its register describes it.
  package struct Equipment: Hashable, Sendable {
    package enum Kind: String, Hashable, Sendable, CaseIterable {
      case writeBlocker = "write-blocker"
      case workstation, drive, other
    }

    /// What the register calls it; portable.
    package var name: String
    package var kind: Kind
    package var make: String?
    package var model: String?
    package var serial: String?
    package var firmware: String?
    /// Day of its last test: `2026-10-01`.
    package var tested: String?
    /// Where the validation of it is recorded.
    package var record: String?

    package init(_ name: String, _ kind: Kind) {
      self.name = name
      self.kind = kind
    }

    /// When a day of this form begins; `nil` where it is none.
    package static func day(_ text: String) -> Timestamp? {
      text.utf8.count == 10 ? Timestamp("\(text)T00:00:00.000000Z") : nil
    }

    package var json: JSONValue {
      .fields([
        "name": .string(name), "kind": .string(kind.rawValue), "make": make.map { .string($0) },
        "model": model.map { .string($0) }, "serial": serial.map { .string($0) },
        "firmware": firmware.map { .string($0) }, "tested": tested.map { .string($0) },
        "record": record.map { .string($0) },
      ])
    }

    package init(_ given: StrictObject) throws(EvidenceError) {
      var object = given
      self.init(try object.text("name"), try object.choice("kind"))
      make = try object.optionalText("make")
      model = try object.optionalText("model")
      serial = try object.optionalText("serial")
      firmware = try object.optionalText("firmware")
      tested = try object.optionalText("tested")
      if let tested, Self.day(tested) == nil { throw object.failure("tested", "no day") }
      record = try object.optionalText("record")
      try object.finish()
    }

    /// A list that is left out where it is empty.
    package static func optional(
      _ key: String, in object: inout StrictObject
    ) throws(EvidenceError) -> [Self] {
      guard object.has(key) else { return [] }
      let document = object.document
      return try object.list(key, atLeast: 1) { (value, path) throws(EvidenceError) in
        try Self(try StrictObject(value, at: path, of: document))
      }
    }
  }
}
