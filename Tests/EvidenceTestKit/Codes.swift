import Evidence

/// Runs `body` and throws the bare code of its error, to be expected.
package func codes(_ body: () throws -> Void) throws {
  do { try body() } catch let error as EvidenceError { throw error.code }
}

extension ErrorCode: Error {}
