import Evidence

// What to do about errors and findings, for whoever types commands. Below this layer nothing knows a flag or a command.

/// What a command does, as far as a way on depends on it.
package enum Work: CaseIterable, Sendable {
  /// Reads a medium, and can be resumed.
  case acquisition
  /// Writes an image whose files can be split.
  case conversion
  /// Asks an authority for a time stamp, or takes its answer from a file.
  case stamping
  case other
}

extension ErrorCode {
  /// What to do about it, as a whole sentence, for the command that runs.
  package var remedy: String { remedy(during: Rendering.work) }

  /// What to do about it: where it differs, as the command can follow it.
  package func remedy(during work: Work) -> String {
    switch work {
    case .acquisition: remedyOfAcquisition ?? usualRemedy
    case .conversion: self == .fileLimit ? Self.splitting : usualRemedy
    case .stamping:
      self == .networkFailed
        ? "\(usualRemedy) Offline, use `--request FILE`, then `--response FILE`." : usualRemedy
    case .other: usualRemedy
    }
  }

  private static let splitting =
    "Start again with `--split SIZE` (raw) or `--segment-size SIZE` (E01), or choose another destination."

  private var remedyOfAcquisition: String? {
    switch self {
    case .mediumUnreadable: "Check cable, power and bridge, then continue with `exhibit resume`."
    case .mediumVanished: "Reconnect the medium, then continue with `exhibit resume`."
    case .mediumChanged: "Reconnect the medium, check its size, then continue with `exhibit resume`."
    case .mediumStalled: "Power-cycle the device, then continue with `exhibit resume`."
    case .mediumTooManyErrors:
      "Continue with `exhibit resume --error-limit NUMBER`, or find out what is wrong with the medium."
    case .mediumDead:
      "Check cable, power and bridge, then run `exhibit resume` again; what was read before is kept."
    case .destinationFull:
      "Free space or choose another destination. Continue an interrupted acquisition with `exhibit resume`."
    case .destinationVanished: "Reconnect and mount it, then continue with `exhibit resume`."
    case .fileLimit:
      "Lift the limit and continue with `exhibit resume`. If the file system cannot hold larger files, start again with `--split SIZE` (raw) or `--segment-size SIZE` (E01), or choose another destination."
    case .writeFailed:
      "Check the destination drive, then run the command again. Continue an interrupted acquisition with `exhibit resume`."
    case .sourceInUse:
      "Unmount or release it first. To accept a file system that must stay mounted read-only, use `--accept mounted-read-only --reason TEXT`; Exhibit records it."
    case .interrupted: "Continue with `exhibit resume`, or run the command again."
    default: nil
    }
  }

