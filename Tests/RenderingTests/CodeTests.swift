import CanonicalJSON
import Evidence
import Rendering
import Testing
import Verification

// Swift Testing has an ExitStatus of its own.
private typealias ExitStatus = Evidence.ExitStatus

@Suite struct ErrorCodeTests {
  @Test(arguments: ErrorCode.allCases)
  func beginsWithItsCategory(code: ErrorCode) {
    #expect(code.rawValue.hasPrefix(code.category.rawValue + "."))
    let rest = code.rawValue.dropFirst(code.category.rawValue.count + 1)
    #expect(!rest.isEmpty && rest.allSatisfy { $0.isLowercase || $0 == "-" }, "\(code.rawValue)")
  }

  @Test func saysEachThingOnce() {
    #expect(Set(ErrorCode.allCases.map(\.rawValue)).count == ErrorCode.allCases.count)
    #expect(Set(ErrorCode.allCases.map(\.summary)).count == ErrorCode.allCases.count)
  }

  @Test(arguments: ErrorCode.allCases)
  func hasASummaryAndARemedy(code: ErrorCode) {
    #expect(beginsASentence(code.summary), "\(code.summary)")
    #expect(isSentence(code.remedy), "\(code.remedy)")
    let error = EvidenceError(code, "subject", "reason")
    #expect(error.description == "\(code.summary): subject (reason)")
    #expect(Rendering.line(error) == "\(code.summary): subject (reason). \(code.remedy)")
    #expect(error.exitStatus == code.exitStatus)
  }

