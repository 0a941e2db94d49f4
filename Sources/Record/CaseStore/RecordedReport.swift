import CanonicalJSON
import CaseRecords
import Evidence

/// The state of the record that a report is of: what two reports with one number have in common.
package struct ReportState: Hashable, Sendable {
  /// The newest event that a report on these items could tell of.
  package let event: AuditHead
  /// Of the program.
  package let version: String
  /// SHA-256 of the record of a validation that the report refers to.
  package let validation: Digest?

  package init(event: AuditHead, version: String, validation: Digest?) {
    self.event = event
    self.version = version
    self.validation = validation
  }

  package var json: JSONValue {
    .fields([
      "sequence": JSONValue(event.sequence), "head": .string(event.digest.hex), "version": .string(version),
      "validation": validation.map { .string($0.hex) },
    ])
  }

  init?(_ json: JSONValue?) {
    guard let sequence = json?["sequence"]?.integerValue.flatMap({ UInt64(exactly: $0) }),
      let head = json?["head"]?.stringValue.flatMap({ Digest(.sha256, hex: $0) }),
      let version = json?["version"]?.stringValue
    else { return nil }
    self.init(
      event: AuditHead(sequence: sequence, digest: head), version: version,
      validation: json?["validation"]?.stringValue.flatMap { Digest(.sha256, hex: $0) })
  }
}

/// A report as the audit log tells of it: its files, what it is about, who approved it.
///
/// One report may have been written several times: in other languages, formats, with parts removed.
package struct RecordedReport: Hashable, Sendable {
  package struct File: Hashable, Sendable {
    /// Relative to the case where it lies inside.
    package let path: String
    package let sha256: Digest
    /// SHA-256 of the signature beside it.
    package let signature: Digest?

    package init(path: String, sha256: Digest, signature: Digest?) {
      self.path = path
      self.sha256 = sha256
      self.signature = signature
    }

    fileprivate init?(_ json: JSONValue) {
      guard let path = json["path"]?.stringValue,
        let sha256 = json["sha256"]?.stringValue.flatMap({ Digest(.sha256, hex: $0) })
      else { return nil }
      self.init(
        path: path, sha256: sha256,
        signature: json["signatureSHA256"]?.stringValue.flatMap { Digest(.sha256, hex: $0) })
    }
  }

  package struct Approval: Hashable, Sendable {
    /// A file of the report with the reviewer's signature of it.
    package struct SignedFile: Hashable, Sendable {
      package let file: File
      /// The signature, relative to the case where it lies inside.
      package let signaturePath: String
      package let signatureSHA256: Digest
      /// The PDF with the reviewer's signature inside, which begins with the bytes of the file; `nil` of what is not
      /// signed inside.
      package let copy: File?

      package init(file: File, signaturePath: String, signatureSHA256: Digest, copy: File? = nil) {
        self.file = file
        self.signaturePath = signaturePath
        self.signatureSHA256 = signatureSHA256
        self.copy = copy
      }
    }

    package let reviewer: String
    package let person: RecordIdentifier?
    package let given: Timestamp
    package let remarks: String?
    /// Audit event.
    package let event: UInt64
    /// SHA-256 of the reviewer's certificate; `nil` where nothing was signed.
    package let certificate: Digest?
    package let signed: [SignedFile]
  }

  package let name: String
  /// The number as it is printed; `nil` of one of before reports had them.
  package let number: String?
  package let items: [ItemNumber]
  package let supersedes: String?
  package fileprivate(set) var files: [File]
  package let made: Timestamp
  /// Who was at work when it was made.
  package let author: String
  /// Audit event: the first, where it was written several times.
  package let event: UInt64
  /// `nil` of one of before reports had it.
  package let state: ReportState?
  package fileprivate(set) var approvals: [Approval] = []
}

extension RecordedReport {
  /// `nil` for another event.
  init?(_ event: AuditEvent) {
    guard event.kind == .reportRecorded else { return nil }
    guard let details = event.payload["details"], let name = details["name"]?.stringValue,
      let files = details["files"]?.arrayValue
    else {
      self.init(unnamed: event)
      return
    }
    self.init(
      name: name, number: details["number"]?.stringValue,
      items: (details["items"]?.arrayValue ?? []).compactMap { item in
        item.stringValue.flatMap { try? ItemNumber($0) }
      }, supersedes: details["supersedes"]?.stringValue, files: files.compactMap { File($0) },
      made: event.time, author: event.actor.name, event: event.sequence, state: ReportState(details["state"]))
  }

  /// One of before reports had names: its path is its name.
  private init?(unnamed event: AuditEvent) {
    let rows = event.rows(of: ReportRecord.table).compactMap { try? ReportRecord($0) }
    guard let first = rows.first else { return nil }
    self.init(
      name: first.path, number: nil, items: rows.map(\.item), supersedes: nil,
      files: rows.map { File(path: $0.path, sha256: $0.sha256, signature: nil) }, made: event.time,
      author: event.actor.name, event: event.sequence, state: nil)
  }

  /// Whether another writing is one of the same report.
  func isSame(as other: RecordedReport) -> Bool {
    name == other.name && number == other.number && state != nil && state == other.state
      && author == other.author
  }

  mutating func add(_ other: RecordedReport) { files += other.files }

  mutating func add(_ approval: Approval) { approvals.append(approval) }
}

extension RecordedReport.Approval {
  /// `nil` for another event. The second value is the event of the report.
  static func read(_ event: AuditEvent) -> (Self, report: UInt64)? {
    guard event.kind == .reportApproved, let details = event.payload["details"],
      let report = details["event"]?.integerValue.flatMap({ UInt64(exactly: $0) }),
      let reviewer = details["name"]?.stringValue
    else { return nil }
    let approval = Self(
      reviewer: reviewer, person: details["reviewer"]?.stringValue.flatMap { RecordIdentifier($0) },
      given: event.time, remarks: details["remarks"]?.stringValue, event: event.sequence,
      certificate: details["certificateSHA256"]?.stringValue.flatMap { Digest(.sha256, hex: $0) },
      signed: (details["files"]?.arrayValue ?? []).compactMap { SignedFile($0) })
    return (approval, report)
  }
}

extension RecordedReport.Approval.SignedFile {
  fileprivate init?(_ json: JSONValue) {
    guard let file = RecordedReport.File(json), let path = json["approval"]?.stringValue,
      let digest = json["approvalSHA256"]?.stringValue.flatMap({ Digest(.sha256, hex: $0) })
    else { return nil }
    self.init(
      file: file, signaturePath: path, signatureSHA256: digest, copy: json["copy"].flatMap { .init($0) })
  }

  fileprivate var json: JSONValue {
    .fields([
      "path": .string(file.path), "sha256": .string(file.sha256.hex), "approval": .string(signaturePath),
      "approvalSHA256": .string(signatureSHA256.hex),
      "copy": copy.map { .fields(["path": .string($0.path), "sha256": .string($0.sha256.hex)]) },
    ])
  }
}

extension Array where Element == RecordedReport.Approval.SignedFile {
  var json: JSONValue { .array(map(\.json)) }
}
