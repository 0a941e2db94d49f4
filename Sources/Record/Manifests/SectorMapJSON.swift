import CanonicalJSON
import Evidence

/// A sector map as manifest and journal hold it: ranges as pairs of first unit and count, efforts as five numbers.
extension SectorMap {
  /// - Parameter fill: what images hold in place of units that were not read; left out where `nil`.
  package func json(fill: FillPattern? = nil) -> JSONValue {
    let efforts = effortful.map { range, effort in
      JSONValue.array([
        JSONValue(range.first), JSONValue(range.count), JSONValue(effort.pass), JSONValue(effort.tries),
        JSONValue(UInt32(bitPattern: effort.refusal ?? 0)),
      ])
    }
    return .fields([
      "unreadable": Self.json(ranges(in: .unreadable)), "notAttempted": Self.json(ranges(in: .notAttempted)),
      "efforts": efforts.isEmpty ? nil : .array(efforts),
      "fillPattern": fill.map { .string($0.description) },
    ])
  }

  private static func json(_ ranges: [SectorRange]) -> JSONValue {
    .array(ranges.map { [JSONValue($0.first), JSONValue($0.count)] })
  }

  /// Takes the fields of such an object.
  ///
  /// Ranges must be in address order, none empty, neighbours of one value joined, none outside of the stream.
  /// - Throws: what the object's document throws for a field that does not follow its form.
  package init(_ object: inout StrictObject, sectorCount: UInt64) throws(EvidenceError) {
    let reader = RangeReader(sectorCount: sectorCount)
    let unreadable = try reader.ranges("unreadable", in: &object)
    let notAttempted = try reader.ranges("notAttempted", in: &object)
    self.init(sectorCount: sectorCount)
    mark(SectorRange(first: 0, count: sectorCount), as: .read)
    let marks = unreadable.map { ($0, SectorState.unreadable) } + notAttempted.map { ($0, .notAttempted) }
    // In address order each mark changes the end of the map only.
    var end: UInt64 = 0
    for (range, state) in marks.sorted(by: { $0.0 < $1.0 }) {
      guard range.first >= end else { throw object.failure("notAttempted", "overlaps with unreadable") }
      mark(range, as: state)
      end = range.end
    }
    guard object.has("efforts") else { return }
    for (range, effort) in try reader.efforts(in: &object) {
      guard ranges(in: .notAttempted, within: range).isEmpty else {
        throw object.failure("efforts", "units \(range) were not all attempted")
      }
      note(effort, for: range)
    }
  }
}

/// Reads lists of ranges.
private struct RangeReader {
  let sectorCount: UInt64

  func ranges(_ key: String, in object: inout StrictObject) throws(EvidenceError) -> [SectorRange] {
    let document = object.document
    var end: UInt64?
    return try object.list(key) { (value, path) throws(EvidenceError) in
      guard let numbers = Self.numbers(value, count: 2) else {
        throw document.failure(path, "no pair of first and count")
      }
      let range = try range(numbers, path, document)
      if let end, range.first <= end { throw document.failure(path, "not after the range before it") }
      end = range.end
      return range
    }
  }

  func efforts(
    in object: inout StrictObject
  ) throws(EvidenceError) -> [(range: SectorRange, effort: ReadEffort)] {
    let document = object.document
    var last: (range: SectorRange, effort: ReadEffort)?
    return try object.list("efforts", atLeast: 1) { (value, path) throws(EvidenceError) in
      guard let numbers = Self.numbers(value, count: 5), numbers[2] > 0,
        let pass = UInt32(exactly: numbers[2]), let tries = UInt32(exactly: numbers[3]),
        let refusal = Int32(exactly: numbers[4])
      else { throw document.failure(path, "no first, count, pass, tries and error number") }
      let range = try range(numbers, path, document)
      let effort = ReadEffort(pass: pass, tries: tries, refusal: refusal == 0 ? nil : refusal)
      if let last, range.first < last.range.end || range.first == last.range.end && effort == last.effort {
        throw document.failure(path, "not after the range before it")
      }
      last = (range, effort)
      return (range, effort)
    }
  }

  /// - Returns: `nil` where it is not so many numbers, none of them negative.
  private static func numbers(_ value: JSONValue, count: Int) -> [UInt64]? {
    guard let array = value.arrayValue, array.count == count else { return nil }
    let numbers = array.compactMap { $0.integerValue.flatMap { UInt64(exactly: $0) } }
    return numbers.count == count ? numbers : nil
  }

  private func range(
    _ numbers: [UInt64], _ path: String, _ document: StrictObject.Document
  ) throws(EvidenceError) -> SectorRange {
    // Both are below 2^53, so that the sum cannot overflow.
    guard numbers[1] > 0, numbers[0] + numbers[1] <= sectorCount else {
      throw document.failure(path, "empty or past the end of the stream")
    }
    return SectorRange(first: numbers[0], count: numbers[1])
  }
}