  /// What cannot be resumed is not told to be.
  @Test(arguments: ErrorCode.allCases)
  func theRemedyCanBeFollowed(code: ErrorCode) {
    for work in Work.allCases {
      let remedy = code.remedy(during: work)
      #expect(isSentence(remedy), "\(remedy)")
      if work != .acquisition { #expect(!remedy.contains("exhibit resume"), "\(work): \(remedy)") }
      if ![.acquisition, .conversion].contains(work) { #expect(!remedy.contains("--split"), "\(work)") }
      if work != .stamping { #expect(!remedy.contains("--request"), "\(work): \(remedy)") }
    }
    #expect(code.remedy == code.remedy(during: .other))
  }

  @Test(arguments: [
    (ErrorCategory.misuse, Evidence.ExitStatus.usage), (.environment, .failed), (.input, .failed),
    (.medium, .incomplete), (.interrupted, .incomplete),
  ])
  func theCategoryDecidesTheExitStatus(category: ErrorCategory, status: Evidence.ExitStatus) {
    // That one ends as a verification that finds the same.
    let codes = ErrorCode.allCases.filter { $0.category == category && $0 != .signerNotTrusted }
    #expect(!codes.isEmpty && ErrorCode.signerNotTrusted.exitStatus == .mismatch)
    #expect(codes.allSatisfy { $0.exitStatus == status })
  }

  @Test func anErrorIsOneLineWhateverTheNameHolds() {
    let error = EvidenceError(.sourceMissing, "a\nb\u{2028}c", "x\u{1b}[2Jy")
    #expect(error.description.hasSuffix("a b c (x [2Jy)"))
    #expect(Rendering.line(error).contains("a b c (x [2Jy)."))
    #expect(!EvidenceError(.notACase, "/tmp/x").description.contains("("))
  }
}

@Suite struct RequestFieldTests {
  /// Below the command line a field is a word; on it, the flag that was typed.
  @Test func aFieldIsShownAsItsFlag() {
    let error = EvidenceError(invalid: .sectorSize, "17", "one of 512, 1024, 2048, 4096")
    #expect(error.code == .argumentInvalid)
    #expect(error.description == "invalid argument: sector-size 17 (one of 512, 1024, 2048, 4096)")
    #expect(
      Rendering.line(error)
        == "invalid argument: --sector-size 17 (one of 512, 1024, 2048, 4096). See `--help` for the allowed values."
    )
    let json = Rendering.json(of: error)["error"]
    #expect(json?["subject"]?.stringValue == "--sector-size 17")
    #expect(json?["remedy"]?.stringValue == ErrorCode.argumentInvalid.remedy)
    #expect(Rendering.line(EvidenceError(invalid: .withdraw, "no")).contains(": --withdraw (no). "))
  }

  @Test(arguments: RequestField.allCases)
  func anAlternativeIsSaidBeforeTheRemedy(field: RequestField) {
    let error = EvidenceError(.outputExists, "x", consider: [.segmentSize, field])
    #expect(!error.description.contains("--"))
    #expect(isSentence(error.remedy), "\(error.remedy)")
    #expect(error.remedy.hasPrefix("Use `--segment-size SIZE` or `--\(field.rawValue)"))
    #expect(error.remedy.hasSuffix(". \(error.code.remedy)"))
    #expect(Rendering.line(error).hasSuffix(". \(error.remedy)"))
  }
}

@Suite struct FindingRenderingTests {
  @Test func theErrorBehindAFindingKeepsItsRemedy() {
    let error = EvidenceError(.readFailed, "001.E01", "EIO")
    let finding = Finding(.fileUnreadable, subject: "001.E01", observed: error)
    #expect(finding.observed == "reading failed: 001.E01 (EIO)")
    #expect(Rendering.line(finding).contains("observed \(Rendering.line(error))"))
  }

  @Test func howAnUnfinishedAcquisitionGoesOn() {
    let finding = Finding(.acquisitionIncomplete, .warning, subject: "001", observed: Finding.notEnded)
    #expect(Rendering.line(finding).contains("it has not ended: continue it with `exhibit resume`"))
    let other = Finding(.acquisitionIncomplete, .warning, subject: "001", observed: "no end is recorded")
    #expect(!Rendering.line(other).contains("exhibit"))
  }
}

@Suite struct GroupedFindingTests {
  private let triggers = (1...60).map {
    Finding(.schemaAltered, subject: "trigger t\($0)", expected: String(repeating: "x", count: 900))
  }
  private let missing = Finding(.auditEventMissing, subject: "audit event 11", observed: "no such event")

  private func report(_ findings: [Finding]) -> VerificationReport {
    var report = VerificationReport(subject: "case")
    report.hasReference = true
    report.findings = findings
    return report
  }

  @Test func ofOneKindTheFirstAreShownWithTheirNumber() {
    let lines = FindingRendering.lines(triggers + [missing], for: .chainBroken)
    #expect(lines.count == 5)
    #expect(lines[0].contains("audit.event-missing"))
    #expect(lines[4].contains("57 more, 60 in all; --all shows each"))
    #expect(lines.allSatisfy { $0.count < 500 })
  }

  @Test func allIsEveryOneInFull() {
    let lines = FindingRendering.lines(triggers + [missing], for: .chainBroken, all: true)
    #expect(lines.count == 61)
    #expect(lines.count { $0.contains(String(repeating: "x", count: 900)) } == 60)
    let json = VerificationRendering.json(report(triggers + [missing]))
    #expect(json["findings"]?.arrayValue?.count == 61)
  }

  @Test func aLogThatWasCutLeadsWhateverElseIsFound() {
    let found = report(
      triggers + [
        Finding(.databaseDamaged, subject: "table x"), Finding(.digestMismatch, subject: "001.raw"), missing,
      ])
    #expect(found.verdict == .chainBroken && found.verdict.exitStatus == .chainBroken)
    let sentence = FindingRendering.sentence(found)
    #expect(sentence.hasPrefix("Chain broken. The audit log was altered: event 11 is missing."))
    // What else is wrong is not hidden behind it.
    #expect(sentence.contains("Damaged. ") && sentence.contains("Mismatch. ") && sentence.contains("001.raw"))
  }

  @Test func anAlteredImageLeadsWhereOnlyAConfirmationIsMissing() {
    let found = report([
      Finding(.custodyNotConfirmed, subject: "c"), Finding(.digestMismatch, subject: "001.raw"),
    ])
    #expect(found.verdict == .mismatch)
    #expect(FindingRendering.sentence(found).hasPrefix("Mismatch. "))
    var ofLog = found
    ofLog.scope = .auditLog
    #expect(ofLog.verdict == .chainBroken)
  }

  @Test func aCopyThatIsNotAtHandIsNoSuccess() {
    let found = report([Finding(.copyNotChecked, .warning, subject: "/media/second/001")])
    #expect(found.verdict == .notAllChecked && found.verdict.exitStatus == .noReference)
  }

  @Test(arguments: [
    VerificationScope.acquisition, .bag, .openBag, .copies(which: "x"), .chunks, .image, .disc, .proof,
    .signedFile, .approvedCopy,
    .auditLog,
  ])
  func onlyAVerificationOfEverythingSaysEverything(scope: VerificationScope) {
    let sentence = VerificationVerdict.verified.sentence(of: scope)
    #expect(sentence.hasPrefix("Verified") && !sentence.contains("everything recorded"))
    #expect(isSentence(sentence))
  }
}

@Suite struct FindingCodeTests {
  @Test func saysEachThingOnce() {
    #expect(Set(FindingCode.allCases.map(\.rawValue)).count == FindingCode.allCases.count)
    #expect(Set(FindingCode.allCases.map(\.meaning)).count == FindingCode.allCases.count)
  }

  @Test(arguments: FindingCode.allCases)
  func hasAnIdentifierAndAMeaning(code: FindingCode) {
    #expect(code.rawValue.split(separator: ".").count == 2)
    #expect(code.rawValue.allSatisfy { $0.isLowercase || $0 == "-" || $0 == "." })
    #expect(!code.meaning.isEmpty && code.meaning.last != ".")
  }

  @Test func severitiesAreOrdered() {
    #expect(FindingSeverity.allCases.sorted() == [.note, .warning, .failure])
  }
}

@Suite struct VerdictTests {
  @Test(
    arguments: [
      (AcquisitionVerdict.complete, "complete", 0),
      (.completeWithUnreadable(sectors: 3), "completeWithUnreadable", 3),
      (.incomplete(reason: "a\nb"), "incomplete", 4),
    ] as [(AcquisitionVerdict, String, Int32)])
  func acquisition(verdict: AcquisitionVerdict, name: String, status: Int32) {
    #expect(verdict.name == name)
    #expect(verdict.exitStatus.rawValue == status)
    #expect(isSentence(verdict.sentence), "\(verdict.sentence)")
  }

  @Test func theNumberOfUnreadableSectorsIsSaid() {
    #expect(AcquisitionVerdict.completeWithUnreadable(sectors: 4711).sentence.contains("4711"))
  }

  @Test(
    arguments: [
      (VerificationVerdict.verified, 0), (.notAllChecked, 6), (.noReference, 6), (.incomplete, 4),
      (.chainBroken, 7),
      (.mismatch, 5),
      (.damaged, 5),
    ] as [(VerificationVerdict, Int32)])
  func verification(verdict: VerificationVerdict, status: Int32) {
    #expect(verdict.exitStatus.rawValue == status)
    #expect(isSentence(verdict.sentence))
  }

  @Test func onlyVerifiedIsSuccess() {
    for verdict in VerificationVerdict.allCases {
      #expect((verdict.exitStatus == .complete) == (verdict == .verified))
    }
  }

  @Test func theWorstComesLast() {
    #expect(
      VerificationVerdict.allCases.shuffled().sorted()
        == [.verified, .notAllChecked, .noReference, .incomplete, .chainBroken, .mismatch, .damaged])
  }

  @Test func exitStatusesAreZeroToSeven() {
    #expect(ExitStatus.allCases.map(\.rawValue) == Array(0...7))
    #expect(Set(ExitStatus.allCases.map(\.meaning)).count == 8)
  }
}

/// A capital (or a name in backticks) at the beginning, a full stop at the end, on one line.
private func isSentence(_ text: String) -> Bool {
  guard let first = text.first else { return false }
  return (first.isUppercase || first == "`") && text.last == "." && !text.contains("\n")
    && !text.contains("  ")
}

/// Goes on with a colon: no capital, no full stop.
private func beginsASentence(_ text: String) -> Bool {
  guard let first = text.first else { return false }
  return first.isLowercase && text.last != "." && !text.contains("\n")
}
