import Evidence

/// What can be stated of a holding; the newest statement of a kind counts.
package enum HoldingFactName: String, Hashable, Sendable, CaseIterable {
  /// Where its medium is kept: building, room, shelf.
  case location
  /// A day, `2036-12-31`.
  case retentionUntil = "retention-until"
  /// Why it must not be disposed of, whatever its retention.
  case legalHold = "legal-hold"
  /// Days between two verifications.
  case intervalDays = "interval-days"
  case remarks
}

/// A statement about a holding, as it was recorded.
package struct HoldingFactRecord: StoredRecord {
  package let holding: UInt64
  /// From 0 in each holding.
  package let position: UInt64
  package let name: HoldingFactName
  /// `nil` where an earlier statement is withdrawn.
  package let value: String?
  package let stated: Timestamp

  package init(
    holding: UInt64, position: UInt64, name: HoldingFactName, value: String?, stated: Timestamp
  ) {
    self.holding = holding
    self.position = position
    self.name = name
    self.value = value
    self.stated = stated
  }

  package static let table = RecordTable(
    "holding_fact", since: 5, key: ["holding", "position"], text: ["name", "value", "stated"],
    integers: ["holding", "position"])

  package func fields() throws(EvidenceError) -> RecordFields {
    var fields = RecordFields(Self.table)
    try fields.set("holding", holding)
    try fields.set("position", position)
    try fields.set("name", name.rawValue)
    try fields.set("value", value)
    fields.set("stated", stated)
    return fields
  }

  package init(_ fields: RecordFields) throws(EvidenceError) {
    self.init(
      holding: try fields.number("holding"), position: try fields.number("position"),
      name: try fields.named("name"), value: try fields.optionalText("value"),
      stated: try fields.time("stated"))
  }
}

/// A digest that a holding is held to, and where it comes from.
package struct HoldingReferenceRecord: StoredRecord {
  package let holding: UInt64
  /// From 0 in each holding.
  package let position: UInt64
  /// In small letters: `md5`, `sha256`, `crc32` …
  package let algorithm: String
  /// Hexadecimal; of `pieces` the SHA-256 of the side-car that has them.
  package let value: String
  /// `file`, `segment`, `contents`, `pieces` or `unknown`: what it is of.
  package let scope: String
  /// The file of the holding that it is of; `nil` where it is of the contents.
  package let target: String?
  /// The form of what it comes from: that of a side-car, `image` for what the image itself stores, `verification` for what
  /// an earlier one computed.
  package let kind: String
  /// The side-car, by its path; of a verification its number.
  package let origin: String
  /// SHA-256 of the side-car.
  package let originDigest: Digest?
  package let line: UInt64?
  package let tool: String?
  /// By what it was taken for this holding: `name`, `path`, `file-name-rule`.
  package let bound: String
  package let stated: Timestamp

  package init(
    holding: UInt64, position: UInt64, algorithm: String, value: String, scope: String, target: String?,
    kind: String, origin: String, originDigest: Digest?, line: UInt64?, tool: String?, bound: String,
    stated: Timestamp
  ) {
    self.holding = holding
    self.position = position
    self.algorithm = algorithm
    self.value = value
    self.scope = scope
    self.target = target
    self.kind = kind
    self.origin = origin
    self.originDigest = originDigest
    self.line = line
    self.tool = tool
    self.bound = bound
    self.stated = stated
  }

  package static let table = RecordTable(
    "holding_reference", since: 5, key: ["holding", "position"],
    text: [
      "algorithm", "value", "scope", "target", "kind", "origin", "origin_sha256", "tool", "bound", "stated",
    ],
    integers: ["holding", "position", "line"])

  package func fields() throws(EvidenceError) -> RecordFields {
    var fields = RecordFields(Self.table)
    try fields.set("holding", holding)
    try fields.set("position", position)
    try fields.set("algorithm", algorithm)
    try fields.set("value", value)
    try fields.set("scope", scope)
    try fields.set("target", target)
    try fields.set("kind", kind)
    try fields.set("origin", origin)
    fields.set("origin_sha256", originDigest)
    try fields.set("line", line)
    try fields.set("tool", tool)
    try fields.set("bound", bound)
    fields.set("stated", stated)
    return fields
  }

  package init(_ fields: RecordFields) throws(EvidenceError) {
    self.init(
      holding: try fields.number("holding"), position: try fields.number("position"),
      algorithm: try fields.text("algorithm"), value: try fields.text("value"),
      scope: try fields.text("scope"),
      target: try fields.optionalText("target"), kind: try fields.text("kind"),
      origin: try fields.text("origin"),
      originDigest: try fields.optionalDigest("origin_sha256", .sha256),
      line: try fields.optionalNumber("line"), tool: try fields.optionalText("tool"),
      bound: try fields.text("bound"), stated: try fields.time("stated"))
  }
}
