import Evidence

/// How thoroughly a holding is verified.
package enum ArchiveLevel: String, Hashable, Sendable, CaseIterable {
  /// Files, sizes and the structure of images; no contents.
  case structure
  /// The checksums and chunk digests inside images and records, and no digest of the whole.
  case chunks
  /// Everything.
  case full
}

/// One run over holdings of an archive.
package struct ArchiveRunRecord: StoredRecord {
  package let id: RecordIdentifier
  package let started: Timestamp
  package let level: ArchiveLevel
  /// What was asked for, as it was asked.
  package let selection: String
  /// Numbers of the holdings that are to be verified: `1-4,7`.
  package let holdings: String
  /// From how many they were drawn at random, and with which seed; `nil` where they were not drawn.
  package let sampledFrom: UInt64?
  package let seed: String?

  package init(
    id: RecordIdentifier, started: Timestamp, level: ArchiveLevel, selection: String, holdings: String,
    sampledFrom: UInt64?, seed: String?
  ) {
    self.id = id
    self.started = started
    self.level = level
    self.selection = selection
    self.holdings = holdings
    self.sampledFrom = sampledFrom
    self.seed = seed
  }

  package static let table = RecordTable(
    "archive_run", since: 5, key: ["id"], text: ["id", "started", "level", "selection", "holdings", "seed"],
    integers: ["sampled_from"])

  package func fields() throws(EvidenceError) -> RecordFields {
    var fields = RecordFields(Self.table)
    fields.set("id", id)
    fields.set("started", started)
    try fields.set("level", level.rawValue)
    try fields.set("selection", selection)
    try fields.set("holdings", holdings)
    try fields.set("sampled_from", sampledFrom)
    try fields.set("seed", seed)
    return fields
  }

  package init(_ fields: RecordFields) throws(EvidenceError) {
    self.init(
      id: try fields.identifier("id"), started: try fields.time("started"), level: try fields.named("level"),
      selection: try fields.text("selection"), holdings: try fields.text("holdings"),
      sampledFrom: try fields.optionalNumber("sampled_from"), seed: try fields.optionalText("seed"))
  }
}

/// That a run has come to its end.
package struct ArchiveRunEndRecord: StoredRecord {
  package let run: RecordIdentifier
  package let ended: Timestamp

  package init(run: RecordIdentifier, ended: Timestamp) {
    self.run = run
    self.ended = ended
  }

  package static let table = RecordTable("archive_run_end", since: 5, key: ["run"], text: ["run", "ended"])

  package func fields() throws(EvidenceError) -> RecordFields {
    var fields = RecordFields(Self.table)
    fields.set("run", run)
    fields.set("ended", ended)
    return fields
  }

  package init(_ fields: RecordFields) throws(EvidenceError) {
    self.init(run: try fields.identifier("run"), ended: try fields.time("ended"))
  }
}

/// How the bytes of a holding were read.
package enum ArchiveReading: String, Hashable, Sendable, CaseIterable {
  /// Past the page cache.
  case direct
  /// From the medium, after the kernel was asked to drop what it held.
  case dropped
  /// No contents were read.
  case none
}

/// One verification of one holding.
package struct HoldingCheckRecord: StoredRecord {
  package let holding: UInt64
  /// From 0 in each holding.
  package let position: UInt64
  package let run: RecordIdentifier
  package let started: Timestamp
  package let ended: Timestamp
  package let level: ArchiveLevel
  package let verdict: VerificationVerdict
  package let reading: ArchiveReading
  /// Bytes that were read.
  package let bytes: UInt64
  /// Digests that were compared.
  package let compared: UInt64
  /// Number of findings; at most ``FindingRecord/largestCount`` of them are recorded.
  package let findings: UInt64

  package init(
    holding: UInt64, position: UInt64, run: RecordIdentifier, started: Timestamp, ended: Timestamp,
    level: ArchiveLevel, verdict: VerificationVerdict, reading: ArchiveReading, bytes: UInt64,
    compared: UInt64,
    findings: UInt64
  ) {
    self.holding = holding
    self.position = position
    self.run = run
    self.started = started
    self.ended = ended
    self.level = level
    self.verdict = verdict
    self.reading = reading
    self.bytes = bytes
    self.compared = compared
    self.findings = findings
  }

  package static let table = RecordTable(
    "holding_check", since: 5, key: ["holding", "position"],
    text: ["run", "started", "ended", "level", "verdict", "reading"],
    integers: ["holding", "position", "bytes", "compared", "findings"])

  package func fields() throws(EvidenceError) -> RecordFields {
    var fields = RecordFields(Self.table)
    try fields.set("holding", holding)
    try fields.set("position", position)
    fields.set("run", run)
    fields.set("started", started)
    fields.set("ended", ended)
    try fields.set("level", level.rawValue)
    try fields.set("verdict", verdict.rawValue)
    try fields.set("reading", reading.rawValue)
    try fields.set("bytes", bytes)
    try fields.set("compared", compared)
    try fields.set("findings", findings)
    return fields
  }

  package init(_ fields: RecordFields) throws(EvidenceError) {
    self.init(
      holding: try fields.number("holding"), position: try fields.number("position"),
      run: try fields.identifier("run"), started: try fields.time("started"), ended: try fields.time("ended"),
      level: try fields.named("level"), verdict: try fields.named("verdict"),
      reading: try fields.named("reading"), bytes: try fields.number("bytes"),
      compared: try fields.number("compared"), findings: try fields.number("findings"))
  }
}

/// One finding of a verification of a holding.
package struct HoldingFindingRecord: StoredRecord {
  package let holding: UInt64
  /// Of the verification.
  package let check: UInt64
  /// 0 for the first finding.
  package let position: UInt64
  package let finding: Finding

  package static let table = RecordTable(
    "holding_finding", since: 5, key: ["holding", "checked", "position"],
    text: ["code", "severity", "subject", "expected", "observed"],
    integers: ["holding", "checked", "position", "first_sector", "sector_count"])

  package init(holding: UInt64, check: UInt64, position: UInt64, finding: Finding) {
    self.holding = holding
    self.check = check
    self.position = position
    self.finding = finding
  }

  package func fields() throws(EvidenceError) -> RecordFields {
    var fields = RecordFields(Self.table)
    try fields.set("holding", holding)
    try fields.set("checked", check)
    try fields.set("position", position)
    try finding.store(in: &fields)
    return fields
  }

  package init(_ fields: RecordFields) throws(EvidenceError) {
    self.init(
      holding: try fields.number("holding"), check: try fields.number("checked"),
      position: try fields.number("position"), finding: try Finding(stored: fields))
  }
}
