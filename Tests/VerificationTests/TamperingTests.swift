import CaseFolders
import CaseStore
import Casework
import Evidence
import EvidenceTestKit
import Foundation
import Signing
import SystemIO
import SystemPackage
import Testing

/// What is done to a case by somebody who has its folder, and by which reference it is found out.
@Suite(.enabled(if: Tool.exists("sqlite3"), "needs sqlite3")) struct TamperingTests {
  /// What the log is held against; each is tried alone.
  enum Reference: String, CaseIterable {
    case alone = "the log itself"
    case manifests = "manifests"
    case checkpoints = "checkpoints"
    case head = "a head elsewhere"
  }

  struct Alteration: Sendable {
    let name: String
    let perform: @Sendable (TamperedCase) throws -> Void

    init(_ name: String, _ perform: @escaping @Sendable (TamperedCase) throws -> Void) {
      (self.name, self.perform) = (name, perform)
    }

    static func sql(_ name: String, _ sql: String) -> Alteration { Alteration(name) { try $0.tamper(sql) } }
  }

  /// `n` is the number of the newest custody event of the case, which no manifest covers.
  static let alterations: [Alteration] = [
    .sql(
      "edit an event",
      "UPDATE audit_event SET event = replace(event, 'Laboratory', 'Elsewhere') WHERE sequence = 3"),
    .sql("edit a row", "UPDATE custody_event SET place = 'Elsewhere' WHERE place = 'Laboratory'"),
    .sql("delete an event", "DELETE FROM audit_event WHERE sequence = 4"),
    .sql("delete a row", "DELETE FROM custody_event WHERE place = 'Laboratory'"),
    .sql(
      "insert an event",
      """
      INSERT INTO audit_event SELECT max(sequence) + 1, (SELECT event FROM audit_event WHERE sequence = 3), digest
        FROM audit_event
      """),
    .sql(
      "insert a row",
      "INSERT INTO person (id, name, event) SELECT 'x', 'Nobody', max(sequence) FROM audit_event"),
    .sql(
      "reorder two events",
      """
      UPDATE audit_event SET sequence = 999 WHERE sequence = 3; UPDATE audit_event SET sequence = 3 WHERE sequence = 4;
      UPDATE audit_event SET sequence = 4 WHERE sequence = 999
      """),
    Alteration("truncate the end, with its rows") { try $0.truncate(keeping: $0.covered) },
    Alteration("the same, past the manifest") { try $0.truncate(keeping: 3) },
    Alteration("roll back to an old copy of the file") { try $0.rollBack() },
    Alteration("write the end anew, chain and rows") { try $0.forgeEnd() },
    Alteration("replace a checkpoint by one of another key") { try $0.replaceCheckpoint() },
    Alteration("remove a checkpoint") { try $0.removeCheckpoint() },
    Alteration("forge the signature of a checkpoint") { try $0.forgeSignature() },
    Alteration("roll back the file and the checkpoints") {
      try $0.rollBack()
      try $0.removeCheckpoints(after: 3)
    },
  ]

  @Test func everyAlterationIsFoundByWhatTheTableSays() throws {
    let original = try TamperedCase()
    for reference in Reference.allCases { #expect(try original.check(reference).isEmpty, "\(reference)") }
    var lines = [
      "| what is done | " + Reference.allCases.map(\.rawValue).joined(separator: " | ") + " |",
      "| --- |" + Reference.allCases.map { _ in " --- |" }.joined(),
    ]
    for alteration in Self.alterations {
      let tampered = try TamperedCase(copying: original)
      try alteration.perform(tampered)
      let found = try Reference.allCases.map { try tampered.check($0) }
      // Somewhere it must be found.
      #expect(found.contains { !$0.isEmpty }, "\(alteration.name)")
      lines.append(
        "| \(alteration.name) | " + found.map { $0.isEmpty ? "–" : $0 }.joined(separator: " | ") + " |")
    }
    let text = Self.beginning + lines.joined(separator: "\n") + "\n"
    if ProcessInfo.processInfo.environment["EXHIBIT_UPDATE_DOCS"] == "1" {
      try TestFiles.write(Array(text.utf8), to: Self.path)
    }
    #expect(String(decoding: try TestFiles.read(Self.path), as: UTF8.self) == text)
  }

  private static let path = (0..<3).reduce(FilePath(#filePath)) { path, _ in path.removingLastComponent() }
    .appending("Docs").appending("validation").appending("tampering.md")

  private static let beginning = """
    # Tampering with a case, and what finds it

    Written by `EXHIBIT_UPDATE_DOCS=1 swift test --filter TamperingTests`; not edited by hand.

    A case with one item, an acquisition and custody events after it is altered by somebody who has the folder and SQLite, \
    takes the triggers off and puts them back as they were. Then it is held against each reference alone: the chain and the \
    tables of the log itself; the heads in signed manifests; signed checkpoints in the case folder; a head that was noted \
    elsewhere after the newest event. A cell says with which finding it was found, and at which event where one is named; \
    – means that this reference does not notice it. `exhibit audit verify` uses all of them at once.

    What leaves no trace in the folder, since everything in it was put back to an earlier state, is found by what left it: \
    that is why a head belongs elsewhere.


    """
}

/// A copy of a sealed case with two checkpoints: one before the newest events, one behind them.
final class TamperedCase: Sendable {
  private let scratch: TemporaryFolder
  let folder: CaseFolder
  /// Number of events that the manifest covers.
  let covered: UInt64
  private let newest: AuditHead
  private let oldDatabase: [UInt8]

  private static func identity(_ folder: CaseFolder) throws -> SigningIdentity {
    try SigningFiles.identity(of: folder) { () throws(EvidenceError) in [] }
  }

  init() throws {
    let sealed = try SealedCase()
    self.scratch = try TemporaryFolder()
    let place = scratch.appending("case")
    try FileManager.default.copyItem(atPath: sealed.folder.string, toPath: place.string)
    self.folder = try CaseFolder.at(place)
    let identity = try Self.identity(folder)
    try CheckpointJob(folder, identity: identity).perform()
    let reading = try CaseStore.openForReading(folder: folder.path)
    self.covered = try reading.auditHead().sequence
    try reading.close()
    self.oldDatabase = try TestFiles.read(folder.database)
    for storage in ["Locker 4", "Locker 5"] {
      var entry = CustodyEntry(item: try ItemNumber("001"), event: "store")
      entry.storage = storage
      _ = try entry.record(in: folder)
    }
    try CheckpointJob(folder, identity: identity).perform()
    let store = try CaseStore.openForReading(folder: folder.path)
    self.newest = try store.auditHead()
    try store.close()
  }

  init(copying other: TamperedCase) throws {
    self.scratch = try TemporaryFolder()
    let place = scratch.appending("case")
    try FileManager.default.copyItem(atPath: other.folder.path.string, toPath: place.string)
    self.folder = try CaseFolder.at(place)
    (covered, newest, oldDatabase) = (other.covered, other.newest, other.oldDatabase)
  }

  /// The first finding that one reference gives and the log alone does not, or that the log alone gives.
  /// - Returns: empty where nothing is found.
  func check(_ reference: TamperingTests.Reference) throws -> String {
    let copy = try TemporaryFolder()
    let place = copy.appending("case")
    try FileManager.default.copyItem(atPath: folder.path.string, toPath: place.string)
    if reference != .manifests {
      try FileManager.default.removeItem(atPath: place.appending("evidence").string)
      try Tool.require("mkdir", [place.appending("evidence").string])
    }
    if reference != .checkpoints {
      try FileManager.default.removeItem(atPath: place.appending("checkpoints").string)
    }
    let outcome = try AuditJob(
      try CaseFolder.at(place), trust: [], heads: reference == .head ? [newest] : []
    ).perform()
    // That files are gone which this reference does without is no finding of it.
    let failures = outcome.report.findings.filter { $0.severity == .failure && !isLeftOut($0, by: reference) }
    guard let first = failures.min(by: { Self.weight($0) < Self.weight($1) }) else { return "" }
    let event = outcome.log?.firstWrong.map { ", event \($0)" } ?? ""
    return "`\(first.code.rawValue)`\(event)"
  }

  private func isLeftOut(_ finding: Finding, by reference: TamperingTests.Reference) -> Bool {
    guard [.fileMissing, .auditHeadMismatch].contains(finding.code) else { return false }
    let isCheckpoint =
      finding.subject.hasPrefix("checkpoints/") || (finding.expected ?? "").contains("record of checkpoint")
    if finding.subject.hasSuffix(".manifest.json") { return reference != .manifests }
    return isCheckpoint && reference != .checkpoints
  }

  /// What is said of the log goes before what is said of files.
  private static func weight(_ finding: Finding) -> Int { finding.subject.hasPrefix("audit event") ? 0 : 1 }

  // MARK: Alterations

  @discardableResult
  func sql(_ sql: String) throws -> String {
    let result = try Tool.run("sqlite3", ["-bail", folder.database.string, sql])
    guard result.status == 0 else { throw ToolFailure(description: result.errors) }
    return result.output
  }

  /// Takes the triggers off, does `sql`, and puts them back as they were.
  func tamper(_ sql: String) throws {
    let triggers = try self.sql("SELECT sql || ';' FROM sqlite_schema WHERE type = 'trigger'")
    let names = try self.sql("SELECT name FROM sqlite_schema WHERE type = 'trigger'").split(separator: "\n")
    try self.sql(
      "PRAGMA foreign_keys = OFF; \(names.map { "DROP TRIGGER \($0);" }.joined(separator: " ")) \(sql); \(triggers)"
    )
  }

  /// Every row of every table that was written with a later event goes too.
  func truncate(keeping sequence: UInt64) throws {
    let tables = try sql(
      "SELECT m.name FROM sqlite_schema AS m JOIN pragma_table_info(m.name) AS c ON c.name = 'event' "
        + "WHERE m.type = 'table' AND m.name <> 'audit_event'"
    ).split(separator: "\n")
    try tamper(
      tables.map { "DELETE FROM \($0) WHERE event > \(sequence);" }.joined(separator: " ")
        + "DELETE FROM audit_event WHERE sequence > \(sequence)")
  }

  func rollBack() throws { try TestFiles.write(oldDatabase, to: folder.database) }

  /// Truncates and records something else, as the program itself does it.
  func forgeEnd() throws {
    try truncate(keeping: covered)
    var entry = CustodyEntry(item: try ItemNumber("001"), event: "store")
    entry.storage = "Locker 9"
    for _ in 0..<3 { _ = try entry.record(in: folder) }
  }

  private var checkpoints: [String] {
    get throws { try TestFiles.names(in: folder.checkpoints).filter { $0.hasSuffix(".json") } }
  }

  private func lastCheckpoint() throws -> FilePath {
    let name = try #require(try checkpoints.last)
    return folder.checkpoints.appending(name)
  }

  func removeCheckpoint() throws {
    try FileManager.default.removeItem(atPath: try lastCheckpoint().string)
  }

  func removeCheckpoints(after sequence: UInt64) throws {
    for name in try TestFiles.names(in: folder.checkpoints) where UInt64(name.prefix(10)) ?? 0 > sequence {
      try FileManager.default.removeItem(atPath: folder.checkpoints.appending(name).string)
    }
  }

  /// The statement stays, somebody else signs it.
  func replaceCheckpoint() throws {
    let path = try lastCheckpoint()
    let key = try SigningKey.generate()
    let now = Host.now()
    let certificate = try Certificate.selfSigned(
      for: key, name: try SignerName("A. Examiner"), from: now)
    let identity = try SigningIdentity(key: key, certificate: certificate, now: now)
    let signature = try identity.sign(try TestFiles.read(path), at: now)
    try TestFiles.write(signature, to: FilePath(path.string + ".p7s"))
  }

  /// The statement says something else, the signature stays.
  func forgeSignature() throws {
    let path = try lastCheckpoint()
    let text = String(decoding: try TestFiles.read(path), as: UTF8.self)
    try TestFiles.write(Array(text.replacing("\"time\":\"2", with: "\"time\":\"3").utf8), to: path)
  }
}
