import Foundation
import Glibc
import Synchronization
import SystemPackage

/// What a program that we did not write said.
package struct ToolResult: Sendable {
  /// What it ended with; the number of the signal where one ended it.
  package let status: Int32
  /// A signal ended it: a crash, or a kill.
  package let wasKilled: Bool
  package let output: String
  package let errors: String

  package init(status: Int32, wasKilled: Bool = false, output: String, errors: String) {
    self.status = status
    self.wasKilled = wasKilled
    self.output = output
    self.errors = errors
  }
}

/// Runs other programs; tests judge our files by what these say of them.
package enum Tool {
  /// Runs `name` from PATH (or an absolute path) to its end.
  /// - Throws: when the program cannot be started or does not end, which fails the test that needs it.
  package static func run(
    _ name: String, _ arguments: [String], in folder: FilePath? = nil, environment: [String: String] = [:],
    input: Data = Data()
  ) throws -> ToolResult {
    try RunningTool(name, arguments, in: folder, environment: environment, input: input).end()
  }

  /// Whether `name` is on PATH.
  package static func exists(_ name: String) -> Bool {
    (try? run("sh", ["-c", "command -v \"$0\"", name]))?.status == 0
  }
}

/// A program that runs beside the test.
///
/// Started as a shell would start it, and waited for alone: what it leaves running, such as the server of a file system, is
/// not waited for, as Foundation's `Process` does where that keeps files open that it was born with.
package final class RunningTool {
  private let command: String
  /// Also the number of its group.
  package let identifier: pid_t
  // Files, not pipes: a program that writes much to both cannot block on us.
  private let scratch: TemporaryFolder
  private var status: Int32?

  /// Starts `name` from PATH (or an absolute path).
  package init(
    _ name: String, _ arguments: [String], in folder: FilePath? = nil, environment: [String: String] = [:],
    input: Data = Data()
  ) throws {
    command = ([name] + arguments).joined(separator: " ")
    scratch = try TemporaryFolder()
    try input.write(to: URL(fileURLWithPath: scratch.appending("in").string))
    var actions = posix_spawn_file_actions_t()
    var attributes = posix_spawnattr_t()
    posix_spawn_file_actions_init(&actions)
    posix_spawnattr_init(&attributes)
    defer {
      posix_spawn_file_actions_destroy(&actions)
      posix_spawnattr_destroy(&attributes)
    }
    for (number, name) in [(STDIN_FILENO, "in"), (STDOUT_FILENO, "out"), (STDERR_FILENO, "err")] {
      let flags = number == STDIN_FILENO ? O_RDONLY : O_WRONLY | O_CREAT | O_TRUNC
      posix_spawn_file_actions_addopen(&actions, number, scratch.appending(name).string, flags, 0o644)
    }
    let place = folder.map { ["--chdir=\($0.string)"] } ?? []
    var signals = sigset_t()
    sigemptyset(&signals)
    posix_spawnattr_setsigmask(&attributes, &signals)
    sigaddset(&signals, SIGPIPE)
    posix_spawnattr_setsigdefault(&attributes, &signals)
    posix_spawnattr_setpgroup(&attributes, 0)
    posix_spawnattr_setflags(
      &attributes, Int16(POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))
    let settings = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    var child: pid_t = 0
    let problem = Self.withPointers(["/usr/bin/env"] + place + [name] + arguments) { arguments in
      Self.withPointers(settings.map { "\($0)=\($1)" }) { environment in
        posix_spawn(&child, "/usr/bin/env", &actions, &attributes, arguments, environment)
      }
    }
    guard problem == 0 else {
      throw ToolFailure(description: "cannot be started (\(String(cString: strerror(problem)))): \(command)")
    }
    identifier = child
  }

  package var isRunning: Bool {
    look(WNOHANG)
    return status == nil
  }

  /// Waits until it has ended.
  /// - Parameter patience: seconds after which it is killed: one that hangs must not take the other tests with it.
  /// - Throws: when it did not end in time, with the processes there were.
  package func end(within patience: Int = 900) throws -> ToolResult {
    let processes = Mutex<String?>(nil)
    let watchdog = DispatchWorkItem { [identifier] in
      let seen = try? Tool.run("ps", ["-eo", "pid,ppid,stat,wchan,etimes,args"]).output
      processes.withLock { $0 = seen ?? "" }
      kill(-identifier, SIGKILL)
    }
    DispatchQueue.global().asyncAfter(deadline: .now() + .seconds(patience), execute: watchdog)
    look(0)
    watchdog.cancel()
    let status = status ?? 0
    let signal = status & 0x7f
    if let processes = processes.withLock({ $0 }) {
      throw ToolFailure(
        description: """
          did not end in \(patience) s: \(command)
          --- standard output
          \(try text("out"))
          --- standard error
          \(try text("err"))
          --- processes
          \(processes)
          """)
    }
    return ToolResult(
      status: signal == 0 ? status >> 8 & 0xff : signal, wasKilled: signal != 0, output: try text("out"),
      errors: try text("err"))
  }

  private func look(_ options: Int32) {
    guard status == nil else { return }
    var ending: Int32 = 0
    var ended = waitpid(identifier, &ending, options)
    while ended < 0, errno == EINTR { ended = waitpid(identifier, &ending, options) }
    if ended == identifier { status = ending }
  }

  private func text(_ name: String) throws -> String {
    String(
      decoding: try Data(contentsOf: URL(fileURLWithPath: scratch.appending(name).string)), as: UTF8.self)
  }

  private static func withPointers(
    _ texts: [String], _ body: ([UnsafeMutablePointer<CChar>?]) -> Int32
  ) -> Int32 {
    let pointers = texts.map { strdup($0) }
    defer { pointers.forEach { free($0) } }
    return body(pointers + [nil])
  }
}

