import Evidence

// What to do about errors and findings, for whoever types commands. Below this layer nothing knows a flag or a command.

extension ErrorCode {
  /// What to do about it, as a whole sentence.
  package var remedy: String {
    switch self {
    case .mediumUnreadable: "Check cable, power and bridge, then go on with `exhibit resume`."
    case .mediumVanished: "Reconnect the medium, then go on with `exhibit resume`."
    case .mediumChanged: "Reconnect the medium, check its size, then go on with `exhibit resume`."
    case .mediumStalled: "Power-cycle the device, then go on with `exhibit resume`."
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
    case .systemCall: "See the reason given: fix the cause, then run the command again."
    case .databaseFailed: "Check space and rights of the case folder, then run the command again."
    case .cryptographyFailed: "Check the installed libcrypto, then run the command again."
    case .networkFailed:
      "Check address and network; without a network use `--request FILE`, then `--response FILE`."
    case .fileNotTrusted:
      "Make a file of your own that only you can write to (`chmod go-w`), in folders for which the same holds, or name another with `--profile FILE`."
    case .profileMalformed:
      "Correct the line, or make the profile again with `exhibit setup`; `--profile none` goes without one."
    case .passphraseWeak:
      "Use at least 12 characters, such as four words picked at random; `--accept-weak-passphrase` takes it all the same."
    case .answerNeeded: "Give the options that are named, or run in a terminal to be asked."
    case .reportFailed: "Install Exhibit anew, then make the report again; the case is not affected."
    case .sourceMissing: "Check the path; `exhibit devices` lists devices."
    case .sourceEmpty: "Check that a medium is inserted and that the path is right."
    case .sourceNotReadable: "Name a regular file, the first file of a split set, or a block device."
    case .sourceInsideCase: "Name a source outside the case; images in the case are checked with `verify`."
    case .fileMissing: "Check the path."
    case .fileTooLarge: "Check that the right file was named."
    case .segmentMissing: "Put all segments of the set into one folder and run again."
    case .formatUnknown: "Name an image of a disk or a disc, a manifest, an item or a case."
    case .formatUnreadable:
      "`--as raw` takes the file itself, byte for byte (`info`, `verify`, `convert`, `acquire`)."
    case .sourceIsImage:
      "Acquire the medium itself. `--as raw` acquires the file byte for byte; an image that can be read is rewritten with `exhibit convert`."
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
    case .otherSerial:
      "Compare device, label and item. Where it is the item's device all the same, use `--accept other-serial --reason TEXT`, which is recorded."
    case .keyUnusable:
      "Name a private key (PEM, PKCS#12 or PKCS#11 URI; RSA of 3072 bits or more, or ECDSA P-256 or P-384)."
    case .keyOfNobody:
      "Add its certificate with `exhibit person add --certificate FILE`, or name another key."
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
    case .personAmbiguous: "Name one by identifier; `exhibit person list` shows them."
    case .programMissing: "Install the package that is named, or choose another format."
    case .restoreLosesEvents:
      "Name a newer backup, or accept that with `--accept-loss`: it stays visible for ever."
    case .nothingToResume: "Begin one with `exhibit acquire`."
    case .nothingAcquired: "Acquire first with `exhibit acquire`."
    case .lossNotAccepted: "Name what may be lost with `--accept-loss`, or choose another format."
    case .reportUnknown: "See `exhibit report list` for the names of the reports."
    case .reviewerIsAuthor: "Have another person review it, and name that person with `--reviewer`."
    case .passphraseNeeded:
      "Run in a terminal to be asked for it, keep it for a while with `exhibit key unlock`, or name a file with EXHIBIT_PASSPHRASE_FILE or `--passphrase-file`."
    case .notConfirmed: "Check device and item, then run the command again; `--yes` does not ask."
    case .interrupted: "Go on with `exhibit resume`, or run the command again."
    }
  }
}

extension EvidenceError {
  /// What it happened to, as it is typed: `--sector-size 17`.
  package var typedSubject: String {
    field.map { $0.flag + subject.dropFirst($0.rawValue.count) } ?? subject
  }

  /// What to do about it, as whole sentences: what could be asked for instead, then the remedy of its code.
  package var remedy: String {
    guard !alternatives.isEmpty else { return code.remedy }
    return "Use \(alternatives.map(\.usage).joined(separator: " or ")). \(code.remedy)"
  }
}

extension RequestField {
  /// As it is typed.
  package var flag: String { "--\(rawValue)" }

  /// How it is asked for, as the end of a sentence that begins with "Use".
  package var usage: String {
    switch self {
    case .acquisition: "`\(flag) NAME`"
    case .corrects: "`\(flag) NUMBER`, a number that `exhibit custody show` prints"
    case .event: "`\(flag) correct`"
    case .format: "`\(flag) raw`"
    case .renew: "`\(flag)` to renew them"
    case .request: "`\(flag) FILE`, curl and `--response FILE` for https"
    case .segmentSize: "`\(flag) SIZE`"
    case .split: "`\(flag) SIZE`, such as `\(flag) 2GiB`"
    case .takenAs: "`\(flag) raw` to use every byte as it is"
    case .text: "`\(flag) TEXT` with what a scanner reads"
    case .to: "`\(flag) FORMAT`"
    case .track: "`\(flag) NUMBER` for the data of one track"
    case .unencryptedKey: "`\(flag)` to accept it"
    default: "`\(flag)`"
    }
  }
}

extension Finding {
  /// What it means, and where something can be done about it, what.
  package var advisedMeaning: String { code.meaning + (code.advice.map { ": \($0)" } ?? "") }

  /// What was observed, and what to do where an error or an unfinished acquisition is behind it.
  package var advisedObservation: String? {
    if let cause { return Rendering.line(cause) }
    return observed == Self.notEnded ? "\(Self.notEnded): `exhibit resume` goes on with it" : observed
  }
}

extension FindingCode {
  /// What to do about it, as the end of a sentence; `nil` where that depends on what was found.
  package var advice: String? { self == .timestampRenewalDue ? "stamp anew with `--renew`" : nil }
}
