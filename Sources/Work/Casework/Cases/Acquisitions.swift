import CaseFolders
import CaseRecords
import CaseStore
import Evidence

/// What is stated of acquisitions after they ended.
package enum Acquisitions {
  /// - Throws: `caseNotOpen`, `argumentInvalid` (see ``CaseStore/markAcquisition(_:_:reason:)``).
  package static func mark(
    _ name: String, _ state: AcquisitionMark.State, reason: String, in folder: CaseFolder
  ) throws(EvidenceError) {
    let store = try CaseStore.open(folder)
    try store.markAcquisition(name, state, reason: reason)
    try store.close()
  }
}
