import CanonicalJSON
import CaseRecords
import Evidence
internal import SQLite

/// What a scan found that the catalogue does not know.
package struct NewHolding: Sendable {
  package var kind: HoldingKind
  package var format: String?
  package var name: String
  /// Absolute.
  package var path: String
  package var medium: String?
  package var size: UInt64
  package var files: HoldingFiles
  package var fingerprint: Digest
  package var references: [NewReference] = []

  package init(
    kind: HoldingKind, format: String?, name: String, path: String, medium: String?, size: UInt64,
    files: HoldingFiles, fingerprint: Digest
  ) {
    self.kind = kind
    self.format = format
    self.name = name
    self.path = path
    self.medium = medium
    self.size = size
    self.files = files
    self.fingerprint = fingerprint
  }
}

/// A digest to hold a holding to; the fields are those of ``HoldingReferenceRecord``.
package struct NewReference: Hashable, Sendable {
  package var algorithm: String
  package var value: String
  package var scope: String
  package var target: String?
  package var kind: String
  package var origin: String
  package var originDigest: Digest?
  package var line: UInt64?
  package var tool: String?
  package var bound: String

  package init(
    algorithm: String, value: String, scope: String, target: String?, kind: String, origin: String,
    originDigest: Digest? = nil, line: UInt64? = nil, tool: String? = nil, bound: String
  ) {
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
  }

  /// Says the same of the same, whatever else is told of it.
  func isSame(as record: HoldingReferenceRecord) -> Bool {
    algorithm == record.algorithm && value == record.value && scope == record.scope
      && target == record.target && kind == record.kind && origin == record.origin
  }

  func record(of holding: UInt64, _ position: UInt64, _ now: Timestamp) -> HoldingReferenceRecord {
    HoldingReferenceRecord(
      holding: holding, position: position, algorithm: algorithm, value: value, scope: scope, target: target,
      kind: kind, origin: origin, originDigest: originDigest, line: line, tool: tool, bound: bound,
      stated: now)
  }
}

/// The catalogue of an archive: what is kept, and where.
extension CaseStore {
  /// Most rows of one event.
  private static let largestBatch = 20_000

  /// Records what a scan found, in as many events as it takes.
  /// - Parameters:
  ///   - changed: states that follow the newest ones of their holdings.
  ///   - references: of holdings that are known; those that are recorded already are left out.
  /// - Returns: the numbers of the new holdings, in their order.
  @discardableResult
  package func recordScan(
    added: [NewHolding], changed: [HoldingStateRecord] = [],
    references: [(holding: UInt64, references: [NewReference])] = []
  ) throws(EvidenceError) -> [UInt64] {
    var numbers: [UInt64] = []
    for start in stride(from: 0, to: added.count, by: Self.largestBatch) {
      numbers += try record(Array(added[start..<min(start + Self.largestBatch, added.count)]))
    }
    for start in stride(from: 0, to: changed.count, by: Self.largestBatch) {
      let part = changed[start..<min(start + Self.largestBatch, changed.count)]
      try write { transaction in _ = try transaction.record(.archiveScanned, Array(part)) }
    }
    for (holding, list) in references where !list.isEmpty { try addReferences(list, to: holding) }
    return numbers
  }

  private func record(_ added: [NewHolding]) throws(EvidenceError) -> [UInt64] {
    try write { transaction in
      let newest = try transaction.database.first(Int64.self, "SELECT max(number) FROM holding")
      let last = UInt64(clamping: newest ?? 0)
      var records: [any StoredRecord] = []
      var numbers: [UInt64] = []
      for (index, holding) in added.enumerated() {
        let number = last + UInt64(index) + 1
        numbers.append(number)
        records.append(
          HoldingRecord(
            number: number, kind: holding.kind, format: holding.format, name: holding.name,
            added: transaction.now))
        records.append(
          HoldingStateRecord(
            holding: number, position: 0, presence: .present, path: holding.path, medium: holding.medium,
            size: holding.size, files: holding.files, fingerprint: holding.fingerprint, seen: transaction.now)
        )
        records += holding.references.enumerated().map {
          $0.element.record(of: number, UInt64($0.offset), transaction.now)
        }
      }
      try transaction.record(.archiveScanned, records)
      return numbers
    }
  }

