import CanonicalJSON
import Evidence

extension Manifest.Stream {
  init(_ given: StrictObject) throws(EvidenceError) {
    var object = given
    let name = try object.text("name")
    guard PortableName.isValid(name, longest: Self.longestName) else {
      throw object.failure("name", "no portable name of at most \(Self.longestName) characters")
    }
    let unitSize = try object.quantity("unitSize", in: 1...Manifest.largestUnit)
    guard ChunkPlan.canDivide(UInt32(unitSize)) else {
      throw object.failure("unitSize", "units that no chunk is made of")
    }
    let unitCount = try object.quantity("unitCount")
    let later = try object.laterDigests()
    let digests = later.isEmpty ? try object.digests("digests") : DigestSet()
    guard digests[.sha256] != nil || later.contains(.sha256) else {
      throw object.failure("digests", "SHA-256 is missing")
    }
    var mapObject = try object.object("map")
    let map = try SectorMap(&mapObject, sectorCount: unitCount)
    let fill = try mapObject.fillPattern("fillPattern")
    try mapObject.finish()
    let firstUnit = object.has("firstUnit") ? try object.quantity("firstUnit") : nil
    let document = object.document
    let tracks =
      object.has("tracks")
      ? try object.list("tracks", atLeast: 1) { (value, path) throws(EvidenceError) in
        try Manifest.Track(try StrictObject(value, at: path, of: document))
      } : []
    self.init(
      name: name, unitSize: UInt32(unitSize), firstUnit: firstUnit, length: try object.quantity("length"),
      digests: digests, laterDigests: later, chunks: try Manifest.Chunks(try object.object("chunks")),
      map: map, fill: fill, tracks: tracks)
    try object.finish()
  }

  static let longestName = 24
}

extension StrictObject {
  /// Algorithms of digests that are left for later, each once, in their order; empty where none are.
  fileprivate mutating func laterDigests() throws(EvidenceError) -> Set<DigestAlgorithm> {
    guard has("laterDigests") else { return [] }
    let names = try texts("laterDigests")
    let algorithms = Set(names.compactMap { DigestAlgorithm(rawValue: $0) })
    guard !names.isEmpty, names == algorithms.sorted().map(\.rawValue) else {
      throw failure("laterDigests", "not known algorithms, each once, in their order")
    }
    return algorithms
  }
}

extension Manifest.Track {
  init(_ given: StrictObject) throws(EvidenceError) {
    var object = given
    self.init(
      session: try object.quantity("session", in: 1...99), number: try object.quantity("number", in: 1...99),
      mode: try object.choice("mode"), firstUnit: try object.quantity("firstUnit"),
      unitCount: try object.quantity("unitCount", in: 1...UInt64.max), digests: try object.digests("digests"))
    guard digests[.sha256] != nil else { throw object.failure("digests", "SHA-256 is missing") }
    try object.finish()
  }
}

extension Manifest.Chunks {
  init(_ given: StrictObject) throws(EvidenceError) {
    var object = given
    self.init(
      size: try object.quantity("size", in: 1...UInt64.max), count: try object.quantity("count"),
      file: try object.fileName("file"), merkleRoot: try object.digest("merkleRoot", .sha256))
    try object.finish()
  }
}
