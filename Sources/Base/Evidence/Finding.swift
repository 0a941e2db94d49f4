/// How much a finding weighs.
package enum FindingSeverity: String, Hashable, Sendable, CaseIterable, Comparable {
  /// Worth knowing; takes nothing away from the result.
  case note
  /// The evidence is intact, but something about its record is not as it should be.
  case warning
  /// The evidence or its record is not what it was.
  case failure

  private var rank: Int {
    switch self {
    case .note: 0
    case .warning: 1
    case .failure: 2
    }
  }

  package static func < (left: Self, right: Self) -> Bool { left.rank < right.rank }
}

/// Everything a verification can find, with a stable identifier (the raw value).
package enum FindingCode: String, Hashable, Sendable, CaseIterable {
  // digests
  case digestMismatch = "digest.mismatch"
  case chunkDigestMismatch = "digest.chunk-mismatch"
  case merkleRootMismatch = "digest.merkle-root-mismatch"
  case storedDigestMismatch = "digest.stored-in-image-mismatch"
  case trackDigestMismatch = "digest.track-mismatch"
  case fileDigestMismatch = "digest.file-mismatch"
  case noStoredDigest = "digest.none-stored"
  // files
  case fileMissing = "file.missing"
  case fileSizeMismatch = "file.size-mismatch"
  case fileUnlisted = "file.not-in-manifest"
  case fileUnreadable = "file.unreadable"
  case sumsMismatch = "file.sums-mismatch"
  // what other programs recorded, and earlier verifications
  case referencesDisagree = "reference.disagree"
  case referenceAmbiguous = "reference.ambiguous"
  case referenceNotComputed = "reference.not-computed"
  case referenceSuspect = "reference.suspect"
  case sideCarChanged = "reference.side-car-changed"
  case fileModified = "file.modified-since-catalogued"
  case readsDiffer = "file.reads-differ"
  case parityDamaged = "parity.damaged"
  // image structure
  case structureDamaged = "image.structure-damaged"
  case chunkDamaged = "image.chunk-damaged"
  case segmentMissing = "image.segment-missing"
  case imageTruncated = "image.truncated"
  case lengthMismatch = "image.length-mismatch"
  case paddingNotZero = "image.padding-not-zero"
  case metadataMismatch = "image.metadata-mismatch"
  case unreadableListDiffers = "image.unreadable-list-differs"
  // optical discs
  case sectorDamaged = "disc.sector-damaged"
  case sectorSyncDamaged = "disc.sector-sync-damaged"
  case sectorFilled = "disc.sector-filled"
  case sectorUnrecognisable = "disc.sector-unrecognisable"
  case sectorParityWrong = "disc.parity-wrong"
  case sectorMisplaced = "disc.sector-misplaced"
  case sectorModeDiffers = "disc.mode-differs"
  case sectorScrambled = "disc.sector-scrambled"
  case subchannelDamaged = "disc.subchannel-damaged"
  case subchannelDiffers = "disc.subchannel-differs"
  case fileSystemCut = "disc.file-system-cut"
  case fileSystemShort = "disc.file-system-short"
  case bytesOutsideTracks = "disc.bytes-outside-tracks"
  case sheetRemark = "disc.description-unusual"
  // manifest and chunk file
  case chunkFileMalformed = "manifest.chunk-file-malformed"
  case manifestMalformed = "manifest.malformed"
  case streamNotVerified = "manifest.stream-not-verified"
  case manifestInconsistent = "manifest.inconsistent"
  // partial proof and hand-over
  case proofMalformed = "proof.malformed"
  case proofPathWrong = "proof.not-in-tree"
  case proofSectorsDiffer = "proof.sectors-differ"
  case proofShowsMore = "proof.shows-more"
  case bagIncomplete = "bag.incomplete"
  case headMismatch = "manifest.head-mismatch"
  // signature
  case signatureMissing = "signature.missing"
  case signatureInvalid = "signature.invalid"
  case signerUntrusted = "signature.untrusted"
  case certificateExpired = "signature.certificate-expired"
  case certificateNotYetValid = "signature.certificate-not-yet-valid"
  case certificateRevoked = "signature.certificate-revoked"
  case certificateUsage = "signature.certificate-usage"
  case revocationUnknown = "signature.revocation-unknown"
  case signatureWeakKey = "signature.weak-key"
  case signatureWeakDigest = "signature.weak-digest"
  case certificateReplaced = "signature.certificate-replaced"
  case certificateDamaged = "signature.certificate-damaged"
  // time stamps
  case timestampInvalid = "timestamp.invalid"
  case timestampUntrusted = "timestamp.untrusted"
  case timestampContradictsSigner = "timestamp.before-signing"
  case timestampRenewalDue = "timestamp.renewal-due"
  // acquisition
  case sectorsUnreadable = "acquisition.sectors-unreadable"
  case acquisitionIncomplete = "acquisition.incomplete"
  case resumedUnauthenticated = "acquisition.resumed-unauthenticated"
  case copyNotChecked = "copy.not-at-hand"
  // case
  case auditEventMissing = "audit.event-missing"
  case auditChainBroken = "audit.chain-broken"
  case auditEventAltered = "audit.event-altered"
  case auditHeadMismatch = "audit.head-mismatch"
  case auditEventUnbound = "audit.event-not-covered"
  case auditTimeOrder = "audit.time-order"
  case checkpointMalformed = "audit.checkpoint-malformed"
  case checkpointMismatch = "audit.checkpoint-mismatch"
  case checkpointUnrecorded = "audit.checkpoint-unrecorded"
  case custodyMismatch = "custody.differs-from-audit-log"
  case recordMismatch = "case.record-differs-from-audit-log"
  case acquisitionUnrecorded = "case.acquisition-unrecorded"
  case custodyMissing = "custody.none"
  case custodyGap = "custody.gap"
  case custodyNotOpened = "custody.seal-not-opened"
  case custodyGiverMissing = "custody.giver-not-named"
  case custodySenderMissing = "custody.sender-record-missing"
  case custodyOverlap = "custody.overlapping-holders"
  case custodySealMismatch = "custody.seal-mismatch"
  case custodyTimeOrder = "custody.time-order"
  case custodyNotConfirmed = "custody.not-confirmed"
  case eventSignatureInvalid = "signature.event-invalid"
  case labelMismatch = "label.mismatch"
  case attachmentMissing = "attachment.missing"
  case attachmentMismatch = "attachment.mismatch"
  case databaseDamaged = "case.database-damaged"
  case schemaAltered = "case.schema-altered"

  /// What it means, as a sentence without a full stop.
  package var meaning: String {
    switch self {
    case .digestMismatch: "the hash value of the image does not match the record"
    case .chunkDigestMismatch: "a chunk of the image differs from what was acquired"
    case .merkleRootMismatch: "the chunk hash values do not produce the recorded Merkle root"
    case .storedDigestMismatch: "the hash value stored in the image does not match its contents"
    case .trackDigestMismatch: "a track of the disc does not match the record"
    case .fileDigestMismatch: "a file does not match its recorded hash value"
    case .noStoredDigest: "the image stores no hash value to compare with"
    case .fileMissing: "a recorded file is missing"
    case .fileSizeMismatch: "the size of a file differs from the record"
    case .fileUnlisted: "a file or folder beside the evidence is not in its record"
    case .fileUnreadable: "a file could not be read"
    case .sumsMismatch: "SHA256SUMS does not agree with the manifest"
    case .referencesDisagree: "reference hash values of the same data contradict each other"
    case .referenceAmbiguous: "a reference hash value does not say what it is of, and was not compared"
    case .referenceNotComputed: "a reference hash value uses an algorithm that Exhibit does not compute"
    case .referenceSuspect:
      "a reference hash value may not be that of the data as written, and was not compared"
    case .sideCarChanged: "a file with reference hash values is missing or changed since it was catalogued"
    case .fileModified: "a file was modified since it was catalogued"
    case .readsDiffer: "two reads of the same data gave different results"
    case .parityDamaged: "parity of the evidence is damaged, missing or not the recorded one"
    case .structureDamaged: "the structure of the image is damaged"
    case .chunkDamaged: "stored data of the image is damaged"
    case .segmentMissing: "a segment of the image is missing"
    case .imageTruncated: "the image is truncated"
    case .lengthMismatch: "the length of the image differs from the record"
    case .paddingNotZero: "the padding after the end of the medium is not zero"
    case .metadataMismatch: "the description inside the image does not match the record"
    case .unreadableListDiffers: "the image's own list of unreadable sectors differs from the manifest"
    case .sectorDamaged: "sectors of a data track fail their error detection code (EDC)"
    case .sectorSyncDamaged: "sectors of a data track have a damaged sync"
    case .sectorFilled:
      "sectors of a data track hold one byte value only, as written where nothing could be read"
    case .sectorUnrecognisable: "sectors of a data track have no sync and no header"
    case .sectorParityWrong: "the parity of sectors does not match their contents"
    case .sectorMisplaced: "sector headers state the wrong address"
    case .sectorModeDiffers: "sectors differ in mode from their track"
    case .sectorScrambled: "data sectors are stored scrambled, as on the disc"
    case .subchannelDamaged: "subchannel Q fails its checksum"
    case .subchannelDiffers: "subchannel Q contradicts the disc description"
    case .fileSystemCut: "the image is shorter than its file system"
    case .fileSystemShort: "the image continues past the end of its file system"
    case .bytesOutsideTracks: "some bytes of the image belong to no track"
    case .sheetRemark: "the disc description is unusual"
    case .chunkFileMalformed: "the chunk file is malformed"
    case .manifestMalformed: "the manifest is malformed"
    case .streamNotVerified: "the manifest has a stream that this version cannot verify"
    case .manifestInconsistent: "the manifest contradicts itself"
    case .proofMalformed: "the partial proof is malformed or belongs to another manifest"
    case .proofPathWrong: "a chunk is not part of the signed Merkle tree"
    case .proofSectorsDiffer: "the sectors differ from the proven chunks"
    case .proofShowsMore: "the bundle also discloses sectors that were not requested"
    case .bagIncomplete: "the bag does not match its own lists"
    case .headMismatch: "the manifest is not the one whose head was published"
    case .signatureMissing: "a signature is missing"
    case .signatureInvalid: "a signature does not match what it signs"
    case .signerUntrusted: "the signer's certificate is not trusted"
    case .certificateExpired: "a certificate had expired when it was used"
    case .certificateNotYetValid: "a certificate was not yet valid when it was used"
    case .certificateRevoked: "a certificate was revoked by its issuer"
    case .certificateUsage: "a certificate was used for a purpose it does not allow"
    case .revocationUnknown: "the revocation status of a certificate is unknown"
    case .signatureWeakKey: "the key of a certificate is of a type or size that is too weak"
    case .signatureWeakDigest: "the signature uses a hash algorithm that is no longer secure"
    case .certificateReplaced: "a certificate in the case is not the one its log names"
    case .certificateDamaged: "a certificate in the case is damaged"
    case .timestampInvalid: "a time stamp is not valid for this signature"
    case .timestampUntrusted: "the time-stamp authority is not trusted, so the time stamp proves nothing"
    case .timestampContradictsSigner: "the signer states a later time than the time stamp proves"
    case .timestampRenewalDue: "the certificate of a time stamp is about to expire or has expired"
    case .sectorsUnreadable: "sectors of the medium could not be read and are filled in the image"
    case .acquisitionIncomplete: "the acquisition did not finish"
    case .resumedUnauthenticated:
      "the acquisition was resumed from an unsigned journal: data written before the interruption may have been changed"
    case .copyNotChecked: "a copy of the acquisition was not at hand and was not checked"
    case .auditEventMissing: "an audit log event is missing"
    case .auditChainBroken: "the audit log chain is broken"
    case .auditEventAltered: "an audit log event was altered"
    case .auditHeadMismatch:
      "the audit log does not match a manifest, checkpoint or known head that refers to it"
    case .auditEventUnbound: "nothing signed covers some audit log events: they could have been rewritten"
    case .auditTimeOrder: "an audit log event is dated before the one preceding it"
    case .checkpointMalformed: "an audit log checkpoint is malformed"
    case .checkpointMismatch: "an audit log checkpoint belongs to another case or is out of place"
    case .checkpointUnrecorded: "the case holds a checkpoint that its audit log does not record"
    case .custodyMismatch: "the custody table differs from the audit log"
    case .recordMismatch: "a case record differs from the audit log"
    case .acquisitionUnrecorded:
      "the case holds a complete acquisition whose end it does not record"
    case .custodyMissing: "no custody of the item is recorded"
    case .custodyGap: "the chain of custody has a gap"
    case .custodyNotOpened: "work was done on a sealed item without a recorded opening"
    case .custodyGiverMissing: "the person who handed the item over is not recorded"
    case .custodySenderMissing: "an imported acquisition came without the sender's custody record"
    case .custodyOverlap: "an item was released or taken by someone other than its holder"
    case .custodySealMismatch: "the seal found on an item is not the one applied before"
    case .custodyTimeOrder: "a custody event is dated before the one recorded before it"
    case .custodyNotConfirmed: "a step that needs two people was not confirmed by two"
    case .eventSignatureInvalid: "the signature of an event is not valid for that event and person"
    case .labelMismatch: "the label does not match the case"
    case .attachmentMissing: "an attachment of the case is missing"
    case .attachmentMismatch: "an attachment of the case is not the file originally attached"
    case .databaseDamaged: "the case database is damaged"
    case .schemaAltered: "the structure of the case database, or its row protection, was altered"
    }
  }
}