  /// Adds references that are not recorded yet.
  package func addReferences(_ new: [NewReference], to holding: UInt64) throws(EvidenceError) {
    try write { transaction in
      guard case let records = try transaction.missing(new, of: holding), !records.isEmpty else { return }
      _ = try transaction.record(.archiveScanned, records)
    }
  }

  /// Records that parity of a holding was written.
  /// - Parameters:
  ///   - parity: where it is.
  ///   - details: how it was made.
  package func recordProtection(
    of holding: UInt64, parity: [NewReference], details: JSONValue
  ) throws(EvidenceError) {
    try write { transaction in
      _ = try transaction.record(
        .archiveProtected, details: details, try transaction.missing(parity, of: holding))
    }
  }

  /// The folders that are looked through, in the order they were added.
  package func archiveFolders() throws(EvidenceError) -> [String] {
    let folders: [ArchiveFolderRecord] = try read { try $0.plainRecords() }
    return folders.map(\.path)
  }

  /// Adds folders to those that are looked through; those that are known already stay.
  package func addArchiveFolders(_ paths: [String]) throws(EvidenceError) {
    let known = Set(try archiveFolders())
    let new = paths.filter { !known.contains($0) }
    guard !new.isEmpty else { return }
    try write { transaction in
      _ = try transaction.record(
        .archiveScanned, new.map { ArchiveFolderRecord(path: $0, added: transaction.now) })
    }
  }

  // MARK: Looking up

  package func isCatalogueEmpty() throws(EvidenceError) -> Bool {
    try read { try $0.first(Bool.self, "SELECT NOT EXISTS (SELECT 1 FROM holding)") ?? true }
  }

  /// The newest state of the holding that lies at a path; `nil` where none does, or it was forgotten.
  package func holding(at path: String) throws(EvidenceError) -> HoldingStateRecord? {
    try newestStates(where: "path = ?", path).first
  }

  /// The newest states of holdings whose files have these sizes and samples, forgotten ones excepted.
  package func holdings(withFingerprint fingerprint: Digest) throws(EvidenceError) -> [HoldingStateRecord] {
    try newestStates(where: "fingerprint = ?", fingerprint.hex)
  }

  /// The newest state of a holding.
  /// - Throws: `holdingUnknown`.
  package func state(of holding: UInt64) throws(EvidenceError) -> HoldingStateRecord {
    let states: [HoldingStateRecord] = try read { database in
      try database.plainRecords(where: "holding = ? AND \(Self.isNewest)", [Int64(clamping: holding)])
    }
    guard let state = states.last else { throw EvidenceError(.holdingUnknown, "\(holding)") }
    return state
  }

  private static let isNewest =
    "position = (SELECT max(position) FROM holding_state other WHERE other.holding = holding_state.holding)"

  private func newestStates(
    where condition: String, _ value: String
  ) throws(EvidenceError) -> [HoldingStateRecord] {
    try read { database in
      try database.plainRecords(
        where: "\(condition) AND \(Self.isNewest) AND presence <> 'forgotten'", [value])
    }
  }

  /// - Throws: `holdingUnknown`.
  package func holding(_ number: UInt64) throws(EvidenceError) -> HoldingRecord {
    let found: [HoldingRecord] = try read { database in
      try database.plainRecords(where: "number = ?", [Int64(clamping: number)])
    }
    guard let holding = found.first else { throw EvidenceError(.holdingUnknown, "\(number)") }
    return holding
  }

  /// Every place in which a holding was, oldest first.
  package func states(of holding: UInt64) throws(EvidenceError) -> [HoldingStateRecord] {
    try read { try $0.plainRecords(where: "holding = ?", [Int64(clamping: holding)]) }
  }

