import Acquisition
import CanonicalJSON
import CaseRecords
import CaseStore
import Evidence
import Formats
import Manifests
import SystemIO
import SystemPackage

/// What the case records of an acquisition when its reading has ended.
struct AcquisitionEnding {
  let setting: AcquisitionSetting
  let acquisition: AcquisitionRecord

  private var store: CaseStore { setting.store }

  /// Where the name of the folder is not the number of the item.
  var nameRemarks: [String] {
    let item = acquisition.item
    guard PortableName.isReserved(item.description) else { return [] }
    return [
      "The folder and its files are named \(acquisition.name): Windows cannot open files named \(item)."
    ]
  }

  /// The log knows the digests before the manifest refers to its head.
  func recordImaged(_ outcome: AcquisitionOutcome, _ rate: ReadRate) throws(EvidenceError) -> AuditHead {
    try persistently { () throws(EvidenceError) in
      try store.append(
        .acquisitionImaged,
        details: .fields([
          "acquisition": .string(acquisition.id.description), "verdict": .string(outcome.verdict.name),
          "merkleRoot": .string(outcome.merkleRoot.hex),
          "readRate": rate.points.isEmpty ? nil : rate.json,
          "digests": .object(
            Dictionary(
              uniqueKeysWithValues: outcome.digests.all.map { ($0.algorithm.rawValue, .string($0.hex)) })),
        ]))
    }
  }

  /// It ended early, and can go on.
  /// - Parameter map: what is known of the medium.
  func recordPause(_ map: SectorMap, _ failure: EvidenceError) throws(EvidenceError) {
    try persistently { () throws(EvidenceError) in
      try store.append(
        .acquisitionPaused,
        details: .fields([
          "acquisition": .string(acquisition.id.description), "error": .string(failure.code.rawValue),
          "message": .string(failure.description),
          "notAttempted": JSONValue(map.count(of: .notAttempted)),
        ]))
    }
    try store.close()
  }

  /// It has ended for good.
  func record(
    _ verdict: AcquisitionVerdict, summaries: [AcquisitionSummary.Destination] = [], failure: EvidenceError?,
    images: [Manifest.Image] = [], digests: DigestSet = DigestSet(), manifestDigest: Digest? = nil,
    readBack: ReadBack.Result? = nil
  ) throws(EvidenceError) {
    let copies = summaries.dropFirst().map { copy in
      JSONValue.fields([
        "folder": copy.folder.map { .string($0.string) },
        "formats": .array(copy.formats.map { .string($0.rawValue) }),
        "manifest": copy.manifestDigest.map { .string($0.hex) },
        "error": copy.failure.map { .string($0.description) },
      ])
    }
    try persistently { () throws(EvidenceError) in
      try store.finishAcquisition(
        acquisition.id, verdict: verdict,
        images: images.map { AcquiredImage($0, length: setting.plan.geometry.length) },
        digests: digests.isEmpty ? [] : [StreamDigests(stream: Manifest.Stream.main, digests: digests)],
        manifestDigest: manifestDigest,
        custody: manifestDigest == nil ? nil : .acquired(acquisition, verdict),
        details: .fields([
          "copies": copies.isEmpty ? nil : .array(copies),
          "error": failure.map { .string($0.code.rawValue) },
          "message": failure.map { .string($0.description) },
        ]))
    }
    if let readBack {
      try persistently { () throws(EvidenceError) in try record(readBack) }
      if let added = readBack.added {
        try persistently { () throws(EvidenceError) in
          try store.append(
            .wholeDigestsAdded,
            details: added.details(
              file: FilePath(acquisition.folder).appending(added.file), acquisition: acquisition.id))
        }
      }
    }
    try store.close()
  }

  /// A verification like one that is made later, and known as made at once.
  private func record(_ readBack: ReadBack.Result) throws(EvidenceError) {
    let item = acquisition.item
    _ = try store.recordVerification(
      of: "acquisition \(acquisition.name), read back from the destination", item: item,
      started: readBack.started, verdict: readBack.report.verdict, findings: readBack.report.findings,
      details: .fields([
        "acquisition": .string(acquisition.id.description), "readBack": .bool(true),
        "checks": JSONValue(readBack.report.checks.count),
      ]))
    var custody = CustodyDetails(.verify, occurred: readBack.started)
    custody.remarks = readBack.report.sentence
    try store.recordCustody(of: item, custody)
  }

  private static let attempts = 5

  /// After a medium was read, a database that is busy for a while must not cost the result: each attempt waits half
  /// a minute for another process by itself.
  @discardableResult
  private func persistently<Value>(
    _ body: () throws(EvidenceError) -> Value
  ) throws(EvidenceError) -> Value {
    for _ in 0..<Self.attempts {
      do throws(EvidenceError) { return try body() } catch  where error.code != .databaseFailed {
        throw error
      } catch {}
    }
    return try body()
  }
}

extension AcquisitionSetting {
  /// What would otherwise pass without a word.
  func remarks(
    _ outcome: AcquisitionOutcome, _ summaries: [AcquisitionSummary.Destination]
  ) -> [String] {
    var remarks = (disc?.unclaimed ?? []) + (earlier?.remarks ?? [])
    remarks += request.output.images.flatMap { $0.remarks(on: disc?.stream.disc) }
    if let disc {
      remarks.append(
        "The source was acquired as an optical disc image (\(disc.format.title)): "
          + "\(plan.geometry.sectorCount) sectors of \(plan.geometry.logicalSectorSize) bytes.")
    }
    if let taken {
      remarks.append(
        "The source is itself an \(taken.found). The file was acquired byte for byte, not the medium it is an image of."
      )
    }
    var told: Set<FormatID> = []
    for image in request.output.all where told.insert(image.format).inserted {
      let unlisted = image.unlisted(outcome.map.ranges(in: .unreadable))
      guard !unlisted.isEmpty else { continue }
      remarks.append(
        "The \(Formats.title(image.format)) image cannot list every unreadable sector: sectors \(unlisted.listed()) are in "
          + "the map and the manifest only.")
    }
    if source.facts.kind == .blockDevice, !source.readsDirectly, outcome.map.count(of: .unreadable) > 0 {
      remarks.append(
        "The device does not take direct reads: through the page cache a sector that fails takes its page with it, "
          + "so that more sectors may be filled than fail.")
    }
    if let padded = outcome.images.first(where: { ($0.written?.paddingBytes ?? 0) > 0 }) {
      remarks.append(
        "The last sector has \(plan.geometry.tailBytes) bytes only; the \(Formats.title(padded.format)) holds "
          + "\(plan.geometry.paddingBytes) zero bytes behind it"
          + (plan.isSegmented
            ? "; hash values of what it holds and of the medium will differ."
            : ", and its own MD5 and SHA-1 are those of the padded contents.")
      )
    }
    guard summaries.count > 1 else { return remarks }
    for summary in summaries where summary.busySeconds > 5 && summary.busySeconds > 0.8 * outcome.seconds {
      remarks.append(
        "\(summary.folder?.string ?? "A destination") held the others up: it was busy writing for "
          + "\(HumanText.duration(seconds: summary.busySeconds)) of \(HumanText.duration(seconds: outcome.seconds))."
      )
    }
    return remarks
  }
}
