import CanonicalJSON
import Evidence
import FormatKit
import Media
import SystemIO
import SystemPackage
import WriterKit

/// An image read as a medium, so that the acquisition pipeline converts it.
///
/// What is damaged is either the end of the run or, where that was accepted, delivered as zeros and noted.
final class ImageSource: SectorSource {
  let facts: SourceFacts
  let readsDirectly = false
  var geometry: MediaGeometry { reader.geometry }

  private let reader: any ImageReader
  private let acceptsDamage: Bool
  private let noted = Monitor(DamageLog())

  init(_ reader: any ImageReader, acceptsDamage: Bool) {
    self.reader = reader
    self.acceptsDamage = acceptsDamage
    var facts = SourceFacts(
      kind: reader.segments.count > 1 ? .splitFiles : .file, path: reader.segments.first ?? "image")
    if reader.segments.count > 1 { facts.files = reader.segments }
    self.facts = facts
  }

  /// What was met so far, in the order it was read.
  var damage: DamageLog { noted.withLock { $0 } }

  /// The sectors of `damage`.
  var damagedSectors: [SectorRange] { damage.ranges.map { reader.sectors(of: $0) }.joined() }

  func read(into buffer: UnsafeMutableRawBufferPointer, at offset: UInt64) throws(EvidenceError) {
    let damage = try reader.read(into: buffer, at: offset)
    guard let first = damage.first else { return }
    noted.withLock { $0.add(damage) }
    // Not `mediumUnreadable`, which the pipeline would answer by trying sector by sector.
    guard acceptsDamage else { throw EvidenceError(.imageMalformed, facts.path.string, first.reason) }
  }
}

/// A writer that also records the sectors which the image it is made from has lost, or never had.
final class CarryingWriter: ImageWriter {
  private let writer: any ImageWriter
  private let unreadable: @Sendable () -> [SectorRange]

  /// - Parameter unreadable: asked when everything is written.
  init(_ writer: any ImageWriter, unreadable: @escaping @Sendable () -> [SectorRange]) {
    self.writer = writer
    self.unreadable = unreadable
  }

  var format: FormatID { writer.format }
  var padsLastSector: Bool { writer.padsLastSector }

  func encode(_ block: PageBuffer) throws(EvidenceError) -> EncodedBlock { try writer.encode(block) }
  func write(_ block: EncodedBlock) throws(EvidenceError) { try writer.write(block) }
  func checkpoint() throws(EvidenceError) -> JSONValue { try writer.checkpoint() }
  func abandon() { writer.abandon() }

  func finish(_ closing: ImageClosing) throws(EvidenceError) -> [WrittenFile] {
    try writer.finish(
      ImageClosing(digests: closing.digests, unreadable: (closing.unreadable + unreadable()).joined()))
  }
}
