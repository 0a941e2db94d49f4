import Digests
import Evidence
import Manifests
import SystemIO

/// The chunk digests that were recorded, and how the recomputed ones compare with them.
///
/// Kept as plain bytes, 48 per chunk for the recorded and 32 for the recomputed digests, since a medium may have
/// a million chunks and more.
final class ChunkComparison: Sendable {
  private struct State: ~Copyable {
    var observed: [UInt8]
    var seen: UInt64 = 0
    var mismatched: Set<UInt64> = []
  }

  let plan: ChunkPlan
  private let sectorSize: UInt32
  private let md5: [UInt8]
  private let sha256: [UInt8]
  /// Root over the recorded SHA-256.
  let recordedRoot: Digest
  let hasMD5: Bool
  private let state: Monitor<State>

  /// Reads a chunk file.
  /// - Throws: `recordFileMalformed`.
  init(chunkFile bytes: [UInt8], plan: ChunkPlan, sectorSize: UInt32, name: String) throws(EvidenceError) {
    var reader = try ChunkFileReader(bytes, plan: plan, sectorSize: sectorSize, name: name)
    var md5: [UInt8] = []
    var sha256: [UInt8] = []
    var merkle = MerkleAccumulator()
    while let entry = try reader.next() {
      guard let digest = entry.sha256 else {
        throw EvidenceError(.recordFileMalformed, name, "sectors \(entry.sectors) have no SHA-256")
      }
      sha256 += digest.bytes
      md5 += entry.md5?.bytes ?? []
      merkle.append(digest)
    }
    self.plan = plan
    self.sectorSize = sectorSize
    self.md5 = md5
    self.sha256 = sha256
    self.hasMD5 = !md5.isEmpty
    self.recordedRoot = merkle.root
    self.state = Monitor(State(observed: [UInt8](repeating: 0, count: sha256.count)))
  }

  /// Takes a recomputed digest; from any thread, in any order.
  func observe(_ digest: Digest, chunk: UInt64) {
    let width = digest.algorithm.byteCount
    let recorded = digest.algorithm == .md5 ? md5 : sha256
    let place = Int(chunk) * width..<Int(chunk + 1) * width
    let isEqual = recorded[place].elementsEqual(digest.bytes)
    state.withLock { state in
      if !isEqual { state.mismatched.insert(chunk) }
      guard digest.algorithm == .sha256 else { return }
      state.observed.replaceSubrange(place, with: digest.bytes)
      state.seen += 1
    }
  }

  /// Begins anew for the next image.
  func restart() {
    state.withLock {
      $0.seen = 0
      $0.mismatched = []
    }
  }

  /// Whether every chunk was recomputed.
  var isComplete: Bool { state.withLock { $0.seen == plan.chunkCount } }

  /// Root over the recomputed SHA-256.
  var observedRoot: Digest {
    state.withLock { state in
      var merkle = MerkleAccumulator()
      for start in stride(from: 0, to: state.observed.count, by: DigestAlgorithm.sha256.byteCount) {
        merkle.append(
          Digest(.sha256, Array(state.observed[start..<start + DigestAlgorithm.sha256.byteCount])))
      }
      return merkle.root
    }
  }

  /// One finding for each run of chunks that differ.
  func findings(subject: String) -> [Finding] {
    let chunks = state.withLock { $0.mismatched.sorted() }.map { SectorRange(first: $0, count: 1) }.joined()
    return chunks.map { run in
      let first = plan.sectors(ofChunk: run.first, sectorSize: sectorSize)
      let last = plan.sectors(ofChunk: run.end - 1, sectorSize: sectorSize)
      let width = DigestAlgorithm.sha256.byteCount
      let place = Int(run.first) * width..<Int(run.first + 1) * width
      return Finding(
        .chunkDigestMismatch, subject: subject, expected: "SHA-256 \(Hex.encode(sha256[place]))",
        observed: "SHA-256 \(Hex.encode(state.withLock { Array($0.observed[place]) }))",
        sectors: SectorRange(first.first..<last.end))
    }
  }
}
