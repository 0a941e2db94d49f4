import CanonicalJSON
import Evidence

extension Manifest {
  /// An earlier acquisition of the item: what it had read was taken from its image, what it had not read was asked of the
  /// medium once more.
  package struct Earlier: Hashable, Sendable {
    /// Name of the acquisition.
    package var name: String
    package var identifier: RecordIdentifier
    /// SHA-256 of its manifest.
    package var manifest: Digest
    /// Sectors that were taken from its image, each in a chunk whose SHA-256 is that of its manifest.
    package var taken: UInt64
    /// Sectors the medium was asked for again.
    package var asked: UInt64
    /// Numbers of chunks without such sectors that were read from the medium too and found as in the image, which shows
    /// that it is the same medium.
    package var comparedChunks: [UInt64]

    package init(
      name: String, identifier: RecordIdentifier, manifest: Digest, taken: UInt64, asked: UInt64,
      comparedChunks: [UInt64]
    ) {
      self.name = name
      self.identifier = identifier
      self.manifest = manifest
      self.taken = taken
      self.asked = asked
      self.comparedChunks = comparedChunks
    }
  }
}

extension Manifest {
  /// What the verdict says, and where most of it is from.
  package var sentence: String { verdict.sentence + (acquisition.earlier.map { " " + $0.sentence } ?? "") }
}

extension Manifest.Earlier {
  package var sentence: String {
    "All but \(asked) of the sectors are from acquisition \(name)."
  }

  /// Of the sectors that were asked for again, those that came.
  /// - Parameter map: of the acquisition that adds to it.
  package func recovered(_ map: SectorMap) -> UInt64 {
    asked - min(asked, map.sectorCount - map.count(of: .read))
  }

  package var json: JSONValue {
    .fields([
      "name": .string(name), "id": .string(identifier.description), "manifestSHA256": .string(manifest.hex),
      "taken": JSONValue(taken), "asked": JSONValue(asked),
      "comparedChunks": .array(comparedChunks.map { JSONValue($0) }),
    ])
  }

  package init(_ given: StrictObject) throws(EvidenceError) {
    var object = given
    guard let identifier = RecordIdentifier(try object.text("id")) else {
      throw object.failure("id", "no UUID in lower case")
    }
    self.init(
      name: try object.text("name"), identifier: identifier,
      manifest: try object.digest("manifestSHA256", .sha256), taken: try object.quantity("taken"),
      asked: try object.quantity("asked"), comparedChunks: try object.quantities("comparedChunks"))
    try object.finish()
  }
}
