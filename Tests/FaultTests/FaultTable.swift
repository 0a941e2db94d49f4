import EvidenceTestKit
import Foundation
import SystemPackage

/// What runs with faults came to, as `Docs/validation/fault-table.md` shows it.
struct FaultTable: Sendable {
  struct Row: Hashable, Sendable {
    let section: String
    let place: Place
    let kind: FaultKind
  }

  private var counts: [Row: [String: Int]] = [:]
  private(set) var losses: [String] = []
  /// Faults for which no run ever came to such a call.
  private(set) var missed: [String] = []

  mutating func add(_ section: String, _ fault: Fault, _ outcome: Outcome?) {
    guard let outcome else { return missed.append("\(section): \(fault)") }
    counts[Row(section: section, place: fault.place, kind: fault.kind), default: [:]][
      outcome.column, default: 0] += 1
    if case .lost(let reason) = outcome { losses.append("\(section): \(fault): \(reason)") }
  }

  var rows: Set<Row> { Set(counts.keys) }
  func total(_ section: String) -> Int {
    counts.filter { $0.key.section == section }.reduce(0) { $0 + $1.value.values.reduce(0, +) }
  }

  func lines(_ section: String) -> [String] {
    let head = ["where", "fault", "runs"] + Outcome.columns
    var lines = [Self.line(head), Self.line(head.map { _ in "---" })]
    for place in Place.allCases {
      for kind in FaultKind.allCases {
        guard let row = counts[Row(section: section, place: place, kind: kind)] else { continue }
        let cells = Outcome.columns.map { row[$0].map(String.init) ?? "" }
        let lost = cells.last.map { $0.isEmpty ? "0" : $0 } ?? ""
        lines.append(
          Self.line(
            [place.rawValue, kind.rawValue, "\(row.values.reduce(0, +))"] + cells.dropLast() + [lost]))
      }
    }
    return lines
  }

  private static func line(_ cells: [String]) -> String { "| " + cells.joined(separator: " | ") + " |" }
}

/// The document.
enum FaultDocument {
  static let path = FilePath(#filePath).removingLastComponent().removingLastComponent()
    .removingLastComponent().appending("Docs").appending("validation").appending("fault-table.md")

  /// - Parameter isComplete: every call was made to fail, not only those of continuous integration.
  static func text(
    _ table: FaultTable, _ sections: [(title: String, what: String)], isComplete: Bool
  ) -> String {
    var text = beginning
    text +=
      isComplete
      ? "The tables are of a run of everything.\n"
      : "The tables are of the smaller set of continuous integration.\n"
    for section in sections {
      text += "\n## \(section.title)\n\n\(section.what) \(table.total(section.title)) runs.\n\n"
      text += table.lines(section.title).joined(separator: "\n") + "\n"
    }
    return text
  }

  /// Rows of the document as it is, without their counts: section, place, fault, lost.
  static func rows(of text: String) -> [(section: String, place: String, kind: String, lost: String)] {
    var section = ""
    var rows: [(section: String, place: String, kind: String, lost: String)] = []
    for line in text.split(separator: "\n") {
      if line.hasPrefix("## ") { section = String(line.dropFirst(3)) }
      let cells = line.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
      guard line.hasPrefix("| "), cells.count == 3 + Outcome.columns.count, cells[0] != "where",
        cells[0] != "---"
      else { continue }
      rows.append((section, cells[0], cells[1], cells.last ?? ""))
    }
    return rows
  }

  private static let beginning = """
    # Faults and what comes of them

    Written by `EXHIBIT_UPDATE_DOCS=1 swift test --filter FaultTests`, with `EXHIBIT_FAULTS=all` of everything; not edited by hand.

    The program acquires a medium of 33 MiB and 7 sectors, with a checkpoint after each block of 16 MiB, and one call by which it changes a file is made to fail. Then, without faults:

    1. `exhibit verify` must tell the truth. It says Verified only where the images of a complete acquisition are equal to the source, byte for byte; it calls nothing damaged that is not; it does not crash.
    2. `exhibit resume` must complete the acquisition. Where there is nothing to go on from, a new `exhibit acquire` must.
    3. The images, read by this test, are equal to the source, `exhibit verify` says Verified, and no audit event is gone that was there before; what the program said to be recorded is recorded.

    A run that fails one of these is lost.

    | column | meaning |
    | --- | --- |
    | completed | the acquisition is complete and recorded; nothing is left to do |
    | completed, a failure named | the same in the case; what failed besides — the second folder, or the last entry in the log — was named, with status 4 |
    | begun anew | refused in one line, or killed before there was anything to go on from; a new acquisition was complete |
    | resumed | stopped, or killed; `exhibit resume` read on and completed it |
    | adopted | everything was whole and signed; `exhibit resume` verified it and took it into the case |
    | lost | anything else |

    ## How

    `Tests/FaultTests/Injector/faults.c` is loaded before libc and counts over all threads, so that a call has one address: its name, its file, and which of these it is. Every address of a run without faults is made to fail once with each fault. Only the number of writes by which the chunk file grows depends on which of two threads comes first: a run that was complete with fewer of them shows that this one need not exist, and the fault is then made at the last write of that run. That no call escapes it is shown by strace, which must see the same calls. strace itself counts each thread for itself: `when=N` is the Nth call of any thread that makes so many, so that calls of later threads are never reached by a kill. It is used as a second way, where only its own counting is meant.

    A fault is an error of the call, or SIGKILL in its place; "in the middle" writes half of the bytes first. After a kill the page cache lives on; loss of power is in `Tests/SystemTests/PowerLossTests.swift`, where the whole computer is switched off twice and its disk holds what it was given. Writes through the shared memory of SQLite are not calls and cannot fail in this way.

    Real drives are in `Tests/FaultTests/DestinationTests.swift`: an ext4 file system unmounted under the acquisition, one that the kernel makes read-only (EROFS), a drive that refuses to write (nbdkit behind FUSE and a loop device, EIO), a btrfs quota (EDQUOT); and SIGINT, once and twice. ENOSPC is in `Tests/CommandTests/Scripts/full.txt`. Each ends with status 4 and one line, and `exhibit resume` completes it. The injector holds the program at one call until the test has acted, so that no time is involved.

    Continuous integration runs fewer of them, always the same: EIO and SIGKILL at every call but writes of the database's pages; in the second folder SIGKILL only; one in twelve of the drives that go away; strace's SIGKILL at fsync, and both at the renames. Everything is run with `EXHIBIT_FAULTS=all`.

    """
}