/// The programs that were built together with the tests.
package enum Programs {
  /// The build folder: it holds the test bundle this code runs from.
  package static func folder() throws -> String {
    let maps = try String(contentsOfFile: "/proc/self/maps", encoding: .utf8)
    for line in maps.split(separator: "\n") where line.hasSuffix(".xctest") {
      guard let start = line.firstIndex(of: "/") else { continue }
      return FilePath(String(line[start...])).removingLastComponent().string
    }
    throw ToolFailure(description: "the build folder cannot be found")
  }
}

/// A folder that goes when its holder does.
package final class TemporaryFolder: Sendable {
  package let path: FilePath

  package init() throws {
    let url = FileManager.default.temporaryDirectory.appending(path: "exhibit-test-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    self.path = FilePath(url.path)
  }

  deinit { try? FileManager.default.removeItem(atPath: path.string) }

  package func appending(_ name: String) -> FilePath { path.appending(name) }
}

/// Whole files, for tests.
package enum TestFiles {
  package static func write(_ bytes: [UInt8], to path: FilePath) throws {
    try Data(bytes).write(to: URL(fileURLWithPath: path.string))
  }

  package static func read(_ path: FilePath) throws -> [UInt8] {
    Array(try Data(contentsOf: URL(fileURLWithPath: path.string)))
  }

  /// Bytes in the file, as the file system states it.
  package static func size(_ path: FilePath) throws -> Int {
    let value = try FileManager.default.attributesOfItem(atPath: path.string)[.size]
    return (value as? NSNumber)?.intValue ?? 0
  }

  package static func names(in folder: FilePath) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: folder.string).sorted()
  }

  /// Inverts one bit of a file in place.
  package static func flipBit(_ path: FilePath, byte: Int, bit: Int = 0) throws {
    var bytes = try read(path)
    precondition(bytes.indices.contains(byte), "\(path) has no byte \(byte)")
    bytes[byte] ^= 1 << UInt8(bit)
    try write(bytes, to: path)
  }
}
