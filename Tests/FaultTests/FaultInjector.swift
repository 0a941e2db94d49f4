import EvidenceTestKit
import Foundation
import SystemPackage

/// How a run of the program is made to fail, and how one sees that it was.
struct Injection: Sendable {
  /// Before the program on the command line.
  var wrapper: [String] = []
  var environment: [String: String] = [:]
  let log: FilePath
  /// What stands in the log where the fault was made.
  let marks: [String]

  func wasMade() -> Bool {
    let text = (try? String(contentsOfFile: log.string, encoding: .utf8)) ?? ""
    return marks.contains { text.contains($0) }
  }
}

/// `Injector/faults.c`, which gives every call an address of its own: name, path and number over all threads.
enum FaultInjector {
  /// - Parameter folder: of the run; the log lies beside the case in it.
  static func injection(_ fault: Fault?, in folder: FilePath) throws -> Injection {
    var injection = try injection(fault.map { ($0.kind.word, $0.call, false) }, in: folder)
    if fault?.isLasting == true {
      injection.environment["EXHIBIT_FAULT_AFTER"] = folder.appending("case").string + "*"
    }
    return injection
  }

  /// Holds the process at a call, until it is told to go on.
  static func hold(at call: Call, andAfter isLasting: Bool, in folder: FilePath) throws -> Injection {
    try injection(("hold", call, isLasting), in: folder)
  }

  private static func injection(
    _ what: (word: String, call: Call, isLasting: Bool)?, in folder: FilePath
  ) throws -> Injection {
    let log = folder.appending("calls")
    var environment = ["LD_PRELOAD": try FaultLibrary.path(), "EXHIBIT_FAULT_LOG": log.string]
    if let (word, call, isLasting) = what {
      let path = folder.appending(call.path).string
      environment["EXHIBIT_FAULT"] = "\(word) \(call.number)\(isLasting ? "+" : "") \(call.name) \(path)"
    }
    return Injection(environment: environment, log: log, marks: ["!"])
  }

  /// The calls of a run that was logged, in the order they began.
  static func calls(in folder: FilePath) throws -> [Call] {
    let text = try String(contentsOfFile: folder.appending("calls").string, encoding: .utf8)
    return Call.numbered(
      text.split(separator: "\n").compactMap { line in
        let parts = line.drop { $0 == "!" }.split(separator: " ", maxSplits: 1).map(String.init)
        return parts.count == 2 ? (parts[0], parts[1]) : nil
      }, below: folder)
  }
}

/// strace, which sees every call the kernel sees, and can make the Nth of each thread fail.
enum Strace {
  static let isUsable = (try? Tool.run("strace", ["-f", "-qq", "-o", "/dev/null", "true"]))?.status == 0

  /// Calls that make, change or remove files, as the kernel names them, with those of the injector.
  private static let names = [
    "write": "write", "pwrite64": "pwrite64", "pwritev": "pwritev64", "fsync": "fsync",
    "fdatasync": "fdatasync", "ftruncate": "ftruncate64", "rename": "rename", "renameat2": "renameat2",
    "unlink": "unlink", "rmdir": "rmdir", "mkdir": "mkdir", "open": "open", "openat": "open",
  ]
  /// Others that the program does not make; the injector would not see them.
  private static let others = [
    "writev", "pwritev2", "truncate", "renameat", "unlinkat", "mkdirat", "creat", "link", "linkat", "symlink",
    "symlinkat", "mknod", "mknodat", "fallocate", "copy_file_range", "sendfile", "splice", "sync",
    "syncfs", "sync_file_range", "msync",
  ]

  static func fault(_ kind: FaultKind, at number: Int, of name: String, in folder: FilePath) -> Injection {
    let log = folder.appending("strace")
    let what = kind == .killed ? "signal=KILL" : "error=\(kind.rawValue)"
    return Injection(
      wrapper: [
        "strace", "-f", "-qq", "-o", log.string, "-e", "trace=\(name)", "-e",
        "inject=\(name):\(what):when=\(number)",
      ], log: log, marks: ["(INJECTED)", "killed by SIGKILL"])
  }

  /// Has the kernel's side of a run written down.
  static func witness(of injection: Injection, in folder: FilePath) -> Injection {
    let preload = injection.environment["LD_PRELOAD"] ?? ""
    var witnessed = injection
    witnessed.environment["LD_PRELOAD"] = nil
    witnessed.wrapper = [
      "strace", "-f", "-qq", "-y", "-s", "1024", "-E", "LD_PRELOAD=\(preload)", "-o",
      folder.appending("strace").string, "-e", "trace=" + (names.keys + others).joined(separator: ","),
    ]
    return witnessed
  }

  /// The calls that a witnessed run made below its folder.
  static func calls(in folder: FilePath) throws -> [Call] {
    let text = try String(contentsOfFile: folder.appending("strace").string, encoding: .utf8)
    // `PID NAME(FD</path>, …` or `PID NAME("/path", …` or `PID NAME(AT_FDCWD</cwd>, "/path", …`
    let form = try Regex(
      #"^\d+ +(\w+)\((?:\d+<([^>]*)>|(?:AT_FDCWD<[^>]*>, )?"([^"]*)")(.*)$"#,
      as: (Substring, Substring, Substring?, Substring?, Substring).self)
    return Call.numbered(
      text.split(separator: "\n").compactMap { line in
        guard let match = line.wholeMatch(of: form) else { return nil }
        let name = String(match.1)
        if name.hasPrefix("open"), !match.4.contains("O_CREAT") { return nil }
        return (names[name] ?? name, String(match.2 ?? match.3 ?? ""))
      }, below: folder)
  }
}

extension Call {
  /// Calls with absolute paths, numbered; those outside of `folder` are left out, as are its logs.
  fileprivate static func numbered(_ all: [(name: String, path: String)], below folder: FilePath) -> [Call] {
    var counts: [String: Int] = [:]
    return all.compactMap { name, absolute in
      var path = FilePath(absolute)
      guard path.removePrefix(folder), !path.isEmpty, !["calls", "strace"].contains(path.string) else {
        return nil
      }
      counts["\(name) \(path)", default: 0] += 1
      return Call(name: name, path: path.string, number: counts["\(name) \(path)"] ?? 0)
    }
  }
}
