import CanonicalJSON
import CaseFolders
import CaseStore
import Evidence
import SystemIO

/// A command on a case, for its event in the audit log.
package struct CommandRecord: Sendable {
  /// As it was typed, without the name of the program.
  package let arguments: [String]
  package let started: Timestamp

  package init(arguments: [String], started: Timestamp = Host.now()) {
    self.arguments = arguments
    self.started = started
  }

  /// Records in the case that the command has ended.
  /// - Parameter error: what it was refused or failed with.
  /// - Throws: whatever opening the case or writing to it throws.
  package func record(
    in folder: CaseFolder, status: ExitStatus, error: EvidenceError?
  ) throws(EvidenceError) {
    var folder = folder
    // Refused because nobody knows who acts: the attempt is the examiner's to answer for.
    if error?.code == .personUnknown { folder.actingAs = nil }
    let store = try CaseStore.open(folder)
    try store.append(
      .commandEnded,
      details: .fields([
        "arguments": .array(arguments.map { .string($0) }), "started": .string(started.description),
        "exitStatus": JSONValue(status.rawValue), "error": error.map { .string($0.code.rawValue) },
        "message": error.map { .string($0.description) },
      ]))
    try store.close()
  }
}
