import Evidence
import Glibc
import SystemPackage

/// Runs another program to its end.
package enum ChildProcess {
  package struct Outcome: Sendable {
    /// Exit status, or 128 and the number of the signal that ended it.
    package let status: Int32
    /// The end of what it wrote to standard error.
    package let errors: String
  }

  /// Bytes of standard error that are kept.
  private static let kept = 8192

  /// Starts `name` from PATH with no input and without output; blocks until it has ended.
  /// - Throws: `systemCall` where it cannot be started, e.g. because it is not installed.
  package static func run(_ name: String, _ arguments: [String]) throws(EvidenceError) -> Outcome {
    var ends: [Int32] = [0, 0]
    guard pipe(&ends) == 0 else { throw EvidenceError(Errno(rawValue: errno), .systemCall, name) }
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    let reading = OwnedDescriptor(adopting: ends[0], path: FilePath(name))
    let started = Result { () throws(EvidenceError) in try start(name, arguments, errors: ends[1]) }
    // Ours must go: otherwise the reading end never comes to an end.
    _ = Syscalls.close(ends[1])
    let process = try started.get()
    var tail: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 4096)
    while case .success(let count) = buffer.withUnsafeMutableBytes({ Syscalls.read(reading.number, into: $0) }
    ),
      count > 0
    {
      tail = (tail + buffer[..<count]).suffix(kept)
    }
    var status: Int32 = 0
    while waitpid(process, &status, 0) == -1 {
      guard errno == EINTR else { throw EvidenceError(Errno(rawValue: errno), .systemCall, name) }
    }
    // <sys/wait.h>: the lowest seven bits are the signal, the next eight the exit status.
    let signal = status & 0x7F
    return Outcome(
      status: signal == 0 ? status >> 8 & 0xFF : 128 + signal, errors: String(decoding: tail, as: UTF8.self))
  }

  private static func start(
    _ name: String, _ arguments: [String], errors: Int32
  ) throws(EvidenceError) -> pid_t {
    var files = posix_spawn_file_actions_t()
    var attributes = posix_spawnattr_t()
    posix_spawn_file_actions_init(&files)
    posix_spawnattr_init(&attributes)
    defer {
      posix_spawn_file_actions_destroy(&files)
      posix_spawnattr_destroy(&attributes)
    }
    posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
    posix_spawn_file_actions_addopen(&files, STDOUT_FILENO, "/dev/null", O_WRONLY, 0)
    posix_spawn_file_actions_adddup2(&files, errors, STDERR_FILENO)
    // Signals that this process holds back are not held back in the other.
    var none = sigset_t()
    sigemptyset(&none)
    posix_spawnattr_setsigmask(&attributes, &none)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
    var process: pid_t = 0
    var words = ([name] + arguments).map { strdup($0) } + [nil]
    defer { for word in words { free(word) } }
    let failure = posix_spawnp(&process, name, &files, &attributes, &words, environ)
    guard failure == 0 else {
      let reason = failure == ENOENT ? "it is not installed" : "it could not be started"
      throw EvidenceError(.systemCall, name, reason, errno: failure)
    }
    return process
  }
}
