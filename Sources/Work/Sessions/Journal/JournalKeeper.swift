import Acquisition
import CaseRecords
import CaseStore
import Evidence
import Manifests
import SystemIO
import SystemPackage
import WriterKit

/// Keeps the journal of a running acquisition up to date.
final class JournalKeeper: Sendable {
  let path: FilePath
  private let journal: Monitor<AcquisitionJournal>
  private let key: JournalKey
  /// For each image of the request whether a writer of this run makes it.
  private let isWritten: [Bool]

  /// Of an acquisition at its first sector.
  init(
    beginning acquisition: AcquisitionRecord, _ setting: AcquisitionSetting,
    _ destinations: [AcquisitionDestination], _ writers: [any ImageWriter]
  ) throws(EvidenceError) {
    let images = try writers.flatMapThrowing { writer throws(EvidenceError) in
      [Checkpoint.Image.standing(try writer.checkpoint())]
    }
    let journal = AcquisitionJournal(
      acquisition: acquisition.id, request: setting.request, medium: setting.mediumIdentity,
      checkpoint: Checkpoint(
        position: 0, digests: [], map: SectorMap(sectorCount: setting.plan.geometry.sectorCount),
        images: images), commands: setting.device?.commands ?? [:],
      written: try Self.written(destinations, chunks: 0))
    self.key = try JournalKey(of: acquisition.id, by: setting.identity)
    self.path = AcquisitionJournal.path(of: acquisition.name, in: destinations[0].folder)
    self.journal = Monitor(journal)
    self.isWritten = writers.map { _ in true }
    try journal.save(to: path, by: key)
  }

  /// Of an acquisition that goes on.
  /// - Parameter isWritten: for each image of the request whether a writer makes it in this run.
  init(
    resuming journal: AcquisitionJournal, _ setting: AcquisitionSetting,
    _ destinations: [AcquisitionDestination], isWritten: [Bool]
  ) throws(EvidenceError) {
    var journal = journal
    journal.written = try Self.written(
      destinations, chunks: journal.checkpoint.position / setting.plan.chunks.chunkSize)
    self.path = AcquisitionJournal.path(of: destinations[0].name, in: destinations[0].folder)
    self.journal = Monitor(journal)
    self.isWritten = isWritten
    self.key = try JournalKey(of: journal.acquisition, by: setting.identity)
    try journal.save(to: path, by: key)
  }

  private static func written(
    _ destinations: [AcquisitionDestination], chunks count: UInt64
  ) throws(EvidenceError) -> AcquisitionJournal.Written {
    guard let chunks = destinations[0].chunkFileDigest(upTo: count) else {
      throw EvidenceError(.writeFailed, destinations[0].folder.string, "its chunk file is closed")
    }
    return AcquisitionJournal.Written(
      chunks: chunks,
      files: try destinations.mapThrowing { destination throws(EvidenceError) in
        try destination.recordDigests()
      })
  }

  /// What must not pass without a word.
  var remarks: [String] {
    guard pauses.contains(where: { $0.journal == .unsigned }) else { return [] }
    return [
      "No signed journal covers all that was written before the interruption, as in earlier versions: it could have been changed meanwhile. The manifest says so."
    ]
  }

  var pauses: [Manifest.Pause] { journal.withLock { $0.pauses } }
  var commands: [String: UInt64] { journal.withLock { $0.commands } }

  /// Replaces the journal by one of this checkpoint.
  /// - Parameters:
  ///   - own: how many images belong to the folder the journal lies in. Once one of them has failed the
  ///     journal stays at the last checkpoint at which they all stood, from which they can go on.
  ///   - chunks: SHA-256 of the chunk file up to there.
  func keep(_ checkpoint: Checkpoint, own: Int, chunks: Digest) throws(EvidenceError) {
    var rest = checkpoint.images[...]
    let images = isWritten.map { $0 ? rest.removeFirst() : .failed }
    guard !images.prefix(own).contains(.failed) else { return }
    try journal.withLock { journal throws(EvidenceError) in
      journal.checkpoint = Checkpoint(
        position: checkpoint.position, digests: checkpoint.digests, map: checkpoint.map, images: images)
      journal.written?.chunks = chunks
      journal.saved = Host.now()
      try journal.save(to: path, by: key)
    }
  }

  /// How far the medium was read before images are made.
  func keep(_ staging: Staging) throws(EvidenceError) {
    try journal.withLock { journal throws(EvidenceError) in
      journal.staging = staging
      journal.saved = Host.now()
      try journal.save(to: path, by: key)
    }
  }

  var staging: Staging? { journal.withLock { $0.staging } }

  /// The acquisition is complete, or nothing of it is left to go on from.
  func remove() { _ = Syscalls.unlink(path) }
}
