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

/// Every error Exhibit reports, with a stable identifier (the raw value), a category and a remedy.
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
  case keyUnusable = "input.key-unusable"
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
  case restoreLosesEvents = "misuse.restore-loses-events"
  case nothingToResume = "misuse.nothing-to-resume"
  case nothingAcquired = "misuse.nothing-acquired"
  case lossNotAccepted = "misuse.loss-not-accepted"
  case reportUnknown = "misuse.report-unknown"
  case reviewerIsAuthor = "misuse.reviewer-is-author"
  case passphraseNeeded = "misuse.passphrase-needed"
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
    case .mediumStalled: "the medium does not answer any more"
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
    case .sourceMissing: "the source does not exist"
    case .sourceEmpty: "the source is empty"
    case .sourceNotReadable: "the source is neither a file nor a block device"
    case .sourceInsideCase: "the source lies inside the case folder"
    case .fileMissing: "the file does not exist"
    case .fileTooLarge: "the file is larger than such a file can be"
    case .segmentMissing: "a segment is missing"
    case .formatUnknown: "the format is not known"
    case .formatUnreadable: "Exhibit cannot read this format"
    case .sourceIsImage: "the source is an image, not a medium"
    case .imageMalformed: "the image is damaged beyond opening"
    case .sheetMalformed: "the description of a disc does not follow its format"
    case .jsonMalformed: "not valid JSON of the strict form"
    case .manifestMalformed: "not an Exhibit manifest"
    case .manifestNewer: "the manifest was made by a newer version"
    case .recordFileMalformed: "a chunk file, map or list of digests does not follow its format"
    case .proofMalformed: "the partial proof does not follow its format"
    case .bagMalformed: "the folder is no complete bag of evidence"
    case .outputShorter: "an unfinished image lost what was already written"
    case .journalMalformed: "the journal of an acquisition does not follow its format"
    case .notAsRecorded: "the evidence is not what was recorded"
    case .adoptionRefused: "a finished acquisition does not verify and is not taken into the case"
    case .otherMedium: "the source is not the medium the acquisition was begun with"
    case .keyUnusable: "the signing key cannot be used"
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
    case .argumentInvalid: "an argument is not valid"
    case .caseNotGiven: "no case was named"
    case .caseExists: "the case exists already"
    case .itemUnknown: "no such item in this case"
    case .itemExists: "the item number is taken"
    case .itemNotHeld: "the item is not in the hands of who would work on it"
    case .caseNotOpen: "the state of the case does not allow it"
    case .caseUnfinished: "something of the case is unfinished"
    case .confirmationNeeded: "two people must confirm it, each with a certificate of their own"
    case .authorityExpired: "the legal authority has expired"
    case .personUnknown: "no such person in this case"
    case .programMissing: "a program that is needed for it is not installed"
    case .restoreLosesEvents: "restoring the backup would lose events of the audit log"
    case .nothingToResume: "no acquisition of this item can be resumed"
    case .nothingAcquired: "there is nothing acquired yet"
    case .lossNotAccepted: "the output cannot hold all that the input has"
    case .reportUnknown: "no such report in this case"
    case .reviewerIsAuthor: "whoever made a report does not approve it"
    case .passphraseNeeded: "a passphrase is needed"
    case .interrupted: "interrupted"
    }
  }

  /// What to do about it, as a whole sentence.
  package var remedy: String {
    switch self {
    case .mediumUnreadable: "Check cable, power and bridge, then go on with `exhibit resume`."
    case .mediumVanished: "Reconnect the medium, then go on with `exhibit resume`."
    case .mediumChanged: "Reconnect the medium, check its size, then go on with `exhibit resume`."
    case .mediumStalled: "Take power from the medium and give it back, then go on with `exhibit resume`."
    case .mediumTooManyErrors:
      "Go on with `exhibit resume --error-limit NUMBER`, or see what is wrong with the medium."
    case .outputExists: "Nothing is ever overwritten: move the existing output away or choose another name."
    case .outputInUse: "Wait until it has ended."
    case .destinationFull:
      "Free space or choose another destination; an acquisition that had begun goes on with `exhibit resume`."
    case .destinationTooSmall:
      "Free space, choose another destination, or begin all the same with `--accept-little-space`."
    case .destinationMissing: "Create the folder first or name another one."
    case .destinationVanished: "Connect and mount it again, then go on with `exhibit resume`."
    case .writeFailed:
      "Check the destination drive, then run the command again; an acquisition goes on with `exhibit resume`."
    case .readFailed: "Check the drive that holds the file, then run the command again."
    case .permissionDenied: "Run with the needed rights, or change the rights of the file."
    case .sourceInUse:
      "Unmount or release it first. A file system that must stay mounted, read-only, is accepted with `--accept mounted-read-only --reason TEXT`, which is recorded."
    case .sandboxMissing: "Use a kernel with Landlock and seccomp, or leave `--require-sandbox` out."
    case .systemCall: "See the reason given; run again when it is gone."
    case .databaseFailed: "Check space and rights of the case folder, then run the command again."
    case .cryptographyFailed: "Check the installed libcrypto, then run the command again."
    case .networkFailed:
      "Check address and network; without a network use `--request FILE`, then `--response FILE`."
    case .reportFailed: "Install Exhibit anew, then make the report again; the case is not affected."
    case .sourceMissing: "Check the path; `exhibit devices` lists devices."
    case .sourceEmpty: "Check that a medium is inserted and that the path is right."
    case .sourceNotReadable: "Name a regular file, the first file of a split set, or a block device."
    case .sourceInsideCase: "Name a source outside the case; images in the case are checked with `verify`."
    case .fileMissing: "Check the path."
    case .fileTooLarge: "Check that the right file was named."
    case .segmentMissing: "Put all segments of the set into one folder and run again."
    case .formatUnknown: "Name an E01 or raw image, a manifest, an item or a case."
    case .formatUnreadable: "To work on the file itself, byte for byte, add `--as raw`."
    case .sourceIsImage:
      "Acquire the medium itself; `exhibit convert` rewrites an image, and `--as raw` acquires the file byte for byte."
    case .imageMalformed: "Restore the file from another copy; see the offset given."
    case .sheetMalformed: "See the line given; name another description, or a corrected copy of it."
    case .jsonMalformed: "Restore the file from another copy; see the offset given."
    case .manifestMalformed: "Name the `.manifest.json` of an acquisition."
    case .manifestNewer: "Use the version of Exhibit that is named in it, or a later one."
    case .recordFileMalformed: "Restore the file from another copy; see the line given."
    case .proofMalformed: "Ask for the bundle again; whoever made it can make it anew from the image."
    case .bagMalformed: "Name a folder made by `exhibit export`; where files are missing, copy it again."
    case .outputShorter: "Begin a new acquisition; what the unfinished folder holds stays there."
    case .journalMalformed: "Acquire again; what the unfinished folder holds stays there, see `recover`."
    case .notAsRecorded: "See `exhibit verify`, and go on with another copy of the evidence."
    case .adoptionRefused: "See `exhibit verify --case`, then begin a new acquisition."
    case .otherMedium: "Connect the medium the acquisition was begun with, or begin a new acquisition."
    case .keyUnusable:
      "Name a private key (PEM, PKCS#12 or PKCS#11 URI; RSA of 3072 bits or more, or ECDSA P-256 or P-384)."
    case .passphraseWrong: "Try again with the right passphrase."
    case .certificateUnusable: "See the reason given; name a certificate, PEM or DER, that fits."
    case .signatureUnusable: "Verify the manifest first; see the reason given."
    case .timestampRefused: "See the reason given; ask the authority again, or another one."
    case .templateUnusable:
      "Put it right, or leave it out of the folder; `exhibit report templates` writes those that are shipped."
    case .notACase: "Name a folder made by `exhibit case create`."
    case .caseDamaged: "Restore the case folder from a backup; evidence files can be verified without it."
    case .caseNewer: "Use the version of Exhibit that made it, or a later one."
    case .imagesNotVerified:
      "See `exhibit verify`; where it must go all the same, say why with `--unverified`."
    case .labelMalformed: "Give the text that a scanner reads from the code on the label."
    case .auditBroken: "See `exhibit audit verify`; nothing is signed until it is understood."
    case .checkpointMalformed: "See `exhibit audit verify`; restore the file from another copy."
    case .archiveMalformed: "Name an archive made by `exhibit case export`, or another copy of it."
    case .backupUnusable: "Name a backup of this case made by `exhibit case backup`."
    case .argumentInvalid: "See `--help` for what is allowed."
    case .caseNotGiven: "Use `--case FOLDER`, set EXHIBIT_CASE, or run inside a case folder."
    case .caseExists: "Choose another folder; a case is never overwritten."
    case .itemUnknown: "Add it with `exhibit item add`, or check the number."
    case .itemExists: "Choose another number; items are never replaced."
    case .itemNotHeld: "See `exhibit custody show`; record how it came back with `exhibit custody record`."
    case .caseNotOpen: "Open it again with `exhibit case reopen --reason REASON`."
    case .caseUnfinished: "Finish or record what is named, then run the command again."
    case .confirmationNeeded: "Give two keys with `--sign KEY --sign KEY`; see `exhibit person add`."
    case .authorityExpired:
      "Record a new one with `exhibit authority record`, or say why with `--after-expiry`."
    case .personUnknown: "Add them with `exhibit person add`, or see `exhibit person list`."
    case .programMissing: "Install the package that is named, or choose another format."
    case .restoreLosesEvents:
      "Name a newer backup, or accept that with `--accept-loss`: it stays visible for ever."
    case .nothingToResume: "Begin one with `exhibit acquire`."
    case .nothingAcquired: "Acquire first with `exhibit acquire`."
    case .lossNotAccepted: "Name what may be lost with `--accept-loss`, or choose another format."
    case .reportUnknown: "See `exhibit report list` for the names of the reports."
    case .reviewerIsAuthor: "Have another person review it, and name that person with `--reviewer`."
    case .passphraseNeeded: "Use `--passphrase-file FILE`, or run in a terminal to be asked for it."
    case .interrupted: "Go on with `exhibit resume`, or run the command again."
    }
  }
}
