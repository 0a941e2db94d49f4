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

  package var category: ErrorCategory {
    // The identifier begins with its category; a test proves that each does.
    ErrorCategory(rawValue: String(rawValue.prefix { $0 != "." })) ?? .input
  }

  package var exitStatus: ExitStatus {
    switch category {
    case .misuse: .usage
    case .environment, .input: .failed
    case .medium, .interrupted: .incomplete
    }
  }

  /// What is wrong, as the beginning of a sentence.
  package var summary: String {
    switch self {
    case .mediumUnreadable: "the medium could not be read"
    case .mediumVanished: "the medium disappeared while it was read"
    case .mediumChanged: "the medium changed its size while it was read"
    case .mediumStalled: "the medium has stopped responding"
    case .mediumTooManyErrors: "too many sectors could not be read"
    case .outputExists: "the output exists already"
    case .outputInUse: "another process is working on this acquisition"
    case .destinationFull: "not enough space at the destination"
    case .destinationTooSmall: "the destination might be too small"
    case .destinationMissing: "the destination folder does not exist"
    case .destinationVanished: "the destination folder disappeared"
    case .writeFailed: "writing failed"
    case .readFailed: "reading failed"
    case .permissionDenied: "permission denied"
    case .sourceInUse: "the source is in use"
    case .sandboxMissing: "a part of the sandbox is missing"
    case .systemCall: "the operating system refused"
    case .databaseFailed: "the case database failed"
    case .cryptographyFailed: "the cryptographic library failed"
    case .reportFailed: "the report could not be made"
    case .networkFailed: "the server gave no usable answer"
    case .fileNotTrusted: "the file is not safe to follow"
    case .sourceMissing: "the source does not exist"
    case .sourceEmpty: "the source is empty"
    case .sourceNotReadable: "the source is neither a file nor a block device"
    case .sourceInsideCase: "the source lies inside the case folder"
    case .fileMissing: "the file does not exist"
    case .fileTooLarge: "the file is larger than such a file can be"
    case .segmentMissing: "a segment is missing"
    case .formatUnknown: "the format is not known"
    case .formatUnreadable: "this format cannot be read"
    case .sourceIsImage: "the source is not a storage medium"
    case .imageMalformed: "the image is damaged beyond opening"
    case .sheetMalformed: "the description of a disc does not follow its format"
    case .jsonMalformed: "not valid JSON of the strict form"
    case .manifestMalformed: "not an Exhibit manifest"
    case .manifestNewer: "the manifest was made by a newer version"
    case .recordFileMalformed: "a chunk file, map or list of digests does not follow its format"
    case .proofMalformed: "the partial proof does not follow its format"
    case .bagMalformed: "the folder is not a complete bag of evidence"
    case .outputShorter: "an unfinished image lost what was already written"
    case .journalMalformed: "the journal of an acquisition does not follow its format"
    case .notAsRecorded: "the evidence is not what was recorded"
    case .adoptionRefused: "a finished acquisition does not verify and is not taken into the case"
    case .otherMedium: "the source is not the medium the acquisition was begun with"
    case .otherSerial: "the device's serial number is not the one recorded for the item"
    case .keyUnusable: "the signing key cannot be used"
    case .keyOfNobody: "the signing key belongs to nobody of this case"
    case .passphraseWrong: "wrong passphrase"
    case .certificateUnusable: "the certificate cannot be used"
    case .timestampRefused: "no usable time stamp"
    case .signatureUnusable: "nothing can be added to the signature"
    case .templateUnusable: "a template or a table of phrases cannot be used"
    case .notACase: "not a case folder"
    case .caseDamaged: "the case database is damaged"
    case .caseNewer: "the case was made by a newer version"
    case .imagesNotVerified: "the images of the item do not verify"
    case .labelMalformed: "not the text of an evidence label"
    case .auditBroken: "the audit log is not intact"
    case .checkpointMalformed: "a checkpoint of the audit log does not follow its format"
    case .archiveMalformed: "not an archive of a case, or a damaged one"
    case .backupUnusable: "the backup cannot be restored"
    case .profileMalformed: "the profile is not valid"
    case .argumentInvalid: "an argument is not valid"
    case .caseNotGiven: "no case was named"
    case .caseExists: "the case exists already"
    case .itemUnknown: "no such item in this case"
    case .itemExists: "the item number is taken"
    case .itemNotHeld: "the item is not recorded in the custody of whoever would work on it"
    case .caseNotOpen: "the state of the case does not allow it"
    case .caseUnfinished: "something of the case is unfinished"
    case .confirmationNeeded: "two people must confirm it, each with a certificate of their own"
    case .authorityExpired: "the legal authority has expired"
    case .personUnknown: "no such person in this case"
    case .personAmbiguous: "several people of this case can be meant"
    case .programMissing: "a program that is needed for it is not installed"
    case .restoreLosesEvents: "restoring the backup would lose events of the audit log"
    case .nothingToResume: "no acquisition of this item can be resumed"
    case .nothingAcquired: "there is nothing acquired yet"
    case .lossNotAccepted: "the output cannot hold all that the input has"
    case .reportUnknown: "no such report in this case"
    case .reviewerIsAuthor: "whoever made a report does not approve it"
    case .passphraseNeeded: "a passphrase is needed"
    case .passphraseWeak: "the passphrase is too easy to guess"
    case .answerNeeded: "something is not known and there is no terminal to ask at"
    case .notConfirmed: "the acquisition was not confirmed"
    case .interrupted: "interrupted"
    }
  }
}
