import CaseRecords

/// What is told of a case besides its number and title. An empty text withdraws what was stated before.
package struct CaseStatements: Hashable, Sendable {
  package var address: String?
  package var client: String?
  package var clientReference: String?
  package var method: String?

  package init() {}

  package var isEmpty: Bool { all.isEmpty }

  var all: [(name: CaseFactName, value: String?)] {
    let texts: [(CaseFactName, String?)] = [
      (.address, address), (.client, client), (.clientReference, clientReference), (.method, method),
    ]
    return texts.compactMap { name, text in text.map { (name, $0.isEmpty ? nil : $0) } }
  }
}
