import Evidence

/// What an acquisition wrote besides the case's own folder, in the same pass, as its events say.
package struct AcquisitionCopy: Hashable, Sendable {
  /// Absolute path of the folder of its files, whether it is there or not.
  package let folder: String
  /// Identifiers of the formats of its images; empty where the event does not say.
  package let formats: [String]
  /// SHA-256 of its manifest; `nil` where the event does not say.
  package let manifestDigest: Digest?
  /// Why it was not completed; `nil` where it was.
  package let failure: String?

  package init(folder: String, formats: [String] = [], manifestDigest: Digest? = nil, failure: String? = nil)
  {
    self.folder = folder
    self.formats = formats
    self.manifestDigest = manifestDigest
    self.failure = failure
  }
}

/// When a copy of an acquisition was checked, and with what result.
package struct CopyHistory: Hashable, Sendable {
  package struct Check: Hashable, Sendable {
    package let ended: Timestamp
    package let verdict: VerificationVerdict
    /// Digests of the whole were computed too, not of chunks alone.
    package let isFull: Bool
    /// Audit event of the verification.
    package let event: UInt64

    package init(ended: Timestamp, verdict: VerificationVerdict, isFull: Bool = true, event: UInt64) {
      self.ended = ended
      self.verdict = verdict
      self.isFull = isFull
      self.event = event
    }
  }

  /// The newest check; `nil` where there was none.
  package var last: Check?
  /// A later verification that did not check it.
  package var missed: Timestamp?

  package init() {}
}
