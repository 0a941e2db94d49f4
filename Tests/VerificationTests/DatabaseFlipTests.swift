import CaseRecords
import CaseStore
import Evidence
import EvidenceTestKit
import Foundation
import SystemPackage
import Testing
import Verification

/// Changes of the case database are found by verifying the case, and never keep the evidence from being verified.
@Suite struct DatabaseFlipTests {
  /// Bits all over the file. A bit may only pass where it is in no record: free space in a page, or the counters
  /// of SQLite's header; then stock sqlite3 sees the same contents as before.
  @Test(arguments: 0..<4) func bitsOfTheFile(_ part: Int) throws {
    let sealed = try SealedCase()
    let file = try FileUnderTest(sealed.database)
    let sound = try contents(of: sealed)
    // Most of a small database is zeros that nothing refers to; what is not zero nearly always says something.
    let meaningful = file.original.indices.filter { $0 >= 100 && file.original[$0] != 0 }
    let positions =
      Array(stride(from: part, to: 100, by: 16))
      + stride(from: part * meaningful.count / 160, to: meaningful.count, by: meaningful.count / 40)
      .map { meaningful[$0] }
    var passed = 0
    for position in positions {
      var bytes = file.original
      bytes[position] ^= 1 << UInt8(position % 8)
      try TestFiles.write(bytes, to: sealed.database)
      do {
        let report = try sealed.verifyCase(.chunks)
        // The images and the manifest are what they were.
        #expect(!report.names("001.E0") && !report.names("001.raw"), "byte \(position): \(report.failures)")
        if report.verdict == .verified {
          try TestFiles.write(bytes, to: sealed.database)
          #expect(try contents(of: sealed) == sound, "byte \(position) passed as verified")
          passed += 1
        } else {
          #expect(
            [.mismatch, .chainBroken].contains(report.verdict.exitStatus),
            "byte \(position): \(report.verdict)")
          #expect(report.findings.contains { $0.severity == .failure }, "byte \(position)")
        }
      } catch let error as EvidenceError {
        // The version of the schema and nothing else: whoever wrote it may be a newer program.
        #expect(error.code == .caseNewer && (60..<64).contains(position), "byte \(position): \(error)")
      }
      try file.restore()
      for suffix in ["-wal", "-shm"] {
        try? FileManager.default.removeItem(atPath: sealed.database.string + suffix)
      }
    }
    #expect(passed < positions.count / 4)
  }

  private func contents(of sealed: SealedCase) throws -> String {
    let result = try Tool.run("sqlite3", [sealed.database.string, ".dump"])
    return "\(result.status)\n\(result.output)"
  }

  /// A row in each table of an archive.
  private func catalogue(in sealed: SealedCase) throws {
    let store = try CaseStore.open(
      folder: sealed.database.removingLastComponent(),
      actor: AuditActor(name: "A. Examiner", user: "root", host: "ws", tool: "exhibit", version: "0"))
    let digest = Digest(.sha256, [UInt8](repeating: 7, count: 32))
    try store.addArchiveFolders(["/srv/evidence"])
    var holding = NewHolding(
      kind: .image, format: "raw", name: "a.dd", path: "/srv/evidence/a.dd", medium: "ext4, disk", size: 5,
      files: HoldingFiles([.init(name: "a.dd", size: 5, modified: 1)]), fingerprint: digest)
    holding.references = [
      NewReference(
        algorithm: "sha256", value: digest.hex, scope: "file", target: "a.dd", kind: "checksum-list",
        origin: "/srv/evidence/SHA256SUMS", originDigest: digest, line: 1, tool: "sha256sum", bound: "name")
    ]
    let numbers = try store.recordScan(added: [holding])
    try store.describe(holdings: numbers, [(.location, "Vault 2")])
    let run = try store.beginRun(level: .full, selection: "all", holdings: "1", sampledFrom: 1, seed: "abc")
    let outcome = HoldingOutcome(
      started: run.started, level: .full, verdict: .mismatch, reading: .direct, bytes: 5, compared: 1,
      findings: [
        Finding(
          .fileDigestMismatch, subject: "a.dd", expected: "x", observed: "y",
          sectors: SectorRange(first: 0, count: 1))
      ])
    try store.record(outcome, of: numbers[0], in: run.id)
    try store.endRun(run.id)
    try store.close()
  }

  /// One value of each column of each table, changed as someone with sqlite3 would, triggers put back.
  @Test func valuesOfEveryTable() throws {
    let sealed = try SealedCase()
    try catalogue(in: sealed)
    let file = try FileUnderTest(sealed.database)
    let tables = try query(
      sealed, "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name"
    )
    #expect(tables.contains("audit_event") && tables.contains("custody_event") && tables.contains("segment"))
    let names = try query(sealed, "SELECT name FROM sqlite_master WHERE type = 'trigger'")
    let drop = names.map { "DROP TRIGGER \($0);" }.joined(separator: "\n")
    let restore = try Tool.run(
      "sqlite3", [sealed.database.string, "SELECT sql || ';' FROM sqlite_master WHERE type = 'trigger'"])
    var changed = 0
    for table in tables {
      // What this case has nothing for: findings are kept only where something was found.
      if try query(sealed, "SELECT count(*) FROM \(table)") == ["0"] {
        #expect(["checkpoint", "finding", "report"].contains(table), "\(table) is empty")
        continue
      }
      let key =
        try query(sealed, "SELECT name FROM pragma_table_info('\(table)') WHERE pk = 1").first ?? "rowid"
      for column in try query(sealed, "SELECT name FROM pragma_table_info('\(table)')") {
        let sql = """
          PRAGMA foreign_keys = OFF; PRAGMA ignore_check_constraints = ON;
          \(drop)
          UPDATE \(table) SET \(column) = CASE typeof(\(column))
            WHEN 'integer' THEN \(column) + 90000
            WHEN 'null' THEN '1'
            ELSE substr(\(column), 1, 1) || '~' || substr(\(column), 3) END
          WHERE \(key) = (SELECT min(\(key)) FROM \(table));
          \(restore.output)
          """
        let result = try Tool.run("sqlite3", [sealed.database.string, sql])
        guard result.status == 0 else {
          // A STRICT table refuses a value of another type; a column without a value keeps its place.
          #expect(
            result.errors.contains("constraint failed") || result.errors.contains("cannot store"), "\(result)"
          )
          try file.restore()
          continue
        }
        changed += 1
        do {
          let report = try sealed.verifyCase(.chunks)
          #expect(
            [.mismatch, .chainBroken].contains(report.verdict.exitStatus),
            "\(table).\(column): \(report.verdict)")
          #expect(
            report.names(table) || report.names("audit event")
              || report.names("case.sqlite"), "\(table).\(column): \(report.failures)")
        } catch let error as EvidenceError {
          Issue.record("\(table).\(column): \(error)")
        }
        try file.restore()
      }
    }
    #expect(changed >= 50)
  }

  @Test("DA-AO-23 a log that is not what was written is found out") func everyAuditEvent() throws {
    let sealed = try SealedCase()
    let file = try FileUnderTest(sealed.database)
    let events = try query(sealed, "SELECT sequence FROM audit_event")
    #expect(events.count >= 7)
    for event in events {
      let text = try #require(
        try query(sealed, "SELECT digest FROM audit_event WHERE sequence = \(event)").first)
      let place = try #require(Data(file.original).range(of: Data(text.utf8)))
      // The digest of an event stands behind its text in the row; a bit in each.
      for position in [place.lowerBound + 5, place.lowerBound - 20] {
        try file.flipped(position) {
          let report = try sealed.verifyCase(.chunks)
          #expect([.mismatch, .chainBroken].contains(report.verdict.exitStatus), "\(report.failures)")
          #expect(report.names("audit event"), "event \(event): \(report.failures)")
        }
        try file.restore()
      }
    }
  }

  @Test(arguments: ["header", "truncated", "empty", "text"]) func aDatabaseThatCannotBeOpened(_ how: String)
    throws
  {
    let sealed = try SealedCase()
    let bytes = try TestFiles.read(sealed.database)
    switch how {
    case "header":
      try TestFiles.write([UInt8](repeating: 0x55, count: 100) + bytes[100...], to: sealed.database)
    case "truncated": try TestFiles.write(Array(bytes[..<5000]), to: sealed.database)
    case "empty": try TestFiles.write([], to: sealed.database)
    default: try TestFiles.write(Array("no database".utf8), to: sealed.database)
    }
    let report = try sealed.verifyCase(.chunks)
    #expect(report.verdict == .damaged)
    #expect(report.findings.filter { $0.severity == .failure }.allSatisfy { $0.code == .databaseDamaged })
    #expect(report.names("case.sqlite"))
    #expect(report.checks.contains { $0.name == "001.raw: Merkle root" && $0.outcome == .passed })
    #expect(report.signers.contains { $0.trust == .trusted })
  }

  private func query(_ sealed: SealedCase, _ sql: String) throws -> [String] {
    let result = try Tool.run("sqlite3", [sealed.database.string, sql])
    guard result.status == 0 else { throw QueryFailed(reason: result.errors) }
    return result.output.split(separator: "\n").map(String.init)
  }

  private struct QueryFailed: Error { let reason: String }
}