  private var usualRemedy: String {
    switch self {
    case .mediumUnreadable: "Check cable, power and bridge, then run the command again."
    case .mediumVanished: "Reconnect the medium, then run the command again."
    case .mediumChanged: "Reconnect the medium, check its size, then run the command again."
    case .mediumStalled: "Power-cycle the device, then run the command again."
    case .mediumTooManyErrors: "Find out what is wrong with the medium."
    case .mediumDead: "Check cable, power and bridge, then run the command again."
    case .outputExists: "Exhibit never overwrites: move the existing output away or choose another name."
    case .outputInUse: "Wait until it has finished."
    case .destinationFull: "Free space or choose another destination, then run the command again."
    case .destinationTooSmall:
      "Free space, choose another destination, or start anyway with `--accept-little-space`."
    case .destinationMissing: "Create the folder first, or name another."
    case .destinationVanished: "Reconnect and mount it, then run the command again."
    case .destinationUnsuitable: "Choose a destination on another file system."
    case .readOnlyFileSystem:
      "Name an output on writable storage; work on a copy of a case that is on read-only storage."
    case .fileLimit: "Choose a destination that holds larger files."
    case .readBackDiffers: "Do not rely on that drive: acquire again to another destination."
    case .writeFailed: "Check the destination drive, then run the command again."
    case .readFailed: "Check the drive that holds the file, then run the command again."
    case .permissionDenied: "Run with the required privileges, or change the file's permissions."
    case .sourceInUse: "Unmount or release it first."
    case .sandboxMissing: "Use a kernel with Landlock and seccomp, or omit `--require-sandbox`."
    case .clockBehind:
      "Set the clock if it is wrong. If it was ahead when the certificate was made, wait, or create another key and certificate with `exhibit key create`."
    case .systemCall: "Fix the cause named above, then run the command again."
    case .databaseFailed: "Check the case folder's free space and permissions, then run the command again."
    case .cryptographyFailed: "Check the installed libcrypto, then run the command again."
    case .networkFailed: "Check the address and the network."
    case .fileNotTrusted:
      "Make sure only you can write to the file and its folders (`chmod go-w`), or name another with `--profile FILE`."
    case .profileMalformed:
      "Correct the line, or recreate the profile with `exhibit setup`; `--profile none` uses no profile."
    case .passphraseWeak:
      "Use at least 12 characters, e.g. four random words, or accept it with `--accept-weak-passphrase`."
    case .answerNeeded: "Give the options named above, or run in a terminal to be prompted."
    case .reportFailed: "Reinstall Exhibit, then create the report again. The case is not affected."
    case .pageTooSlow: "Use the HTML report, or leave out long texts and create the PDF again."
    case .sourceMissing: "Check the path; `exhibit devices` lists devices."
    case .sourceEmpty: "Check that a medium is inserted and that the path is right."
    case .sourceNotReadable: "Name a regular file, the first file of a split set, or a block device."
    case .sourceInsideCase: "Name a source outside the case. To check images in the case, use `verify`."
    case .fileMissing: "Check the path."
    case .fileTooLarge: "Check that you named the right file."
    case .segmentMissing:
      "Put all segments of the set into one folder and run again. A file that is not part of a set needs a name that does not end in a number."
    case .formatUnknown: "Name an image of a disk or a disc, a manifest, an item or a case."
    case .fileSystemMissing:
      "`exhibit disc show` lists its tracks, `exhibit disc check` what its sectors are."
    case .formatUnreadable:
      "`--as raw` uses the file itself, byte for byte (`info`, `verify`, `convert`, `acquire`)."
    case .sourceIsImage:
      "Acquire the medium itself. `--as raw` acquires the file byte for byte; `exhibit convert` converts images it can read."
    case .imageMalformed: "Restore the file from another copy; the offset is given above."
    case .sheetMalformed: "Name another disc description, or a corrected copy; the line is given above."
    case .jsonMalformed: "Restore the file from another copy; the offset is given above."
    case .manifestMalformed: "Name the `.manifest.json` of an acquisition."
    case .manifestNewer: "Use the version of Exhibit named in it, or a later one."
    case .recordFileMalformed: "Restore the file from another copy; the line is given above."
    case .proofMalformed: "Ask for the bundle again; its maker can create it again from the image."
    case .bagMalformed: "Name a folder made by `exhibit export`. If files are missing, copy it again."
    case .outputShorter: "Start a new acquisition; the unfinished folder is kept."
    case .journalMalformed: "Acquire again; the unfinished folder is kept, see `recover`."
    case .journalNotAuthentic, .writtenDiffers:
      "Nothing was signed. Find out who had access to the case folder, keep the unfinished folder as it is, and acquire again."
    case .notAsRecorded: "Run `exhibit verify`, and continue with another copy of the evidence."
    case .adoptionRefused: "Run `exhibit verify --case`, then start a new acquisition."
    case .otherMedium: "Connect the original medium, or start a new acquisition."
    case .otherSerial:
      "Compare device, label and item. If it is the right device, use `--accept other-serial --reason TEXT`; Exhibit records it."
    case .keyUnusable:
      "Name a private key (PEM, PKCS#12 or PKCS#11 URI; RSA of 3072 bits or more, or ECDSA P-256 or P-384)."
    case .keyOfNobody:
      "Add its certificate with `exhibit person add --certificate FILE`, or name another key."
    case .passphraseWrong: "Try again with the correct passphrase."
    case .certificateUnusable: "Name a suitable certificate, PEM or DER; the reason is given above."
    case .signatureUnusable: "Verify the manifest first; the reason is given above."
    case .timestampRefused: "Ask the authority again, or another one; the reason is given above."
    case .templateUnusable:
      "Correct it, or remove it from the folder; `exhibit report templates` writes the built-in templates."
    case .notACase: "Name a folder made by `exhibit case create`."
    case .caseDamaged:
      "Restore the database with `exhibit case restore`; evidence files can be verified without it."
    case .caseNewer: "Use the version of Exhibit that made it, or a later one."
    case .imagesNotVerified:
      "Run `exhibit verify`. To release the item anyway, give a reason with `--unverified`."
    case .labelMalformed: "Give the text a scanner reads from the label's code."
    case .auditBroken: "Run `exhibit audit verify`; Exhibit signs nothing while the log is broken."
    case .checkpointMalformed: "Run `exhibit audit verify`, and restore the file from another copy."
    case .archiveMalformed: "Name an archive made by `exhibit case export`, or another copy of it."
    case .signerNotTrusted:
      "Compare the fingerprint with the signer's, and name their certificate with `--trust`."
    case .backupUnusable: "Name a backup of this case made by `exhibit case backup`."
    case .argumentInvalid: "See `--help` for the allowed values."
    case .caseNotGiven: "Use `--case FOLDER`, set EXHIBIT_CASE, or run inside a case folder."
    case .caseExists: "Choose another folder; a case is never overwritten."
    case .holdingUnknown: "List the numbers with `exhibit archive list`."
    case .holdingHeld: "Lift the hold first: `exhibit archive describe NUMBER --no-legal-hold`."
    case .nothingCatalogued: "Add folders with `exhibit archive add FOLDER`."
    case .nothingPlanned: "Plan a run with `exhibit archive plan`, or name its file with `--plan FILE`."
    case .planMalformed: "Name the file that `exhibit archive plan` wrote, or another copy of it."
    case .resultMalformed: "Remove the file, and run its shard again."
    case .otherPlan: "Collect it with its own plan: `exhibit archive collect DIR --plan FILE`."
    case .parityMissing:
      "Name a copy with `--copy PATH`, or the folder of the parity files with `--parity-folder FOLDER`."
    case .parityMalformed:
      "Use another parity file or a copy. Once the evidence is intact, write new parity with `exhibit archive protect`."
    case .itemUnknown: "Add it with `exhibit item add`, or check the number."
    case .itemExists: "Choose another number; Exhibit never replaces items."
    case .itemNotHeld: "See `exhibit custody show`; record its return with `exhibit custody record`."
    case .caseNotOpen: "Reopen it with `exhibit case reopen --reason REASON`."
    case .caseUnfinished: "Finish or record what is named above, then run the command again."
    case .confirmationNeeded: "Give two keys with `--sign KEY --sign KEY`; see `exhibit person add`."
    case .authorityExpired:
      "Record a new one with `exhibit authority record`, or give a reason with `--after-expiry`."
    case .personUnknown: "Add them with `exhibit person add`, or see `exhibit person list`."
    case .personAmbiguous: "Name the person by identifier; see `exhibit person list`."
    case .programMissing: "Install the package named above, or choose another format."
    case .restoreLosesEvents:
      "Name a newer backup, or accept the loss with `--accept-lost-events`; the loss stays visible."
    case .nothingToResume: "Start one with `exhibit acquire`."
    case .nothingAcquired: "Acquire first with `exhibit acquire`."
    case .lossNotAccepted: "Name what may be lost with `--accept-loss`, or choose another format."
    case .reportUnknown: "See `exhibit report list` for the names of the reports."
    case .reviewerIsAuthor: "Have another person review it, and name that person with `--reviewer`."
    case .passphraseNeeded:
      "Run in a terminal to be prompted, unlock the key with `exhibit key unlock`, or name a file with EXHIBIT_PASSPHRASE_FILE or `--passphrase-file`."
    case .notConfirmed: "Check device and item, then run the command again; `--yes` skips the prompt."
    case .interrupted: "Run the command again."
    case .stoppedAtLimit:
      "If the evidence is that large, raise the limit with `--memory-limit MIB` or `--time-limit SECONDS`; otherwise the file was made or damaged so that programs fail on it."
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
    case .copyTo: "`\(flag) FORMAT:FOLDER` for one of them"
    case .corrects: "`\(flag) NUMBER`, as `exhibit custody show` prints it"
    case .event: "`\(flag) correct`"
    case .format: "`\(flag) raw`"
    case .renew: "`\(flag)` to renew them"
    case .request: "`\(flag) FILE`, curl and `--response FILE` for https"
    case .segmentSize: "`\(flag) SIZE`"
    case .split: "`\(flag) SIZE`, such as `\(flag) 2GiB`"
    case .takenAs: "`\(flag) raw` to use every byte as it is"
    case .text: "`\(flag) TEXT` with the text a scanner reads"
    case .to: "`\(flag) FORMAT`"
    case .track: "`\(flag) NUMBER` for the data of one track"
    case .unencryptedKey: "`\(flag)` to accept it"
    case .wholeSectors: "`\(flag)` to compute it, which is recorded"
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
    return observed == Self.notEnded ? "\(Self.notEnded): continue it with `exhibit resume`" : observed
  }
}

extension FindingCode {
  /// What to do about it, as the end of a sentence; `nil` where that depends on what was found.
  package var advice: String? {
    switch self {
    case .timestampRenewalDue: "renew it with `--renew`"
    case .auditEventUnbound: "ask for a new export, made after `exhibit audit checkpoint`"
    default: nil
    }
  }
}
