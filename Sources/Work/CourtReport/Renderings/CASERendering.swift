import CanonicalJSON
import CaseRecords
import Digests
import Evidence
import Manifests

/// The report as linked data: CASE 1.x over UCO, in JSON-LD, with times and digests typed as the ontology demands.
///
/// Every thing has an identifier that ends in a UUID: its own where it has one, otherwise one computed from what it
/// is, so that the same case gives the same bytes. An action has a provenance record as its object and one as its
/// result, but the first, which has only the result. Sectors that were not read have no class in CASE: they stand in
/// facets of a namespace of our own.
package struct CASERendering {
  private let contents: ReportContents
  private var graph: [JSONValue] = []
  /// Identifiers of everything, for the investigation.
  private var members: [JSONValue] = []
  private var places: Set<String> = []

  /// The report of `contents` as one JSON-LD document.
  package static func json(_ contents: ReportContents) -> JSONValue {
    var rendering = CASERendering(contents)
    rendering.write()
    return contents.redaction.apply(
      to: .fields(["@context": context, "@graph": .array(rendering.graph)]))
  }

  private init(_ contents: ReportContents) { self.contents = contents }

  private static let context: JSONValue = .fields([
    "kb": "urn:exhibit:case:", "exhibit": "urn:exhibit:vocabulary:",
    "case-investigation": "https://ontology.caseontology.org/case/investigation/",
    "uco-action": "https://ontology.unifiedcyberontology.org/uco/action/",
    "uco-core": "https://ontology.unifiedcyberontology.org/uco/core/",
    "uco-identity": "https://ontology.unifiedcyberontology.org/uco/identity/",
    "uco-location": "https://ontology.unifiedcyberontology.org/uco/location/",
    "uco-observable": "https://ontology.unifiedcyberontology.org/uco/observable/",
    "uco-tool": "https://ontology.unifiedcyberontology.org/uco/tool/",
    "uco-types": "https://ontology.unifiedcyberontology.org/uco/types/",
    "uco-vocabulary": "https://ontology.unifiedcyberontology.org/uco/vocabulary/",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
  ])

  // MARK: Values

  /// An identifier: the UUID given, or one of what `key` says.
  private func node(_ kind: String, _ identifier: RecordIdentifier) -> JSONValue {
    node(kind, uuid: identifier.description)
  }

  private func node(_ kind: String, of key: String) -> JSONValue {
    let bytes = Digest.of(
      Array("\(contents.record.id) \(kind) \(contents.redaction.apply(to: key))".utf8), .sha256
    ).bytes
    return node(kind, uuid: RecordIdentifier(random: Array(bytes.prefix(16))).description)
  }

  private func node(_ kind: String, uuid: String) -> JSONValue { .string("kb:\(kind)-\(uuid)") }

  private func reference(_ node: JSONValue) -> JSONValue { ["@id": node] }
  private func typed(_ text: String, _ type: String) -> JSONValue {
    ["@type": .string("xsd:\(type)"), "@value": .string(text)]
  }
  private func time(_ time: Timestamp) -> JSONValue { typed(time.description, "dateTime") }
  private func integer(_ number: UInt64) -> JSONValue { typed(String(number), "integer") }

  /// - Returns: a reference to what was added.
  @discardableResult
  private mutating func add(_ node: JSONValue, _ type: String, _ fields: [String: JSONValue?]) -> JSONValue {
    var object = fields.compactMapValues(\.self)
    object["@id"] = node
    object["@type"] = .string(type)
    graph.append(.object(object))
    members.append(reference(node))
    return reference(node)
  }

  /// A facet inside of what it belongs to.
  private func facet(_ owner: JSONValue, _ type: String, _ fields: [String: JSONValue?]) -> JSONValue {
    var object = fields.compactMapValues(\.self)
    object["@id"] = node("facet", of: "\(owner) \(type)")
    // A facet of our own is said to be one, as no ontology says it.
    object["@type"] = type.hasPrefix("exhibit:") ? [.string(type), "uco-core:Facet"] : .string(type)
    return .object(object)
  }

  private func hash(_ owner: JSONValue, _ digest: Digest) -> JSONValue {
    [
      "@id": node("hash", of: "\(owner) \(digest.algorithm.rawValue)"), "@type": "uco-types:Hash",
      // A plain text: a literal of the vocabulary's type is deprecated since UCO 1.4.
      "uco-types:hashMethod": .string(digest.algorithm.rawValue.uppercased()),
      "uco-types:hashValue": typed(digest.hex, "hexBinary"),
    ]
  }

  private func data(_ owner: JSONValue, size: UInt64, _ digests: [Digest]) -> JSONValue {
    facet(
      owner, "uco-observable:ContentDataFacet",
      [
        "uco-observable:sizeInBytes": integer(size),
        "uco-observable:hash": .array(digests.map { hash(owner, $0) }),
      ])
  }

  // MARK: The graph

  private mutating func write() {
    for person in contents.people {
      let own = node("person", person.id)
      add(own, "uco-identity:Person", ["uco-core:name": .string(person.details.name)])
    }
    let tool = add(
      node("tool", of: "\(ToolVersion.name) \(ToolVersion.current)"), "uco-tool:Tool",
      [
        "uco-core:name": .string(ToolVersion.name), "uco-tool:version": .string(ToolVersion.current),
        "uco-tool:toolType": "acquisition",
      ])
    for item in contents.items { write(item, tool) }
    let investigation = node("investigation", contents.record.id)
    let authorizations = write(authorities: contents.items.flatMap(\.known.authorities))
    var investigationFields: [String: JSONValue] = [
      "@id": investigation, "@type": "case-investigation:Investigation",
      "uco-core:name": .string(contents.record.title),
      "case-investigation:focus": .string(contents.record.number),
      "uco-core:startTime": time(contents.record.created), "uco-core:object": .array(members),
    ]
    if !authorizations.isEmpty {
      investigationFields["case-investigation:relevantAuthorization"] = .array(authorizations)
    }
    graph.append(.object(investigationFields))
  }

  /// Warrants, orders and consents; one that covers several items once.
  private mutating func write(authorities: [LegalAuthorityRecord]) -> [JSONValue] {
    var known: Set<RecordIdentifier> = []
    return authorities.filter { known.insert($0.id).inserted }.map { authority in
      add(
        node("authorization", authority.id), "case-investigation:Authorization",
        [
          "case-investigation:authorizationType": .string(authority.details.kind),
          "case-investigation:authorizationIdentifier": .string(authority.details.reference),
          "uco-core:description": authority.details.scope.map { .string($0) },
          "uco-core:endTime": authority.details.expires.map { time($0) },
        ])
    }
  }

  private mutating func write(_ item: ReportContents.Item, _ tool: JSONValue) {
    let number = item.record.number.description
    let device = write(deviceOf: item)
    var provenance = add(
      node("provenance", of: "item \(number)"), "case-investigation:ProvenanceRecord",
      [
        "uco-core:name": .string("Item \(number) as it was received"),
        "case-investigation:exhibitNumber": .string(number), "uco-core:object": device,
      ])
    var previous: JSONValue?
    for entry in item.custody {
      let (recorded, details) = (entry.recorded, entry.details)
      // Acquisitions and verifications are actions of their own, below.
      guard ![.acquire, .verify].contains(details.type) else { continue }
      let name = "Item \(number), event \(recorded.event): \(details.type.rawValue)"
      let result = add(
        node("provenance", of: "custody \(recorded.record.id)"), "case-investigation:ProvenanceRecord",
        [
          "uco-core:name": .string("\(name), afterwards"),
          "case-investigation:exhibitNumber": .string(number),
          "uco-core:object": device,
        ])
      let performer = details.receivedBy ?? details.releasedBy
      previous = add(
        node("action", recorded.record.id), "case-investigation:InvestigativeAction",
        [
          "uco-core:name": .string(name), "uco-core:description": details.remarks.map { .string($0) },
          "uco-action:startTime": time(details.occurred), "uco-action:endTime": time(details.occurred),
          "uco-action:performer": performer.map { reference(node("person", $0)) },
          "uco-action:location": details.place.map { location($0) },
          "uco-action:object": previous == nil ? nil : provenance, "uco-action:result": result,
          "case-investigation:wasInformedBy": previous,
        ])
      provenance = result
    }
    for acquisition in item.acquisitions {
      write(acquisition, item, device, tool, from: provenance, after: &previous)
    }
  }

  private mutating func location(_ place: String) -> JSONValue {
    let own = node("location", of: place)
    if places.insert(place).inserted { add(own, "uco-location:Location", ["uco-core:name": .string(place)]) }
    return reference(own)
  }

  private mutating func write(deviceOf item: ReportContents.Item) -> JSONValue {
    let own = node("device", of: item.record.number.description)
    let source = item.acquisitions.compactMap(\.sealed).first?.manifest.source
    var facets = [
      facet(
        own, "uco-observable:DeviceFacet",
        [
          "uco-observable:model": source?.model.map { .string($0) },
          "uco-observable:serialNumber": source?.serial.map { .string($0) },
          "uco-observable:deviceType": source.map { .string($0.kind.rawValue) },
        ])
    ]
    if let label = item.record.serial {
      facets.append(facet(own, "exhibit:LabelFacet", ["exhibit:labelSerial": .string(label)]))
    }
    if let source {
      facets.append(
        facet(own, "uco-observable:DiskFacet", ["uco-observable:diskSize": integer(source.geometry.length)]))
    }
    return add(
      own, "uco-observable:Device",
      ["uco-core:name": .string(item.known.description), "uco-core:hasFacet": .array(facets)])
  }

  private mutating func write(
    _ acquisition: ReportContents.Acquisition, _ item: ReportContents.Item, _ device: JSONValue,
    _ tool: JSONValue,
    from provenance: JSONValue, after previous: inout JSONValue?
  ) {
    guard let manifest = acquisition.sealed?.complete, let stream = manifest.mainStream else { return }
    let number = item.record.number.description
    let images = manifest.images.map { write($0, of: acquisition.name, stream, device) }
    var instruments = [tool]
    instruments += manifest.writeProtection.layers.filter { $0.state == .active }.map { layer in
      add(
        node("blocker", of: "\(acquisition.name) \(layer.name)"), "uco-observable:WriteBlocker",
        ["uco-core:name": .string(layer.name), "uco-core:description": .string(layer.proves)])
    }
    let result = add(
      node("provenance", of: "acquisition \(acquisition.name)"), "case-investigation:ProvenanceRecord",
      [
        "uco-core:name": .string("Images of item \(number), acquisition \(acquisition.name)"),
        "case-investigation:exhibitNumber": .string(acquisition.name),
        "case-investigation:rootExhibitNumber": .string(number), "uco-core:object": .array(images),
      ])
    let examiner = contents.people.first { $0.details.name == manifest.acquisition.examiner }
    previous = add(
      node("action", acquisition.entry.acquisition.id), "case-investigation:InvestigativeAction",
      [
        "uco-core:name": .string("Acquisition \(acquisition.name)"),
        "uco-core:description": .string(manifest.acquisition.commandLine.joined(separator: " ")),
        "uco-action:startTime": time(manifest.acquisition.started),
        "uco-action:endTime": time(manifest.acquisition.ended),
        "uco-action:performer": examiner.map { reference(node("person", $0.id)) },
        "uco-action:instrument": .array(instruments), "uco-action:object": [provenance, device],
        "uco-action:result": .array([result] + images), "case-investigation:wasInformedBy": previous,
      ])
    let newest = item.acquisitions.last { $0.sealed != nil }?.name == acquisition.name
    if newest {
      for entry in item.verifications { write(entry, acquisition.name, tool, of: result, after: &previous) }
    }
  }

  private mutating func write(
    _ entry: VerificationEntry, _ name: String, _ tool: JSONValue, of images: JSONValue,
    after previous: inout JSONValue?
  ) {
    let record = entry.verification
    let result = add(
      node("provenance", of: "verification \(record.id)"), "case-investigation:ProvenanceRecord",
      [
        "uco-core:name": .string("Verification of \(record.subject): \(record.verdict.rawValue)"),
        "uco-core:object": images, "case-investigation:exhibitNumber": .string(name),
      ])
    previous = add(
      node("action", record.id), "case-investigation:InvestigativeAction",
      [
        "uco-core:name": .string("Verification of \(record.subject)"),
        "uco-core:description": .string(record.verdict.sentence),
        "uco-action:startTime": time(record.started),
        "uco-action:endTime": time(record.ended), "uco-action:instrument": tool, "uco-action:object": images,
        "uco-action:result": result, "case-investigation:wasInformedBy": previous,
      ])
  }

  private mutating func write(
    _ image: Manifest.Image, of acquisition: String, _ stream: Manifest.Stream, _ device: JSONValue
  ) -> JSONValue {
    let own = node("image", of: "\(acquisition) \(image.format.rawValue)")
    let digests = image.contents.first?.digests.all ?? stream.digests.all
    var facets = [
      facet(own, "uco-observable:ImageFacet", ["uco-observable:imageType": .string(image.title)]),
      data(own, size: image.contents.first?.length ?? stream.length, digests),
    ]
    let filled = stream.map.runs.filter { $0.state != .read }
    if !filled.isEmpty {
      facets.append(
        facet(
          own, "exhibit:FilledSectorsFacet",
          [
            "exhibit:fillPattern": .string(stream.fill.description),
            "exhibit:sectorSize": integer(UInt64(stream.unitSize)),
            "exhibit:ranges": .array(
              filled.map { .string("\($0.state.rawValue) \($0.range.first) \($0.range.count)") }),
          ]))
    }
    let reference = add(
      own, "uco-observable:Image",
      [
        "uco-core:name": .string("\(acquisition), \(image.title)"),
        "uco-core:hasFacet": .array(facets),
      ])
    relate("image", reference, to: device, kind: "Image_Of")
    for (index, segment) in image.segments.enumerated() {
      let file = node("file", of: "\(acquisition) \(segment.name)")
      let segmentReference = add(
        file, "uco-observable:File",
        [
          "uco-core:name": .string(segment.name),
          "uco-core:hasFacet": [
            facet(
              file, "uco-observable:FileFacet",
              [
                "uco-observable:fileName": .string(segment.name),
                "uco-observable:sizeInBytes": integer(segment.size),
              ]),
            facet(
              file, "uco-observable:FragmentFacet",
              [
                "uco-observable:fragmentIndex": integer(UInt64(index)),
                "uco-observable:totalFragments": integer(UInt64(image.segments.count)),
              ]), data(file, size: segment.size, segment.sha256.map { [$0] } ?? []),
          ],
        ])
      relate("segment \(segment.name)", segmentReference, to: reference, kind: "Contained_Within")
    }
    return reference
  }

  private mutating func relate(_ key: String, _ source: JSONValue, to target: JSONValue, kind: String) {
    add(
      node("relationship", of: "\(key) \(source) \(target)"), "uco-observable:ObservableRelationship",
      [
        "uco-core:source": source, "uco-core:target": target, "uco-core:kindOfRelationship": .string(kind),
        "uco-core:isDirectional": ["@type": "xsd:boolean", "@value": "true"],
      ])
  }
}
