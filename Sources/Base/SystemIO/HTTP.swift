import Evidence
import Glibc
import SystemPackage

/// `http://HOST[:PORT][/PATH]`. No other scheme: what is fetched here is signed by its maker, and a connection that
/// others can read tells them no more than a digest.
package struct HTTPAddress: Hashable, Sendable, CustomStringConvertible {
  package let host: String
  package let port: UInt16
  /// With the query, beginning with a slash.
  package let path: String
  package let description: String

  /// - Throws: `argumentInvalid`.
  package init(_ text: String) throws(EvidenceError) {
    let scheme = "http://"
    guard text.lowercased().hasPrefix(scheme) else {
      throw EvidenceError(.argumentInvalid, text, "an http:// address is needed; https is not supported")
    }
    guard text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f }) else {
      throw EvidenceError(.argumentInvalid, text, "an address has no blanks, control characters or umlauts")
    }
    let rest = text.dropFirst(scheme.count)
    let authority = rest.prefix { $0 != "/" && $0 != "?" }
    let path = rest.dropFirst(authority.count)
    // An IPv6 address stands in brackets (RFC 3986 §3.2.2).
    let host: Substring
    let afterHost: Substring
    if authority.first == "[" {
      host = authority.dropFirst().prefix { $0 != "]" }
      afterHost = authority.dropFirst(host.count + 2)
    } else {
      host = authority.prefix { $0 != ":" }
      afterHost = authority.dropFirst(host.count)
    }
    let port = afterHost.isEmpty ? 80 : afterHost.first == ":" ? UInt16(afterHost.dropFirst()) : nil
    guard !host.isEmpty, !authority.contains("@"), let port, port > 0 else {
      throw EvidenceError(.argumentInvalid, text, "no address of the form http://HOST[:PORT]/PATH")
    }
    self.host = String(host)
    self.port = port
    self.path = path.first == "/" ? String(path) : "/" + path
    self.description = text
  }
}

/// The answer of a server.
package struct HTTPResponse: Hashable, Sendable {
  package let status: Int
  /// Media type in lower case, without parameters; empty where none is stated.
  package let mediaType: String
  package let body: [UInt8]

  /// Reads a whole answer, as it came until the server closed (RFC 9112 §6).
  /// - Throws: `networkFailed` where it does not follow the protocol or ends too early.
  package init(parsing bytes: [UInt8], from server: String) throws(EvidenceError) {
    func refused(_ reason: String) -> EvidenceError { EvidenceError(.networkFailed, server, reason) }
    var position = 0
    func line() -> String? {
      guard let end = bytes[position...].firstIndex(of: 0x0a) else { return nil }
      let text = String(decoding: bytes[position..<end], as: UTF8.self)
      position = end + 1
      return text.hasSuffix("\r") ? String(text.dropLast()) : text
    }
    guard let first = line(), first.hasPrefix("HTTP/1."), first.count >= 12,
      let status = Int(first.dropFirst(9).prefix(3))
    else { throw refused("no answer of HTTP/1.1") }
    var fields: [String: String] = [:]
    while true {
      guard let field = line() else { throw refused("its answer ends too early") }
      if field.isEmpty { break }
      let parts = field.split(separator: ":", maxSplits: 1)
      guard parts.count == 2 else { continue }
      let value = parts[1].drop { $0 == " " || $0 == "\t" }
      fields[parts[0].lowercased()] = String(
        value[..<(value.lastIndex { $0 != " " }.map { value.index(after: $0) } ?? value.startIndex)])
    }
    self.status = status
    self.mediaType = (fields["content-type"] ?? "").prefix { $0 != ";" && $0 != " " }.lowercased()
    if let encoding = fields["transfer-encoding"] {
      guard encoding.lowercased() == "chunked" else { throw refused("transfer encoding \(encoding)") }
      var body: [UInt8] = []
      while true {
        guard let size = line().flatMap({ Int($0.prefix { $0 != ";" && $0 != " " }, radix: 16) }), size >= 0,
          size <= bytes.count - position
        else { throw refused("its answer ends too early") }
        if size == 0 { break }
        body += bytes[position..<position + size]
        position += size
        guard line() == "" else { throw refused("its answer is no sequence of chunks") }
      }
      self.body = body
      return
    }
    guard let stated = fields["content-length"] else {
      self.body = Array(bytes[position...])
      return
    }
    guard let length = Int(stated), length >= 0 else { throw refused("a length of '\(stated)'") }
    guard length <= bytes.count - position else { throw refused("its answer ends too early") }
    self.body = Array(bytes[position..<position + length])
  }
}

/// One request of HTTP/1.1 over a connection of its own. No redirections, no proxies, no cookies.
package enum HTTPClient {
  /// Sends `body` and waits for the answer.
  /// - Parameters:
  ///   - mediaType: of `body`.
  ///   - cap: most bytes of the answer.
  ///   - seconds: time limit for connecting, for each transfer, and for the whole.
  /// - Throws: `networkFailed`.
  package static func post(
    _ body: [UInt8], mediaType: String, to address: HTTPAddress, cap: Int, seconds: Int = 30
  ) throws(EvidenceError) -> HTTPResponse {
    let server = address.description
    let number = try Syscalls.connect(host: address.host, port: address.port, seconds: seconds).overNetwork(
      server)
    let connection = OwnedDescriptor(adopting: number, path: FilePath(server))
    let host = address.host.contains(":") ? "[\(address.host)]" : address.host
    let head = [
      "POST \(address.path) HTTP/1.1", "Host: \(host)\(address.port == 80 ? "" : ":\(address.port)")",
      "User-Agent: \(ToolVersion.name)/\(ToolVersion.current)", "Content-Type: \(mediaType)",
      "Content-Length: \(body.count)", "Accept: */*", "Connection: close", "", "",
    ].joined(separator: "\r\n")
    var rest = (Array(head.utf8) + body)[...]
    while !rest.isEmpty {
      rest = rest.dropFirst(
        try Syscalls.send(connection.number, rest).overNetwork(server))
    }
    return try HTTPResponse(
      parsing: try answer(on: connection, from: server, cap: cap, seconds: seconds), from: server)
  }

  private static func answer(
    on connection: borrowing OwnedDescriptor, from server: String, cap: Int, seconds: Int
  ) throws(EvidenceError) -> [UInt8] {
    let end = Host.monotonicSeconds() + Double(seconds)
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 1 << 14)
    while true {
      let outcome = buffer.withUnsafeMutableBytes { Syscalls.read(connection.number, into: $0) }
      let count = try outcome.overNetwork(server)
      if count == 0 { return bytes }
      bytes += buffer[..<count]
      guard bytes.count <= cap else {
        throw EvidenceError(.networkFailed, server, "more than \(cap) bytes came back")
      }
      guard Host.monotonicSeconds() < end else {
        throw EvidenceError(.networkFailed, server, "no whole answer within \(seconds) seconds")
      }
    }
  }
}

extension Result where Failure == Errno {
  /// The value, or `networkFailed` whatever the number: a sandbox that allows no connection says "permission denied",
  /// and that is no permission of a file.
  fileprivate func overNetwork(_ server: String) throws(EvidenceError) -> Success {
    switch self {
    case .success(let value): return value
    case .failure(let number):
      let isForbidden = number == .permissionDenied || number == .notPermitted
      throw EvidenceError(
        .networkFailed, server,
        isForbidden ? "this command may open no network connection" : number.description,
        errno: number.rawValue)
    }
  }
}
