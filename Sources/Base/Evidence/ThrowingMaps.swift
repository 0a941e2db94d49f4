extension Array {
  /// `map` that keeps the type of what is thrown.
  package func mapThrowing<Result>(
    _ body: (Element) throws(EvidenceError) -> Result
  ) throws(EvidenceError) -> [Result] {
    try flatMapThrowing { element throws(EvidenceError) in [try body(element)] }
  }

  /// `flatMap` that keeps the type of what is thrown.
  package func flatMapThrowing<Result>(
    _ body: (Element) throws(EvidenceError) -> [Result]
  ) throws(EvidenceError) -> [Result] {
    var results: [Result] = []
    for element in self { results += try body(element) }
    return results
  }
}
