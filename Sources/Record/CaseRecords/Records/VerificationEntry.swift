import Evidence

/// A verification with the findings that were recorded of it.
package struct VerificationEntry: Hashable, Sendable {
  package let verification: VerificationRecord
  package let findings: [Finding]

  package init(verification: VerificationRecord, findings: [Finding]) {
    self.verification = verification
    self.findings = findings
  }
}
