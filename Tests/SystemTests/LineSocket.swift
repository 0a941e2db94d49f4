import EvidenceTestKit
import Foundation
import Glibc
import SystemPackage

/// A Unix socket that lines go through in both directions.
final class LineSocket {
  private let descriptor: Int32
  private var received: [UInt8] = []

  /// Longest wait for a line, in seconds: what takes longer is broken, not slow.
  static let patience = 600

  /// Waits until somebody listens at `path`, as long as `isAlive`.
  init(_ path: FilePath, while isAlive: () -> Bool) throws {
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    let bytes = Array(path.string.utf8)
    guard bytes.count < MemoryLayout.size(ofValue: address.sun_path) else {
      throw ToolFailure(description: "\(path) is too long for a socket")
    }
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
    self.descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    while true {
      let result = withUnsafePointer(to: &address) {
        $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
          connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
        }
      }
      if result == 0 { break }
      guard isAlive() else { throw ToolFailure(description: "nobody listens at \(path)") }
      usleep(20_000)
    }
    var limit = timeval(tv_sec: Self.patience, tv_usec: 0)
    setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
  }

  deinit { close(descriptor) }

  func send(_ line: String) throws {
    var rest = Array((line + "\n").utf8)[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes {
        Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
      }
      guard count > 0 else { throw ToolFailure(description: "the other side is gone: \(line)") }
      rest = rest.dropFirst(count)
    }
  }

  /// The next line, without its end.
  func line() throws -> String {
    while true {
      if let end = received.firstIndex(of: UInt8(ascii: "\n")) {
        let line = String(decoding: received[..<end], as: UTF8.self)
        received.removeFirst(end + 1)
        return line.trimmingCharacters(in: .newlines)
      }
      var buffer = [UInt8](repeating: 0, count: 4096)
      let count = recv(descriptor, &buffer, buffer.count, 0)
      guard count > 0 else {
        throw ToolFailure(
          description: count == 0 ? "the other side has ended" : "no answer in \(Self.patience) s")
      }
      received += buffer[..<count]
    }
  }
}
