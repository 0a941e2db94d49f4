import EvidenceTestKit
import Foundation
import SystemPackage

/// One way to change a device, or what protects it.
struct HostileAttempt: Sendable {
  /// As `exhibit-hostile-writes` knows it.
  let name: String
  let bus: GuestDisk.Bus
  /// The assertion of NIST's on software write blockers that it belongs to.
  let assertion: String
  let title: String

  /// Reading and asking must be possible behind every layer, the rest behind none.
  var mustPass: Bool { ["SWB-AM-04", "SWB-AM-05"].contains(assertion) }

  private init(_ name: String, _ assertion: Int, _ title: String, bus: GuestDisk.Bus = .scsi) {
    self.name = name
    self.bus = bus
    self.assertion = "SWB-AM-0\(assertion)"
    self.title = title
  }

  static let all = [
    HostileAttempt("open", 1, "open for reading and writing, and write"),
    HostileAttempt("reopen", 1, "open `/proc/self/fd/N` of the descriptor that reads for writing, and write"),
    HostileAttempt("node", 1, "make another node of the device, open it, and write"),
    HostileAttempt("mmap", 1, "map it shared and writable, and store"),
    HostileAttempt("discard", 1, "BLKDISCARD"),
    HostileAttempt("secure-discard", 1, "BLKSECDISCARD"),
    HostileAttempt("zero-out", 1, "BLKZEROOUT"),
    HostileAttempt("uring", 1, "set up io_uring, whose writes are no system calls"),
    HostileAttempt("mount", 1, "mount its file system for reading and writing"),
    HostileAttempt("scsi-write", 1, "SG_IO: WRITE (10), through the descriptor that reads"),
    HostileAttempt("nvme-write", 1, "NVMe I/O command: Write, through the descriptor that reads", bus: .nvme),
    HostileAttempt("unprotect", 2, "take the kernel's read-only flag off (BLKROSET)"),
    HostileAttempt("sysfs", 2, "change a setting of it in sysfs"),
    HostileAttempt("scsi-mode-select", 2, "SG_IO: MODE SELECT (6)"),
    HostileAttempt("nvme-set-features", 2, "NVMe admin command: Set Features", bus: .nvme),
    HostileAttempt("scsi-start", 3, "SG_IO: START STOP UNIT"),
    HostileAttempt("module", 3, "load a kernel module"),
    HostileAttempt("ptrace", 3, "take control of another process (ptrace)"),
    HostileAttempt("execute", 3, "start another program"),
    HostileAttempt("read", 4, "read"),
    HostileAttempt("information", 5, "ask for its size (BLKGETSIZE64)"),
  ]
}

/// What an attempt meets.
enum HostileLayer: String, CaseIterable, Sendable {
  case none, flag, sandbox, commands

  var title: String {
    switch self {
    case .none: "no protection"
    case .flag: "kernel flag alone"
    case .sandbox: "sandbox alone"
    case .commands: "process that sends commands"
    }
  }
}

/// What came of one.
struct HostileResult: Hashable, Sendable {
  /// `done`, or an error number's name.
  let outcome: String
  /// The device held other bytes afterwards.
  let isChanged: Bool

  var isDone: Bool { outcome == "done" }

  /// - Parameter line: as `exhibit-hostile-writes` prints it.
  init(_ line: String) {
    let fields = line.split(separator: "\t").map(String.init)
    outcome = fields.count > 1 ? fields[1] : line
    isChanged = fields.last == "changed"
  }

  var cell: String {
    isDone ? isChanged ? "**done, changed**" : "done" : "\(outcome)\(isChanged ? ", CHANGED" : "")"
  }
}

