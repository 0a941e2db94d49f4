import Evidence

/// What was damaged of an image: where everywhere, and why as far as there is room. A hopeless image must not fill the
/// memory with reasons.
package struct DamageLog: Sendable {
  /// Most parts that are kept one by one.
  package static let limit = 10_000

  /// The first parts, as they were added.
  package private(set) var parts: [DamagedRange] = []
  /// Parts that are not kept one by one.
  package private(set) var omitted = 0
  /// All of them, in bytes; neighbours that came one after the other are one.
  package private(set) var ranges: [Range<UInt64>] = []

  package init() {}

  package var isEmpty: Bool { ranges.isEmpty }

  package mutating func add(_ damaged: [DamagedRange]) {
    for part in damaged {
      if parts.count < Self.limit { parts.append(part) } else { omitted += 1 }
      if let last = ranges.last, last.upperBound == part.bytes.lowerBound {
        ranges[ranges.count - 1] = last.lowerBound..<part.bytes.upperBound
      } else {
        ranges.append(part.bytes)
      }
    }
  }

  /// Brings the parts into their order.
  package mutating func sort() {
    parts.sort { $0.bytes.lowerBound < $1.bytes.lowerBound }
    ranges.sort { $0.lowerBound < $1.lowerBound }
  }
}

extension DamageLog {
  /// The parts as findings. What nothing locates is left out: findings about the structure name it already.
  /// - Parameter name: of the image.
  package func findings(in reader: any ImageReader, name: String) -> [Finding] {
    var findings: [Finding] = []
    for part in parts {
      let sectors = reader.sectors(of: part.bytes)
      guard !reader.facts.lost.contains(where: { $0.intersection(sectors) != nil }) else { continue }
      findings.append(Finding(.chunkDamaged, subject: name, observed: part.reason, sectors: sectors))
    }
    if omitted > 0 {
      findings.append(
        Finding(.chunkDamaged, subject: name, observed: "\(omitted) more damaged parts are not listed"))
    }
    return findings
  }
}

extension ImageReader {
  /// The sectors that a range of bytes touches.
  package func sectors(of bytes: Range<UInt64>) -> SectorRange {
    let size = UInt64(geometry.logicalSectorSize)
    return SectorRange(bytes.lowerBound / size..<(bytes.upperBound + size - 1) / size)
  }

  /// The parts of the contents that the image locates, in order and in bytes: everything, as far as it does not say
  /// otherwise. What it merely claims is not among them.
  package var locatedBytes: [Range<UInt64>] {
    let size = UInt64(geometry.logicalSectorSize)
    var parts: [Range<UInt64>] = []
    var position: UInt64 = 0
    for lost in facts.lost.joined() {
      let start = min(lost.first * size, geometry.length)
      if start > position { parts.append(position..<start) }
      position = min(lost.end * size, geometry.length)
    }
    if position < geometry.length { parts.append(position..<geometry.length) }
    return parts
  }
}
