import CanonicalJSON
import DiscImages
import Evidence
import OpticalDisc

extension DiscDescription {
  package var json: JSONValue {
    .fields([
      "format": .string(Self.format), "version": JSONValue(Self.version), "image": .string(image),
      "imageFormat": imageFormat.map { .string($0.rawValue) },
      "sectorSize": JSONValue(sectorSize), "medium": .string(disc.medium.rawValue),
      "catalog": disc.catalog.map { .string($0.description) },
      "cdTextPacks": Self.hex(disc.raw.cdTextPacks ?? CUEText.statedPacks(disc)),
      "fullTOC": Self.hex(disc.raw.fullTOC),
      "pma": Self.hex(disc.raw.pma), "atip": Self.hex(disc.raw.atip),
      "structures": structures,
      "densities": disc.raw.densities.isEmpty
        ? nil : .array(disc.raw.densities.map { .string(Hex.encode($0)) }),
      "sessions": .array(disc.sessions.map(json)),
      "origin": .fields([
        "format": .string(origin.format.rawValue), "files": .array(origin.files.map { .string($0) }),
        "remarks": .array(origin.remarks.map { .string($0) }),
      ]),
    ])
  }

  private static func hex(_ bytes: [UInt8]?) -> JSONValue? { bytes.map { .string(Hex.encode($0)) } }

  private var structures: JSONValue? {
    let all = disc.raw.discStructures
    guard !all.isEmpty else { return nil }
    return .array(
      all.sorted { ($0.key.layer, $0.key.format) < ($1.key.layer, $1.key.format) }.map {
        .fields([
          "format": JSONValue($0.key.format), "layer": JSONValue($0.key.layer),
          "bytes": .string(Hex.encode($0.value)),
        ])
      })
  }

  private func json(_ session: DiscSession) -> JSONValue {
    .fields([
      "number": JSONValue(session.number), "type": JSONValue(session.kind.rawValue),
      "leadOut": JSONValue(session.leadOut), "tracks": .array(session.tracks.map(json)),
    ])
  }

  private func json(_ track: DiscTrack) -> JSONValue {
    let indexes = track.indexes.sorted { $0.key < $1.key }
    return .fields([
      "number": JSONValue(track.number), "mode": .string(track.mode.rawValue),
      "control": JSONValue(track.control.rawValue), "isrc": track.isrc.map { .string($0.description) },
      "indexes": .array(
        indexes.map { .fields(["number": JSONValue($0.key), "lba": JSONValue($0.value)]) }),
      "extents": .array(track.extents.map(json)),
    ])
  }

  private func json(_ extent: DiscExtent) -> JSONValue {
    .fields([
      "lba": JSONValue(extent.start), "sectors": JSONValue(extent.count), "source": .string(extent.word),
      "firstSector": extent.run.map { JSONValue($0.offset / UInt64(sectorSize)) },
      "layout": extent.run.map { .string($0.layout.rawValue) },
      "subchannel": (extent.run?.subchannel).map { .string($0.layout.rawValue) },
    ])
  }
}
