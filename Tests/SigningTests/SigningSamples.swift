import Evidence
import EvidenceTestKit
import Foundation
import Signing
import SystemPackage

/// Keys and certificates that several tests share; nothing in them is altered.
enum Samples {
  static let now = Timestamp(microseconds: Int64(Date().timeIntervalSince1970) * 1_000_000)
  static let passphrase = Array("correct horse, bättery".utf8)

  /// A fresh identity, valid from `time`.
  static func identity(
    _ kind: SigningKey.Kind = .ecdsaP256, name: String = "A. Examiner", from time: Timestamp = now,
    years: Int = 10
  ) throws -> SigningIdentity {
    let key = try SigningKey.generate(kind)
    let certificate = try Certificate.selfSigned(
      for: key, name: try SignerName(name, organisation: "Sample Laboratory"), from: time, years: years)
    return try SigningIdentity(key: key, certificate: certificate, now: time)
  }

  /// Runs the command that the documentation gives to the opposing expert.
  static func opensslVerify(signature: [UInt8], content: [UInt8], certificate: [UInt8]) throws -> Bool {
    let folder = try TemporaryFolder()
    try TestFiles.write(content, to: folder.appending("M"))
    try TestFiles.write(signature, to: folder.appending("M.p7s"))
    try TestFiles.write(certificate, to: folder.appending("CERT"))
    let result = try Tool.run(
      "openssl",
      [
        "cms", "-verify", "-binary", "-cades", "-content", "M", "-inform", "DER", "-in", "M.p7s", "-CAfile",
        "CERT", "-out", "/dev/null",
      ], in: folder.path)
    return result.status == 0
  }

  /// Runs openssl in `folder` and returns its output.
  static func openssl(_ arguments: String, in folder: FilePath) throws -> String {
    let words = arguments.split(separator: " ").map(String.init)
    let result = try Tool.run("openssl", words, in: folder)
    guard result.status == 0 else { throw ToolFailure(errors: result.errors) }
    return result.output
  }

  struct ToolFailure: Error { let errors: String }
}

/// The error a call throws, or `nil`.
func failure(_ body: () throws -> Void) -> ErrorCode? {
  do { try body() } catch { return (error as? EvidenceError)?.code }
  return nil
}
