import CanonicalJSON
import Evidence
import FormatKit
import ImageTools
import Rendering

extension InfoRendering {
  static func json(_ info: ImageInfo) -> JSONValue {
    let facts = info.facts
    return .fields([
      "path": .string(info.path.string), "format": .string(info.format.id.rawValue),
      "family": text(facts.family), "sound": .bool(info.isSound), "complete": .bool(facts.isComplete),
      "dataRead": .bool(info.wasDataRead), "exitStatus": JSONValue(info.exitStatus.rawValue),
      "caseData": caseData(info), "container": container(facts), "medium": medium(info),
      "segments": .array(
        facts.segments.map {
          .fields([
            "name": .string($0.name), "number": $0.storedNumber.map { JSONValue($0) },
            "size": Rendering.number($0.size),
          ])
        }),
      "sessions": Rendering.json(facts.sessions), "tracks": Rendering.json(facts.tracks),
      "storedDigests": Rendering.json(info.storedDigests),
      "recordedUnreadable": Rendering.json(info.recordedUnreadable), "lost": Rendering.json(info.lost),
      "findings": .array(info.findings.map(Rendering.json)),
    ])
  }

  private static func caseData(_ info: ImageInfo) -> JSONValue {
    let description = info.description
    return .fields([
      "caseNumber": text(description.caseNumber), "evidenceNumber": text(description.evidenceNumber),
      "examiner": text(description.examiner), "description": text(description.description),
      "notes": text(description.notes), "model": text(description.model),
      "serialNumber": text(description.serialNumber), "software": text(description.software),
      "operatingSystem": text(info.facts.operatingSystem), "acquired": time(info.facts.acquired),
      "systemDate": time(info.facts.systemTime),
    ])
  }

  private static func container(_ facts: ImageFacts) -> JSONValue {
    .fields([
      "sectorsPerChunk": facts.sectorsPerChunk.map { JSONValue($0) },
      "compression": text(facts.compression?.rawValue),
      "errorGranularity": facts.errorGranularity.map { JSONValue($0) },
      "setIdentifier": text(facts.setIdentifier.map(ImageFacts.identifierText)),
      "passwordDigest": text(facts.passwordHash),
    ])
  }

  private static func medium(_ info: ImageInfo) -> JSONValue {
    .fields([
      "kind": text(info.facts.mediaType?.rawValue),
      "storedKind": info.facts.storedMediaType.map { JSONValue($0) },
      "physical": info.facts.isPhysical.map { .bool($0) },
      "writeBlockers": .array(info.facts.writeBlockers.map { .string($0) }),
      "sectorSize": JSONValue(info.geometry.logicalSectorSize),
      "sectorCount": Rendering.number(info.geometry.sectorCount),
      "length": Rendering.number(info.geometry.length),
    ])
  }

  private static func time(_ time: ImageFacts.StoredTime?) -> JSONValue? {
    time.map {
      .fields(["stored": .string($0.text), "time": $0.timestamp.map { .string($0.description) }])
    }
  }

  private static func text(_ value: String?) -> JSONValue? { value.map { .string($0) } }
}
