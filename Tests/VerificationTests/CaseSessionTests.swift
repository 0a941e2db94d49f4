import CanonicalJSON
import CaseFolders
import CaseRecords
import CaseStore
import Casework
import Evidence
import EvidenceTestKit
import SystemPackage
import Testing

/// Pieces of work on cases, several in one process.
@Suite struct CaseSessionTests {
  @Test func twoSessionsOfOneProcessRecordEachItsOwn() throws {
    let scratch = try TemporaryFolder()
    let cases = (try Self.makeCase(scratch, "a"), try Self.makeCase(scratch, "b"))
    let first = CaseSession(arguments: ["item", "add", "001"])
    let second = CaseSession(arguments: ["verify"])
    #expect(first.work(on: cases.0).isEmpty && second.work(on: cases.1).isEmpty)
    first.sign { () throws(EvidenceError) in throw EvidenceError(.passphraseNeeded, "asked without need") }
    #expect(second.end(.mismatch).isEmpty)
    let refused = EvidenceError(.itemExists, "item 001")
    #expect(first.end(refused.exitStatus, refused).isEmpty)

    let events = try (Self.ended(cases.0), Self.ended(cases.1))
    #expect(events.0.count == 1 && events.1.count == 1)
    #expect(events.0[0]["arguments"] == ["item", "add", "001"])
    #expect(events.0[0]["exitStatus"] == JSONValue(refused.exitStatus.rawValue))
    #expect(events.0[0]["error"] == .string(refused.code.rawValue))
    #expect(events.0[0]["message"] == .string(refused.description))
    #expect(events.1[0]["arguments"] == ["verify"])
    #expect(events.1[0]["exitStatus"] == JSONValue(ExitStatus.mismatch.rawValue))
    #expect(events.1[0].objectValue?.keys.sorted() == ["arguments", "exitStatus", "started"])
    // Only the first asked for a signature.
    #expect(try Self.kinds(cases.0).last == .checkpointSigned)
    #expect(try Self.kinds(cases.1).last == .commandEnded)
  }

  @Test func aSessionEndsOnce() throws {
    let scratch = try TemporaryFolder()
    let folder = try Self.makeCase(scratch, "a")
    let session = CaseSession(arguments: ["x"])
    _ = session.work(on: folder)
    #expect(session.end(.complete).isEmpty)
    #expect(session.end(.mismatch).isEmpty)
    let events = try Self.ended(folder)
    #expect(events.count == 1 && events[0]["exitStatus"] == 0)
  }

  @Test func whatIsForgoneOrWithoutACaseIsNotRecorded() throws {
    let scratch = try TemporaryFolder()
    let folder = try Self.makeCase(scratch, "a")
    let forgone = CaseSession(arguments: ["x"])
    _ = forgone.work(on: folder)
    forgone.forgo()
    #expect(forgone.end(.complete).isEmpty)
    #expect(CaseSession(arguments: ["y"]).end(.complete).isEmpty)
    #expect(try Self.ended(folder).isEmpty)
  }

  @Test func whatCannotBeDoneIsReturned() throws {
    let scratch = try TemporaryFolder()
    let folder = try Self.makeCase(scratch, "a")
    let wrong = EvidenceError(.argumentInvalid, "authority")
    let session = CaseSession(arguments: ["x"]) { () throws(EvidenceError) in throw wrong }
    _ = session.work(on: folder)
    session.sign { () throws(EvidenceError) in [] }
    #expect(session.end(.complete) == [.noAuthority(wrong)])
    #expect(try Self.kinds(folder).last == .checkpointSigned)

    try TestFiles.write([], to: folder.examinerKey)
    let unsigned = CaseSession(arguments: ["y"])
    _ = unsigned.work(on: folder)
    unsigned.sign { () throws(EvidenceError) in [] }
    guard case .notSigned = try #require(unsigned.end(.complete).first) else {
      Issue.record("signed without a key")
      return
    }
    try TestFiles.write(Array("no database".utf8), to: folder.database)
    let lost = CaseSession(arguments: ["z"])
    _ = lost.work(on: folder)
    guard case .notRecorded(let error) = try #require(lost.end(.complete).first) else {
      Issue.record("recorded in no database")
      return
    }
    let known = CaseSession(arguments: ["z"])
    _ = known.work(on: folder)
    #expect(known.end(error.exitStatus, error).isEmpty, "the error of the work is not said twice")
  }

  private static func makeCase(_ scratch: TemporaryFolder, _ name: String) throws -> CaseFolder {
    let path = scratch.appending(name)
    var creation = CaseCreation(folder: path, number: name, title: "t", examiner: "e")
    creation.signing = .newUnencrypted
    _ = try creation.perform()
    return try CaseFolder.at(path)
  }

  private static func events(_ folder: CaseFolder) throws -> [AuditEvent] {
    let store = try CaseStore.openForReading(folder: folder.path)
    let events = try (1...(try store.auditHead().sequence)).map { try #require(try store.event($0)) }
    try store.close()
    return events
  }

  private static func kinds(_ folder: CaseFolder) throws -> [AuditKind] { try events(folder).map(\.kind) }

  /// Details of the events that say a piece of work has ended.
  private static func ended(_ folder: CaseFolder) throws -> [JSONValue] {
    try events(folder).filter { $0.kind == .commandEnded }.map { try #require($0.payload["details"]) }
  }
}
