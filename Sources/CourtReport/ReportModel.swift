import Evidence

/// Everything a report of one item says, in the words it says it in.
///
/// Plain text and lists: whoever makes the model decides what is said, the template only sets it. A text that is
/// not known is empty and left out. The same model gives the same bytes. Names are distinct between the levels,
/// as the template looks a name up outside where it is not found inside.
package struct ReportModel: Hashable, Sendable {
  /// A line of a two-column table.
  package struct Fact: Hashable, Sendable {
    package let label: String
    package let value: String
    /// Set in a typewriter face: digests, paths, serial numbers.
    package let isCode: Bool

    package init(_ label: String, _ value: String, isCode: Bool = false) {
      self.label = label
      self.value = value
      self.isCode = isCode
    }
  }

  /// How a result looks; always beside its words, never instead of them.
  package enum Tone: String, Hashable, Sendable {
    case good, attention, bad
  }

  /// A command anybody can run, and what it shows.
  package struct Command: Hashable, Sendable {
    package let purpose: String
    package let line: String

    package init(_ purpose: String, _ line: String) {
      self.purpose = purpose
      self.line = line
    }
  }

  /// Name of the laboratory, at the head of the page.
  package var laboratory: String
  package var caseNumber: String
  package var caseTitle: String
  package var itemNumber: String
  package var itemTitle: String
  /// When and by whom the report was made, with the program and its version.
  package var colophon: String
  /// The result in one line, such as "Complete and verified".
  package var verdict: String
  package var verdictTone: Tone
  /// The result in plain words, one paragraph each.
  package var summary: [String]
  package var caseFacts: [Fact]
  package var itemFacts: [Fact]
  package var acquisitions: [Acquisition]
  package var custody: [CustodyLine]
  package var verifications: [VerificationLine]
  /// Sequence and digest of the newest audit event, which stands for the whole log up to it.
  package var auditHead: [Fact]
  /// What the report does not say, and what could not be done.
  package var limitations: [String]
  /// How a stranger checks all of it without Exhibit and without a network.
  package var checks: [Command]

  package init(
    laboratory: String, caseNumber: String, caseTitle: String, itemNumber: String, itemTitle: String,
    colophon: String, verdict: String, verdictTone: Tone, summary: [String], caseFacts: [Fact],
    itemFacts: [Fact], acquisitions: [Acquisition], custody: [CustodyLine],
    verifications: [VerificationLine], auditHead: [Fact], limitations: [String], checks: [Command]
  ) {
    self.laboratory = laboratory
    self.caseNumber = caseNumber
    self.caseTitle = caseTitle
    self.itemNumber = itemNumber
    self.itemTitle = itemTitle
    self.colophon = colophon
    self.verdict = verdict
    self.verdictTone = verdictTone
    self.summary = summary
    self.caseFacts = caseFacts
    self.itemFacts = itemFacts
    self.acquisitions = acquisitions
    self.custody = custody
    self.verifications = verifications
    self.auditHead = auditHead
    self.limitations = limitations
    self.checks = checks
  }
}

extension ReportModel {
  /// One custody event.
  package struct CustodyLine: Hashable, Sendable {
    /// Sequence of its audit event.
    package let auditEvent: String
    package let event: String
    package let occurred: String
    package let recorded: String
    package let from: String
    package let to: String
    package let place: String
    /// Purpose, seals, condition, remarks: one line each.
    package let notes: [String]

    package init(
      auditEvent: String, event: String, occurred: String, recorded: String, from: String = "",
      to: String = "", place: String = "", notes: [String] = []
    ) {
      self.auditEvent = auditEvent
      self.event = event
      self.occurred = occurred
      self.recorded = recorded
      self.from = from
      self.to = to
      self.place = place
      self.notes = notes
    }
  }

  /// One verification with what it found.
  package struct VerificationLine: Hashable, Sendable {
    package let subjectVerified: String
    package let started: String
    package let ended: String
    package let result: String
    package let resultTone: Tone
    package let findings: [FindingLine]
    /// Number of findings that are not listed; 0 where all are.
    package let unlistedFindings: UInt64
    package let hasMoreFindings: Bool

    package init(
      subject: String, started: Timestamp, ended: Timestamp, verdict: VerificationVerdict,
      findings: [Finding], findingCount: UInt64
    ) {
      self.subjectVerified = subject
      self.started = started.description
      self.ended = ended.description
      self.result = verdict.sentence
      self.resultTone =
        switch verdict {
        case .verified: .good
        case .noReference, .incomplete: .attention
        case .chainBroken, .mismatch, .damaged: .bad
        }
      self.findings = findings.map(FindingLine.init)
      self.unlistedFindings = findingCount - min(findingCount, UInt64(findings.count))
      self.hasMoreFindings = unlistedFindings > 0
    }
  }

  package struct FindingLine: Hashable, Sendable {
    package let severity: String
    package let meaning: String
    package let about: String
    package let expected: String
    package let observed: String
    package let sectors: String

    package init(_ finding: Finding) {
      self.severity = finding.severity.rawValue
      self.meaning = finding.code.meaning
      self.about = finding.subject
      self.expected = finding.expected ?? ""
      self.observed = finding.observed ?? ""
      self.sectors = finding.sectors?.description ?? ""
    }
  }
}
