import Acquisition
import CanonicalJSON
import DiscWriters
import Evidence
import Manifests
import Media
import SystemPackage
import WriterKit

/// The request as the journal keeps it.
extension AcquisitionRequest {
  var json: JSONValue {
    let fields: KeyValuePairs<String, JSONValue?> = [
      "source": .string(source.path.string), "as": source.takenAs.map { .string($0.rawValue) },
      "item": .string(item.description), "formats": Self.json(output.images),
      "copies": .array(
        output.copies.map {
          .fields(["folder": .string($0.folder.string), "formats": $0.images.map(Self.json)])
        }),
      "overflow": .array(output.overflow.map { .string($0.string) }),
      "digests": .array(digests.sorted().map { .string($0.rawValue) }),
      "segmented": isSegmented ? .bool(true) : nil,
      "sectorSize": source.sectorSize.map { JSONValue($0) }, "track": source.track.map { JSONValue($0) },
      "firstSector": source.firstSector.map { JSONValue($0) },
      "sectorCount": source.sectorCount.map { JSONValue($0) }, "again": source.again.map { .string($0) },
      "description": description.map { .string($0) },
      "notes": notes.map { .string($0) }, "acceptsLittleSpace": .bool(output.acceptsLittleSpace),
      "readBack": output.isReadBack ? .bool(true) : nil,
      "checkpointInterval": JSONValue(checkpointInterval), "reading": reading.json,
      "fill": .string(fill.description), "accepted": accepted.isEmpty ? nil : .array(accepted.map(\.json)),
      "equipment": equipment.isEmpty ? nil : .array(equipment.map(\.json)),
      "commandLine": .array(commandLine.map { .string($0) }),
    ]
    var object = fields.reduce(into: [String: JSONValue]()) { $0[$1.key] = $1.value }
    // Of every format there is, also those that are not written.
    for kind in ImagePlans.all {
      let plan = output.all.first { $0.format == kind.format } ?? kind.init(ImageSettings())
      object.merge(plan.stored) { $1 }
    }
    return .object(object)
  }

  init(_ given: StrictObject) throws(EvidenceError) {
    var object = given
    self.init(FilePath(try object.text("source")), item: try ItemNumber(try object.text("item")))
    source.takenAs = try object.optionalText("as").map { FormatID($0) }
    source.sectorSize = try object.optionalQuantity("sectorSize", in: 0...UInt64(UInt32.max)).map {
      UInt32($0)
    }
    source.track = try object.optionalQuantity("track").map { Int($0) }
    source.firstSector = try object.optionalQuantity("firstSector")
    source.sectorCount = try object.optionalQuantity("sectorCount")
    source.again = try object.optionalText("again")
    var plans: [any ImagePlan] = []
    for kind in ImagePlans.all { plans.append(try kind.init(stored: &object)) }
    output.images = try Self.images("formats", of: plans, in: &object)
    let document = object.document
    output.copies = try object.list("copies") { (value, path) throws(EvidenceError) in
      var copy = try StrictObject(value, at: path, of: document)
      let folder = FilePath(try copy.text("folder"))
      let images = copy.has("formats") ? try Self.images("formats", of: plans, in: &copy) : nil
      try copy.finish()
      return Copy(folder: folder, images: images)
    }
    output.overflow = try object.texts("overflow").map { FilePath($0) }
    output.acceptsLittleSpace = try object.flag("acceptsLittleSpace")
    if object.has("readBack") { output.isReadBack = try object.flag("readBack") }
    let algorithms = try object.texts("digests")
    digests = Set(algorithms.compactMap { DigestAlgorithm(rawValue: $0) })
    guard algorithms == digests.sorted().map(\.rawValue) else {
      throw object.failure("digests", "not known algorithms, each once, in their order")
    }
    if object.has("segmented") { isSegmented = try object.flag("segmented") }
    description = try object.optionalText("description")
    notes = try object.optionalText("notes")
    checkpointInterval = UInt32(try object.quantity("checkpointInterval", in: 0...UInt64(UInt32.max)))
    reading = try ReadingPolicy(try object.object("reading"))
    fill = try object.fillPattern("fill")
    equipment = try Manifest.Equipment.optional("equipment", in: &object)
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

  private static func json(_ images: [any ImagePlan]) -> JSONValue {
    .array(images.map { .string($0.format.rawValue) })
  }

  private static func images(
    _ key: String, of plans: [any ImagePlan], in object: inout StrictObject
  ) throws(EvidenceError) -> [any ImagePlan] {
    let document = object.document
    return try object.list(key, atLeast: 1) { (value, path) throws(EvidenceError) in
      guard let plan = plans.first(where: { $0.format.rawValue == value.stringValue }) else {
        throw document.failure(path, "no format")
      }
      return plan
    }
  }
}

extension AcquisitionRequest.Acceptance {
  var json: JSONValue { .fields(["state": .string(state.rawValue), "reason": .string(reason)]) }
}
