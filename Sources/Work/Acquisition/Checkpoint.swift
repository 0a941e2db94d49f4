import CanonicalJSON
import Digests
import Evidence
import SystemIO

/// A point of an acquisition from which it can go on: everything before it is written and synced, nothing after it
/// counts.
package struct Checkpoint: Hashable, Sendable {
  /// What is known of one image at that point.
  package enum Image: Hashable, Sendable {
    /// What its writer needs to go on.
    case standing(JSONValue)
    /// It had failed before.
    case failed
  }

  /// Bytes of the source before the point: whole blocks, or all of it.
  package let position: UInt64
  /// Digests of the whole, between two blocks of 64 bytes.
  package let digests: [DigestState]
  /// What became of the sectors before `position`; those after it are not attempted.
  package let map: SectorMap
  /// In the order of the writers.
  package let images: [Image]

  package init(position: UInt64, digests: [DigestState], map: SectorMap, images: [Image]) {
    self.position = position
    self.digests = digests
    self.map = map
    self.images = images
  }
}

/// Gathers one checkpoint while it passes through the pipeline between two blocks.
///
/// Every stage that has worked off what came before posts what it knows; the last of them has it saved.
final class CheckpointTicket: Sendable {
  private struct State: ~Copyable {
    var digests: [DigestState] = []
    var images: [Int: Checkpoint.Image] = [:]
  }

  private let position: UInt64
  private let map: SectorMap
  private let digestCount: Int
  private let imageCount: Int
  private let save: @Sendable (Checkpoint) -> Void
  private let state = Monitor(State())

  init(
    position: UInt64, map: SectorMap, digestCount: Int, imageCount: Int,
    save: @escaping @Sendable (Checkpoint) -> Void
  ) {
    self.position = position
    self.map = map
    self.digestCount = digestCount
    self.imageCount = imageCount
    self.save = save
  }

  func post(_ digest: DigestState) { update { $0.digests.append(digest) } }
  func post(_ image: Checkpoint.Image, at index: Int) { update { $0.images[index] = image } }

  private func update(_ change: (inout State) -> Void) {
    let complete = state.withLock { state -> Checkpoint? in
      change(&state)
      guard state.digests.count == digestCount, state.images.count == imageCount else { return nil }
      return Checkpoint(
        position: position, digests: state.digests.sorted { $0.algorithm < $1.algorithm }, map: map,
        images: (0..<imageCount).compactMap { state.images[$0] })
    }
    if let complete { save(complete) }
  }
}