  package func references(of holding: UInt64) throws(EvidenceError) -> [HoldingReferenceRecord] {
    try read { try $0.plainRecords(where: "holding = ?", [Int64(clamping: holding)]) }
  }

  /// What is stated of a holding: of each kind the newest.
  package func facts(of holding: UInt64) throws(EvidenceError) -> [HoldingFactName: String] {
    let statements: [HoldingFactRecord] = try read {
      try $0.plainRecords(where: "holding = ?", [Int64(clamping: holding)])
    }
    return statements.reduce(into: [:]) { $0[$1.name] = $1.value }
  }

  /// Numbers of other holdings whose contents have a digest in common with this one, of 128 bits at least.
  package func copies(of holding: UInt64) throws(EvidenceError) -> [UInt64] {
    try read { database in
      try database.all(
        Int64.self,
        """
        SELECT DISTINCT other.holding FROM holding_reference own
        JOIN holding_reference other ON other.value = own.value AND other.algorithm = own.algorithm
        WHERE own.holding = ? AND own.scope = 'contents' AND other.scope = 'contents'
          AND length(own.value) >= 32 AND other.holding <> own.holding ORDER BY other.holding
        """, [Int64(clamping: holding)]
      ).map { UInt64(clamping: $0) }
    }
  }

  // MARK: Statements

  /// States something of holdings, in place of what was stated before; `nil` withdraws it.
  /// - Throws: `holdingUnknown`.
  package func describe(
    holdings: [UInt64], _ statements: [(name: HoldingFactName, value: String?)]
  ) throws(EvidenceError) {
    try write { transaction in
      var records: [any StoredRecord] = []
      for holding in holdings {
        guard try transaction.isKnown(holding) else { throw EvidenceError(.holdingUnknown, "\(holding)") }
        let next = try transaction.nextPosition("holding_fact", holding)
        records += statements.enumerated().map {
          HoldingFactRecord(
            holding: holding, position: next + UInt64($0.offset), name: $0.element.name,
            value: $0.element.value, stated: transaction.now)
        }
      }
      _ = try transaction.record(.archiveDescribed, records)
    }
  }

  /// Takes holdings out of the catalogue; what was recorded of them stays in the log.
  /// - Throws: `holdingUnknown`; `holdingHeld` where a legal hold is stated of one.
  package func forget(holdings: [UInt64], reason: String?) throws(EvidenceError) {
    var states: [HoldingStateRecord] = []
    for number in holdings {
      if let hold = try facts(of: number)[.legalHold] { throw EvidenceError(.holdingHeld, "\(number)", hold) }
      states.append(try state(of: number))
    }
    try write { transaction in
      _ = try transaction.record(
        .archiveScanned, details: .fields(["reason": reason.map { .string($0) }]),
        states.map { $0.next(.forgotten, at: transaction.now) })
    }
  }
}

extension CaseTransaction {
  /// Records of those references of a holding that are not recorded yet.
  fileprivate func missing(_ new: [NewReference], of holding: UInt64) throws -> [HoldingReferenceRecord] {
    let known: [HoldingReferenceRecord] = try database.plainRecords(
      where: "holding = ?", [Int64(clamping: holding)])
    let next = (known.map(\.position).max()).map { $0 + 1 } ?? 0
    return new.filter { reference in !known.contains { reference.isSame(as: $0) } }.enumerated().map {
      $0.element.record(of: holding, next + UInt64($0.offset), now)
    }
  }

  func isKnown(_ holding: UInt64) throws -> Bool {
    try database.first(
      Bool.self, "SELECT EXISTS (SELECT 1 FROM holding WHERE number = ?)",
      [Int64(clamping: holding)]) ?? false
  }

  /// The first position that is free in a table of a holding.
  func nextPosition(_ table: String, _ holding: UInt64) throws -> UInt64 {
    let last = try database.first(
      Int64.self, "SELECT max(position) FROM \(table) WHERE holding = ?",
      [Int64(clamping: holding)])
    return last.map { UInt64($0) + 1 } ?? 0
  }
}
