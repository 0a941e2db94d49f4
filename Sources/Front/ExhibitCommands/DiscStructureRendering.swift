import CanonicalJSON
import OpticalDisc
import Rendering

/// What is printed of the structures in the lead-in of a disc, and of measurements of its density.
enum DiscStructureRendering {
  private typealias Kind = RawStructures.DiscStructure

  /// Layer by layer.
  private static func sorted(_ disc: Disc) -> [(kind: Kind, bytes: [UInt8])] {
    disc.raw.discStructures.sorted { ($0.key.layer, $0.key.format) < ($1.key.layer, $1.key.format) }.map {
      ($0.key, $0.value)
    }
  }

  static func lines(_ disc: Disc) -> [String] {
    var lines = sorted(disc).map { kind, bytes in
      let facts = facts(kind, bytes, disc)
      return "  layer \(kind.layer)    \(kind.title), \(bytes.count) bytes"
        + (facts.isEmpty ? "" : ": " + facts.joined(separator: ", "))
    }
    for bytes in disc.raw.densities {
      let series = DensitySeries(bytes)
      lines.append(
        "  density    "
          + (series.map { "\($0.entries) measurements from sector \($0.first), every \($0.distance) sectors" }
            ?? "\(bytes.count) bytes"))
    }
    return lines.isEmpty ? [] : ["Disc structures"] + lines
  }

  private static func facts(_ kind: Kind, _ bytes: [UInt8], _ disc: Disc) -> [String] {
    guard bytes.contains(where: { $0 != 0 }) else { return ["all zero"] }
    switch kind.format {
    case 0: return DVDPhysicalFormat(bytes).map { facts($0, disc) } ?? []
    case 1: return DVDCopyright(bytes).map { [$0.title, regions($0)] } ?? []
    default: return []
    }
  }

  private static func facts(_ format: DVDPhysicalFormat, _ disc: Disc) -> [String] {
    var facts = ["\(format.bookTitle) \(format.part)", format.isEightCentimetres ? "8 cm" : "12 cm"]
    facts.append(
      format.layers == 1
        ? "1 layer"
        : "\(format.layers) layers, \(format.isOppositeTrackPath ? "opposite" : "parallel") track path")
    if let sectors = format.sectors {
      let own = disc.sessions.last?.leadOut ?? 0
      facts.append("\(sectors) sectors stated" + (sectors == own ? "" : ", \(own) in the image"))
    }
    if let layerBreak = format.layerBreak { facts.append("layer break at sector \(layerBreak)") }
    if format.hasBurstCuttingArea { facts.append("burst cutting area") }
    return facts
  }

  private static func regions(_ copyright: DVDCopyright) -> String {
    switch copyright.regions.count {
    case 8: "all regions"
    case 0: "no region"
    case 1: "region \(copyright.regions[0])"
    default: "regions " + copyright.regions.map(String.init).joined(separator: ", ")
    }
  }

  static func json(_ disc: Disc) -> JSONValue? {
    guard !disc.raw.discStructures.isEmpty else { return nil }
    return .array(
      sorted(disc).map { kind, bytes in
        .fields([
          "kind": .string(kind.title), "format": JSONValue(kind.format), "layer": JSONValue(kind.layer),
          "size": JSONValue(bytes.count), "facts": .array(facts(kind, bytes, disc).map { .string($0) }),
        ])
      })
  }

  static func densities(_ disc: Disc) -> JSONValue? {
    guard !disc.raw.densities.isEmpty else { return nil }
    return .array(
      disc.raw.densities.map { bytes in
        let series = DensitySeries(bytes)
        return .fields([
          "size": JSONValue(bytes.count), "first": series.map { JSONValue($0.first) },
          "distance": series.map { JSONValue($0.distance) }, "entries": series.map { JSONValue($0.entries) },
        ])
      })
  }
}
