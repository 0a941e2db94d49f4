import Evidence
import Glibc
import SystemPackage

/// A program of the system that is not ours, such as `ewfexport`.
package struct ExternalProgram: Hashable, Sendable {
  /// How it ended and what it said.
  package struct Result: Hashable, Sendable {
    /// Exit status; 128 and the number of the signal where one ended it, as shells count.
    package let status: Int32
    /// Standard output and standard error as they came.
    package let output: [UInt8]
    /// It was ended because it took too long.
    package var wasEnded = false

    package var text: String { String(decoding: output, as: UTF8.self) }
  }

  package let path: FilePath

  /// Where programs are looked for, whatever PATH says: an examiner may run as root.
  private static let folders: [FilePath] = [
    "/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin",
  ]

  /// The program of this name; `nil` where it is not installed.
  package init?(named name: String) {
    guard
      let path = Self.folders.lazy.map({ $0.appending(name) }).first(where: { path in
        Files.kind(path) == .file && path.withSystemName { access($0, X_OK) } == 0
      })
    else { return nil }
    self.path = path
  }

  /// The program at an absolute path; `nil` for what is no executable file.
  package init?(atPath name: String) {
    let path = FilePath(name)
    guard path.isAbsolute, Files.kind(path) == .file, path.withSystemName({ access($0, X_OK) }) == 0 else {
      return nil
    }
    self.path = path
  }

  /// Most bytes of a script whose first line is read.
  private static let largestScript = 1 << 20

  private init(at path: FilePath) { self.path = path }

  /// What runs it, where it is a script whose first line names a program by its path.
  package var interpreter: ExternalProgram? {
    guard let script = try? Files.contents(path, cap: Self.largestScript), script.starts(with: "#!".utf8)
    else { return nil }
    let line = script.dropFirst(2).prefix { $0 != UInt8(ascii: "\n") }
    let words = line.split(separator: UInt8(ascii: " ")).map { String(decoding: $0, as: UTF8.self) }
    guard let name = words.first.map({ FilePath($0) }), name.lastComponent != "env", name.isAbsolute,
      name.withSystemName({ access($0, X_OK) }) == 0
    else { return nil }
    return ExternalProgram(at: name)
  }

  /// What it prints to standard output, piece by piece, while it runs.
  package final class Output: Sendable {
    private let started: Started
    private let path: FilePath
    private let isEnded = Monitor(false)

    fileprivate init(_ started: consuming Started, _ path: FilePath) {
      self.started = started
      self.path = path
    }

    deinit {
      guard !isEnded.withLock({ $0 }) else { return }
      kill(started.child, SIGKILL)
      _ = try? ExternalProgram.wait(started.child, path)
    }

    /// The next piece; `nil` at the end, where the program has succeeded.
    /// - Throws: `systemCall` where it has failed.
    package func next() throws(EvidenceError) -> [UInt8]? {
      guard !isEnded.withLock({ $0 }) else { return nil }
      var buffer = [UInt8](repeating: 0, count: 1 << 16)
      let count = try buffer.withUnsafeMutableBytes { Syscalls.read(started.output.number, into: $0) }
        .orThrow(
          .systemCall, path.string)
      guard count == 0 else { return Array(buffer[..<count]) }
      isEnded.withLock { $0 = true }
      let status = try ExternalProgram.wait(started.child, path)
      guard status == 0 else { throw EvidenceError(.systemCall, path.string, "it ended with \(status)") }
      return nil
    }
  }

  /// Starts it, without input and in the C locale; what it says on standard error is dropped.
  /// - Throws: `systemCall` where it could not be started.
  package func open(_ arguments: [String]) throws(EvidenceError) -> Output {
    let started = try start(arguments, input: [], withErrors: false)
    return Output(started, path)
  }

  /// Runs it to its end in the C locale.
  /// - Parameters:
  ///   - arguments: without its name.
  ///   - input: for its standard input, at most what a pipe holds (64 KiB).
  ///   - cap: most bytes of output that are kept; the rest is read and dropped.
  ///   - seconds: it may take; as long as it likes where `nil`.
  ///   - eachPiece: receives the output as it comes.
  /// - Throws: `systemCall` where it could not be started. That it failed is no error but a status.
  package func run(
    _ arguments: [String], input: [UInt8] = [], cap: Int = 16 << 20, seconds: Double? = nil,
    eachPiece: ([UInt8]) -> Void = { _ in }
  ) throws(EvidenceError) -> Result {
    let started = try start(arguments, input: input, withErrors: true)
    let deadline = seconds.map { Host.monotonicSeconds() + $0 }
    var wasEnded = false
    var output: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      if let deadline, !wasEnded, !Self.canRead(started.output, until: deadline) {
        kill(started.child, SIGKILL)
        wasEnded = true
        break
      }
      let count = try buffer.withUnsafeMutableBytes { Syscalls.read(started.output.number, into: $0) }
        .orThrow(
          .systemCall, path.string)
      if count == 0 { break }
      output += buffer[..<min(count, cap - output.count)]
      eachPiece(Array(buffer[..<count]))
    }
    return Result(status: try Self.wait(started.child, path), output: output, wasEnded: wasEnded)
  }

  /// Waits for something to read, or the end of it.
  private static func canRead(_ output: borrowing OwnedDescriptor, until deadline: Double) -> Bool {
    while true {
      let rest = deadline - Host.monotonicSeconds()
      guard rest > 0 else { return false }
      var asked = pollfd(fd: output.number, events: Int16(POLLIN), revents: 0)
      if poll(&asked, 1, Int32(min(rest * 1000 + 1, 1_000_000))) > 0 { return true }
    }
  }

  /// A running program and the reading end of what it prints.
  fileprivate struct Started: ~Copyable, Sendable {
    let output: OwnedDescriptor
    let child: pid_t
  }

  private func start(
    _ arguments: [String], input: [UInt8], withErrors: Bool
  ) throws(EvidenceError) -> Started {
    precondition(input.count <= 1 << 16)
    var ends: [Int32] = [0, 0]
    _ = try Syscalls.pipe(&ends).orThrow(.systemCall, path.string)
    let reading = OwnedDescriptor(adopting: ends[0], path: path)
    let writing = OwnedDescriptor(adopting: ends[1], path: path)
    _ = try Syscalls.pipe(&ends).orThrow(.systemCall, path.string)
    let source = OwnedDescriptor(adopting: ends[0], path: path)
    let sink = OwnedDescriptor(adopting: ends[1], path: path)
    if !input.isEmpty { _ = try Syscalls.write(sink.number, input[...]).orThrow(.systemCall, path.string) }
    let child = try start(arguments, input: source.number, output: writing.number, withErrors: withErrors)
    // Ours must go, or the pipes never end.
    try writing.close()
    try sink.close()
    return Started(output: reading, child: child)
  }

  private func start(
    _ arguments: [String], input: Int32, output: Int32, withErrors: Bool
  ) throws(EvidenceError) -> pid_t {
    var actions = posix_spawn_file_actions_t()
    var attributes = posix_spawnattr_t()
    posix_spawn_file_actions_init(&actions)
    posix_spawnattr_init(&attributes)
    defer {
      posix_spawn_file_actions_destroy(&actions)
      posix_spawnattr_destroy(&attributes)
    }
    posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO)
    posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO)
    if withErrors {
      posix_spawn_file_actions_adddup2(&actions, output, STDERR_FILENO)
    } else {
      posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0)
    }
    // What we ignore, it need not.
    var defaults = sigset_t()
    sigemptyset(&defaults)
    for number in [SIGPIPE, SIGXFSZ] { sigaddset(&defaults, number) }
    posix_spawnattr_setsigdefault(&attributes, &defaults)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGDEF))
    let search = Self.folders.map(\.string).joined(separator: ":")
    var child: pid_t = 0
    let failure = path.withSystemName { program in
      CStrings([path.string] + arguments).withPointers { arguments in
        CStrings(["PATH=\(search)", "LC_ALL=C.UTF-8", "TZ=UTC"]).withPointers { environment in
          posix_spawn(&child, program, &actions, &attributes, arguments, environment)
        }
      }
    }
    guard failure == 0 else { throw EvidenceError(Errno(rawValue: failure), .systemCall, path.string) }
    return child
  }

  static func wait(_ child: pid_t, _ path: FilePath) throws(EvidenceError) -> Int32 {
    var status: Int32 = 0
    _ = try Syscalls.waitForChild(child, &status).orThrow(.systemCall, path.string)
    let signal = status & 0x7f
    return signal == 0 ? (status >> 8) & 0xff : 128 + signal
  }
}

/// Texts as C takes them: an array of pointers that ends with none.
struct CStrings {
  private let texts: [String]

  init(_ texts: [String]) { self.texts = texts }

  func withPointers<Value>(_ body: ([UnsafeMutablePointer<CChar>?]) -> Value) -> Value {
    let pointers = texts.map { text in strdup(NameText.bytes(text).map { CChar(bitPattern: $0) } + [0]) }
    defer { for pointer in pointers { free(pointer) } }
    return body(pointers + [nil])
  }
}
