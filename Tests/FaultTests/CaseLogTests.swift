import EvidenceTestKit
import Foundation
import SystemPackage
import Testing

/// Several processes write to one case, and one is killed at each of its calls: no event is lost, none out of order.
@Suite(.serialized, .timeLimit(.minutes(60)), .enabled(if: Tool.exists("sqlite3"), "needs sqlite3"))
struct CaseLogTests {
  private static let processes = 8
  private static let eventsOfEach = 1000

  /// A case with one item, whose log is signed.
  private static func makeCase(in folder: FilePath) throws -> FilePath {
    let place = folder.appending("case")
    for words in [
      [
        "case", "create", place.string, "--number", "1", "--title", "T", "--examiner", "E",
        "--unencrypted-key",
      ],
      ["item", "add", "--case", place.string, "--number", "001", "--description", "d"],
    ] {
      let made = try Exhibit(words)
      try #require(made.result.status == 0, "\(made.report)")
    }
    return place
  }

  private static func writer(
    _ place: FilePath, count: Int, name: String, environment: [String: String] = [:]
  ) throws -> RunningTool {
    try RunningTool(
      try Programs.folder() + "/exhibit-case-rates", ["append", place.string, String(count), name],
      environment: environment)
  }

  /// What each writer recorded, in the order of the audit log, by the shell of SQLite.
  private static func recorded(_ place: FilePath, by name: String) throws -> [String] {
    let sql = "SELECT remarks FROM custody_event WHERE remarks GLOB '\(name)/*' ORDER BY event"
    // Others may write meanwhile, and hold the lock as long as their disk takes.
    let result = try Tool.run(
      "sqlite3", ["-cmd", ".timeout 600000", place.appending("case.sqlite").string, sql])
    try #require(result.status == 0, "\(result.errors)")
    return result.output.split(separator: "\n").map(String.init)
  }

  private static func verify(_ place: FilePath) throws -> Exhibit {
    try Exhibit(["audit", "verify", "--case", place.string])
  }

  /// Numbers that a writer said to be recorded.
  private static func acknowledged(_ output: String) -> Int {
    output.split(separator: "\n").count { Int($0) != nil }
  }

  // MARK: Several at once

  @Test func manyWritersAtOnce() throws {
    let folder = try TemporaryFolder()
    let place = try Self.makeCase(in: folder.path)
    let writers = try (0..<Self.processes).map {
      try Self.writer(place, count: Self.eventsOfEach, name: "w\($0)")
    }
    // Readers and other commands go on meanwhile.
    let while1 = try Self.verify(place)
    #expect(while1.result.status == 0, "\(while1.report)")
    var longest = 0
    for (index, writer) in writers.enumerated() {
      let result = try writer.end()
      #expect(result.status == 0 && result.errors.isEmpty, "\(result.errors)")
      #expect(Self.acknowledged(result.output) == Self.eventsOfEach)
      let expected = (0..<Self.eventsOfEach).map { "w\(index)/\($0)" }
      #expect(try Self.recorded(place, by: "w\(index)") == expected)
      let last = result.output.split(separator: "\n").last { $0.hasPrefix("longest ") }
      longest = max(longest, last.flatMap { Int($0.dropFirst(8).dropLast(3)) } ?? 0)
    }
    let after = try Self.verify(place)
    #expect(after.result.status == 0, "\(after.report)")
    try CaseLogDocument.keep(
      .writers,
      lines: [
        "| processes | events of each | recorded | lost | out of order | longest wait of one event |",
        "| --- | --- | --- | --- | --- | --- |",
        "| \(Self.processes) | \(Self.eventsOfEach) | \(Self.processes * Self.eventsOfEach) | 0 | 0 | \(longest) ms |",
      ])
  }

  // MARK: Killed

