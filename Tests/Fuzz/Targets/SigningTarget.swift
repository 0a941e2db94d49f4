import Evidence
import Signing
import SystemIO

/// Signatures, certificates and keys; what a time-stamp authority answers.
///
/// Input: one byte that chooses what the rest is. For a signature, two bytes with its length (little-endian), the
/// signature, and the trusted certificates in DER.
enum SigningTarget {
  /// What the signatures among the seeds are signatures of.
  static let content = Array("content".utf8)

  static func problem(with input: [UInt8]) -> String? {
    guard let kind = input.first else { return nil }
    let rest = Array(input.dropFirst())
    switch kind % 6 {
    case 0: return signature(rest)
    case 1: return certificates(rest)
    case 2: return key(rest)
    case 3: return timestamp(rest)
    case 4: return request(rest)
    default:
      _ = try? HTTPResponse(parsing: rest, from: "server")
      return nil
    }
  }

  private static func signature(_ input: [UInt8]) -> String? {
    guard input.count >= 2 else { return nil }
    let length = min(Int(input[0]) | Int(input[1]) << 8, input.count - 2)
    let signature = Array(input[2..<2 + length])
    let trusted = (try? Certificate.all(in: Array(input[(2 + length)...]), name: "trusted")) ?? []
    for trust in [Trust(trusted), Trust()] {
      guard
        let report = try? SignatureCheck.verify(signature: signature, content: content, trust: trust)
      else { continue }
      let findings = report.findings(subject: "signature")
      if !report.isIntact, findings.isEmpty { return "not intact, and no finding says so" }
      if report.isTrusted, trust.isEmpty { return "trusted by nobody" }
    }
    return nil
  }

  private static func timestamp(_ input: [UInt8]) -> String? {
    _ = try? RevocationList(parsing: input, name: "list")
    guard let token = try? TimestampToken(response: input, name: "response") else { return nil }
    guard (try? TimestampToken(response: token.response, name: "again")) == token else {
      return "a token does not survive the form it is kept in"
    }
    let report = try? token.check(of: content, trust: Trust())
    return report?.provenTime == nil ? nil : "trusted by nobody"
  }

  private static func request(_ input: [UInt8]) -> String? {
    guard let request = try? CertificateRequest(parsing: input, name: "request") else { return nil }
    return (try? CertificateRequest(parsing: request.der, name: "again")) == request
      ? nil : "a request does not survive"
  }

  private static func certificates(_ input: [UInt8]) -> String? {
    guard let certificates = try? Certificate.all(in: input, name: "input") else { return nil }
    for certificate in certificates {
      guard let pem = try? certificate.pem(), (try? Certificate(parsing: pem, name: "again")) == certificate
      else { return "a certificate does not survive PEM" }
    }
    return nil
  }

  private static func key(_ input: [UInt8]) -> String? {
    // Without a passphrase: the cost of deriving a key from one is what the file says it is.
    guard let key = try? SigningKey(pem: input, name: "input") else { return nil }
    guard let pem = try? key.unencryptedPEM(), let again = try? SigningKey(pem: pem, name: "again") else {
      return "a key does not survive PEM"
    }
    return again.kind == key.kind ? nil : "a key changes its kind"
  }
}
