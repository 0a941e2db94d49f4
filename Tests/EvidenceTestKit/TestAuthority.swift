import Foundation
import SystemPackage

/// A time-stamp authority made of `openssl ts`: a root, a signer below it, and on request a server before it.
package final class TestAuthority {
  private let scratch: TemporaryFolder
  private var server: RunningTool?

  package var folder: FilePath { scratch.path }
  /// PEM certificate of the root.
  package var root: FilePath { folder.appending("root.pem") }
  /// PEM certificate that signs the tokens.
  package var signer: FilePath { folder.appending("tsa.pem") }

  /// - Parameters:
  ///   - name: common name of the signer.
  ///   - days: how long its certificate is valid from now.
  ///   - extensions: what the certificate of the signer may be used for.
  ///   - key: the `-newkey` arguments of its key.
  ///   - digest: what it signs with.
  ///   - hasIntermediate: the signer's certificate comes from an authority below the root, and tokens hold that one but not
  ///     the root, as is usual.
  package init(
    name: String = "Sample time stamps", days: Int = 3650,
    extensions: String = "extendedKeyUsage=critical,timeStamping",
    key: [String] = ["ec", "-pkeyopt", "ec_paramgen_curve:P-256"], digest: String = "sha256",
    hasIntermediate: Bool = false
  ) throws {
    scratch = try TemporaryFolder()
    try TestFiles.write(
      Array("keyUsage=critical,digitalSignature\n\(extensions)\n".utf8), to: folder.appending("ext"))
    try TestFiles.write(Array("01\n".utf8), to: folder.appending("serial"))
    try TestFiles.write(
      Array(Self.configuration(digest, chain: hasIntermediate ? "above.pem" : "root.pem").utf8),
      to: folder.appending("tsa.cnf"))
    try openssl([
      "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", "root.key",
      "-subj", "/CN=\(name) root", "-days", "7300", "-out", "root.pem",
    ])
    try openssl(
      ["req", "-newkey"] + key + ["-nodes", "-keyout", "tsa.key", "-subj", "/CN=\(name)", "-out", "tsa.csr"])
    let issuer = hasIntermediate ? "above" : "root"
    if hasIntermediate {
      try TestFiles.write(
        Array("basicConstraints=critical,CA:TRUE\n".utf8), to: folder.appending("above.ext"))
      try openssl([
        "req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", "above.key",
        "-subj",
        "/CN=\(name) authority", "-out", "above.csr",
      ])
      try openssl([
        "x509", "-req", "-in", "above.csr", "-CA", "root.pem", "-CAkey", "root.key", "-set_serial", "9",
        "-days",
        "7000", "-extfile", "above.ext", "-out", "above.pem",
      ])
    }
    try openssl([
      "x509", "-req", "-in", "tsa.csr", "-CA", "\(issuer).pem", "-CAkey", "\(issuer).key", "-set_serial",
      "\(UInt32.random(in: 2...UInt32.max))", "-days", "\(days)", "-extfile", "ext", "-out", "tsa.pem",
    ])
  }

  deinit {
    guard let server else { return }
    // Signals that a thread of the test runner blocks are blocked in its children, too; but for this one.
    kill(server.identifier, SIGKILL)
    _ = try? server.end()
  }

  /// The response to a request, both in DER.
  package func reply(to request: [UInt8]) throws -> [UInt8] {
    try TestFiles.write(request, to: folder.appending("file.tsq"))
    try openssl(["ts", "-reply", "-config", "tsa.cnf", "-queryfile", "file.tsq", "-out", "file.tsr"])
    return try TestFiles.read(folder.appending("file.tsr"))
  }

  /// The information of another authority's token signed by this one, whatever its certificate is made for; `openssl
  /// ts` itself would refuse some.
  package func sign(informationOf token: [UInt8]) throws -> [UInt8] {
    try TestFiles.write(token, to: folder.appending("other.der"))
    try openssl(["cms", "-verify", "-noverify", "-inform", "DER", "-in", "other.der", "-out", "information"])
    try openssl([
      "cms", "-sign", "-binary", "-nodetach", "-cades", "-md", "sha256", "-econtent_type",
      "1.2.840.113549.1.9.16.1.4", "-in", "information", "-signer", "tsa.pem", "-inkey", "tsa.key",
      "-certfile",
      "root.pem", "-outform", "DER", "-out", "signed.der",
    ])
    return try TestFiles.read(folder.appending("signed.der"))
  }

  /// Starts the server, which ends with this object. Paths: `/` answers as it should, `/chunked` in two chunks,
  /// `/replay` with the first token it ever made, `/refuse` with status 503, `/page` with a text.
  /// - Returns: its address, ending with a slash.
  package func serve() throws -> String {
    try TestFiles.write(Array(Self.script.utf8), to: folder.appending("server.py"))
    let server = try RunningTool("python3", ["server.py"], in: folder)
    self.server = server
    let port = folder.appending("port").string
    while server.isRunning {
      if let text = try? String(contentsOfFile: port, encoding: .utf8), text.hasSuffix("\n") {
        return "http://127.0.0.1:\(text.dropLast())/"
      }
      usleep(10_000)
    }
    throw ToolFailure(description: "the server of the authority ended: \(try server.end().errors)")
  }

  /// `openssl ts -verify` of what was stamped, against the root.
  package func verifies(response: [UInt8], of data: [UInt8]) throws -> Bool {
    try TestFiles.write(response, to: folder.appending("check.tsr"))
    try TestFiles.write(data, to: folder.appending("check.data"))
    return try Tool.run(
      "openssl",
      ["ts", "-verify", "-data", "check.data", "-in", "check.tsr", "-CAfile", "root.pem"], in: folder
    ).status == 0
  }

  private func openssl(_ arguments: [String]) throws {
    let result = try Tool.run("openssl", arguments, in: folder)
    guard result.status == 0 else { throw ToolFailure(description: result.errors) }
  }

  private static func configuration(_ digest: String, chain: String) -> String {
    """
    [tsa]
    default_tsa = tsa1
    [tsa1]
    serial = ./serial
    crypto_device = builtin
    signer_cert = tsa.pem
    certs = \(chain)
    signer_key = tsa.key
    default_policy = 1.2.3.4.1
    digests = sha256, sha384, sha512
    accuracy = secs:1
    ordering = no
    tsa_name = yes
    ess_cert_id_chain = no
    signer_digest = \(digest)
    ess_cert_id_alg = sha256

    """
  }

  private static let script = """
    import http.server, os, subprocess

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if self.headers["Content-Type"] != "application/timestamp-query" or self.path == "/refuse":
                return self.answer(503, "text/plain", b"not now")
            if self.path == "/page":
                return self.answer(200, "text/html; charset=utf-8", b"<p>Welcome</p>")
            with open("http.tsq", "wb") as file:
                file.write(body)
            subprocess.run(["openssl", "ts", "-reply", "-config", "tsa.cnf", "-queryfile", "http.tsq",
                            "-out", "http.tsr"], check=True, stderr=subprocess.DEVNULL)
            with open("http.tsr", "rb") as file:
                reply = file.read()
            first = "first.tsr"
            if not os.path.exists(first):
                with open(first, "wb") as file:
                    file.write(reply)
            if self.path == "/replay":
                with open(first, "rb") as file:
                    reply = file.read()
            if self.path == "/chunked":
                self.send_response(200)
                self.send_header("Content-Type", "application/timestamp-reply")
                self.send_header("Transfer-Encoding", "chunked")
                self.end_headers()
                for part in (reply[:100], reply[100:], b""):
                    self.wfile.write(b"%X\\r\\n%s\\r\\n" % (len(part), part))
                return
            self.answer(200, "application/timestamp-reply", reply)

        def answer(self, status, kind, body):
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *arguments):
            pass

    server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
    with open("port.new", "w") as file:
        file.write("%d\\n" % server.server_address[1])
    os.rename("port.new", "port")
    server.serve_forever()

    """
}
