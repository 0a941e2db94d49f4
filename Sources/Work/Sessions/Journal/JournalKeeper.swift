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
        images: images), commands: setting.device?.commands ?? [:])
    self.path = AcquisitionJournal.path(of: acquisition.name, in: destinations[0].folder)
    self.journal = Monitor(journal)
    self.isWritten = writers.map { _ in true }
    try journal.save(to: path)
  }

  /// Of an acquisition that goes on.
  /// - Parameter isWritten: for each image of the request whether a writer makes it in this run.
  init(resuming journal: AcquisitionJournal, at path: FilePath, isWritten: [Bool]) throws(EvidenceError) {
    self.path = path
    self.journal = Monitor(journal)
    self.isWritten = isWritten
    try journal.save(to: path)
  }

  var pauses: [Manifest.Pause] { journal.withLock { $0.pauses } }
  var commands: [String: UInt64] { journal.withLock { $0.commands } }

  /// Replaces the journal by one of this checkpoint.
  /// - Parameter own: how many images belong to the folder the journal lies in. Once one of them has failed the
  ///   journal stays at the last checkpoint at which they all stood, from which they can go on.
  func keep(_ checkpoint: Checkpoint, own: Int) throws(EvidenceError) {
    var rest = checkpoint.images[...]
    let images = isWritten.map { $0 ? rest.removeFirst() : .failed }
    guard !images.prefix(own).contains(.failed) else { return }
    try journal.withLock { journal throws(EvidenceError) in
      journal.checkpoint = Checkpoint(
        position: checkpoint.position, digests: checkpoint.digests, map: checkpoint.map, images: images)
      journal.saved = Host.now()
      try journal.save(to: path)
    }
  }

  /// How far the medium was read before images are made.
  func keep(_ staging: Staging) throws(EvidenceError) {
    try journal.withLock { journal throws(EvidenceError) in
      journal.staging = staging
      journal.saved = Host.now()
      try journal.save(to: path)
    }
  }

  var staging: Staging? { journal.withLock { $0.staging } }

  /// The acquisition is complete, or nothing of it is left to go on from.
  func remove() { _ = Syscalls.unlink(path) }
}
