import CaseFolders
import Casework
import Digests
import Evidence
import EvidenceTestKit
import Foundation
import Manifests
import Signing
import SystemIO
import SystemPackage
import Verification

/// The record of an acquisition that an attacker works on: signed by examiner and reviewer, each signature time-stamped,
/// the whole renewed.
final class AttackRecord {
  let sealed: SealedCase
  let authority: TestAuthority
  let reviewer: SigningIdentity
  let head: PublishedHead
  private let original: TemporaryFolder

  var folder: FilePath { sealed.evidence }
  var manifest: FilePath { sealed.manifest }
  var signature: FilePath { folder.appending("001.manifest.json.p7s") }
  var renewal: FilePath { folder.appending("001.manifest.json.p7s.1.tsr") }

  init() throws {
    sealed = try SealedCase(signedAnew: true, bytes: 70_001)
    authority = try TestAuthority()
    reviewer = try Self.identity("B. Reviewer")
    head = PublishedHead(
      acquisition: "001", manifest: Digest.of(try TestFiles.read(sealed.manifest), .sha256))
    original = try TemporaryFolder()
    let job = try SignatureJob(manifest, trust: [authority.root])
    _ = try job.sign(by: reviewer, at: Host.now())
    for _ in 0..<2 { try stamp(job, renewing: false) }
    try stamp(job, renewing: true)
    for name in try TestFiles.names(in: folder) {
      try TestFiles.write(try TestFiles.read(folder.appending(name)), to: original.appending(name))
    }
  }

  private func stamp(_ job: SignatureJob, renewing: Bool) throws {
    let request = original.appending("request-\(UUID().uuidString)")
    _ = try job.writeRequest(to: request, renewing: renewing)
    let response = original.appending("response")
    try TestFiles.write(try authority.reply(to: try TestFiles.read(request)), to: response)
    _ = try job.take(response: response, renewing: renewing)
    for file in [request, response] { try FileManager.default.removeItem(atPath: file.string) }
  }

  static func identity(_ name: String) throws -> SigningIdentity {
    let now = Host.now()
    let key = try SigningKey.generate()
    return try SigningIdentity(
      key: key, certificate: try Certificate.selfSigned(for: key, name: try SignerName(name), from: now),
      now: now)
  }

  /// The examiner, who has the key of the case.
  func examiner() throws -> SigningIdentity {
    try SigningFiles.identity(of: try CaseFolder.at(sealed.folder)) { () throws(EvidenceError) in [] }
  }

  /// Puts everything back.
  func restore() throws {
    for name in try TestFiles.names(in: folder) {
      try FileManager.default.removeItem(atPath: folder.appending(name).string)
    }
    for name in try TestFiles.names(in: original.path) {
      try TestFiles.write(try TestFiles.read(original.appending(name)), to: folder.appending(name))
    }
  }

  /// Makes `SHA256SUMS` say what is there, as any attacker would.
  func repairSums() throws {
    let names = try TestFiles.names(in: folder).filter { $0 != "SHA256SUMS" }
    let list = DigestList(
      entries: try names.map {
        DigestList.Entry(name: $0, sha256: Digest.of(try TestFiles.read(folder.appending($0)), .sha256))
      })
    try TestFiles.write(list.bytes, to: folder.appending("SHA256SUMS"))
  }

  /// Signs the manifest as it lies there, in place of all signatures.
  func signAnew(by identity: SigningIdentity) throws {
    let bytes = try TestFiles.read(manifest)
    try TestFiles.write(
      try ManifestSignature.sign(bytes, by: identity, at: Host.now()), to: signature)
    if Files.exists(renewal) { try FileManager.default.removeItem(atPath: renewal.string) }
  }

  func trust() throws -> Trust {
    Trust(
      try sealed.trusted() + [
        reviewer.certificate, try Certificate(parsing: try TestFiles.read(authority.root), name: "root"),
      ])
  }

  /// What verifying finds: the codes of failures and warnings, or the error.
  func verify(
    _ trust: Trust? = nil, besides others: [FilePath] = [], expecting head: PublishedHead? = nil
  ) throws -> AttackOutcome {
    do {
      var report = try ManifestVerification(
        manifest, VerificationSettings(trust: try trust ?? self.trust(), besides: others)
      )
      .perform { _, _ in }.report
      if let head { report.expect([head]) }
      let serious = report.findings.filter { $0.severity != .note }
      return AttackOutcome(
        codes: Set(serious.map(\.code.rawValue)).sorted(), isRefused: report.verdict.exitStatus != .complete)
    } catch let error as EvidenceError {
      return AttackOutcome(codes: [error.code.rawValue], isRefused: true)
    }
  }
}

struct AttackOutcome: Equatable {
  /// Identifiers of failures and warnings, or of the error.
  let codes: [String]
  /// The exit status is not that of success.
  let isRefused: Bool
  /// It names more as not checked than of what nobody touched.
  var namesMore = false
}
