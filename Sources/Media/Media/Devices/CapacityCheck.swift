import Evidence
import SystemIO

/// Looks for a medium that has less than it claims: one that returns the same sectors again and again past its true
/// end. It only reads, and so cannot find one that returns zeros there.
package enum CapacityCheck {
  package enum Result: Hashable, Sendable {
    /// What lies `distance` bytes apart is the same, at each of `probes` places.
    case aliased(distance: UInt64, probes: Int)
    /// At no distance.
    case notAliased(distances: Int, probes: Int)
    /// Too little of the medium differs from its surroundings.
    case undetermined(String)
  }

  /// Bytes that are compared at each place.
  package static let probeSize = 4096
  /// Places for each distance, and how many must be telling.
  package static let probes = 64
  package static let fewest = 8
  private static let smallestDistance: UInt64 = 1 << 20

  /// Compares places that lie a power of two apart, for every power from 1 MiB. Blocks until done.
  /// - Throws: what the source throws; unreadable places are passed over.
  package static func perform(_ source: any SectorSource) throws(EvidenceError) -> Result {
    let length = source.geometry.length
    var distances = 0
    var most = 0
    var distance = smallestDistance
    while distance + UInt64(probeSize) <= length {
      var (telling, equal) = (0, 0)
      var known: Set<[UInt8]> = []
      for place in places(upTo: min(distance, length - distance)) {
        guard let first = try read(source, at: place), isTelling(first), known.insert(first).inserted,
          let second = try read(source, at: place + distance)
        else { continue }
        telling += 1
        if first == second { equal += 1 }
      }
      if telling >= fewest {
        if equal == telling { return .aliased(distance: distance, probes: telling) }
        distances += 1
        most = max(most, telling)
      }
      distance *= 2
    }
    guard distances > 0 else {
      return .undetermined("no distance had \(fewest) places whose contents tell them apart")
    }
    return .notAliased(distances: distances, probes: most)
  }

  /// Spread evenly, aligned to what is compared.
  private static func places(upTo end: UInt64) -> [UInt64] {
    let size = UInt64(probeSize)
    guard end >= size else { return [] }
    let step = max(end / UInt64(probes) / size, 1) * size
    return Array(Swift.stride(from: 0, through: end - size, by: Int(step)).prefix(probes))
  }

  /// Blocks of few values recur on any medium.
  private static func isTelling(_ bytes: [UInt8]) -> Bool { Set(bytes).count > 16 }

  private static func read(_ source: any SectorSource, at offset: UInt64) throws(EvidenceError) -> [UInt8]? {
    let page = PageBuffer(capacity: probeSize)
    do throws(EvidenceError) {
      return try page.fill { (memory: UnsafeMutableRawBufferPointer) throws(EvidenceError) in
        let target = UnsafeMutableRawBufferPointer(rebasing: memory[..<probeSize])
        try source.read(into: target, at: offset)
        return Array(target)
      }
    } catch {
      guard error.code == .mediumUnreadable else { throw error }
      return nil
    }
  }
}
