/// The result of an acquisition.
package enum AcquisitionVerdict: Hashable, Sendable {
  /// Every sector was read.
  case complete
  /// Every sector was attempted; this many could not be read and hold the fill pattern.
  case completeWithUnreadable(sectors: UInt64)
  /// Sectors were not attempted, or the output could not be finished.
  case incomplete(reason: String)

  /// Stable name, as stored.
  package var name: String {
    switch self {
    case .complete: "complete"
    case .completeWithUnreadable: "completeWithUnreadable"
    case .incomplete: "incomplete"
    }
  }

  package var sentence: String {
    switch self {
    case .complete: "Complete: every sector was read."
    case .completeWithUnreadable(let sectors):
      "Completed with read errors: \(sectors) unreadable sector\(sectors == 1 ? " is" : "s are") filled in the image."
    case .incomplete(let reason): "Incomplete: \(HumanText.singleLine(reason))."
    }
  }

  package var exitStatus: ExitStatus {
    switch self {
    case .complete: .complete
    case .completeWithUnreadable: .completeWithUnreadable
    case .incomplete: .incomplete
    }
  }
}

/// The result of a verification, from best to worst.
package enum VerificationVerdict: String, Hashable, Sendable, CaseIterable, Comparable {
  /// Everything that was recorded was recomputed and is equal.
  case verified
  /// What was looked at is as recorded; a copy that the record knows was not at hand.
  case notAllChecked
  /// There was nothing to compare with.
  case noReference
  /// The verification could not look at everything.
  case incomplete
  /// The custody record or the audit chain is not intact; a log that was altered leads, whatever else is found.
  case chainBroken
  /// A value differs from the recorded one.
  case mismatch
  /// Stored data is damaged and can be located.
  case damaged

  /// Of a verification that looked at everything that is recorded.
  package var sentence: String { sentence(of: .everything) }

  /// Says no more than a verification of this scope shows.
  package func sentence(of scope: VerificationScope) -> String {
    switch self {
    case .verified: scope.verified
    case .notAllChecked:
      "Not all checked: a copy was not at hand; everything checked matches."
    case .noReference: "No reference: there is no recorded hash value to compare with."
    case .incomplete: "Incomplete: not everything could be checked."
    case .chainBroken: "Chain broken: the chain of custody or the audit log is not intact."
    case .mismatch: "Mismatch: does not match the record."
    case .damaged: "Damaged: stored data is damaged."
    }
  }

  package var exitStatus: ExitStatus {
    switch self {
    case .verified: .complete
    case .notAllChecked, .noReference: .noReference
    case .incomplete: .incomplete
    case .chainBroken: .chainBroken
    case .mismatch, .damaged: .mismatch
    }
  }

  private var rank: Int { Self.allCases.firstIndex(of: self) ?? 0 }

  package static func < (left: Self, right: Self) -> Bool { left.rank < right.rank }
}

/// How much a verification looks at, and so how much a good result says.
package enum VerificationScope: Hashable, Sendable {
  /// Everything that is recorded of a case, an item or an acquisition.
  case everything
  /// The files that a manifest names, and no case.
  case acquisition
  /// What was handed over in one bag.
  case bag
  /// The same, where nobody signed the lists of the bag.
  case openBag
  /// Some copies of the images, which `which` names.
  case copies(which: String)
  /// The chunk digests and the Merkle root over them, and no digest of the whole.
  case chunks
  /// An image against the digests it stores itself.
  case image
  /// A disc image against its own error detection codes.
  case disc
  /// Some sectors of an acquisition.
  case proof
  /// A file against its signature.
  case signedFile
  /// A copy of a report with signatures inside, against its case.
  case approvedCopy
  /// The audit log and what it is held against.
  case auditLog

  fileprivate var verified: String {
    switch self {
    case .everything: "Verified: all recorded values match."
    case .acquisition:
      "Verified: every file named in the manifest matches; no case and no other copy was checked."
    case .bag: "Verified: everything signed in the bag matches, and the bag is complete."
    case .openBag:
      "Verified: everything signed in the bag matches; no signature says that the bag is complete."
    case .copies(let which): "Verified as far as asked: of the copies only \(which), which matches."
    case .chunks:
      "Verified by chunks: every chunk matches; the hash values of the whole were not computed."
    case .image:
      "Verified: the contents match the hash values stored in the image; nothing signed was compared."
    case .disc:
      "Verified: the sectors match their own checksums; nothing signed was compared."
    case .proof: "Verified: the sectors shown are those of the acquisition; the rest was not checked."
    case .signedFile: "Verified: the file is the one that was signed."
    case .approvedCopy:
      "Verified: the copy is the one its case records; the signatures inside the PDF were not checked."
    case .auditLog:
      "Verified: the audit log matches what was signed or noted elsewhere; no image was read."
    }
  }
}
