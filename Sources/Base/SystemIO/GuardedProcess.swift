internal import CLinux
import Evidence
import Glibc
import SystemPackage

/// Work in a process of its own that is ended where it takes too much memory or gets nowhere: what a foreign file makes of
/// it is seen and said by another, which has read nothing of the file.
package enum GuardedProcess {
  package enum Ending: Hashable, Sendable {
    case exited(Int32)
    /// A crash, or memory that was refused.
    case signalled(Int32)
    /// Nothing was read for as long as it was given, and it was ended.
    case stalled
  }

  /// In the child, its end of a pipe: when it is closed, nothing is left but to show what was found.
  private static let working = Monitor<Int32?>(nil)

  /// Forks; possible only as long as there is one thread.
  /// - Parameters:
  ///   - memory: bytes the child may take for itself.
  ///   - patience: seconds without a byte read after which it is ended, until the child says ``workIsDone()``.
  /// - Returns: `nil` in the child; in this process how the child ended.
  /// - Throws: `systemCall`.
  package static func fork(memory: UInt64, patience: UInt32) throws(EvidenceError) -> Ending? {
    var ends: [Int32] = [0, 0]
    _ = try Syscalls.pipe(&ends).orThrow(.systemCall, "a process of its own")
    let child = clinux_fork_limited(memory)
    if child == 0 {
      close(ends[0])
      working.withLock { $0 = ends[1] }
      return nil
    }
    close(ends[1])
    defer { close(ends[0]) }
    _ = try Syscalls.outcome(child).orThrow(.systemCall, "a process of its own")
    var status: Int32 = 0
    var idle: UInt32 = 0
    var read: String?
    while true {
      switch clinux_watch_child(child, &status) {
      case 1: return ending(status)
      case 0:
        let now = bytesRead(by: child)
        // Seconds are counted, not measured: a computer that slept has not waited.
        idle = now == nil || now != read || isDone(ends[0]) ? 0 : idle + 1
        read = now
        guard idle >= patience else { continue }
        _ = kill(child, SIGKILL)
        _ = Syscalls.waitForChild(child, &status)
        return .stalled
      case 2: continue
      case let failure: _ = try Syscalls.outcome(failure).orThrow(.systemCall, "a process of its own")
      }
    }
  }

  /// What is shown from now on may take as long as whoever reads it likes. Does nothing in a process that has no other.
  package static func workIsDone() {
    working.withLock { end in
      if let number = end { close(number) }
      end = nil
    }
  }

  private static func isDone(_ end: Int32) -> Bool {
    var wanted = pollfd(fd: end, events: 0, revents: 0)
    return poll(&wanted, 1, 0) > 0 && wanted.revents & Int16(POLLHUP) != 0
  }

  private static func ending(_ status: Int32) -> Ending {
    status & 0x7f == 0 ? .exited(status >> 8 & 0xff) : .signalled(status & 0x7f)
  }

  /// As the kernel counts them; `nil` where it does not say.
  private static func bytesRead(by child: Int32) -> String? {
    guard let counts = Files.systemText(FilePath("/proc/\(child)/io")) else { return nil }
    return counts.split(separator: "\n").first.map(String.init)
  }
}
