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

  package init(_ path: FilePath, _ settings: VerificationSettings) {
    self.path = path
    self.settings = settings
  }

  /// Where the signature of a file lies.
  package static func signature(of path: FilePath) -> FilePath { FilePath(path.string + ".p7s") }

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
    return (report, contents)
  }
}
