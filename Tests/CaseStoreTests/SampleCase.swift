import CanonicalJSON
import CaseRecords
import CaseStore
import Evidence
import EvidenceTestKit
import Synchronization
import SystemPackage

/// A case folder with a bit of everything in it.
final class SampleCase: Sendable {
  let temporary: TemporaryFolder
  var folder: FilePath { temporary.path }
  var database: FilePath { folder.appending("case.sqlite") }

  static let actor = AuditActor(
    name: "A. Examiner", user: "examiner", host: "lab-1", tool: "exhibit", version: "0.1.0")
  static let examiner = PersonDetails(
    name: "A. Examiner", role: "examiner", organisation: "Sample Laboratory")
  static let secret = "USB stick, black, 32 GB"

  init() throws { self.temporary = try TemporaryFolder() }

  /// A clock that gains a second with each look at it.
  static func clock() -> @Sendable () -> Timestamp {
    let ticks = Ticks()
    return { ticks.next() }
  }

  func create(clock: @escaping @Sendable () -> Timestamp = clock()) throws -> CaseStore {
    try CaseStore.create(
      folder: folder, number: "2026-0142", title: "Theft of trade secrets", examiner: Self.examiner,
      actor: Self.actor, clock: clock)
  }

  func open() throws -> CaseStore { try CaseStore.open(folder: folder, actor: Self.actor) }

  static func digest(_ byte: UInt8, _ algorithm: DigestAlgorithm = .sha256) -> Digest {
    Digest(algorithm, [UInt8](repeating: byte, count: algorithm.byteCount))
  }

  static let source = AcquisitionSource(
    path: "/dev/sdb", kind: .blockDevice, length: 1_048_576, sectorSize: 512)
  static let image = AcquiredImage(
    format: "e01", length: 1_048_576,
    segments: [
      .init(name: "001.E01", size: 4096, sha256: digest(1)),
      .init(name: "001.E02", size: 99, sha256: digest(2)),
    ])

  /// Creates the case and records one of each: 8 events.
  func filled() throws -> CaseStore {
    let store = try create()
    let number = try ItemNumber("001")
    _ = try store.addItem(number, description: Self.secret, serial: "4C530001")
    let courier = try store.person(PersonDetails(name: "B. Courier", role: "courier"))
    let acquisition = try store.beginAcquisition(of: number, source: Self.source)
    try store.finishAcquisition(
      acquisition.id, verdict: .completeWithUnreadable(sectors: 3), images: [Self.image],
      digests: [
        StreamDigests(stream: "main", digests: DigestSet([Self.digest(3), Self.digest(4, .md5)]))
      ], manifestDigest: Self.digest(5))
    var custody = CustodyDetails(.receive, occurred: Timestamp(microseconds: 1_700_000_000_000_000))
    custody.releasedBy = courier.id
    custody.receivedBy = try store.people().first?.id
    custody.place = "Room 12"
    try store.recordCustody(of: number, custody)
    try store.recordVerification(
      of: "001", item: number, started: Timestamp(microseconds: 0), verdict: .mismatch,
      findings: [
        Finding(
          .chunkDigestMismatch, subject: "chunk 7", expected: "aa", observed: "bb",
          sectors: SectorRange(first: 14336, count: 2048))
      ])
    try store.recordReport(
      "001-report-1", of: [number],
      files: [.init(path: "reports/001.html", sha256: Self.digest(6), signature: Self.digest(7))])
    return store
  }

  /// Runs SQL in the `sqlite3` shell, as somebody with a copy of the file would.
  @discardableResult
  func sql(_ sql: String) throws -> ToolResult {
    try Tool.run("sqlite3", ["-bail", database.string, sql])
  }

  /// Takes the triggers off, does `sql`, and puts them back as they were.
  func tamper(_ sql: String) throws {
    let triggers = try self.sql("SELECT sql || ';' FROM sqlite_schema WHERE type = 'trigger'").output
    let names = try self.sql("SELECT name FROM sqlite_schema WHERE type = 'trigger'").output.split(
      separator: "\n")
    let drops = names.map { "DROP TRIGGER \($0);" }.joined(separator: " ")
    let result = try self.sql("PRAGMA foreign_keys = OFF; \(drops) \(sql); \(triggers)")
    guard result.status == 0 else { throw TamperFailure(text: result.errors) }
  }

  struct TamperFailure: Error { let text: String }
}

private final class Ticks: Sendable {
  private let count = Atomic<Int64>(0)
  func next() -> Timestamp {
    let second = count.add(1, ordering: .relaxed).newValue
    return Timestamp(microseconds: 1_767_225_600_000_000 + second * 1_000_000)
  }
}
