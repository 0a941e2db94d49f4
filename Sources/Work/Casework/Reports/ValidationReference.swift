import CanonicalJSON
import CourtReport
import Digests
import Evidence
import SystemIO
import SystemPackage
import Verification

/// Reads the signed record of a validation of the program, for a report to refer to.
///
/// `Docs/formats/validation-record.md` describes the record.
enum ValidationReference {
  private static let name = "validation.json"

  /// - Parameter path: the record, or the folder that `exhibit validate` made.
  /// - Throws: `fileMissing`; `argumentInvalid` where it is no such record, or its signature does not hold.
  static func read(_ path: FilePath) throws(EvidenceError) -> ReportContents.Validation {
    let file = Files.kind(path) == .folder ? path.appending(name) : path
    func refused(_ reason: String) -> EvidenceError {
      EvidenceError(invalid: .validation, file.string, reason)
    }
    guard Files.exists(file) else { throw EvidenceError(.fileMissing, file.string) }
    guard Files.kind(SignedFile.signature(of: file)) == .file else {
      throw refused("no signature \(file.lastComponent?.string ?? name).p7s beside it")
    }
    let (report, bytes) = try SignedFile(file, VerificationSettings()).verify()
    guard !report.findings.contains(where: { $0.severity == .failure }),
      let signer = report.signers.first?.certificate
    else { throw refused("its signature does not hold") }
    guard let record = try? JSONValue(parsingCanonical: bytes, name: file.string),
      record["format"]?.stringValue == "exhibit-validation",
      let ended = record["ended"]?.stringValue.flatMap({ Timestamp($0) }),
      let host = record["host"]?["node"]?.stringValue, let version = record["tool"]?["version"]?.stringValue,
      let counts = record["counts"]?.objectValue
    else { throw refused("no record of a validation") }
    func count(_ outcome: String) -> UInt64 { UInt64(clamping: counts[outcome]?.integerValue ?? 0) }
    return ReportContents.Validation(
      ended: ended, host: host, version: version, passed: count("passed"), failed: count("failed"),
      others: count("notApplicable") + count("notRun"), signer: signer.subject,
      sha256: Digest.of(bytes, .sha256))
  }
}
