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
    let unitCount = try object.quantity("unitCount")
    let digests = try object.digests("digests")
    guard digests[.sha256] != nil else { throw object.failure("digests", "SHA-256 is missing") }
    let firstUnit = object.has("firstUnit") ? try object.quantity("firstUnit") : nil
    self.init(
      name: name, unitSize: UInt32(unitSize), firstUnit: firstUnit, length: try object.quantity("length"),
      digests: digests,
      chunks: try Manifest.Chunks(try object.object("chunks")),
      map: try Self.map(try object.object("map"), unitCount: unitCount))
    try object.finish()
  }

  static let longestName = 24

  /// Ranges in address order, none of them empty, neighbours of one state joined, none outside of the stream.
  private static func map(
    _ given: StrictObject, unitCount: UInt64
  ) throws(EvidenceError) -> SectorMap {
    var object = given
    let unreadable = try ranges("unreadable", in: &object, unitCount: unitCount)
    let notAttempted = try ranges("notAttempted", in: &object, unitCount: unitCount)
    guard try object.text("fillPattern") == fillPattern else {
      throw object.failure("fillPattern", "not '\(fillPattern)'")
    }
    try object.finish()
    var map = SectorMap(sectorCount: unitCount)
    map.mark(SectorRange(first: 0, count: unitCount), as: .read)
    let marks = unreadable.map { ($0, SectorState.unreadable) } + notAttempted.map { ($0, .notAttempted) }
    // In address order each mark changes the end of the map only.
    var end: UInt64 = 0
    for (range, state) in marks.sorted(by: { $0.0 < $1.0 }) {
      guard range.first >= end else { throw object.failure("notAttempted", "overlaps with unreadable") }
      map.mark(range, as: state)
      end = range.end
    }
    return map
  }

  private static func ranges(
    _ key: String, in object: inout StrictObject, unitCount: UInt64
  ) throws(EvidenceError) -> [SectorRange] {
    var end: UInt64?
    return try object.list(key) { (value, path) throws(EvidenceError) in
      guard let pair = value.arrayValue, pair.count == 2,
        let first = pair[0].integerValue.flatMap({ UInt64(exactly: $0) }),
        let count = pair[1].integerValue.flatMap({ UInt64(exactly: $0) })
      else { throw StrictObject.failure(path, "no pair of first and count") }
      // Both are below 2^53, so that the sum cannot overflow.
      guard count > 0, first + count <= unitCount else {
        throw StrictObject.failure(path, "empty or past the end of the stream")
      }
      if let end, first <= end { throw StrictObject.failure(path, "not after the range before it") }
      end = first + count
      return SectorRange(first: first, count: count)
    }
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
