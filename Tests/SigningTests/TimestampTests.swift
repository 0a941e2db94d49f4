import Evidence
import EvidenceTestKit
import Manifests
import Signing
import SystemIO
import Testing

/// Time stamps of an authority that is made of `openssl ts`, over HTTP and as files.
@Suite struct TimestampTests {
  private static let data = Array("what is stamped".utf8)

  private func trust(_ authority: TestAuthority) throws -> Trust {
    Trust([try Certificate(parsing: try TestFiles.read(authority.root), name: "root")])
  }

  @Test func opensslReadsTheRequest() throws {
    let folder = try TemporaryFolder()
    try TestFiles.write(
      TimestampRequest(for: Self.data, nonce: [0x80, 1, 2]).der, to: folder.appending("q"))
    try TestFiles.write(Self.data, to: folder.appending("data"))
    let text = try Samples.openssl("ts -query -in q -text", in: folder.path)
    #expect(text.contains("Version: 1") && text.contains("Hash Algorithm: sha256"), "\(text)")
    #expect(text.contains("Nonce: 0x800102") && text.contains("Certificate required: yes"), "\(text)")
    _ = try Samples.openssl("ts -query -data data -sha256 -no_nonce -cert -out theirs", in: folder.path)
    #expect(try TestFiles.read(folder.appending("theirs")) == TimestampRequest(for: Self.data).der)
  }

  @Test(arguments: ["", "chunked"]) func anAuthorityIsAskedOverHTTP(path: String) throws {
    let authority = try TestAuthority()
    let address = try HTTPAddress(try authority.serve() + path)
    let (token, report) = try TimestampAuthority(address).stamp(Self.data, trust: try trust(authority))
    #expect(report.problem == nil && report.provenTime == token.time)
    #expect(token.policy == "1.2.3.4.1")
    #expect(report.findings(subject: "x").isEmpty)
    let now = Host.now()
    #expect(token.time <= now && now.seconds(since: token.time) < 600)
    #expect(try authority.verifies(response: token.response, of: Self.data))
    #expect(try !authority.verifies(response: token.response, of: Self.data + [0]))
    #expect(try TimestampToken(response: token.response, name: "again") == token)
  }

  @Test func aServerThatDoesNotAnswerAsItShould() throws {
    let authority = try TestAuthority()
    let server = try authority.serve()
    func ask(_ path: String) throws {
      _ = try TimestampAuthority(try HTTPAddress(server + path)).stamp(Self.data, trust: Trust())
    }
    #expect(failure { try ask("refuse") } == .networkFailed)
    #expect(failure { try ask("page") } == .networkFailed)
    try ask("")
    // The nonce tells an old token, though it is of the same bytes.
    #expect(failure { try ask("replay") } == .timestampRefused)
    #expect(
      failure {
        _ = try TimestampAuthority(try HTTPAddress("http://127.0.0.1:1/")).stamp(Self.data, trust: Trust())
      } == .networkFailed)
  }

  @Test func filesForALaboratoryWithoutNetwork() throws {
    let authority = try TestAuthority(key: ["rsa:2048"], digest: "sha512")
    let response = try authority.reply(to: TimestampRequest(for: Self.data).der)
    let token = try TimestampToken(response: response, name: "in.tsr")
    let report = try token.check(of: Self.data, trust: try trust(authority))
    #expect(report.provenTime == token.time, "\(report)")
    #expect(try authority.verifies(response: token.response, of: Self.data))
    #expect(
      try token.check(of: [0], trust: try trust(authority)).problem == "it is a time stamp of something else")
  }

  @Test func aTokenWithoutTheRoot() throws {
    let authority = try TestAuthority(hasIntermediate: true)
    let response = try authority.reply(to: TimestampRequest(for: Self.data).der)
    let token = try TimestampToken(response: response, name: "in.tsr")
    #expect(try token.check(of: Self.data, trust: try trust(authority)).provenTime == token.time)
    let alone = try token.check(of: Self.data, trust: Trust())
    #expect(alone.findings(subject: "x").map(\.code) == [.timestampUntrusted])
    #expect(try authority.verifies(response: token.response, of: Self.data))
  }

  @Test func aRefusalNamesItsReason() throws {
    let authority = try TestAuthority()
    var request = TimestampRequest(for: Self.data).der
    // SHA-256 becomes an algorithm the authority does not know.
    let position = try #require(
      request.indices.first { request[$0...].starts(with: [0x60, 0x86, 0x48, 0x01]) })
    request[position + 8] = 0x7f
    let response = try authority.reply(to: request)
    #expect {
      try TimestampToken(response: response, name: "in.tsr")
    } throws: {
      let error = $0 as? EvidenceError
      return error?.code == .timestampRefused && error?.detail.contains("unknown digest algorithm") == true
    }
  }

  @Test func trustInTheAuthorityIsAskedSeparately() throws {
    let authority = try TestAuthority()
    let other = try TestAuthority(name: "Other")
    let token = try TimestampToken(
      response: try authority.reply(to: TimestampRequest(for: Self.data).der), name: "in.tsr")
    let alone = try token.check(of: Self.data, trust: Trust())
    #expect(alone.problem == nil && alone.provenTime == nil)
    #expect(alone.findings(subject: "x").map(\.code) == [.timestampUntrusted])
    #expect(alone.findings(subject: "x").map(\.severity) == [.note])
    let foreign = try token.check(of: Self.data, trust: try trust(other))
    #expect(foreign.provenTime == nil)
    #expect(foreign.findings(subject: "x").map(\.severity) == [.warning])
  }

  @Test(arguments: [
    ("extendedKeyUsage=timeStamping", 3650, FindingCode.certificateUsage),
    ("extendedKeyUsage=emailProtection", 3650, .certificateUsage),
    ("extendedKeyUsage=critical,timeStamping", -1, .certificateExpired),
  ]) func theAuthoritysCertificateIsNotSound(extensions: String, days: Int, code: FindingCode) throws {
    let sound = try TestAuthority()
    let authority = try TestAuthority(days: days, extensions: extensions)
    let response = try sound.reply(to: TimestampRequest(for: Self.data).der)
    let token = try TimestampToken(
      der: try authority.sign(informationOf: try TimestampToken(response: response, name: "x").der),
      name: "x")
    let report = try token.check(of: Self.data, trust: try trust(authority))
    #expect(report.problem == nil)
    #expect(report.provenTime == nil)
    #expect(report.findings(subject: "x").map(\.code) == [code])
  }

  @Test func everyFlippedBitOfATokenIsFound() throws {
    let authority = try TestAuthority()
    let token = try TimestampToken(
      response: try authority.reply(to: TimestampRequest(for: Self.data).der), name: "in.tsr")
    let trust = try trust(authority)
    var bytes = token.der
    var missed: [String] = []
    for bit in bytes.indices.map({ $0 * 8 + $0 % 8 }) {
      bytes[bit / 8] ^= 1 << UInt8(bit % 8)
      if let changed = try? TimestampToken(der: bytes, name: "x"),
        try changed.check(of: Self.data, trust: trust).provenTime != nil
      {
        missed.append("byte \(bit / 8) bit \(bit % 8)")
      }
      bytes[bit / 8] ^= 1 << UInt8(bit % 8)
    }
    #expect(missed.isEmpty)
  }
}
