import CanonicalJSON
import Evidence

extension Manifest.Acquisition {
  init(_ given: StrictObject) throws(EvidenceError) {
    var object = given
    guard let identifier = RecordIdentifier(try object.text("id")) else {
      throw object.failure("id", "no UUID in lower case")
    }
    let name = try object.text("name")
    guard PortableName.isValid(name, longest: Self.longestName) else {
      throw object.failure("name", "no portable name of at most \(Self.longestName) characters")
    }
    self.init(
      identifier: identifier, name: name, started: try object.time("started"),
      ended: try object.time("ended"), clock: try object.text("clock"),
      tool: try Manifest.Tool(try object.object("tool")), host: try Manifest.Host(try object.object("host")),
      examiner: try object.text("operator"), commandLine: try object.texts("commandLine"),
      directIO: try object.flag("directIO"), reading: try Self.reading(in: &object),
      overflow: try Self.overflow(in: &object),
      pauses: try Self.pauses(in: &object),
      equipment: try Manifest.Equipment.optional("equipment", in: &object),
      notes: try object.optionalText("notes"),
      earlier: try object.optionalObject("earlier").map { (one) throws(EvidenceError) in
        try Manifest.Earlier(one)
      })
    try object.finish()
  }

  private static func reading(in object: inout StrictObject) throws(EvidenceError) -> ReadingPolicy {
    guard object.has("reading") else { return ReadingPolicy() }
    let policy = try ReadingPolicy(try object.object("reading"))
    guard policy != ReadingPolicy() else {
      throw object.failure("reading", "left out where it is the default")
    }
    return policy
  }

  private static func overflow(in object: inout StrictObject) throws(EvidenceError) -> [String] {
    guard object.has("overflow") else { return [] }
    let folders = try object.texts("overflow")
    guard !folders.isEmpty else { throw object.failure("overflow", "left out where there is none") }
    return folders
  }

  private static func pauses(in object: inout StrictObject) throws(EvidenceError) -> [Manifest.Pause] {
    guard object.has("pauses") else { return [] }
    return try object.list("pauses", atLeast: 1) { (value, path) throws(EvidenceError) in
      try Manifest.Pause(try StrictObject(value, at: path))
    }
  }

  /// An item number and the number of a later acquisition.
  static let longestName = 80
}

extension Manifest.Tool {
  init(_ given: StrictObject) throws(EvidenceError) {
    var object = given
    self.init(name: try object.text("name"), version: try object.text("version"))
    try object.finish()
  }
}

extension Manifest.Host {
  init(_ given: StrictObject) throws(EvidenceError) {
    var object = given
    self.init(
      node: try object.text("node"), system: try object.text("system"), release: try object.text("release"),
      machine: try object.text("machine"), user: try object.text("user"))
    try object.finish()
  }
}

extension Manifest.Investigation {
  init(_ given: StrictObject) throws(EvidenceError) {
    var object = given
    self.init(
      number: try object.text("number"), title: try object.text("title"),
      organisation: try object.optionalText("organisation"))
    try object.finish()
  }
}

extension Manifest.Item {
  init(_ given: StrictObject) throws(EvidenceError) {
    var object = given
    let number: ItemNumber
    do throws(EvidenceError) { number = try ItemNumber(try object.text("number")) } catch {
      throw object.failure("number", error.detail)
    }
    self.init(
      number: number, description: try object.text("description"), serial: try object.optionalText("serial"))
    try object.finish()
  }
}

extension Manifest.WriteProtection {
  init(_ given: StrictObject) throws(EvidenceError) {
    var object = given
    self.init(
      layers: try object.list("layers") { (value, path) throws(EvidenceError) in
        var layer = try StrictObject(value, at: path)
        let read = Layer(
          name: try layer.text("name"), state: try layer.choice("state"), proves: try layer.text("proves"),
          before: try layer.optionalText("before"), during: try layer.optionalText("during"),
          after: try layer.optionalText("after"))
        try layer.finish()
        return read
      }, overrides: try Self.overrides(in: &object),
      commands: try CommandCounts.optional("commands", in: &object),
      limits: try object.text("limits"))
    try object.finish()
  }

  private static func overrides(in object: inout StrictObject) throws(EvidenceError) -> [Override] {
    guard object.has("overrides") else { return [] }
    return try object.list("overrides", atLeast: 1) { (value, path) throws(EvidenceError) in
      var one = try StrictObject(value, at: path)
      let read = Override(
        state: try one.text("state"), reason: try one.text("reason"), found: try one.text("found"))
      try one.finish()
      return read
    }
  }
}

/// How many commands of each kind were sent to a device: an object that is left out where there were none.
package enum CommandCounts {
  package static func json(_ counts: [String: UInt64]) -> JSONValue {
    .object(counts.mapValues { JSONValue($0) })
  }

  package static func optional(
    _ key: String, in object: inout StrictObject
  ) throws(EvidenceError) -> [String: UInt64] {
    guard object.has(key) else { return [:] }
    var fields = try object.object(key)
    let kinds = fields.keys
    guard !kinds.isEmpty else { throw object.failure(key, "left out where there is none") }
    var counts: [String: UInt64] = [:]
    for kind in kinds { counts[kind] = try fields.quantity(kind, in: 1...UInt64(JSONValue.largestInteger)) }
    try fields.finish()
    return counts
  }
}

extension AuditHead {
  init(_ given: StrictObject) throws(EvidenceError) {
    var object = given
    self.init(sequence: try object.quantity("sequence"), digest: try object.digest("head", .sha256))
    try object.finish()
  }
}
