internal import CLinux
import Evidence
import Glibc

/// A process forked from this one that answers messages, and ends with it.
///
/// Forking is safe only as long as there is one thread.
package final class ForkedService: Sendable {
  private let connection: OwnedDescriptor
  private let child: Int32
  /// One question at a time: its answer is the next message.
  private let turn = Monitor(())

  /// Most bytes of a message, in either direction.
  package static let longestMessage = 1 << 16

  /// Forks. The child calls `prepare` once, and then its result for each message.
  /// - Throws: `systemCall`, also where this process has more than one thread.
  package init(_ prepare: () -> (ArraySlice<UInt8>) -> [UInt8]) throws(EvidenceError) {
    let name = "a process of its own"
    let threads = (try? Files.names(in: "/proc/self/task").count) ?? 0
    guard threads == 1 else { throw EvidenceError(.systemCall, name, "\(threads) threads existed before") }
    var ends: [Int32] = [-1, -1]
    _ = try Syscalls.outcome(clinux_message_pair(&ends)).orThrow(.systemCall, name)
    let (own, others) = (ends[0], ends[1])
    let child = clinux_fork_service()
    if child == 0 {
      _ = Syscalls.close(own)
      Self.serve(others, prepare())
    }
    _ = Syscalls.close(others)
    self.connection = OwnedDescriptor(adopting: own, path: "socket")
    self.child = try Syscalls.outcome(child).map { _ in child }.orThrow(.systemCall, name)
  }

  /// Answers until the other end is closed.
  private static func serve(_ connection: Int32, _ answer: (ArraySlice<UInt8>) -> [UInt8]) -> Never {
    var buffer = [UInt8](repeating: 0, count: longestMessage)
    while true {
      let count = clinux_receive(connection, &buffer, buffer.count)
      guard count > 0 else { break }
      let bytes = answer(buffer[..<Int(count)]).prefix(longestMessage)
      guard bytes.withUnsafeBytes({ clinux_send(connection, $0.baseAddress, $0.count) }) == 0 else { break }
    }
    clinux_exit_now()
  }

  /// Asks and waits for the answer.
  /// - Returns: `nil` where the child is gone.
  package func ask(_ message: [UInt8]) -> [UInt8]? {
    turn.withLock { _ in
      guard clinux_send(connection.number, message, message.count) == 0 else { return nil }
      var buffer = [UInt8](repeating: 0, count: Self.longestMessage)
      let count = clinux_receive(connection.number, &buffer, buffer.count)
      return count > 0 ? Array(buffer[..<Int(count)]) : nil
    }
  }

  deinit {
    // It ends when this end closes, and must be gone before another opens what it has open.
    _ = shutdown(connection.number, Int32(SHUT_RDWR))
    var status: Int32 = 0
    _ = Syscalls.waitForChild(child, &status)
  }
}
