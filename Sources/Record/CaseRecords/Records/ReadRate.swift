import CanonicalJSON
import Evidence

/// How fast an acquisition got on: when which part of the medium had been read.
///
/// At most ``mostPoints`` points, so that the record of a medium of any size stays small. Bytes count from the
/// beginning of the medium, milliseconds from the beginning of the run; of an acquisition that was resumed it is the
/// last run.
package struct ReadRate: Hashable, Sendable {
  package struct Point: Hashable, Sendable {
    package let bytes: UInt64
    package let milliseconds: UInt64

    package init(bytes: UInt64, milliseconds: UInt64) {
      self.bytes = bytes
      self.milliseconds = milliseconds
    }
  }

  package static let mostPoints = 128

  /// In order of bytes.
  package private(set) var points: [Point]

  package init(points: [Point] = []) { self.points = points }

  /// Takes a measurement where it is the first of its part of the medium.
  /// - Parameter length: bytes of the medium, at least `bytes`.
  package mutating func note(bytes: UInt64, of length: UInt64, milliseconds: UInt64) {
    let step = max(1, length / UInt64(Self.mostPoints))
    let last = points.last.map { $0.bytes / step }
    guard points.count < Self.mostPoints + 1, last.map({ bytes / step > $0 }) ?? true else { return }
    points.append(Point(bytes: bytes, milliseconds: milliseconds))
  }

  /// Bytes per second between neighbouring points; a stretch that took no measurable time is joined to the next.
  package var stretches: [(from: UInt64, to: UInt64, rate: Double)] {
    var stretches: [(UInt64, UInt64, Double)] = []
    guard var start = points.first else { return [] }
    for point in points.dropFirst() {
      guard point.milliseconds > start.milliseconds else { continue }
      let seconds = Double(point.milliseconds - start.milliseconds) / 1000
      stretches.append((start.bytes, point.bytes, Double(point.bytes - start.bytes) / seconds))
      start = point
    }
    return stretches
  }

  /// As the audit log keeps it: pairs of bytes and milliseconds.
  package var json: JSONValue {
    .array(points.map { [JSONValue($0.bytes), JSONValue($0.milliseconds)] })
  }

  /// `nil` where it is none.
  package init?(_ json: JSONValue?) {
    guard let pairs = json?.arrayValue, pairs.count <= Self.mostPoints + 1 else { return nil }
    var points: [Point] = []
    for pair in pairs {
      guard let values = pair.arrayValue, values.count == 2,
        let bytes = values[0].integerValue.flatMap({ UInt64(exactly: $0) }),
        let time = values[1].integerValue.flatMap({ UInt64(exactly: $0) }),
        points.last.map({ $0.bytes < bytes && $0.milliseconds <= time }) ?? true
      else { return nil }
      points.append(Point(bytes: bytes, milliseconds: time))
    }
    self.points = points
  }
}
