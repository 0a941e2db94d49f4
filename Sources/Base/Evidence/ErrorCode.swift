/// Whose fault an error is; decides how it is handled, and usually the exit status.
package enum ErrorCategory: String, Hashable, Sendable, CaseIterable {
  /// The medium did not return its sectors.
  case medium
  /// The machine could not do what was asked: no space, no permission, a failing destination.
  case environment
  /// A file or device that was handed in is not what it should be.
  case input
  /// The command was used wrongly.
  case misuse
  /// The examiner or the system stopped the work.
  case interrupted
}

/// Every error Exhibit reports, with a stable identifier (the raw value) and a category. What to do
/// about each is said where it is shown.
///
/// `Docs/errors.md` is generated from this list.
package enum ErrorCode: String, Hashable, Sendable, CaseIterable {
  // medium
  case mediumUnreadable = "medium.unreadable"
  case mediumVanished = "medium.vanished"
  case mediumChanged = "medium.changed"
  case mediumStalled = "medium.stalled"
  case mediumTooManyErrors = "medium.too-many-errors"
  case mediumDead = "medium.no-longer-readable"
  // environment
  case outputExists = "environment.output-exists"
  case outputInUse = "environment.output-in-use"
  case destinationFull = "environment.destination-full"
  case destinationTooSmall = "environment.destination-too-small"
  case destinationMissing = "environment.destination-missing"
  case destinationVanished = "environment.destination-vanished"
  case writeFailed = "environment.write-failed"
  case readFailed = "environment.read-failed"
  case permissionDenied = "environment.permission-denied"
  case sourceInUse = "environment.source-in-use"
  case sandboxMissing = "environment.sandbox-missing"
  case systemCall = "environment.system-call"
  case databaseFailed = "environment.database"
  case cryptographyFailed = "environment.cryptography"
  case reportFailed = "environment.report"
  case programMissing = "environment.program-missing"
  case networkFailed = "environment.network"
  case fileNotTrusted = "environment.file-not-trusted"
  // input
  case sourceMissing = "input.source-missing"
  case sourceEmpty = "input.source-empty"
  case sourceNotReadable = "input.source-not-a-medium"
  case sourceInsideCase = "input.source-inside-case"
  case fileMissing = "input.file-missing"
  case fileTooLarge = "input.file-too-large"
  case segmentMissing = "input.segment-missing"
  case formatUnknown = "input.format-unknown"
  case formatUnreadable = "input.format-not-readable"
  case sourceIsImage = "input.source-is-image"
  case imageMalformed = "input.image-malformed"
  case sheetMalformed = "input.sheet-malformed"
  case jsonMalformed = "input.json-malformed"
  case manifestMalformed = "input.manifest-malformed"
  case manifestNewer = "input.manifest-newer"
  case recordFileMalformed = "input.record-file-malformed"
  case proofMalformed = "input.proof-malformed"
  case bagMalformed = "input.bag-malformed"
  case outputShorter = "input.output-shorter"
  case journalMalformed = "input.journal-malformed"
  case journalNotAuthentic = "input.journal-not-authentic"
  case writtenDiffers = "input.written-differs"
  case notAsRecorded = "input.not-as-recorded"
  case adoptionRefused = "input.not-verified"
  case otherMedium = "input.other-medium"
  case otherSerial = "input.other-serial"
  case keyUnusable = "input.key-unusable"
  case keyOfNobody = "input.key-of-nobody"
  case passphraseWrong = "input.passphrase-wrong"
  case certificateUnusable = "input.certificate-unusable"
  case timestampRefused = "input.timestamp-refused"
  case signatureUnusable = "input.signature-unusable"
  case templateUnusable = "input.template-unusable"
  case notACase = "input.not-a-case"
  case caseDamaged = "input.case-damaged"
  case caseNewer = "input.case-newer"
  case imagesNotVerified = "input.images-not-verified"
  case labelMalformed = "input.label-malformed"
  case auditBroken = "input.audit-log-broken"
  case checkpointMalformed = "input.checkpoint-malformed"
  case archiveMalformed = "input.archive-malformed"
  case signerNotTrusted = "input.signer-not-trusted"
  case backupUnusable = "input.backup-unusable"
  case profileMalformed = "input.profile-malformed"
  // misuse
  case argumentInvalid = "misuse.argument"
  case caseNotGiven = "misuse.case-not-given"
  case caseExists = "misuse.case-exists"
  case itemUnknown = "misuse.item-unknown"
  case itemExists = "misuse.item-exists"
  case itemNotHeld = "misuse.item-not-held"
  case caseNotOpen = "misuse.case-not-open"
  case caseUnfinished = "misuse.case-unfinished"
  case confirmationNeeded = "misuse.confirmation-needed"
  case authorityExpired = "misuse.authority-expired"
  case personUnknown = "misuse.person-unknown"
  case personAmbiguous = "misuse.person-ambiguous"
  case restoreLosesEvents = "misuse.restore-loses-events"
  case nothingToResume = "misuse.nothing-to-resume"
  case nothingAcquired = "misuse.nothing-acquired"
  case lossNotAccepted = "misuse.loss-not-accepted"
  case reportUnknown = "misuse.report-unknown"
  case reviewerIsAuthor = "misuse.reviewer-is-author"
  case passphraseNeeded = "misuse.passphrase-needed"
  case passphraseWeak = "misuse.passphrase-weak"
  case answerNeeded = "misuse.answer-needed"
  case notConfirmed = "misuse.not-confirmed"
  // interrupted
  case interrupted = "interrupted.by-signal"
  case stoppedAtLimit = "interrupted.at-limit"

  package var category: ErrorCategory {
    // The identifier begins with its category; a test proves that each does.
    ErrorCategory(rawValue: String(rawValue.prefix { $0 != "." })) ?? .input
  }

  package var exitStatus: ExitStatus {
    switch category {
    // As where a verification finds the same.
    case _ where self == .signerNotTrusted: .mismatch
    case .misuse: .usage
    case .environment, .input: .failed
    case .medium, .interrupted: .incomplete
    }
  }

  /// What is wrong, as the beginning of a sentence.
  package var summary: String {
    switch self {
    case .mediumUnreadable: "the medium could not be read"
    case .mediumVanished: "the medium disappeared while being read"
    case .mediumChanged: "the medium changed size while being read"
    case .mediumStalled: "the medium has stopped responding"
    case .mediumTooManyErrors: "too many sectors could not be read"
    case .mediumDead: "the device no longer returns what could be read of it before"
    case .outputExists: "the output already exists"
    case .outputInUse: "another process is working on this acquisition"
    case .destinationFull: "not enough space at the destination"
    case .destinationTooSmall: "the destination may be too small"
    case .destinationMissing: "the destination folder does not exist"
    case .destinationVanished: "the destination folder disappeared"
    case .writeFailed: "writing failed"
    case .readFailed: "reading failed"
    case .permissionDenied: "permission denied"
    case .sourceInUse: "the source is in use"
    case .sandboxMissing: "part of the sandbox is unavailable"
    case .systemCall: "a system call failed"
    case .databaseFailed: "the case database failed"
    case .cryptographyFailed: "the cryptographic library failed"
    case .reportFailed: "the report could not be created"
    case .networkFailed: "the server did not return a usable answer"
    case .fileNotTrusted: "the file is not safe to trust"
    case .sourceMissing: "the source does not exist"
    case .sourceEmpty: "the source is empty"
    case .sourceNotReadable: "the source is neither a file nor a block device"
    case .sourceInsideCase: "the source is inside the case folder"
    case .fileMissing: "the file does not exist"
    case .fileTooLarge: "the file exceeds the size limit for its kind"
    case .segmentMissing: "a segment is missing"
    case .formatUnknown: "the format is not recognised"
    case .formatUnreadable: "this format cannot be read"
    case .sourceIsImage: "the source is not a storage medium"
    case .imageMalformed: "the image is too damaged to open"
    case .sheetMalformed: "the disc description is malformed"
    case .jsonMalformed: "not valid strict JSON"
    case .manifestMalformed: "not an Exhibit manifest"
    case .manifestNewer: "the manifest was made by a newer version"
    case .recordFileMalformed: "a chunk file, map or hash list is malformed"
    case .proofMalformed: "the partial proof is malformed"
    case .bagMalformed: "the folder is not a complete bag (BagIt)"
    case .outputShorter: "an unfinished image has lost data already written"
    case .journalMalformed: "the acquisition journal is malformed"
    case .journalNotAuthentic: "the acquisition journal is not one the examiner's program saved"
    case .writtenDiffers: "what was written before the interruption has changed since"
    case .notAsRecorded: "the evidence does not match its record"
    case .adoptionRefused: "a finished acquisition failed verification and was not added to the case"
    case .otherMedium: "the source is not the medium this acquisition started with"
    case .otherSerial: "the device's serial number is not the one recorded for the item"
    case .keyUnusable: "the signing key cannot be used"
    case .keyOfNobody: "the signing key does not belong to anyone in this case"
    case .passphraseWrong: "wrong passphrase"
    case .certificateUnusable: "the certificate cannot be used"
    case .timestampRefused: "no usable time stamp"
    case .signatureUnusable: "the signature file cannot be extended"
    case .templateUnusable: "a template or phrase table cannot be used"
    case .notACase: "not a case folder"
    case .caseDamaged: "the case database is damaged"
    case .caseNewer: "the case was made by a newer version"
    case .imagesNotVerified: "the images of the item failed verification"
    case .labelMalformed: "not the text of an evidence label"
    case .auditBroken: "the audit log is not intact"
    case .checkpointMalformed: "an audit log checkpoint is malformed"
    case .archiveMalformed: "not a case archive, or a damaged one"
    case .signerNotTrusted: "signed by nobody you trust"
    case .backupUnusable: "the backup cannot be restored"
    case .profileMalformed: "the profile is not valid"
    case .argumentInvalid: "invalid argument"
    case .caseNotGiven: "no case was named"
    case .caseExists: "the case already exists"
    case .itemUnknown: "no such item in this case"
    case .itemExists: "the item number is already in use"
    case .itemNotHeld: "the item is not recorded in your custody"
    case .caseNotOpen: "not allowed in the current state of the case"
    case .caseUnfinished: "the case has unfinished work"
    case .confirmationNeeded: "two people must confirm, each with their own certificate"
    case .authorityExpired: "the legal authority has expired"
    case .personUnknown: "no such person in this case"
    case .personAmbiguous: "more than one person in this case matches"
    case .programMissing: "a required program is not installed"
    case .restoreLosesEvents: "restoring this backup would lose audit log events"
    case .nothingToResume: "no acquisition of this item can be resumed"
    case .nothingAcquired: "nothing has been acquired yet"
    case .lossNotAccepted: "the output cannot hold everything in the input"
    case .reportUnknown: "no such report in this case"
    case .reviewerIsAuthor: "the author of a report cannot approve it"
    case .passphraseNeeded: "a passphrase is needed"
    case .passphraseWeak: "the passphrase is too easy to guess"
    case .answerNeeded: "required information is missing and there is no terminal to prompt"
    case .notConfirmed: "the acquisition was not confirmed"
    case .interrupted: "interrupted"
    case .stoppedAtLimit: "the verification was stopped and says nothing about the evidence"
    }
  }
}
