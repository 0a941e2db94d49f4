import Glibc
import SystemPackage

extension Syscalls {
  /// A connection over TCP to the first address of `host` that takes one, with a time limit on connecting and on
  /// every transfer.
  /// - Parameter seconds: 1 or more.
  package static func connect(host: String, port: UInt16, seconds: Int) -> Outcome<Int32> {
    var wish = addrinfo()
    wish.ai_family = AF_UNSPEC
    wish.ai_socktype = Int32(SOCK_STREAM.rawValue)
    var list: UnsafeMutablePointer<addrinfo>?
    guard getaddrinfo(host, String(port), &wish, &list) == 0, let list else {
      return .failure(.addressNotAvailable)
    }
    defer { freeaddrinfo(list) }
    var failure = Errno.addressNotAvailable
    for entry in sequence(first: list, next: { $0.pointee.ai_next }) {
      let address = entry.pointee
      let number = Glibc.socket(
        address.ai_family, address.ai_socktype | Int32(SOCK_CLOEXEC.rawValue), address.ai_protocol)
      guard number >= 0 else {
        failure = Errno(rawValue: errno)
        continue
      }
      var limit = timeval(tv_sec: seconds, tv_usec: 0)
      for option in [SO_RCVTIMEO, SO_SNDTIMEO] {
        setsockopt(number, SOL_SOCKET, option, &limit, socklen_t(MemoryLayout<timeval>.size))
      }
      if Glibc.connect(number, address.ai_addr, address.ai_addrlen) == 0 { return .success(number) }
      failure = Errno(rawValue: errno)
      _ = close(number)
    }
    return .failure(failure)
  }

  /// Sends some of `bytes`; a connection that was closed by the other side is an error, not a signal.
  package static func send(_ connection: Int32, _ bytes: ArraySlice<UInt8>) -> Outcome<Int> {
    bytes.withUnsafeBytes { buffer in
      let count = Glibc.send(connection, buffer.baseAddress, buffer.count, Int32(MSG_NOSIGNAL))
      return count < 0 ? .failure(Errno(rawValue: errno)) : .success(count)
    }
  }
}
