import CanonicalJSON
import Evidence

extension Manifest {
  /// An interruption of an acquisition, after which it was resumed.
  package struct Pause: Hashable, Sendable {
    /// When the last checkpoint before the interruption was made.
    package var stopped: Timestamp
    /// When the acquisition went on.
    package var resumed: Timestamp
    /// First unit that was still missing.
    package var unit: UInt64
    /// Numbers of the chunks that were read again and found as before, which shows that it is the same medium.
    package var comparedChunks: [UInt64]
    /// How the journal that was gone on from is vouched for; `nil` where an earlier version went on.
    package var journal: JournalState?

    /// Of the journal that an acquisition was resumed from.
    package enum JournalState: String, Hashable, Sendable, CaseIterable {
      /// Signed with a key that the examiner vouched for and that ended with the process; everything that was written
      /// before was read back and compared with it.
      case signed
      /// By nobody: what was written before could have been changed.
      case unsigned
    }

    package init(
      stopped: Timestamp, resumed: Timestamp, unit: UInt64, comparedChunks: [UInt64],
      journal: JournalState? = nil
    ) {
      self.journal = journal
      self.stopped = stopped
      self.resumed = resumed
      self.unit = unit
      self.comparedChunks = comparedChunks
    }
  }
}

extension Manifest.Pause {
  package var json: JSONValue {
    .fields([
      "stopped": .string(stopped.description), "resumed": .string(resumed.description),
      "unit": JSONValue(unit), "comparedChunks": .array(comparedChunks.map { JSONValue($0) }),
      "journal": journal.map { .string($0.rawValue) },
    ])
  }

  package init(_ given: StrictObject) throws(EvidenceError) {
    var object = given
    self.init(
      stopped: try object.time("stopped"), resumed: try object.time("resumed"),
      unit: try object.quantity("unit"),
      comparedChunks: try object.quantities("comparedChunks"), journal: try object.optionalChoice("journal"))
    try object.finish()
  }
}