/// One thing a verification found. The command line, the report and JSON render these same values.
package struct Finding: Hashable, Sendable {
  package let code: FindingCode
  package let severity: FindingSeverity
  /// What it is about: a file name, an image, an audit event.
  package private(set) var subject: String
  package let expected: String?
  package let observed: String?
  /// The sectors of the medium that are affected, where they can be named.
  package let sectors: SectorRange?
  /// The error behind it; ``observed`` is its description.
  package let cause: EvidenceError?

  package init(
    _ code: FindingCode, _ severity: FindingSeverity = .failure, subject: String, expected: String? = nil,
    observed: String? = nil, sectors: SectorRange? = nil
  ) {
    self.code = code
    self.severity = severity
    self.subject = subject
    self.expected = expected
    self.observed = observed
    self.sectors = sectors
    self.cause = nil
  }

  /// What an error kept from being looked at, or what it says of it.
  package init(
    _ code: FindingCode, _ severity: FindingSeverity = .failure, subject: String, expected: String? = nil,
    observed cause: EvidenceError
  ) {
    self.code = code
    self.severity = severity
    self.subject = subject
    self.expected = expected
    self.observed = cause.description
    self.sectors = nil
    self.cause = cause
  }

  /// The same of something that lies elsewhere: its subject begins with the place.
  package func at(_ place: String) -> Finding {
    var finding = self
    finding.subject = "\(place)/\(subject)"
    return finding
  }

  /// What is observed of an acquisition that can be resumed.
  package static let notEnded = "it has not ended"
}
