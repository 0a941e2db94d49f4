import CanonicalJSON
import Digests
import Evidence
import EvidenceTestKit
import Foundation
import Sessions
import Signing
import SystemIO
import SystemPackage
import Testing

/// What a case says of itself decides on no memory and on no time either: a journal that is to be resumed, a database
/// that is opened. Each command answers in 60 seconds of a processor and within 1 GiB, and nothing of this is verified.
@Suite struct HostileRecordTests {
  /// A case with a complete acquisition and one that was killed, made once.
  private static let sample = Result { try Sample() }

  private final class Sample: Sendable {
    let folder: TemporaryFolder
    let length = 34_000_000

    init() throws {
      folder = try TemporaryFolder()
      try TestFiles.write(ReferencePayload.bytes(length: length), to: folder.appending("medium.img"))
      for command in [
        [
          "case", "create", "case", "--number", "1", "--title", "t", "--examiner", "A. Examiner",
          "--unencrypted-key",
        ],
        ["item", "add", "--case", "case", "--number", "001", "--description", "stick"],
        ["item", "add", "--case", "case", "--number", "001-1", "--description", "card", "--part-of", "001"],
        [
          "custody", "record", "--case", "case", "--item", "001", "--event", "receive", "--received-by",
          "A. Examiner", "--place", "L",
        ],
        ["acquire", "medium.img", "--case", "case", "--item", "001-1", "--format", "raw"],
      ] {
        let run = try Exhibit(command, in: folder.path)
        try #require(run.status == 0, "\(command): \(run.errors)")
      }
      let killed = try Exhibit(
        [
          "acquire", "medium.img", "--case", "case", "--item", "001", "--format", "raw", "--format", "e01",
          "--checkpoint-interval", "0",
        ], in: folder.path,
        environment: try FaultLibrary.killing(at: 3, of: "rename", on: "*/001.journal-next"))
      try #require(
        killed.status != 0 && Files.exists(folder.appending("case/evidence/001.partial/001.journal")))
    }

