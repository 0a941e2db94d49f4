/// Everything a report says of itself: the table of its sentences, by name.
///
/// `{0}`, `{1}` … stand for what is put in. A laboratory's own table (`strings.json`) goes by these names.
package enum Phrase: String, Hashable, Sendable, CaseIterable {
  // what a document is called
  case reportTitle, reportName, `case`, item, page, pageOf, colophon, yes, no, unknown, remarks,
    detail, state, name, kind, file, files, bytes, bytesTitle, cutText, cutTable, cutRanges
  // numbers and times
  case groupMark, decimalMark, percent, months, date, moment, withLocalTime, runningHead
  // the headline
  case headlineNone, headlineNoManifest, headlineIncomplete, headlinePart, headlineImageFile, headlineRange,
    headlineRangeComplete, headlineErrors, headlineComplete, headlineSignature, headlineUnverified,
    headlineVerified, headlineVerifiedUnsigned, headlineVerifiedChunks, headlineNoReference,
    headlineVerificationIncomplete,
    headlineMismatch, headlineDamaged, headlineChainBroken, headlineGaps, headlineVerifiedPart,
    headlineNotAllChecked, headlineMarkedFailed, headlineChanged, headlineUnprotected,
    headlineOverride, headlineJournal, headlineFailedEarlier, headlineAgain, headlineCompleteTogether,
    headlineEarlierFailed, headlineSegmented, headlineWholeAdded, headlineWholeInvalid,
    headlineNoCustody, digestsTogether, headlineSuperseded, equipment,
    equipmentSerial,
    equipmentFirmware,
    equipmentTested, equipmentRecord, equipmentWriteBlocker, equipmentWorkstation, equipmentDrive,
    equipmentOther,
    acquisitionNotes, markedHeading, markFailed,
    markSuperseded, markWithdrawn, markBy, copyBad, copyOpen, copyUnfinished
  // the first page
  case certificate, certificateParties, certificateItem, certificateMethod, certificateResult, client,
    clientReference, address, methodReference, notRecorded, receipt, received, notReceived, medium,
    serialOfDevice, size, sizeWords, imagedBy, programWords, protectionOfFile, protectionActive,
    protectionInactive, protectionUnknown, sectorsNotRead, noneOf, someOf, lastVerification, verifiedByChunks,
    custodyWithGaps,
    custodyWithoutGaps, overridesTitle, certificateScope, statementOfTruth, reviewer, signedOn, signedBelow
  // device
  case bus, busPath, logicalSector, physicalSector, removable, rotational, rotationRate, readOnly,
    writeProtectedByItself, optical, areaPresent, areaAbsent, areaUnknown, digest
  // custody events
  case custodyCollect, custodySeal, custodyReceive, custodyTransfer, custodyStore, custodyRetrieve,
    custodyOpen, custodyAcquire, custodyCopy, custodyVerify, custodyAccess, custodyExport, custodyMount,
    custodyShip, custodyReturn, custodyDispose, custodyCorrect, severityNote, severityWarning, severityFailure
  // changes, and what is not known
  case changes, changesNone, changesUnknown, changesOfFile, changeSeen, undetermined, noUndetermined,
    undeterminedLayer, undeterminedArea
  // the rest of the first page
  case result, andMore, neverVerified, supersedes
  // verdicts
  case acquiredComplete, acquiredWithUnreadable, acquiredIncomplete, verdictVerified, verdictNoReference,
    verdictNotAllChecked,
    verdictIncomplete, verdictChainBroken, verdictMismatch, verdictDamaged
  // case and item
  case caseSection, caseNumber, caseTitle, organisation, caseOpened, people, role, examiner, redacted,
    redactedPeople, redactedPaths, redactedTexts, itemSection, itemNumber, description, labelSerial, partOf,
    category,
    quantity, container, damage, powerState, clockOffset, locationFound, seizedFrom, seizedBy, seizedAt,
    until, added, photograph
  // acquisition
  case acquisition, outcome, notEvidence, source, path, kindDevice, kindFile, kindDisc, kindSplit, fromDevice,
    fromFile, fromDisc, fromSplit, model,
    serial, firmware, wwn, length, sectors, sectorSize, sectorSizes, range, rangeFrom, lastSector,
    shortSector, device, deviceCaption, noDevice, hiddenAreas, noHiddenAreas, area, notDetermined,
    commandsSent, accepted, acceptedWords, health, healthBefore, healthAfter, healthSame, healthUnknown,
    deviceRaw, disc, discCaption, noDisc, tracksCaption, session, track, trackMode, modeAudio, mode0, mode1,
    mode2, modeDVD, modeUserData, trackStart, protection,
    protectionCaption, noProtection, layer, proves, active, inactive,
    before, during, after, protectionLimits, method, howRead, program, validation, noValidation,
    validationWords, validationDigest,
    workstation, workstationWords, command, begun, ended, clock, reading, readingDirect, readingCached,
    errorPolicy, policySingly, policyRetries, policyTime, policyLimit, policyReverse, policySkips,
    policyFill, fillZero, fillByte, fillAddress, formats, compression, interruption, interrupted, alsoIn
  // map and rate
  case sectorMap, stateRead, stateUnreadable, stateNotAttempted, mapWords, mapCaption, sectorsByState,
    mapOfRange, share, everySectorRead, notReadCaption, firstSector, lastSectorTitle, effort, fillWords,
    readRate, noRate, rateWords, rateCaption
  // digests, images, signature
  case digests, digestsCaption, digestsLater, digestsAdded, digestsInvalid, wholeOf, wholeNotYet, fileNotYet,
    wholeSignature, wholeDigest, checkWholeSignature, algorithm, digestCommand, wholeRange, wholeMedium,
    chunkDigests, chunks,
    chunksOf, chunkFile, merkleRoot, images, imageOf, fileDigest, copies, copiesCaption, folder,
    lastCheck, neverChecked, notCheckedOn, copyIncomplete, signature, manifestSignature,
    manifestDigest, signer, fingerprint, valid, validFromTo, signed, noTime, timeStamp, noTimeStamp,
    signatureBelongs, signatureInvalid, checkSignature
  // custody, verification, audit
  case custody, noCustody, custodyCaption, eventNumber, event, occurredRecorded, fromTo, placeRemarks, from,
    to, witness, purpose, authority, transport, sealFound, sealPut, condition, storage, environment,
    imagesChecked, corrects, correctedTime, withdraws, correctedBy, withdrawn, localTime, attached,
    attachedPhotograph, attachedDocument, signedBy,
    custodyGaps, verification, verifiedSubject, nothingFound, findings, severity, finding, expectedObserved,
    sectorsAt, expected, observed, auditLog, auditWords, auditHead, auditEvents, auditCode, auditDigest,
    auditSigned, auditNotSigned, auditSignedWords
  // closing
  case deviations, noDeviations, deviationUnfinished, deviationRange, deviationReading, deviationPauses,
    deviationJournal, deviationAgain, again, againWords,
    deviationProtection, deviationOverride, limitations, limitationMedium, limitationClock, limitationHidden,
    limitationE01,
    limitationCustody, limitationLanguage, howToCheck, checkWords, checkFolder, checkFiles, checkAll,
    checkE01, checkReport, checkPDF, reports, firstReport, approvalWords, earlierReports, madeBy, approvedBy,
    notApproved, signatureOfAuthor, signatureOfReviewer, approvalNotSigned, approvalValid, approvalInvalid,
    approvals, photographsLeftOut, glossary,
    glossaryCaption,
    termAcquisition, meansAcquisition, termAudit, meansAudit,
    termChunk, meansChunk, termDigest, meansDigest, termE01, meansE01, termFilled, meansFilled, termManifest,
    meansManifest, termMerkle, meansMerkle, termSector, meansSector, termSignature, meansSignature,
    termVerification, meansVerification

  /// In every language that is shipped.
  static let translations = [ofDocument, ofCertificate, ofAcquisition, ofHistory].reduce(into: [:]) {
    all, part in
    all.merge(part) { first, _ in first }
  }
}
