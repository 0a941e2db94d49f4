import CanonicalJSON
import DiskWriters
import Evidence
import FormatKit
import Manifests
import Media
import SystemPackage

/// The request as the journal keeps it.
extension AcquisitionRequest {
  var json: JSONValue {
    .fields([
      "source": .string(source.string), "item": .string(item.description), "formats": Self.json(formats),
      "copies": .array(
        copies.map {
          .fields(["folder": .string($0.folder.string), "formats": $0.formats.map(Self.json)])
        }),
      "overflow": .array(overflow.map { .string($0.string) }),
      "digests": .array(digests.sorted().map { .string($0.rawValue) }),
      "e01": e01.json, "splitSize": splitSize.map { JSONValue($0) },
      "sectorSize": sectorSize.map { JSONValue($0) }, "track": track.map { JSONValue($0) },
      "firstSector": firstSector.map { JSONValue($0) },
      "sectorCount": sectorCount.map { JSONValue($0) }, "description": description.map { .string($0) },
      "notes": notes.map { .string($0) }, "acceptsLittleSpace": .bool(acceptsLittleSpace),
      "checkpointInterval": JSONValue(checkpointInterval), "reading": reading.json,
      "fill": .string(fill.description), "accepted": accepted.isEmpty ? nil : .array(accepted.map(\.json)),
      "commandLine": .array(commandLine.map { .string($0) }),
    ])
  }

  init(_ given: StrictObject) throws(EvidenceError) {
    var object = given
    self.init(
      source: FilePath(try object.text("source")), item: try ItemNumber(try object.text("item")))
    formats = try Self.formats("formats", in: &object)
    let document = object.document
    copies = try object.list("copies") { (value, path) throws(EvidenceError) in
      var copy = try StrictObject(value, at: path, of: document)
      let folder = FilePath(try copy.text("folder"))
      let formats = copy.has("formats") ? try Self.formats("formats", in: &copy) : nil
      try copy.finish()
      return Copy(folder: folder, formats: formats)
    }
    overflow = try object.texts("overflow").map { FilePath($0) }
    digests = Set(
      try object.texts("digests").compactMap { DigestAlgorithm(rawValue: $0) })
    e01 = try EWFOptions(try object.object("e01"))
    splitSize = try object.optionalQuantity("splitSize")
    sectorSize = try object.optionalQuantity("sectorSize").map { UInt32(clamping: $0) }
    track = try object.optionalQuantity("track").map { Int(clamping: $0) }
    firstSector = try object.optionalQuantity("firstSector")
    sectorCount = try object.optionalQuantity("sectorCount")
    description = try object.optionalText("description")
    notes = try object.optionalText("notes")
    acceptsLittleSpace = try object.flag("acceptsLittleSpace")
    checkpointInterval = UInt32(clamping: try object.quantity("checkpointInterval"))
    reading = try ReadingPolicy(try object.object("reading"))
    fill = try object.fillPattern("fill")
    commandLine = try object.texts("commandLine")
    if object.has("accepted") {
      accepted = try object.list("accepted", atLeast: 1) { (value, path) throws(EvidenceError) in
        var one = try StrictObject(value, at: path, of: document)
        let acceptance = Acceptance(try one.choice("state"), because: try one.text("reason"))
        try one.finish()
        return acceptance
      }
    }
    try object.finish()
  }

  private static func json(_ formats: [ImageFormat]) -> JSONValue {
    .array(formats.map { .string($0.rawValue) })
  }

  private static func formats(
    _ key: String, in object: inout StrictObject
  ) throws(EvidenceError) -> [ImageFormat] {
    let document = object.document
    return try object.list(key, atLeast: 1) { (value, path) throws(EvidenceError) in
      guard let format = value.stringValue.flatMap({ ImageFormat(rawValue: $0) }) else {
        throw document.failure(path, "no format")
      }
      return format
    }
  }
}

extension AcquisitionRequest.Acceptance {
  var json: JSONValue { .fields(["state": .string(state.rawValue), "reason": .string(reason)]) }
}

extension EWFOptions {
  fileprivate var json: JSONValue {
    .fields([
      "compression": .string(compression.rawValue), "segmentSize": JSONValue(segmentSize),
      "sectorsPerChunk": sectorsPerChunk.map { JSONValue($0) },
      "errorGranularity": JSONValue(errorGranularity), "mediaType": mediaType.map { .string($0.rawValue) },
      "isPhysical": .bool(isPhysical), "writeBlocker": writeBlocker.map { .string($0.rawValue) },
    ])
  }

  fileprivate init(_ given: StrictObject) throws(EvidenceError) {
    var object = given
    self.init()
    compression = try object.choice("compression")
    segmentSize = try object.quantity("segmentSize")
    sectorsPerChunk = try object.optionalQuantity("sectorsPerChunk").map { UInt32(clamping: $0) }
    errorGranularity = UInt32(clamping: try object.quantity("errorGranularity"))
    mediaType = try object.optionalChoice("mediaType")
    isPhysical = try object.flag("isPhysical")
    writeBlocker = try object.optionalChoice("writeBlocker")
    try object.finish()
  }
}
