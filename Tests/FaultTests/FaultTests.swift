import EvidenceTestKit
import Foundation
import SystemIO
import SystemPackage
import Testing

/// One call of a run fails, whichever it is: nothing is lost.
@Suite(
  .serialized,
  .enabled(if: Tool.exists("clang") && Tool.exists("sqlite3"), "needs clang and sqlite3"))
struct FaultTests {
  /// Every call with every fault, or the smaller set of continuous integration.
  private static let isComplete = ProcessInfo.processInfo.environment["EXHIBIT_FAULTS"] == "all"
  private static let table = Monitor(FaultTable())

  private enum Section: String, CaseIterable {
    case both = "Acquisition, E01 and raw"
    case copy = "Acquisition, E01, and raw in a second folder"
    case resumed = "Resumed acquisition, E01 and raw"
    case gone = "A drive that goes away"
    case strace = "By strace, E01 and raw"

    var what: String {
      switch self {
      case .both: "Every call, each on its own."
      case .copy: "Every call, each on its own."
      case .resumed: "The acquisition was killed at its second checkpoint; every call of `exhibit resume`."
      case .gone:
        """
        From one call on every call on the case fails, images, record and database alike: EIO from each call on, \
        the other errors from one in four.
        """
      case .strace: "`inject=CALL:…:when=N`, with every N that any thread reaches."
      }
    }
  }

  private static func run(_ section: Section, _ scenario: Scenario, _ faults: [Fault]) throws {
    try inParallel(faults) { fault in
      let (made, outcome) = try perform(scenario, fault)
      table.withLock { $0.add(section.rawValue, made, outcome) }
    }
    try check(section)
  }

  /// In how many writes the chunk file grows depends on which of two threads comes first. A run that was complete with
  /// fewer calls on the file than the fault asks for has shown that this call need not exist; the fault is then made at
  /// the last call of that run. So every fault is made once, and every call that all runs make fails in its place.
  private static func perform(_ scenario: Scenario, _ fault: Fault) throws -> (Fault, Outcome?) {
    var fault = fault
    while true {
      let run = try InjectedRun(scenario, fault)
      if let outcome = try run.perform() { return (fault, outcome) }
      let count = try run.count(of: fault.call)
      // As often as it should have failed, or never: then it was not made where it could have been.
      guard (1..<fault.call.number).contains(count) else { return (fault, nil) }
      fault = fault.at(count)
    }
  }

  private static func check(_ section: Section) throws {
    let (losses, missed, total) = table.withLock {
      ($0.losses, $0.missed, $0.total(section.rawValue))
    }
    #expect(total > 0)
    for loss in losses where loss.hasPrefix(section.rawValue + ":") { Issue.record("lost: \(loss)") }
    for fault in missed where fault.hasPrefix(section.rawValue + ":") { Issue.record("not made: \(fault)") }
  }

  /// Errors and kills at each of the calls.
  private static func faults(_ calls: [Call], among kinds: [FaultKind]) -> [Fault] {
    calls.flatMap { call in
      kinds.filter { kind in call.writes || (kind != .torn && kind != .noSpace) }.map {
        Fault(call: call, kind: $0)
      }
    }
  }

  /// Two at a time, as many as the smallest machine has processors.
  private static func inParallel<Item: Sendable>(
    _ items: [Item], _ body: @escaping @Sendable (Item) throws -> Void
  ) throws {
    let rest = Monitor(items[...])
    let failure = FirstFailure<any Error>()
    WorkerThreads(
      name: "faults",
      (0..<2).map { _ in
        {
          while failure.value == nil, let item = rest.withLock({ $0.popFirst() }) {
            do { try body(item) } catch { failure.record(error) }
          }
        }
      }
    ).join()
    if let error = failure.value { throw error }
  }

  // MARK: The runs

