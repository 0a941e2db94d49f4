import CaseFolders
import CaseRecords
import CaseStore
import Digests
import Evidence
import Signing
import SystemIO
import SystemPackage
import Verification

/// Checks the signed checkpoints of a case: form, signature, order, and that they are those the case records.
struct CheckpointCheck {
  private let folder: CaseFolder
  private let files: CheckpointFiles
  private let trusted: [Certificate]

  init(_ folder: CaseFolder, trusted: [Certificate]) {
    self.folder = folder
    self.files = CheckpointFiles(folder)
    self.trusted = trusted
  }

  /// Adds what is found to `report`.
  /// - Parameter store: `nil` where the database cannot be asked.
  /// - Returns: what the checkpoints say of the log, to hold it against.
  func check(_ store: CaseStore?, _ report: inout VerificationReport) -> [AuditReference] {
    let recorded = Dictionary(((try? store?.checkpoints()) ?? []).map { ($0.head.sequence, $0) }) {
      first, _ in first
    }
    let identity = (try? store?.caseRecord())?.id.description
    var references: [AuditReference] = []
    var findings: [Finding] = []
    var signers: Set<SignerReport> = []
    var previous: AuditCheckpoint.Predecessor?
    let there = files.sequences
    let digests = (try? store?.digests(ofEventsUpTo: Set(there))) ?? [:]
    for sequence in there {
      let found = look(at: sequence, recorded[sequence], after: previous, in: identity, &signers)
      findings += found.findings + compare(found.checkpoint?.digests, digests[sequence], sequence)
      if let checkpoint = found.checkpoint {
        references.append(AuditReference(checkpoint.head, from: "checkpoint \(sequence)"))
      }
      previous = found.document.map { AuditCheckpoint.Predecessor(sequence: sequence, document: $0) }
    }
    for sequence in recorded.keys.sorted() where !there.contains(sequence) {
      findings.append(
        Finding(
          .fileMissing, subject: folder.relative(files.document(sequence)), expected: "a checkpoint",
          observed: "no file"))
      // What the log itself says of it is still a reference.
      if let record = recorded[sequence] {
        references.append(AuditReference(record.head, from: "the record of checkpoint \(sequence)"))
      }
    }
    guard !there.isEmpty || !recorded.isEmpty else { return [] }
    report.take(
      "\(there.count) signed checkpoint\(there.count == 1 ? "" : "s")", against: "signatures and the case",
      findings)
    // One of each kind is enough: there may be thousands.
    if let last = signers.max(by: {
      ($0.signingTime?.microseconds ?? 0) < ($1.signingTime?.microseconds ?? 0)
    }) {
      report.signers.append(last)
    }
    return references
  }

  private func look(
    at sequence: UInt64, _ record: CheckpointRecord?, after previous: AuditCheckpoint.Predecessor?,
    in identity: String?,
    _ signers: inout Set<SignerReport>
  ) -> (checkpoint: AuditCheckpoint?, document: Digest?, findings: [Finding]) {
    let subject = folder.relative(files.document(sequence))
    var findings: [Finding] = []
    let bytes: [UInt8]
    do throws(EvidenceError) {
      bytes = try Files.contents(files.document(sequence), cap: CheckpointFiles.cap)
    } catch {
      return (nil, nil, [Finding(.fileUnreadable, subject: subject, observed: error)])
    }
    let digest = Digest.of(bytes, .sha256)
    let signature = try? Files.contents(files.signature(sequence), cap: CheckpointFiles.cap)
    if let record {
      findings += Self.compare(subject, record.document, digest)
      if let signature {
        findings += Self.compare(
          folder.relative(files.signature(sequence)), record.signature, Digest.of(signature, .sha256))
      }
    } else {
      findings.append(Finding(.checkpointUnrecorded, .warning, subject: subject))
    }
    findings += signatureFindings(bytes, signature, sequence, &signers)
    do throws(EvidenceError) {
      let checkpoint = try AuditCheckpoint(parsing: bytes, name: subject)
      if checkpoint.head.sequence != sequence || (identity.map { $0 != checkpoint.caseIdentifier } ?? false)
        || checkpoint.previous != previous
      {
        findings.append(
          Finding(
            .checkpointMismatch, subject: subject,
            expected: "checkpoint \(sequence) of this case, after the one before",
            observed: checkpoint.json.canonicalText))
      }
      return (checkpoint, digest, findings)
    } catch {
      findings.append(Finding(.checkpointMalformed, subject: subject, observed: error.detail))
      return (nil, digest, findings)
    }
  }

  private func signatureFindings(
    _ bytes: [UInt8], _ signature: [UInt8]?, _ sequence: UInt64, _ signers: inout Set<SignerReport>
  ) -> [Finding] {
    let subject = folder.relative(files.signature(sequence))
    guard let signature else {
      return [Finding(.fileMissing, subject: subject, expected: "a signature", observed: "no file")]
    }
    do throws(EvidenceError) {
      let report = try SignatureCheck.verify(signature: signature, content: bytes, trust: Trust(trusted))
      for signer in report.signers { signers.insert(signer) }
      return report.findings(subject: subject) + tokenFindings(signature, sequence)
    } catch {
      return [Finding(.signatureInvalid, subject: subject, observed: error)]
    }
  }

  /// The time stamp of a signature, where it has one.
  private func tokenFindings(_ signature: [UInt8], _ sequence: UInt64) -> [Finding] {
    let path = files.token(sequence)
    guard Files.exists(path) else { return [] }
    let subject = folder.relative(path)
    do throws(EvidenceError) {
      let bytes = try Files.contents(path, cap: TimestampToken.largestFile)
      return try TimestampToken(der: bytes, name: subject).check(of: signature, trust: Trust(trusted))
        .findings(subject: subject)
    } catch {
      return [
        Finding(
          .timestampInvalid, subject: subject, expected: "a time stamp", observed: error)
      ]
    }
  }

  /// Where the log does not reach that far, or cannot be read, its own check finds that.
  private func compare(_ signed: Digest?, _ stored: Digest?, _ sequence: UInt64) -> [Finding] {
    guard let signed, let stored, signed != stored else { return [] }
    return [
      Finding(
        .checkpointMismatch, subject: folder.relative(files.document(sequence)),
        expected: "digests of the events before it: \(stored)", observed: "\(signed)")
    ]
  }

  private static func compare(_ subject: String, _ expected: Digest, _ observed: Digest) -> [Finding] {
    expected == observed
      ? []
      : [
        Finding(
          .fileDigestMismatch, subject: subject, expected: "SHA-256 \(expected)",
          observed: "SHA-256 \(observed)")
      ]
  }
}
