import Acquisition
import CanonicalJSON
import DiskWriters
import Evidence
import EvidenceTestKit
import Media
import Synchronization
import SystemIO
import SystemPackage
import WriterKit

/// One acquisition of a source into images named `image`.
final class FaultRun: Sendable {
  let folder: TemporaryFolder
  let source: any SectorSource
  private let formats: [FormatID]
  private let records = Monitor<[ChunkRecord]>([])
  private let reports = Monitor<[AcquisitionProgress]>([])

  private let reading: ReadingPolicy
  private let fill: FillPattern
  private let isSegmented: Bool
  private let stagings = Monitor<[Staging]>([])

  init(
    _ source: any SectorSource, formats: [FormatID] = [.raw], reading: ReadingPolicy = ReadingPolicy(),
    fill: FillPattern = .zero, isSegmented: Bool = false
  ) throws {
    self.folder = try TemporaryFolder()
    self.source = source
    self.formats = formats
    self.reading = reading
    self.fill = fill
    self.isSegmented = isSegmented
  }

  /// Every state in which a medium that is read in an order of its own could be taken up again.
  var staged: [Staging] { stagings.withLock { $0 } }
  var raw: FilePath { folder.appending("image.raw") }
  var chunks: [ChunkRecord] { records.withLock { $0 } }
  var progress: [AcquisitionProgress] { reports.withLock { $0 } }

  func perform(
    workers: Int = 2, stop: StopFlag = StopFlag(), alsoTo others: [any ImageWriter] = [],
    failingAtChunk failing: UInt64? = nil, goingOnFrom earlier: (staging: Staging, file: FilePath)? = nil
  ) -> AcquisitionOutcome {
    let plan = AcquisitionPlan(
      geometry: source.geometry, digests: Set(DigestAlgorithm.allCases), isSegmented: isSegmented,
      workers: workers,
      checkpointSeconds: reading.needsStaging ? 0 : nil, reading: reading, fill: fill)
    let area = StagingArea(
      file: earlier?.file ?? folder.appending("staging"), resuming: earlier?.staging,
      save: { [stagings] state in stagings.withLock { $0.append(state) } }, progress: { _ in })
    var writers: [any ImageWriter] = []
    do throws(EvidenceError) {
      let place = ImagePlace(
        folder: folder.path, name: "image", geometry: source.geometry, blockSize: plan.blockSize,
        blocksAtOnce: plan.blocksAtOnce)
      for format in formats {
        guard let image = DiskWriters.plan(format) else { preconditionFailure("nothing writes \(format)") }
        writers.append(try image.begin(place))
      }
    } catch { preconditionFailure("\(error)") }
    return AcquisitionRun(
      source: source, plan: plan, writers: writers + others, staging: reading.needsStaging ? area : nil,
      stop: stop
    ).perform(
      eachChunk: { [records] (chunk: ChunkRecord) throws(EvidenceError) in
        if chunk.index == failing { throw EvidenceError(.destinationFull, "chunk \(chunk.index)") }
        records.withLock { $0.append(chunk) }
      },
      progress: { [reports] progress in reports.withLock { $0.append(progress) } })
  }
}

/// A writer that fails when its time has come.
final class FailingWriter: ImageWriter {
  enum Step: CaseIterable { case encode, write, finish }

  let format = FormatID.raw
  let padsLastSector = false
  private let step: Step
  private let block: Int
  private let encoded = Atomic<Int>(0)
  private let written = Atomic<Int>(0)
  private let abandoned = Atomic<Bool>(false)

  init(_ step: Step, atBlock block: Int) {
    self.step = step
    self.block = block
  }

  var wasAbandoned: Bool { abandoned.load(ordering: .relaxed) }

  func encode(_ block: PageBuffer) throws(EvidenceError) -> EncodedBlock {
    let number = encoded.add(1, ordering: .relaxed).oldValue
    if step == .encode, number == self.block { throw failure }
    return EncodedBlock(plain: block)
  }

  func write(_ block: EncodedBlock) throws(EvidenceError) {
    let number = written.add(1, ordering: .relaxed).oldValue
    if step == .write, number == self.block { throw failure }
  }

  func finish(_ closing: ImageClosing) throws(EvidenceError) -> [WrittenFile] {
    if step == .finish { throw failure }
    return []
  }

  func checkpoint() throws(EvidenceError) -> JSONValue { .null }

  func abandon() { abandoned.store(true, ordering: .relaxed) }

  private var failure: EvidenceError { EvidenceError(.writeFailed, "\(step)") }
}