    func copy() throws -> TemporaryFolder {
      let copy = try TemporaryFolder()
      try Tool.require("cp", ["-r", "--preserve=mode", folder.path.string + "/.", copy.path.string])
      return copy
    }
  }

  // MARK: Journals

  private static let journal = "case/evidence/001.partial/001.journal"

  /// Whoever can write the folder can write these; none is the one that was signed.
  @Test(arguments: ["hole", "deep", "text", "runs", "kinds", "numbers", "other types"])
  func journalsThatNobodySigned(kind: String) throws {
    let folder = try Self.sample.get().copy()
    let path = folder.appending(Self.journal)
    let bytes = try TestFiles.read(path)
    switch kind {
    case "hole": try #require(truncate(path.string, 1 << 40) == 0)
    case "deep": try TestFiles.write([UInt8](repeating: UInt8(ascii: "["), count: 140 << 20), to: path)
    default:
      let changed = try Self.changed(try JSONValue(parsing: bytes, name: "journal"), kind)
      try TestFiles.write(changed.canonicalBytes, to: path)
    }
    let result = try Hostile.run(["exhibit", "resume", "--case", "case", "--item", "001"], in: folder.path)
    #expect(result.status == 2, "\(kind): \(result.status) \(result.errors.prefix(300))")
    #expect(
      result.errors.contains("acquisition journal") || result.errors.contains("001.journal"),
      "\(kind): \(result.errors.prefix(300))")
    #expect(!Files.exists(folder.appending("case/evidence/001")))
    try Self.expectOneLine(result, kind)
  }

  private static func changed(_ whole: JSONValue, _ kind: String) throws -> JSONValue {
    guard case .object(var object) = whole, let body = object["body"] else {
      throw ToolFailure(description: kind)
    }
    let changed: JSONValue =
      switch kind {
      case "text": setting(body, ["toolVersion"], .string(String(repeating: "x", count: 20 << 20)))
      case "runs": setting(body, ["checkpoint", "map", "unreadable"], runs)
      case "kinds":
        setting(
          body, ["commands"],
          .object(
            Dictionary(uniqueKeysWithValues: (0..<500_000).map { ("kind-\($0)", JSONValue(UInt64(1))) })))
      case "numbers": mapped(body) { if case .integer = $0 { .integer((1 << 53) - 1) } else { nil } }
      default: mapped(body) { if case .string = $0 { .array([]) } else { nil } }
      }
    object["body"] = changed
    object["sha256"] = .string(Digest.of(changed.canonicalBytes, .sha256).hex)
    return .object(object)
  }

  private static var runs: JSONValue {
    .array((0..<1_000_000).map { .array([JSONValue(UInt64(2 * $0)), JSONValue(UInt64(1))]) })
  }

  private static func setting(_ value: JSONValue, _ path: ArraySlice<String>, _ new: JSONValue) -> JSONValue {
    guard let first = path.first else { return new }
    guard case .object(var object) = value else { return value }
    object[first] = setting(object[first] ?? .object([:]), path.dropFirst(), new)
    return .object(object)
  }

  private static func mapped(_ value: JSONValue, _ change: (JSONValue) -> JSONValue?) -> JSONValue {
    if let new = change(value) { return new }
    switch value {
    case .object(let object): return .object(object.mapValues { mapped($0, change) })
    case .array(let array): return .array(array.map { mapped($0, change) })
    default: return value
    }
  }

  /// Signed as the program does it, each value of the journal in turn another: what is gone on from is what was read, or
  /// nothing is.
  @Test func everyValueOfAJournalThatIsSigned() throws {
    let sample = try Self.sample.get()
    let medium = try TestFiles.read(sample.folder.appending("medium.img"))
    let whole = try JSONValue(
      parsing: try TestFiles.read(sample.folder.appending(Self.journal)), name: "journal")
    let body = try #require(whole["body"])
    let key = try Self.key(of: sample, try #require(body["acquisition"]?.stringValue))
    var answers: [String: Int] = [:]
    for (name, changed) in Self.variants(of: body) {
      let folder = try sample.copy()
      let bytes = changed.canonicalBytes
      let text = JSONValue.fields([
        "body": changed, "sha256": .string(Digest.of(bytes, .sha256).hex), "seal": try key.seal(bytes),
      ])
      try TestFiles.write(text.canonicalBytes, to: folder.appending(Self.journal))
      let result = try Hostile.run(["exhibit", "resume", "--case", "case", "--item", "001"], in: folder.path)
      let what = Comment(rawValue: "\(name): \(result.status) \(result.errors.prefix(600))")
      #expect(!result.wasKilled && [0, 1, 2, 4].contains(result.status), what)
      #expect(!result.errors.contains("Fatal error"), what)
      answers["\(result.status)", default: 0] += 1
      guard result.status == 0 else { continue }
      // Another version, time, note of a command: nothing of the evidence.
      #expect(try TestFiles.read(folder.appending("case/evidence/001/001.raw")) == medium, what)
      let verified = try Hostile.run(
        ["exhibit", "verify", "case/evidence/001/001.manifest.json"], in: folder.path)
      #expect(verified.status == 0, "\(name): \(verified.output)")
    }
    #expect(answers["2", default: 0] > 20, "\(answers)")
  }

  private static func key(of sample: Sample, _ acquisition: String) throws -> JournalKey {
    let folder = sample.folder.appending("case")
    let key = try SigningKey(pem: try TestFiles.read(folder.appending("signing/examiner.key")), name: "key")
    let certificate = try Certificate(
      parsing: try TestFiles.read(folder.appending("certificates/examiner.pem")), name: "certificate")
    let identity = try SigningIdentity(key: key, certificate: certificate, now: Host.now())
    return try JournalKey(of: try #require(RecordIdentifier(acquisition)), by: identity)
  }

  /// Every number as large as it can be and 0, every list very long, every text another.
  private static func variants(of body: JSONValue) -> [(String, JSONValue)] {
    var variants: [(String, JSONValue)] = []
    func walk(_ value: JSONValue, _ path: String, _ put: @escaping (JSONValue) -> JSONValue) {
      switch value {
      case .integer(let number):
        variants.append((path + " largest", put(.integer((1 << 53) - 1))))
        if number != 0 { variants.append((path + " 0", put(.integer(0)))) }
      case .string(let text):
        variants.append((path + " other", put(.string(text + "0"))))
      case .array(let array):
        let element = array.first ?? .array([JSONValue(UInt64(0)), JSONValue(UInt64(1))])
        variants.append((path + " long", put(.array([JSONValue](repeating: element, count: 100_000)))))
        for (index, inner) in array.enumerated().prefix(2) {
          walk(inner, "\(path)[\(index)]") { new in
            var changed = array
            changed[index] = new
            return put(.array(changed))
          }
        }
      case .object(let object):
        for (key, inner) in object.sorted(by: { $0.key < $1.key })
        where !["acquisition", "source"].contains(key) {
          walk(inner, path.isEmpty ? key : "\(path).\(key)") { new in
            var changed = object
            changed[key] = new
            return put(.object(changed))
          }
        }
      default: variants.append((path + " null", put(.null)))
      }
    }
    walk(body, "") { $0 }
    return variants
  }

  /// Besides progress, one line says what is wrong.
  private static func expectOneLine(_ result: ToolResult, _ what: String) throws {
    let lines = result.errors.split(separator: "\n").filter { $0.hasPrefix("exhibit: ") }
    #expect(lines.count == 1, "\(what): \(result.errors.prefix(500))")
    #expect(!result.errors.contains("Fatal error"), "\(what): \(result.errors.prefix(500))")
  }

  // MARK: Databases

  struct Database: Sendable, CustomTestStringConvertible {
    let name: String
    /// SQL that is run when all triggers are gone.
    var sql = ""
    /// A line of shell beside that.
    var shell = ":"
    /// What the commands that look at it may end with; a check of it never with success.
    var testDescription: String { name }
  }

  private static let numbers = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT "

  static let databases: [Database] = [
    Database(name: "no database", shell: "head -c 100000 /dev/urandom > case.sqlite"),
    Database(name: "empty", shell: ": > case.sqlite"),
    Database(
      name: "pages of 64 KiB",
      sql:
        "PRAGMA journal_mode = DELETE; PRAGMA page_size = 65536; VACUUM; DELETE FROM audit_event WHERE sequence = 3;"
    ),
    Database(
      name: "a foreign write-ahead log",
      shell:
        "head -c 1000000 /dev/urandom > case.sqlite-wal; printf '\\067\\177\\006\\203' | dd of=case.sqlite-wal conv=notrunc 2> /dev/null; dd if=/dev/urandom of=case.sqlite bs=4096 seek=3 count=2 conv=notrunc 2> /dev/null"
    ),
    Database(name: "a page that leads to itself", shell: "python3 ../cycle.py case.sqlite"),
    Database(
      name: "200000 events",
      sql: "\(numbers) 200000) INSERT INTO audit_event SELECT 1000 + i, '{}', printf('%064d', i) FROM n;"),
    Database(
      name: "200000 events that follow",
      sql:
        "\(numbers) 200000) INSERT INTO audit_event SELECT (SELECT max(sequence) FROM audit_event) + i, '{}', printf('%064d', i) FROM n;"
    ),
    Database(
      name: "5000 items",
      sql:
        "\(numbers) 5000) INSERT INTO evidence_item SELECT printf('X%d', i), 'd', NULL, NULL, '2026-01-01T00:00:00.000000Z', 1 FROM n;"
    ),
    Database(
      name: "10000 custody events",
      sql:
        "\(numbers) 10000) INSERT INTO custody_event SELECT printf('%08x-0000-4000-8000-000000000000', i), '001', 'store', '2026-01-01T00:00:00.000000Z', '2026-01-01T00:00:00.000000Z', 'p', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 1 FROM n;"
    ),
    Database(
      name: "an event of 300 MB",
      sql: "UPDATE audit_event SET event = printf('%.300000000c', 'x') WHERE sequence = 3;"),
    Database(
      name: "events of 60 MB",
      sql: "UPDATE audit_event SET event = printf('%.60000000c', '[') WHERE sequence < 9;"),
    Database(
      name: "a description of 30 MB",
      sql: "UPDATE evidence_item SET description = printf('%.30000000c', 'x');"),
    Database(
      name: "a description of 300 MB",
      sql: "UPDATE evidence_item SET description = printf('%.300000000c', 'x');"),
    Database(
      name: "parts that are parts of each other",
      sql:
        "PRAGMA ignore_check_constraints = 1; UPDATE sub_item SET parent = item; INSERT INTO sub_item VALUES ('001', '001-1', 1);"
    ),
    Database(
      name: "a correction of itself", sql: "UPDATE custody_event SET corrects = id, type = 'correct';"),
    Database(
      name: "other types",
      sql:
        "PRAGMA writable_schema = 1; UPDATE sqlite_master SET sql = replace(sql, ' STRICT', '') WHERE type = 'table' AND sql NOT LIKE '%WITHOUT%'; PRAGMA writable_schema = RESET; PRAGMA ignore_check_constraints = 1; UPDATE audit_event SET event = x'00ff', digest = 7 WHERE sequence = 2; UPDATE audit_event SET event = 9e99 WHERE sequence = 4;"
    ),
    Database(
      name: "numbers out of range",
      sql:
        "PRAGMA ignore_check_constraints = 1; UPDATE acquisition SET length = -9223372036854775808, sector_size = 0; UPDATE audit_event SET sequence = 9223372036854775807 WHERE sequence = 2; UPDATE segment SET size = -1, position = 9223372036854775807;"
    ),
    Database(
      name: "a trigger that adds",
      sql:
        "CREATE TRIGGER more AFTER INSERT ON audit_event BEGIN INSERT INTO audit_event SELECT max(sequence) + 1, '{}', printf('%064d', 0) FROM audit_event; END; PRAGMA recursive_triggers = 1;"
    ),
    Database(
      name: "a trigger that takes away",
      sql:
        "CREATE TRIGGER fewer AFTER INSERT ON audit_event BEGIN DELETE FROM audit_event WHERE sequence = NEW.sequence - 1; END;"
    ),
    Database(
      name: "a view without end",
      sql:
        "PRAGMA foreign_keys = 0; DROP TABLE sub_item; CREATE VIEW sub_item AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i AS item, i AS parent, i AS event FROM n;"
    ),
    Database(
      name: "a view in the place of the log",
      sql:
        "PRAGMA foreign_keys = 0; ALTER TABLE audit_event RENAME TO old; CREATE VIEW audit_event AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i AS sequence, '{}' AS event, '' AS digest FROM n;"
    ),
    Database(
      name: "many tables", sql: "",
      shell:
        "(echo 'BEGIN;'; i=0; while [ $i -lt 20000 ]; do i=$((i+1)); echo \"CREATE TABLE t$i(a,b);\"; done; echo 'COMMIT;') | sqlite3 case.sqlite"
    ),
    Database(name: "a later version", sql: "PRAGMA user_version = 2147483647;"),
    Database(name: "a negative version", sql: "PRAGMA user_version = -5;"),
    Database(name: "another program's", sql: "PRAGMA application_id = 1;"),
    Database(
      name: "an index that costs",
      sql: "CREATE INDEX slow ON person(hex(name)); UPDATE person SET name = printf('%.100000000c', 'y');"),
  ]

  private static let cycle = """
    import struct, sys
    data = bytearray(open(sys.argv[1], "rb").read())
    size = struct.unpack(">H", data[16:18])[0]
    for page in range(1, len(data) // size):
        start = page * size
        if data[start] in (13, 10):
            # A leaf becomes a page inside the tree whose every child is itself.
            data[start:start + 12] = bytes([5 if data[start] == 13 else 2]) + data[start + 1:start + 8] + struct.pack(">I", page + 1)
    open(sys.argv[1], "wb").write(data)
    """

  @Test(arguments: databases) func caseDatabases(_ database: Database) throws {
    let folder = try Self.sample.get().copy()
    let place = folder.appending("case")
    try TestFiles.write(Array(Self.cycle.utf8), to: folder.appending("cycle.py"))
    if !database.sql.isEmpty {
      let path = place.appending("case.sqlite").string
      let triggers = try Tool.require(
        "sqlite3", [path, "SELECT 'DROP TRIGGER ' || name || ';' FROM sqlite_master WHERE type = 'trigger'"])
      try Tool.require("sqlite3", [path, triggers + "\n" + database.sql])
    }
    try #require(try Tool.run("sh", ["-c", database.shell], in: place).status == 0)
    for command in [
      ["exhibit", "case", "show", "--case", "case"], ["exhibit", "item", "list", "--case", "case"],
      ["exhibit", "custody", "show", "--case", "case", "--item", "001"],
      ["exhibit", "audit", "verify", "--case", "case"], ["exhibit", "verify", "case"],
      ["exhibit", "resume", "--case", "case", "--item", "001"],
      ["exhibit", "report", "--case", "case", "--format", "text"],
      ["exhibit", "case", "rebuild", "--case", "case"],
    ] {
      let began = ContinuousClock.now
      let result = try Hostile.run(command, in: folder.path)
      let what = Comment(
        rawValue:
          "\(command.dropFirst().joined(separator: " ")): \(result.status), \(ContinuousClock.now - began), \(result.errors.prefix(300))"
      )
      #expect(!result.wasKilled && (0...7).contains(result.status), what)
      #expect(!result.errors.contains("Fatal error") && !result.errors.contains("no such option"), what)
      if command.contains("verify") {
        #expect([2, 5, 7].contains(result.status) && !result.output.contains("\nVerified"), what)
      }
      if [1, 2].contains(result.status) {
        let lines = result.errors.split(separator: "\n").filter { $0.hasPrefix("exhibit: ") }
        #expect(lines.count == 1 && lines[0].count < 2000, what)
      }
      if ProcessInfo.processInfo.environment["EXHIBIT_HOSTILE_LOG"] != nil {
        print("HOSTILE \(database.name) | \(what)")
      }
    }
  }
}