  @Test(.enabled(if: Tool.exists("clang"), "needs clang")) func killedAtEveryCall() throws {
    let count = 3
    let template = try TemporaryFolder()
    _ = try Self.makeCase(in: template.path)
    func fresh() throws -> TemporaryFolder {
      let folder = try TemporaryFolder()
      try Tool.require("cp", ["-r", template.appending("case").string, folder.path.string])
      return folder
    }
    let clean = try fresh()
    let first = try Self.writer(
      clean.appending("case"), count: count, name: "k",
      environment: FaultInjector.injection(nil, in: clean.path).environment
    ).end()
    try #require(first.status == 0, "\(first.errors)")
    let calls = try FaultInjector.calls(in: clean.path)
    #expect(Set(calls.map(\.name)).isSuperset(of: ["pwrite64", "fdatasync"]), "\(Set(calls.map(\.name)))")
    var runs: [String: [FaultKind: (runs: Int, lost: Int)]] = [:]
    for call in calls {
      for kind in [FaultKind.killed, .torn] where kind == .killed || call.writes {
        let folder = try fresh()
        let place = folder.appending("case")
        let injection = try FaultInjector.injection(Fault(call: call, kind: kind), in: folder.path)
        let result = try Self.writer(place, count: count, name: "k", environment: injection.environment).end()
        #expect(result.wasKilled && injection.wasMade(), "\(kind.rawValue) at \(call): \(result.errors)")
        let said = Self.acknowledged(result.output)
        let verified = try Self.verify(place)
        let there = try Self.recorded(place, by: "k")
        let isSound =
          verified.result.status == 0 && there.count >= said && there == (0..<there.count).map { "k/\($0)" }
        #expect(isSound, "\(kind.rawValue) at \(call): \(said) said, \(there) there\n\(verified.report)")
        // And it goes on.
        let more = try Self.writer(place, count: 1, name: "again").end()
        #expect(more.status == 0, "\(more.errors)")
        let file = FilePath(call.path).lastComponent?.string ?? call.path
        var row = runs["\(call.name) on \(file)", default: [:]][kind, default: (0, 0)]
        row.runs += 1
        row.lost += isSound ? 0 : 1
        runs["\(call.name) on \(file)", default: [:]][kind] = row
      }
    }
    var lines = ["| call | killed in | runs | lost or broken |", "| --- | --- | --- | --- |"]
    for call in runs.keys.sorted() {
      for kind in [FaultKind.killed, .torn] {
        guard let row = runs[call]?[kind] else { continue }
        lines.append(
          "| \(call) | \(kind == .killed ? "its place" : "the middle") | \(row.runs) | \(row.lost) |")
      }
    }
    try CaseLogDocument.keep(.killed, lines: lines)
  }
}

/// `Docs/validation/case-database.md`: a section for each test, written by it alone.
enum CaseLogDocument {
  enum Section: String, CaseIterable {
    case writers = "Several processes on one case"
    case killed = "Killed at every call"

    var what: String {
      switch self {
      case .writers:
        """
        Each process records custody events of one item as fast as it can, while `exhibit audit verify` runs beside them. \
        Every event that a process was told is recorded must be in the table, in the order of that process, and the chain \
        must verify. The wait is that of one event of one run, on two shared processors.
        """
      case .killed:
        """
        A process that records three custody events is killed (SIGKILL) once at each call by which it changes a file, in \
        its place or after half of a write. Then `exhibit audit verify` must pass, every event that was said to be recorded \
        must be there, in order and without a gap, and the next process must be able to go on. The page cache lives on: \
        loss of power is shown by the guest that loses it, not here.
        """
      }
    }
  }

  static let path = FaultDocument.path.removingLastComponent().appending("case-database.md")
  private static let beginning = """
    # The case database under several processes and kills

    Written by `EXHIBIT_UPDATE_DOCS=1 swift test --filter CaseLogTests`; not edited by hand.

    """

  /// Writes a section where documents are to be updated; otherwise it must be there, with no loss in it.
  static func keep(_ section: Section, lines: [String]) throws {
    let old = (try? String(contentsOfFile: path.string, encoding: .utf8)) ?? beginning
    var parts = old.components(separatedBy: "\n## ")
    let title = section.rawValue
    guard ProcessInfo.processInfo.environment["EXHIBIT_UPDATE_DOCS"] == "1" else {
      let part = try #require(parts.first { $0.hasPrefix(title) }, "\(title) is not in the document")
      let rows = part.split(separator: "\n").filter { $0.hasPrefix("| ") }
      #expect(rows.count > 2)
      return
    }
    parts.removeAll { $0.hasPrefix(title) }
    parts.append("\(title)\n\n\(section.what)\n\n\(lines.joined(separator: "\n"))\n")
    let order = [""] + Section.allCases.map(\.rawValue)
    let sorted =
      [parts[0]]
      + parts.dropFirst().sorted { left, right in
        func place(_ part: String) -> Int { order.lastIndex { part.hasPrefix($0) } ?? 0 }
        return place(left) < place(right)
      }
    try TestFiles.write(Array(sorted.joined(separator: "\n## ").utf8), to: path)
  }
}
