import CanonicalJSON
import CaseRecords
import Evidence
internal import SQLite
import SystemIO

extension CaseStore {
  /// Records that an acquisition begins, and gives it its name: that of the item's folder, then name-2, name-3 … None
  /// differs from another by letter case alone, so that the case can lie on any file system; where that, or a name
  /// Windows keeps for a device, changed the name, the event says so.
  /// - Parameters:
  ///   - evidenceFolder: the folder, relative to the case, in which it gets a folder of its name.
  ///   - namesInUse: names that are not free although the case does not know them, such as of folders found.
  ///   - reason: why it is acquired although the legal authority has expired.
  ///   - details: an object for the audit log: settings, device facts.
  /// - Throws: `itemUnknown`, `caseNotOpen`, `itemNotHeld`, `authorityExpired`; see ``demandAcquirable(_:afterExpiry:)``.
  package func beginAcquisition(
    of item: ItemNumber, source: AcquisitionSource, evidenceFolder: String = "evidence",
    namesInUse: Set<String> = [], afterExpiry reason: String? = nil, details: JSONValue = .object([:])
  ) throws(EvidenceError) -> AcquisitionRecord {
    try write { transaction in
      let database = transaction.database
      _ = try database.item(item)
      try transaction.demandAcquirable(item, afterExpiry: reason)
      let taken = try namesInUse.union(database.acquisitionNamesTaken(besides: item))
      let acquired = try namesInUse.union(Set(database.all(String.self, "SELECT name FROM acquisition")))
      let folded = Set(acquired.map(PortableName.folded))
      let names = sequence(first: 1) { $0 + 1 }.lazy
        .map { $0 == 1 ? item.fileName : "\(item.fileName)-\($0)" }.filter { !taken.contains($0) }
      let usual = names.first { _ in true }
      guard let name = names.first(where: { !folded.contains(PortableName.folded($0)) }) else {
        throw EvidenceError(.databaseFailed, path.string, "no name is free for item \(item)")
      }
      var details = details.objectValue ?? [:]
      if PortableName.isReserved(item.description) || name != usual {
        details["portableName"] = .string(name)
      }
      let acquisition = AcquisitionRecord(
        id: Host.newIdentifier(), item: item, name: name, folder: "\(evidenceFolder)/\(name)",
        sourcePath: source.path, sourceKind: source.kind.rawValue, length: source.length,
        sectorSize: source.sectorSize, started: transaction.now)
      try transaction.record(.acquisitionStarted, details: .object(details), [acquisition])
      return acquisition
    }
  }

  /// Refuses an item that must not be acquired now: the case is not open, the item is disposed of or in other hands
  /// than those of who acts, or every legal authority that covers it has expired and no reason is given.
  /// - Throws: `itemUnknown`, `caseNotOpen`, `itemNotHeld`, `authorityExpired`.
  package func demandAcquirable(
    _ item: ItemNumber, afterExpiry reason: String? = nil
  ) throws(EvidenceError) {
    try write { transaction in
      _ = try transaction.database.item(item)
      try transaction.demandAcquirable(item, afterExpiry: reason)
    }
  }

  /// Whether an acquisition of an item could have this name: no other has it, and no other item, by more than the case
  /// of letters.
  package func isFree(_ name: String, for item: ItemNumber) throws(EvidenceError) -> Bool {
    try read { database in
      try !database.acquisitionNamesTaken(besides: item).map(PortableName.folded).contains(
        PortableName.folded(name))
    }
  }

  /// Records an acquisition that another case made and signed, with its end, as one event.
  /// - Parameters:
  ///   - name: free in this case, see ``isFree(_:for:)``.
  ///   - evidenceFolder: the folder, relative to the case, in which its folder lies.
  ///   - details: an object for the audit log: who signed, and where it came from.
  /// - Throws: `itemUnknown`, `caseNotOpen`; `databaseFailed` where the case has it already.
  package func importAcquisition(
    _ id: RecordIdentifier, of item: ItemNumber, name: String, source: AcquisitionSource,
    evidenceFolder: String = "evidence", started: Timestamp, verdict: AcquisitionVerdict,
    images: [AcquiredImage], digests: [StreamDigests], manifestDigest: Digest, details: JSONValue
  ) throws(EvidenceError) {
    try write { transaction in
      _ = try transaction.database.item(item)
      try transaction.demandState([.open], for: "taking in an acquisition of item \(item)")
      let acquisition = AcquisitionRecord(
        id: id, item: item, name: name, folder: "\(evidenceFolder)/\(name)", sourcePath: source.path,
        sourceKind: source.kind.rawValue, length: source.length, sectorSize: source.sectorSize,
        started: started)
      let records = Self.result(
        of: id, verdict: verdict, images: images, digests: digests, manifestDigest: manifestDigest,
        now: transaction.now)
      try transaction.record(.acquisitionImported, details: details, [acquisition] + records)
    }
  }

