import Evidence
import SystemIO
import Testing

/// Addresses and answers of HTTP; a real server answers in the tests of time stamps.
@Suite struct HTTPTests {
  @Test(arguments: [
    ("http://tsa.example", "tsa.example", 80, "/"), ("HTTP://tsa.example/", "tsa.example", 80, "/"),
    ("http://tsa.example:318/a/b?c=d", "tsa.example", 318, "/a/b?c=d"),
    ("http://tsa.example?c", "tsa.example", 80, "/?c"), ("http://[::1]:80/x", "::1", 80, "/x"),
  ]) func addresses(text: String, host: String, port: UInt16, path: String) throws {
    let address = try HTTPAddress(text)
    #expect(address.host == host && address.port == port && address.path == path)
  }

  @Test(arguments: [
    "", "tsa.example", "https://tsa.example", "http://", "http:///x", "http://a b", "http://a:0",
    "http://a:x",
    "http://a:70000", "http://user@a", "http://a/\r\nHost: b", "http://\u{fc}ber",
  ]) func noAddresses(text: String) {
    #expect(throws: EvidenceError.self) { try HTTPAddress(text) }
  }

  private func read(_ text: String) throws -> HTTPResponse {
    try HTTPResponse(parsing: Array(text.utf8), from: "server")
  }

  @Test func answers() throws {
    let stated = try read("HTTP/1.1 200 OK\r\nContent-Type: A/B; x=y\r\ncontent-length:  3 \r\n\r\nabcd")
    #expect(stated.status == 200 && stated.mediaType == "a/b" && stated.body == Array("abc".utf8))
    #expect(try read("HTTP/1.0 503\nX: y\n\nall").body == Array("all".utf8))
    let chunked = try read(
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2;x\r\nab\r\n1\r\nc\r\n0\r\n\r\n")
    #expect(chunked.body == Array("abc".utf8))
  }

  @Test(arguments: [
    "", "SSH-2.0", "HTTP/1.1 xyz\r\n\r\n", "HTTP/1.1 200 OK\r\nA: b",
    "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nabc",
    "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n", "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n",
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\nab\r\n0\r\n",
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nabX\r\n0\r\n",
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n7fffffffffffffff\r\nab",
  ]) func noAnswers(text: String) {
    #expect(throws: EvidenceError.self) { try read(text) }
  }
}
