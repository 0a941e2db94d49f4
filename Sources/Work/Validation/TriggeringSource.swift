import Evidence
import Media
import SystemIO

/// A medium that has something done, once, when a read reaches a certain byte.
final class TriggeringSource: SectorSource {
  private let source: any SectorSource
  private let position: UInt64
  private let action: Monitor<(@Sendable () -> Void)?>

  init(_ source: any SectorSource, at position: UInt64, _ action: @escaping @Sendable () -> Void) {
    self.source = source
    self.position = position
    self.action = Monitor(action)
  }

  var facts: SourceFacts { source.facts }
  var geometry: MediaGeometry { source.geometry }
  var readsDirectly: Bool { source.readsDirectly }

  func read(into buffer: UnsafeMutableRawBufferPointer, at offset: UInt64) throws(EvidenceError) {
    // Single sectors are looked at before the medium is read through.
    let isOneSector = buffer.count <= Int(source.geometry.logicalSectorSize)
    if !isOneSector, offset + UInt64(buffer.count) > position {
      action.withLock { action in
        action?()
        action = nil
      }
    }
    try source.read(into: buffer, at: offset)
  }
}