/// The text of `Docs/validation/hostile-writes.md`.
enum HostileWriteDocument {
  private static let root = (0..<3).reduce(FilePath(#filePath)) { path, _ in path.removingLastComponent() }
  static let path = root.appending("Docs").appending("validation").appending("hostile-writes.md")

  static func text(_ results: [String: [HostileLayer: HostileResult]]) -> String {
    var lines = [beginning]
    let head = ["assertion", "attempt"] + HostileLayer.allCases.map(\.title)
    lines += [row(head), row(head.map { _ in "---" })]
    for attempt in HostileAttempt.all {
      let cells = HostileLayer.allCases.map { results[attempt.name]?[$0]?.cell ?? "" }
      lines.append(row([attempt.assertion, attempt.title] + cells))
    }
    lines += ["", assertions]
    return lines.joined(separator: "\n") + "\n"
  }

  private static func row(_ cells: [String]) -> String { "| " + cells.joined(separator: " | ") + " |" }

  private static let beginning = """
    # Attempts to write past each layer

    Written by `EXHIBIT_UPDATE_DOCS=1 swift test --filter HostileWriteTests`; not edited by hand.

    In a machine of its own (qemu, the kernel of Debian 12, root with all rights), `exhibit-hostile-writes` prepares a \
    disk, puts one layer in force, makes one attempt, and compares the first 256 KiB of the disk with what they were. \
    SCSI and NVMe disks are QEMU's.

    | column | what protects |
    | --- | --- |
    | no protection | nothing: what is not done here would prove nothing elsewhere |
    | kernel flag alone | BLKROSET, as an acquisition sets it: what any other process of root's meets |
    | sandbox alone | the sandbox of an acquisition, without the flag: what a fault in the program that reads would meet |
    | process that sends commands | the sandbox of the one process that may send commands to a device. The kernel cannot \
    tell one command from another there; the process takes names of commands and no bytes of them, and its list is \
    tested byte by byte ([0014](../decisions/0014-commands-from-a-process-of-their-own.md)) |

    `done` without `changed` has had no effect that shows in those bytes. Where the kernel's flag stands alone, commands \
    past the block layer are not refused to root: that is what the sandbox is for, and, against everybody else, a \
    hardware write blocker.

    """

  /// Which test proves which assertion, besides the table: tests whose display name begins with its identifier.
  private static var assertions: String {
    let requirements = [
      "01": "a command that writes to a protected drive is blocked",
      "02": "a command that changes the configuration of a protected drive is blocked",
      "03": "any other command that could change a protected drive is blocked",
      "04": "a command that reads from a protected drive is passed",
      "05": "a command that asks a protected drive about itself is passed",
      "06": "the blocker says that it is active",
      "07": "the blocker lists all drives it can see",
      "08": "the blocker states of each drive whether it is protected",
    ]
    var lines = [
      "## Assertions", "",
      "Those of NIST's Software Write Block Tool test plan, in words of our own: compare with the published document "
        + "before quoting one.",
      "", "| assertion | requires | proven by, besides the table |", "| --- | --- | --- |",
    ]
    for (number, requirement) in requirements.sorted(by: { $0.key < $1.key }) {
      let identifier = "SWB-AM-\(number)"
      let proofs = tests.filter { $0.identifiers.contains(identifier) }.map { "`\($0.file)`: \($0.title)" }
      lines.append(row([identifier, requirement, proofs.joined(separator: "<br>")]))
    }
    return lines.joined(separator: "\n")
  }

  private struct NamedTest {
    let file: String
    let title: String
    let identifiers: [String]
  }

  private static let tests: [NamedTest] = {
    let folder = root.appending("Tests").string
    let names = (FileManager.default.enumerator(atPath: folder)?.allObjects as? [String]) ?? []
    return names.filter { $0.hasSuffix(".swift") }.sorted().flatMap { name -> [NamedTest] in
      let text = (try? String(contentsOfFile: "\(folder)/\(name)", encoding: .utf8)) ?? ""
      return text.matches(of: /@Test\(\s*"((?:SWB-AM-\d\d )+)([^"]*)"/).map { match in
        NamedTest(
          file: name, title: String(match.2), identifiers: match.1.split(separator: " ").map(String.init))
      }
    }
  }()
}
