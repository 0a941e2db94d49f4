import CanonicalJSON
import Evidence

/// The reading policy as manifest and journal hold it.
extension ReadingPolicy {
  package var json: JSONValue {
    .fields([
      "retries": JSONValue(retries), "timeLimit": timeLimit.map { JSONValue($0) },
      "errorLimit": errorLimit.map { JSONValue($0) }, "reverse": .bool(isReverse),
      "skipAhead": .bool(skipsAhead),
    ])
  }

  package init(_ given: StrictObject) throws(EvidenceError) {
    var object = given
    self.init()
    retries = UInt32(try object.quantity("retries", in: 0...UInt64(UInt32.max)))
    if object.has("timeLimit") {
      timeLimit = UInt32(try object.quantity("timeLimit", in: 1...UInt64(UInt32.max)))
    }
    errorLimit = try object.optionalQuantity("errorLimit")
    isReverse = try object.flag("reverse")
    skipsAhead = try object.flag("skipAhead")
    try object.finish()
  }
}

extension StrictObject {
  package mutating func fillPattern(_ key: String) throws(EvidenceError) -> FillPattern {
    guard let pattern = FillPattern(try text(key)) else { throw failure(key, "no fill pattern") }
    return pattern
  }
}
