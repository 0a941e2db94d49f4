import Evidence
import Signing
import SystemIO
import SystemPackage

/// A file with a detached signature beside it, such as a report: `FILE` and `FILE.p7s`.
package struct SignedFile {
  /// Most bytes of such a file.
  package static let largest = 1 << 30

  private let path: FilePath
  private let settings: VerificationSettings
  private let checksApprovals: Bool

  /// - Parameter checksApprovals: look at signatures of reviewers beside it too.
  package init(_ path: FilePath, _ settings: VerificationSettings, checksApprovals: Bool = true) {
    self.path = path
    self.settings = settings
    self.checksApprovals = checksApprovals
  }

  /// Where the signature of a file lies.
  package static func signature(of path: FilePath) -> FilePath { FilePath(path.string + ".p7s") }

  /// Where further people who approve a file sign it: `FILE.approval.p7s`, `FILE.approval-2.p7s` …
  package static func approval(_ number: Int, of path: FilePath) -> FilePath {
    FilePath("\(path.string).approval\(number == 1 ? "" : "-\(number)").p7s")
  }

  /// The first of these names that is free.
  package static func freeApproval(of path: FilePath) -> FilePath {
    var number = 1
    while Files.exists(approval(number, of: path)) { number += 1 }
    return approval(number, of: path)
  }

  /// The approvals that lie beside a file.
  package static func approvals(of path: FilePath) -> [FilePath] {
    var paths: [FilePath] = []
    while case let next = approval(paths.count + 1, of: path), Files.exists(next) { paths.append(next) }
    return paths
  }

  /// Whether a path names such a file. Manifests, which bind more than themselves, are none.
  package static func isOne(_ path: FilePath) -> Bool {
    !path.string.hasSuffix(".manifest.json") && Files.kind(signature(of: path)) == .file
      && Files.kind(path) == .file
  }

  /// - Returns: the report, and the contents of the file.
  /// - Throws: `fileMissing`, `readFailed`, `cryptographyFailed`.
  package func verify() throws(EvidenceError) -> (report: VerificationReport, contents: [UInt8]) {
    let name = path.lastComponent?.string ?? path.string
    var report = VerificationReport(subject: path.string)
    let contents = try Files.contents(path, cap: Self.largest)
    let signature = try Files.contents(Self.signature(of: path), cap: SignatureCheck.largestFile)
    let result = try SignatureCheck.verify(signature: signature, content: contents, trust: settings.trust)
    report.hasReference = true
    report.signers = result.signers
    report.take("\(name): signature", against: "\(name).p7s", result.findings(subject: "\(name).p7s"))
    if checksApprovals {
      for path in Self.approvals(of: path) { try check(path, of: contents, name, &report) }
    }
    return (report, contents)
  }

  /// A reviewer's signature. One by somebody who is not trusted takes nothing away from the file.
  private func check(
    _ path: FilePath, of contents: [UInt8], _ name: String, _ report: inout VerificationReport
  ) throws(EvidenceError) {
    let file = path.lastComponent?.string ?? path.string
    let signature = try Files.contents(path, cap: SignatureCheck.largestFile)
    let result = try SignatureCheck.verify(signature: signature, content: contents, trust: settings.trust)
    let who = result.signers.compactMap { $0.certificate?.subject }.joined(separator: "; ")
    guard result.isIntact, !result.isTrusted else {
      return report.take("\(name): approval by \(who)", against: file, result.findings(subject: file))
    }
    let untrusted = result.findings(subject: file).filter {
      $0.severity == .failure && $0.code != .signerUntrusted
    }
    if untrusted.isEmpty {
      report.skip(
        "\(name): approval by \(who)", because: "\(file) is intact; the certificate is not one you trust")
    } else {
      report.take("\(name): approval by \(who)", against: file, untrusted)
    }
  }
}