  @Test(.timeLimit(.minutes(60))) func acquisition() throws {
    let scenario = try Scenario()
    let calls = try scenario.calls()
    #expect(
      Set(calls.map(\.place)).isSuperset(of: [.database, .folders, .journal, .e01, .raw, .chunks, .record]))
    let faults =
      Self.isComplete
      ? Self.faults(calls, among: [.inputOutput, .noSpace, .killed, .torn])
      : Self.faults(calls.filter { !$0.isDatabasePage }, among: [.inputOutput, .killed])
    try Self.run(.both, scenario, faults)
  }

  @Test(.timeLimit(.minutes(60))) func acquisitionWithACopy() throws {
    let scenario = try Scenario(hasCopy: true)
    let calls = try scenario.calls()
    #expect(calls.contains { $0.place == .second })
    let faults =
      Self.isComplete
      ? Self.faults(calls.filter { !$0.isDatabasePage }, among: [.inputOutput, .noSpace, .killed, .torn])
      : Self.faults(calls.filter { $0.place == .second }, among: [.killed])
    try Self.run(.copy, scenario, faults)
  }

  @Test(.timeLimit(.minutes(60)), .enabled(if: isComplete, "runs with EXHIBIT_FAULTS=all")) func resumption()
    throws
  {
    let scenario = try Scenario(
      stoppedAt: Call(name: "rename", path: "case/evidence/001.partial/001.journal-next", number: 3))
    try Self.run(
      .resumed, scenario,
      Self.faults(try scenario.calls().filter { !$0.isDatabasePage }, among: [.inputOutput, .killed, .torn]))
  }

  /// From one call on nothing that belongs to the case can be changed any more.
  @Test(.timeLimit(.minutes(60))) func aDriveThatGoesAway() throws {
    let scenario = try Scenario()
    // In an order that no thread decides.
    let calls = try scenario.calls().sorted { ($0.path, $0.name, $0.number) < ($1.path, $1.name, $1.number) }
    #expect(calls.count > 250)
    let faults = stride(from: 0, to: calls.count, by: Self.isComplete ? 1 : 12).flatMap { index in
      let others = index % (Self.isComplete ? 4 : 24) == 0
      return (others ? FaultKind.errors : [.inputOutput]).map {
        Fault(call: calls[index], kind: $0, isLasting: true)
      }
    }
    try Self.run(.gone, scenario, faults)
  }

  @Test func aFaultPastTheLastCallIsMadeAtTheLast() throws {
    let scenario = try Scenario()
    func perform(_ path: String, _ number: Int) throws -> (Fault, Outcome?) {
      try Self.perform(
        scenario, Fault(call: Call(name: "pwrite64", path: path, number: number), kind: .killed))
    }
    let chunks = "case/evidence/001.partial/001.chunks.csv"
    let (made, outcome) = try perform(chunks, 99)
    #expect((1..<10).contains(made.call.number), "\(made)")
    let column = try #require(outcome?.column)
    #expect(column != "lost", "\(outcome as Any)")
    // A call that no run makes at all is not passed over.
    #expect(try perform(chunks + ".no", 1).1 == nil)
  }

  // MARK: strace

  /// The injector counts every call that the kernel sees change a file of the case.
  @Test(.enabled(if: Strace.isUsable, "needs strace, allowed to trace"))
  func straceSeesTheSameCalls() throws {
    let scenario = try Scenario(hasCopy: true)
    let folder = try scenario.begin()
    let injection = Strace.witness(of: try FaultInjector.injection(nil, in: folder.path), in: folder.path)
    let run = try Exhibit(scenario.command(in: folder.path), injection)
    #expect(run.result.status == 0, "\(run.report)")
    let counted = Set(try FaultInjector.calls(in: folder.path))
    let seen = Set(try Strace.calls(in: folder.path))
    #expect(seen.count > 100)
    #expect(counted == seen, "\(counted.symmetricDifference(seen).map(\.description).sorted())")
  }

  @Test(.timeLimit(.minutes(60)), .enabled(if: Strace.isUsable, "needs strace, allowed to trace"))
  func byStrace() throws {
    let scenario = try Scenario()
    let names =
      Self.isComplete
      ? ["pwrite64", "pwritev", "fsync", "fdatasync", "rename", "renameat2", "ftruncate", "unlink", "mkdir"]
      : ["fsync", "rename", "renameat2"]
    let sequences = names.flatMap { name in
      let kinds: [FaultKind] = name == "fsync" && !Self.isComplete ? [.killed] : [.inputOutput, .killed]
      return kinds.map { (name, $0) }
    }
    try Self.inParallel(sequences) { name, kind in
      for number in 1... {
        let run = try InjectedRun(scenario, kind) { Strace.fault(kind, at: number, of: name, in: $0) }
        guard let outcome = try run.perform() else { break }
        let fault = Fault(call: Call(name: name, path: "*", number: number), kind: kind)
        Self.table.withLock { $0.add(Section.strace.rawValue, fault, outcome) }
      }
    }
    try Self.check(.strace)
  }

  // MARK: The document

  /// Runs last. Of the document only what does not depend on the day is compared: it has every row, and none lost.
  @Test func theDocumentHasEveryRow() throws {
    let table = Self.table.withLock { $0 }
    if ProcessInfo.processInfo.environment["EXHIBIT_UPDATE_DOCS"] == "1" {
      let sections = Section.allCases.filter { table.total($0.rawValue) > 0 }.map { ($0.rawValue, $0.what) }
      let text = FaultDocument.text(table, sections, isComplete: Self.isComplete)
      try TestFiles.write(Array(text.utf8), to: FaultDocument.path)
    }
    let rows = FaultDocument.rows(of: String(decoding: try TestFiles.read(FaultDocument.path), as: UTF8.self))
    #expect(!rows.isEmpty)
    #expect(rows.allSatisfy { $0.lost == "0" })
    let written = Set(rows.map { "\($0.section) \($0.place) \($0.kind)" })
    for row in table.rows {
      #expect(written.contains("\(row.section) \(row.place.rawValue) \(row.kind.rawValue)"))
    }
  }
}
