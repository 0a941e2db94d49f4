import Evidence

/// A verification that was carried out.
package struct VerificationRecord: StoredRecord {
  package let id: RecordIdentifier
  /// What was verified: the case, an item, a manifest, a file.
  package let subject: String
  /// The item it was about, where it was about one.
  package let item: ItemNumber?
  package let started: Timestamp
  package let ended: Timestamp
  package let verdict: VerificationVerdict
  /// Number of findings; at most ``FindingRecord/largestCount`` of them are recorded.
  package let findings: UInt64

  package init(
    id: RecordIdentifier, subject: String, item: ItemNumber?, started: Timestamp, ended: Timestamp,
    verdict: VerificationVerdict, findings: UInt64
  ) {
    self.id = id
    self.subject = subject
    self.item = item
    self.started = started
    self.ended = ended
    self.verdict = verdict
    self.findings = findings
  }

  package static let table = RecordTable(
    "verification", key: ["id"], text: ["id", "subject", "item", "started", "ended", "verdict"],
    integers: ["findings"])

  package func fields() throws(EvidenceError) -> RecordFields {
    var fields = RecordFields(Self.table)
    fields.set("id", id)
    try fields.set("subject", subject)
    fields.set("item", item)
    fields.set("started", started)
    fields.set("ended", ended)
    try fields.set("verdict", verdict.rawValue)
    try fields.set("findings", findings)
    return fields
  }
}

extension VerificationRecord {
  package init(_ fields: RecordFields) throws(EvidenceError) {
    self.init(
      id: try fields.identifier("id"), subject: try fields.text("subject"),
      item: try fields.optionalItem("item"), started: try fields.time("started"),
      ended: try fields.time("ended"), verdict: try fields.named("verdict"),
      findings: try fields.number("findings"))
  }
}

/// One finding of a verification.
package struct FindingRecord: StoredRecord {
  package let verification: RecordIdentifier
  /// 0 for the first finding.
  package let position: UInt64
  package let finding: Finding

  /// Most findings recorded of one verification; a medium damaged throughout has one per chunk.
  package static let largestCount = 1000

  package static let table = RecordTable(
    "finding", key: ["verification", "position"],
    text: ["verification", "code", "severity", "subject", "expected", "observed"],
    integers: ["position", "first_sector", "sector_count"])

  package init(verification: RecordIdentifier, position: UInt64, finding: Finding) {
    self.verification = verification
    self.position = position
    self.finding = finding
  }

  package func fields() throws(EvidenceError) -> RecordFields {
    var fields = RecordFields(Self.table)
    fields.set("verification", verification)
    try fields.set("position", position)
    try finding.store(in: &fields)
    return fields
  }

  package init(_ fields: RecordFields) throws(EvidenceError) {
    self.verification = try fields.identifier("verification")
    self.position = try fields.number("position")
    self.finding = try Finding(stored: fields)
  }
}

/// The columns that tables of findings share.
extension Finding {
  package func store(in fields: inout RecordFields) throws(EvidenceError) {
    try fields.set("code", code.rawValue)
    try fields.set("severity", severity.rawValue)
    // Findings quote damaged files, where any character can stand.
    try fields.set("subject", HumanText.singleLine(subject))
    try fields.set("expected", expected.map(HumanText.singleLine))
    try fields.set("observed", observed.map(HumanText.singleLine))
    try fields.set("first_sector", sectors?.first)
    try fields.set("sector_count", sectors?.count)
  }

  /// - Throws: `caseDamaged`.
  package init(stored fields: RecordFields) throws(EvidenceError) {
    var sectors: SectorRange?
    if let first = try fields.optionalNumber("first_sector") {
      // Both are below 2⁵³, so their sum cannot overflow.
      sectors = SectorRange(first: first, count: try fields.number("sector_count"))
    }
    self.init(
      try fields.named("code"), try fields.named("severity"), subject: try fields.text("subject"),
      expected: try fields.optionalText("expected"), observed: try fields.optionalText("observed"),
      sectors: sectors)
  }
}

/// A report that was written.
package struct ReportRecord: StoredRecord {
  package let id: RecordIdentifier
  package let item: ItemNumber
  package let path: String
  package let sha256: Digest
  package let made: Timestamp

  package init(id: RecordIdentifier, item: ItemNumber, path: String, sha256: Digest, made: Timestamp) {
    self.id = id
    self.item = item
    self.path = path
    self.sha256 = sha256
    self.made = made
  }

  package static let table = RecordTable(
    "report", key: ["id"], text: ["id", "item", "path", "sha256", "made"])

  package func fields() throws(EvidenceError) -> RecordFields {
    var fields = RecordFields(Self.table)
    fields.set("id", id)
    fields.set("item", item)
    try fields.set("path", path)
    fields.set("sha256", sha256)
    fields.set("made", made)
    return fields
  }
}

extension ReportRecord {
  package init(_ fields: RecordFields) throws(EvidenceError) {
    self.init(
      id: try fields.identifier("id"), item: try fields.item("item"), path: try fields.text("path"),
      sha256: try fields.digest("sha256", .sha256), made: try fields.time("made"))
  }
}
