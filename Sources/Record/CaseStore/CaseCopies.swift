import CanonicalJSON
import CaseRecords
import Evidence

/// The copies of acquisitions, as the log has them: no table holds them.
extension CaseStore {
  /// What each acquisition that ended wrote besides the case's own folder, in the order in which it was asked for.
  package func copies() throws(EvidenceError) -> [RecordIdentifier: [AcquisitionCopy]] {
    var begun: [RecordIdentifier: [String]] = [:]
    var copies: [RecordIdentifier: [AcquisitionCopy]] = [:]
    try forEachEvent(of: [.acquisitionStarted, .acquisitionFinished]) { event throws(EvidenceError) in
      let details = event.payload["details"]
      let records = event.payload["records"]
      if let started = records?[AcquisitionRecord.table.name]?.arrayValue?.first,
        let id = started["id"]?.stringValue.flatMap({ RecordIdentifier($0) }),
        let name = started["name"]?.stringValue
      {
        begun[id] = details?["copies"]?.arrayValue?.compactMap(\.stringValue).map { "\($0)/\(name)" }
      } else if let ended = records?[AcquisitionResultRecord.table.name]?.arrayValue?.first,
        let id = ended["acquisition"]?.stringValue.flatMap({ RecordIdentifier($0) })
      {
        copies[id] = Self.copies(details?["copies"]?.arrayValue ?? [], asked: begun[id] ?? [])
      }
    }
    return copies
  }

  /// - Parameter asked: folders as they stood in the beginning: the end leaves one out of which nothing is left, and an
  ///   end that was recorded later leaves out all.
  private static func copies(_ ended: [JSONValue], asked: [String]) -> [AcquisitionCopy] {
    guard !ended.isEmpty else { return asked.map { AcquisitionCopy(folder: $0) } }
    return ended.enumerated().compactMap { index, copy in
      let folder = copy["folder"]?.stringValue ?? (asked.indices.contains(index) ? asked[index] : nil)
      return folder.map {
        AcquisitionCopy(
          folder: $0, formats: copy["formats"]?.arrayValue?.compactMap(\.stringValue) ?? [],
          manifestDigest: copy["manifest"]?.stringValue.flatMap { Digest(.sha256, hex: $0) },
          failure: copy["error"]?.stringValue)
      }
    }
  }

  /// The checks of all copies of some acquisitions, the case's own among them, by acquisition and folder.
  package func copyHistories(
    of entries: [AcquisitionEntry]
  ) throws(EvidenceError) -> [RecordIdentifier: [String: CopyHistory]] {
    var histories: [RecordIdentifier: [String: CopyHistory]] = [:]
    try forEachEvent(of: [.verificationRecorded]) { event throws(EvidenceError) in
      guard let record = event.payload["records"]?[VerificationRecord.table.name]?.arrayValue?.first,
        let verdict = record["verdict"]?.stringValue.flatMap({ VerificationVerdict(rawValue: $0) }),
        let started = record["started"]?.stringValue.flatMap({ Timestamp($0) }),
        let ended = record["ended"]?.stringValue.flatMap({ Timestamp($0) })
      else { return }
      let isFull = event.payload["details"]?["level"]?.stringValue != "chunks"
      func note(_ acquisition: RecordIdentifier, _ folder: String, _ verdict: VerificationVerdict?) {
        var history = histories[acquisition]?[folder] ?? CopyHistory()
        history.missed = verdict == nil ? ended : nil
        if let verdict {
          history.last = .init(ended: ended, verdict: verdict, isFull: isFull, event: event.sequence)
        }
        histories[acquisition, default: [:]][folder] = history
      }
      if let checked = event.payload["details"]?["copies"]?.arrayValue {
        for copy in checked {
          guard let id = copy["acquisition"]?.stringValue.flatMap({ RecordIdentifier($0) }),
            let folder = copy["folder"]?.stringValue
          else { continue }
          note(id, folder, copy["verdict"]?.stringValue.flatMap { VerificationVerdict(rawValue: $0) })
        }
        return
      }
      // Earlier versions looked at the case's own folders alone.
      let item = record["item"]?.stringValue
      for entry in entries where item == nil || entry.acquisition.item.description == item {
        guard let end = entry.result?.ended, end <= started else { continue }
        note(entry.acquisition.id, entry.acquisition.folder, verdict)
      }
    }
    return histories
  }
}
