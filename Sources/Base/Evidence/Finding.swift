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
  case copyNotChecked = "copy.not-at-hand"
  // case
  case auditEventMissing = "audit.event-missing"
  case auditChainBroken = "audit.chain-broken"
  case auditEventAltered = "audit.event-altered"
  case auditHeadMismatch = "audit.head-mismatch"
  case auditTimeOrder = "audit.time-order"
  case checkpointMalformed = "audit.checkpoint-malformed"
  case checkpointMismatch = "audit.checkpoint-mismatch"
  case checkpointUnrecorded = "audit.checkpoint-unrecorded"
  case custodyMismatch = "custody.differs-from-audit-log"
  case recordMismatch = "case.record-differs-from-audit-log"
  case acquisitionUnrecorded = "case.acquisition-unrecorded"
  case custodyGap = "custody.gap"
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
    case .digestMismatch: "a digest of the whole image is not the recorded one"
    case .chunkDigestMismatch: "a chunk of the image is not what was acquired"
    case .merkleRootMismatch: "the chunk digests do not give the recorded Merkle root"
    case .storedDigestMismatch: "the digest stored in the image is not that of its contents"
    case .trackDigestMismatch: "a track of the disc is not the recorded one"
    case .fileDigestMismatch: "a file is not the recorded one"
    case .noStoredDigest: "the image stores no digest to compare with"
    case .fileMissing: "a recorded file is missing"
    case .fileSizeMismatch: "the size of a file differs from the record"
    case .fileUnlisted: "something lies beside the evidence that its record does not name"
    case .fileUnreadable: "a file could not be read"
    case .sumsMismatch: "SHA256SUMS does not say what the manifest says"
    case .structureDamaged: "the structure of the image is damaged"
    case .chunkDamaged: "stored data of the image is damaged"
    case .segmentMissing: "a segment of the image is missing"
    case .imageTruncated: "the image ends too early"
    case .lengthMismatch: "the length of the image differs from the record"
    case .paddingNotZero: "the padding after the end of the medium is not zero"
    case .metadataMismatch: "the description inside the image is not the recorded one"
    case .unreadableListDiffers: "the image's own list of unreadable sectors is not that of the manifest"
    case .sectorDamaged: "sectors of a data track are not what their error detection code says"
    case .sectorParityWrong: "the parity of sectors does not belong to their contents"
    case .sectorMisplaced: "headers of sectors name other addresses than they have"
    case .sectorModeDiffers: "sectors are of another mode than their track"
    case .sectorScrambled: "data sectors are stored scrambled, as they lie on the disc"
    case .subchannelDamaged: "Q of the subchannel does not have its checksum"
    case .subchannelDiffers: "Q of the subchannel says something else than the description"
    case .fileSystemCut: "the image is shorter than the file system on it"
    case .fileSystemShort: "the image goes on behind the end of the file system on it"
    case .bytesOutsideTracks: "bytes of the image belong to no track"
    case .sheetRemark: "the description of the disc is unusual"
    case .chunkFileMalformed: "the chunk file does not follow its format"
    case .manifestMalformed: "the manifest does not follow its format"
    case .streamNotVerified: "the manifest has a stream that this version cannot verify"
    case .manifestInconsistent: "the manifest contradicts itself"
    case .proofMalformed: "the partial proof does not follow its format, or is of another manifest"
    case .proofPathWrong: "a chunk is not the one whose digest stands in the signed Merkle tree"
    case .proofSectorsDiffer: "the sectors are not those of the proven chunks"
    case .proofShowsMore: "the bundle also holds sectors that were not asked for"
    case .bagIncomplete: "the bag is not what its lists say"
    case .headMismatch: "the manifest is not the one whose head was published"
    case .signatureMissing: "a signature is missing"
    case .signatureInvalid: "a signature does not match what it signs"
    case .signerUntrusted: "the signer's certificate is not one you trust"
    case .certificateExpired: "a certificate had ended when it was used"
    case .certificateNotYetValid: "a certificate was not valid yet when it was used"
    case .certificateRevoked: "a certificate was revoked by its issuer"
    case .certificateUsage: "a certificate is not made for what it was used for"
    case .revocationUnknown: "whether a certificate was revoked cannot be told"
    case .signatureWeakKey: "the key of a certificate is of a kind or size that is not safe enough"
    case .signatureWeakDigest: "the signature rests on a digest that is not safe any more"
    case .certificateReplaced: "a certificate of the case is not the one that its log names"
    case .certificateDamaged: "a certificate of the case is damaged"
    case .timestampInvalid: "a time stamp is not one of this signature"
    case .timestampUntrusted: "the authority of a time stamp is not one you trust, so that it proves nothing"
    case .timestampContradictsSigner: "the signer states a later time than the time stamp proves"
    case .timestampRenewalDue: "the certificate of a time stamp ends, or has ended"
    case .sectorsUnreadable: "sectors of the medium could not be read and are filled in the image"
    case .acquisitionIncomplete: "the acquisition did not finish"
    case .copyNotChecked: "a copy of the acquisition was not at hand and was not checked"
    case .auditEventMissing: "an event of the audit log is missing"
    case .auditChainBroken: "the chain of the audit log is broken"
    case .auditEventAltered: "an event of the audit log was altered"
    case .auditHeadMismatch:
      "the audit log is not the one that a manifest, a checkpoint or a known head refers to"
    case .auditTimeOrder: "an event of the audit log is earlier than the one before it"
    case .checkpointMalformed: "a checkpoint of the audit log does not follow its format"
    case .checkpointMismatch: "a checkpoint of the audit log is of another case, or not in its place"
    case .checkpointUnrecorded: "a checkpoint lies in the case that its audit log does not name"
    case .custodyMismatch: "the custody table differs from the audit log"
    case .recordMismatch: "a record of the case differs from the audit log"
    case .acquisitionUnrecorded:
      "a whole acquisition lies in the case, of which the case does not record the end"
    case .custodyGap: "the custody record has a gap"
    case .custodyOverlap: "an item was released or taken by somebody else than who held it"
    case .custodySealMismatch: "the seal found on an item is not the one that was put on"
    case .custodyTimeOrder: "a custody event happened before the one that was recorded before it"
    case .custodyNotConfirmed: "something that two people must confirm was not confirmed by two"
    case .eventSignatureInvalid: "a signature of an event is not one of that event by that person"
    case .labelMismatch: "the label does not say what the case says"
    case .attachmentMissing: "an attachment of the case is missing"
    case .attachmentMismatch: "an attachment of the case is not the file that was attached"
    case .databaseDamaged: "the case database is damaged"
    case .schemaAltered: "the structure of the case database, or the protection of its rows, was altered"
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
