import CaseFolders
import CaseRecords
import CaseStore
import Evidence

/// Closing, archiving and reopening a case.
package enum CaseLife {
  package static let stateNames = CaseState.allCases.map(\.rawValue)

  /// Closes the case: nothing is added or acquired any more.
  /// - Parameter keys: of two people of the case.
  /// - Throws: `confirmationNeeded`, `caseUnfinished`, `caseNotOpen`, `keyUnusable` …
  package static func close(
    _ folder: CaseFolder, reason: String?, keys: SigningKeys
  ) throws(EvidenceError) {
    try change(folder, to: .closed, reason: reason, keys: keys)
  }

  /// - Throws: `caseUnfinished`, `caseNotOpen`.
  package static func archive(
    _ folder: CaseFolder, reason: String?, keys: SigningKeys
  ) throws(EvidenceError) {
    try change(folder, to: .archived, reason: reason, keys: keys)
  }

  /// - Throws: `caseNotOpen`.
  package static func reopen(
    _ folder: CaseFolder, reason: String, keys: SigningKeys
  ) throws(EvidenceError) {
    try change(folder, to: .open, reason: reason, keys: keys)
  }

  /// States something of the case, in place of what was stated before.
  /// - Throws: `caseNotOpen`, `argumentInvalid` where nothing is stated.
  package static func describe(_ folder: CaseFolder, _ statements: CaseStatements) throws(EvidenceError) {
    guard !statements.isEmpty else {
      throw EvidenceError(.argumentInvalid, "the case", "nothing is said of it")
    }
    let store = try CaseStore.open(folder)
    try store.describeCase(statements.all)
    try store.close()
  }

  private static func change(
    _ folder: CaseFolder, to state: CaseState, reason: String?, keys: SigningKeys
  ) throws(EvidenceError) {
    let store = try CaseStore.open(folder)
    try store.change(to: state, reason: reason, signedBy: try keys.signers(in: folder, store))
    try store.close()
  }

  /// Writes every table of records anew from the audit log.
  /// - Returns: what differed before.
  /// - Throws: `caseDamaged` where the log itself is not intact.
  package static func rebuild(_ folder: CaseFolder) throws(EvidenceError) -> [Finding] {
    let store = try CaseStore.open(folder)
    let differences = try store.rebuildTables()
    try store.close()
    return differences
  }

  /// Signs an event that is in the audit log, such as a custody event by its other side.
  /// - Throws: `argumentInvalid` where there is no such event; `keyUnusable` …
  package static func sign(event: UInt64, in folder: CaseFolder, keys: SigningKeys) throws(EvidenceError)
    -> [String]
  {
    let store = try CaseStore.open(folder)
    let signers = try keys.signers(in: folder, store)
    try store.sign(event: event, by: signers)
    let people = try store.people()
    try store.close()
    return signers.compactMap { signer in people.first { $0.id == signer.person }?.details.name }
  }
}
