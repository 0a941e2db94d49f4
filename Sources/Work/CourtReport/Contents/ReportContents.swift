import CanonicalJSON
import CaseRecords
import Evidence
import Manifests
import OpticalDisc
import Signing

/// Everything a report is made of: values as they are recorded, no words.
///
/// The one model behind every rendering. The same contents give the same bytes in each of them.
package struct ReportContents: Sendable {
  /// Name of the report; also of its files, without their endings: `001-report-2`.
  package var name: String
  /// The number that is printed: that of the case, the name, and digits that follow from the state of the record.
  package var number: String
  /// What the names of the files of this writing begin with: `001-report-2.de`.
  package var fileName: String
  /// The file that the command for checking its signature names: `001-report-2.de.html`.
  package var checkedFile: String
  /// The PDF that is signed inside as well; `nil` where none is.
  package var signedPDF: String?
  /// The report this one takes the place of.
  package var supersedes: String?
  /// When it was made: the only part of the contents that is not a state of the case.
  package var made: Timestamp
  package var author: PersonDetails
  package var record: CaseRecord
  /// What else is stated of the case.
  package var facts: [CaseFactName: String]
  package var people: [PersonRecord]
  /// At least one.
  package var items: [Item]
  /// The newest event of the audit log when the report was made.
  package var auditHead: AuditHead
  /// Earlier reports of the same items, oldest first.
  package var earlier: [EarlierReport]
  /// Of this report, where it was written before and approved.
  package var approvals: [Approval] = []
  /// The newest event that a checkpoint signs; `nil` where none was made.
  package var signedHead: AuditHead?
  /// The validation of the program that the laboratory refers to.
  package var validation: Validation?
  package var redaction: Redaction

  package init(
    name: String, supersedes: String? = nil, made: Timestamp, author: PersonDetails, record: CaseRecord,
    facts: [CaseFactName: String] = [:], people: [PersonRecord], items: [Item], auditHead: AuditHead,
    earlier: [EarlierReport] = [],
    signedHead: AuditHead? = nil, validation: Validation? = nil, redaction: Redaction = .none
  ) {
    self.name = name
    self.number = "\(record.number)/\(name)"
    self.fileName = name
    self.checkedFile = "\(name).html"
    self.supersedes = supersedes
    self.made = made
    self.author = author
    self.record = record
    self.facts = facts
    self.people = people
    self.items = items
    self.auditHead = auditHead
    self.earlier = earlier
    self.signedHead = signedHead
    self.validation = validation
    self.redaction = redaction
  }

  /// Name of a person of the case; `nil` where it knows none of this identifier.
  package func name(of person: RecordIdentifier?) -> String? {
    person.flatMap { person in people.first { $0.id == person }?.details.name }
  }

  /// A signed record of `exhibit validate`.
  package struct Validation: Hashable, Sendable {
    package let ended: Timestamp
    package let host: String
    /// Of the program that was tested.
    package let version: String
    /// Numbers of checks.
    package let passed: UInt64
    package let failed: UInt64
    /// Not applicable, or not run.
    package let others: UInt64
    /// Subject of the certificate it is signed with.
    package let signer: String
    /// Of the record.
    package let sha256: Digest

    package init(
      ended: Timestamp, host: String, version: String, passed: UInt64, failed: UInt64, others: UInt64,
      signer: String, sha256: Digest
    ) {
      self.ended = ended
      self.host = host
      self.version = version
      self.passed = passed
      self.failed = failed
      self.others = others
      self.signer = signer
      self.sha256 = sha256
    }
  }

  /// One evidence item with everything the case holds of it.
  package struct Item: Sendable {
    /// The item with everything that is stated of it.
    package let known: ItemDescription
    /// In the order of recording.
    package var custody: [CustodyEntry]
    /// What the record of custody leaves open.
    package var gaps: [Finding]
    /// Oldest first.
    package var acquisitions: [Acquisition]
    /// Oldest first.
    package var verifications: [VerificationEntry]
    package var photographs: [Photograph]

    package var record: EvidenceItemRecord { known.item }

    package init(
      _ known: ItemDescription, custody: [CustodyEntry], gaps: [Finding] = [], acquisitions: [Acquisition],
      verifications: [VerificationEntry], photographs: [Photograph] = []
    ) {
      self.known = known
      self.custody = custody
      self.gaps = gaps
      self.acquisitions = acquisitions
      self.verifications = verifications
      self.photographs = photographs
    }
  }

  /// A custody event with what belongs to it.
  package struct CustodyEntry: Sendable {
    package struct Note: Hashable, Sendable {
      /// A name such as `sealBefore`.
      package let label: String
      package let text: String

      package init(label: String, text: String) {
        self.label = label
        self.text = text
      }
    }

    package let recorded: Recorded<CustodyRecord>
    /// What else is known, people by name.
    package let notes: [Note]
    /// All of it as data.
    package let json: JSONValue

    package init(_ recorded: Recorded<CustodyRecord>, notes: [Note], json: JSONValue) {
      self.recorded = recorded
      self.notes = notes
      self.json = json
    }

    package var details: CustodyDetails { recorded.record.details }
  }

  /// One acquisition of an item.
  package struct Acquisition: Sendable {
    package let entry: AcquisitionEntry
    /// `nil` where it never came to a manifest: nothing of it is evidence then.
    package let sealed: Sealed?
    /// What the device said of itself, as the record keeps it.
    package let device: JSONValue?
    /// What it said of its health when it had been read.
    package let deviceAfter: JSONValue?
    /// Of an optical disc: its sessions, tracks and gaps; `nil` of any other medium.
    package let disc: Disc?
    package let readRate: ReadRate?
    /// Every folder that its images were written to, the case's own first; empty where there is no manifest.
    package let copies: [Copy]
    /// What was stated of it after it ended, oldest first.
    package let marks: [AcquisitionMark]

    package init(
      _ entry: AcquisitionEntry, sealed: Sealed?, device: JSONValue? = nil, deviceAfter: JSONValue? = nil,
      disc: Disc? = nil, readRate: ReadRate? = nil, copies: [Copy] = [], marks: [AcquisitionMark] = []
    ) {
      self.entry = entry
      self.sealed = sealed
      self.device = device
      self.deviceAfter = deviceAfter
      self.disc = disc
      self.readRate = readRate
      self.copies = copies
      self.marks = marks
    }

    package var name: String { entry.acquisition.name }

    package var verdict: AcquisitionVerdict {
      sealed?.manifest.verdict ?? entry.result?.verdict ?? .incomplete(reason: "no end is recorded")
    }
  }

  /// One folder that the images of an acquisition were written to, and what is known of it now.
  package struct Copy: Hashable, Sendable {
    package enum State: Hashable, Sendable {
      /// The newest verification checked it, and it is as recorded.
      case verified
      /// It was as recorded when it was last checked, and later verifications did not look at it.
      case verifiedEarlier
      /// What the last check of it came to, where that was not good.
      case bad(VerificationVerdict)
      /// The last check of it could not look at everything.
      case open(VerificationVerdict)
      case neverChecked
      /// It was not completed when the medium was acquired.
      case incomplete(reason: String)
    }

    /// Relative to the case of the case's own, otherwise absolute.
    package let folder: String
    /// Identifiers; empty where the record does not say.
    package let formats: [String]
    /// Why it was not completed; `nil` where it was.
    package let failure: String?
    package let history: CopyHistory

    package init(
      folder: String, formats: [String], failure: String? = nil, history: CopyHistory = CopyHistory()
    ) {
      self.folder = folder
      self.formats = formats
      self.failure = failure
      self.history = history
    }

    package var state: State {
      if let failure { return .incomplete(reason: failure) }
      guard let last = history.last else { return .neverChecked }
      switch last.verdict {
      case .verified: return history.missed == nil ? .verified : .verifiedEarlier
      case .notAllChecked, .noReference, .incomplete: return .open(last.verdict)
      case .mismatch, .damaged, .chainBroken: return .bad(last.verdict)
      }
    }
  }

  /// A manifest with what its signature is worth.
  package struct Sealed: Sendable {
    package let manifest: Manifest
    /// SHA-256 of the file.
    package let digest: Digest
    package let signature: SignatureReport
    /// Digests of the whole that were added later; `nil` where none were.
    package let whole: Whole?

    package init(manifest: Manifest, digest: Digest, signature: SignatureReport, whole: Whole? = nil) {
      self.manifest = manifest
      self.digest = digest
      self.signature = signature
      self.whole = whole
    }

    /// The manifest with what was added to it, as far as that holds.
    package var complete: Manifest {
      guard let whole, whole.isValid else { return manifest }
      return manifest.adding(whole.document, manifestDigest: digest) ?? manifest
    }
  }

  /// Digests of the whole that were not computed while reading, with what their signature is worth.
  package struct Whole: Sendable {
    package let document: WholeDigests
    /// SHA-256 of the file.
    package let digest: Digest
    package let signature: SignatureReport
    /// They are those that the manifest leaves for later, and their signature is intact.
    package let isValid: Bool

    /// - Parameter manifest: that they are of, with its SHA-256.
    package init(
      _ document: WholeDigests, digest: Digest, signature: SignatureReport, of manifest: Manifest,
      manifestDigest: Digest
    ) {
      self.document = document
      self.digest = digest
      self.signature = signature
      self.isValid =
        signature.isIntact && manifest.adding(document, manifestDigest: manifestDigest) != nil
    }

    /// Subjects of the certificates that signed them.
    package var signers: String {
      signature.signers.compactMap { $0.certificate?.subject }.joined(separator: "; ")
    }
  }

  /// A picture of the item.
  package struct Photograph: Sendable {
    /// File name.
    package let name: String
    package let sha256: Digest
    /// `image/jpeg` or `image/png`.
    package let mediaType: String
    package let bytes: [UInt8]

    package init(name: String, sha256: Digest, mediaType: String, bytes: [UInt8]) {
      self.name = name
      self.sha256 = sha256
      self.mediaType = mediaType
      self.bytes = bytes
    }
  }

  /// A report that was made before, and what a reviewer said of it.
  package struct EarlierReport: Hashable, Sendable {
    package let name: String
    package let made: Timestamp
    package let author: String
    /// Audit event.
    package let event: UInt64
    package let approvals: [Approval]

    package init(name: String, made: Timestamp, author: String, event: UInt64, approvals: [Approval]) {
      self.name = name
      self.made = made
      self.author = author
      self.event = event
      self.approvals = approvals
    }
  }

  /// A reviewer's approval of a report.
  package struct Approval: Hashable, Sendable {
    /// What the reviewer's signature of the report is worth.
    package enum Worth: Hashable, Sendable {
      /// It was recorded that somebody approves; nobody signed.
      case notSigned
      /// The subject of the reviewer's certificate, and its SHA-256.
      case valid(subject: String, certificate: Digest)
      case invalid(reason: String)
    }

    package let reviewer: String
    package let given: Timestamp
    package let remarks: String?
    package let worth: Worth

    package init(reviewer: String, given: Timestamp, remarks: String?, worth: Worth = .notSigned) {
      self.reviewer = reviewer
      self.given = given
      self.remarks = remarks
      self.worth = worth
    }
  }
}