  /// The records of an end.
  private static func result(
    of id: RecordIdentifier, verdict: AcquisitionVerdict, images: [AcquiredImage], digests: [StreamDigests],
    manifestDigest: Digest?, now: Timestamp
  ) -> [any StoredRecord] {
    var records: [any StoredRecord] = [
      AcquisitionResultRecord(acquisition: id, ended: now, verdict: verdict, manifestDigest: manifestDigest)
    ]
    for (imageIndex, image) in images.enumerated() {
      records.append(
        ImageRecord(
          acquisition: id, position: UInt64(imageIndex), format: image.format, length: image.length))
      for (index, segment) in image.segments.enumerated() {
        records.append(
          SegmentRecord(
            acquisition: id, image: UInt64(imageIndex), position: UInt64(index), file: segment))
      }
    }
    for stream in digests {
      for digest in stream.digests.all {
        records.append(DigestRecord(acquisition: id, stream: stream.stream, digest: digest))
      }
    }
    return records
  }

  /// Records how an acquisition ended. Once only.
  /// - Parameters:
  ///   - manifestDigest: SHA-256 of the manifest; `nil` where there is none.
  ///   - custody: of the item, recorded together with the end.
  ///   - details: an object for the audit log.
  package func finishAcquisition(
    _ id: RecordIdentifier, verdict: AcquisitionVerdict, images: [AcquiredImage] = [],
    digests: [StreamDigests] = [], manifestDigest: Digest?, custody: CustodyDetails? = nil,
    details: JSONValue = .object([:])
  ) throws(EvidenceError) {
    try write { transaction in
      let records = Self.result(
        of: id, verdict: verdict, images: images, digests: digests, manifestDigest: manifestDigest,
        now: transaction.now)
      try transaction.record(.acquisitionFinished, details: details, records)
      let known: [AcquisitionRecord] = try transaction.database.plainRecords(
        where: "id = ?", [id.description])
      if let custody, let acquisition = known.first {
        let event = CustodyRecord(
          id: Host.newIdentifier(), item: acquisition.item, recorded: transaction.now, details: custody)
        try transaction.record(.custodyRecorded, [event])
      }
    }
  }

  /// The acquisitions of an item, oldest first.
  /// - Throws: `itemUnknown`.
  package func acquisitions(of item: ItemNumber) throws(EvidenceError) -> [AcquisitionEntry] {
    try read { database in
      _ = try database.item(item)
      let acquisitions: [AcquisitionRecord] = try database.plainRecords(
        where: "item = ?", [item.description])
      return try acquisitions.map { try entry(of: $0, database) }
    }
  }

  /// Every acquisition of the case that ended with a manifest, oldest first.
  package func endedAcquisitions() throws(EvidenceError) -> [EndedAcquisition] {
    try read { database in
      let results: [AcquisitionResultRecord] = try database.plainRecords(where: "manifest_digest IS NOT NULL")
      let acquisitions: [AcquisitionRecord] = try database.plainRecords()
      let known = Dictionary(acquisitions.map { ($0.id, $0) }) { first, _ in first }
      return results.compactMap { result in
        guard let acquisition = known[result.acquisition], let digest = result.manifestDigest else {
          return nil
        }
        return EndedAcquisition(record: acquisition, manifestDigest: digest)
      }
    }
  }

  private func entry(
    of acquisition: AcquisitionRecord, _ database: Database
  ) throws -> AcquisitionEntry {
    let ours = ("acquisition = ?", [acquisition.id.description])
    let result = try database.plainRecords(AcquisitionResultRecord.self, where: ours.0, ours.1).first
    let images: [ImageRecord] = try database.plainRecords(where: ours.0, ours.1)
    let segments: [SegmentRecord] = try database.plainRecords(where: ours.0, ours.1)
    let digests: [DigestRecord] = try database.plainRecords(where: ours.0, ours.1)
    var streams: [String] = []
    for digest in digests where !streams.contains(digest.stream) { streams.append(digest.stream) }
    return AcquisitionEntry(
      acquisition: acquisition, result: result,
      images: images.map { image in
        AcquiredImage(
          format: image.format, length: image.length,
          segments: segments.filter { $0.image == image.position }.map(\.file))
      },
      digests: streams.map { stream in
        StreamDigests(
          stream: stream, digests: DigestSet(digests.filter { $0.stream == stream }.map(\.digest)))
      })
  }
}

extension Database {
  /// Names of all acquisitions, and those that belong to other items.
  fileprivate func acquisitionNamesTaken(besides item: ItemNumber) throws -> Set<String> {
    let names = try Set(all(String.self, "SELECT name FROM acquisition"))
    let others = try plainRecords(EvidenceItemRecord.self, where: "number <> ?", [item.description])
    return names.union(others.map(\.number.fileName))
  }
}

extension CaseTransaction {
  fileprivate func demandAcquirable(_ item: ItemNumber, afterExpiry reason: String?) throws {
    try demandState([.open], for: "acquiring item \(item)")
    try database.demandInHand(item, of: actor.name)
    let expired = try database.expiredAuthorities(for: item, at: now)
    guard expired.isEmpty || reason != nil else {
      let list = expired.map { "\($0.details.reference) on \($0.details.expires?.description ?? "?")" }
      throw EvidenceError(.authorityExpired, "item \(item)", list.joined(separator: ", "))
    }
  }
}
