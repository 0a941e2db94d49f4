import CaseFolders
import Casework
import Evidence
import EvidenceTestKit
import SystemIO
import SystemPackage
import Testing

/// The archive of a whole case; `Scripts/case-copies.txt` has the commands.
@Suite struct CaseArchiveTests {
  /// Neither an archive nor a case is left where somebody ends the work, and the next attempt is not in its way.
  @Test func whatIsEndedLeavesNothing() throws {
    let place = try TemporaryFolder()
    var creation = CaseCreation(
      folder: place.appending("case"), number: "1", title: "t", examiner: "A. Examiner")
    creation.signing = .newUnencrypted
    _ = try creation.perform()
    let folder = try CaseFolder.at(place.appending("case"))
    let archive = place.appending("case.tar")
    let stopped = StopFlag()
    stopped.raise()

    let export = CaseExport(folder, to: archive, identity: nil)
    #expect(throws: ErrorCode.interrupted) { try codes { _ = try export.perform(stop: stopped) } }
    #expect(try TestFiles.names(in: place.path) == ["case"])
    _ = try export.perform()

    let entry = CaseImport(archive, to: place.appending("there"), trust: [])
    #expect(throws: ErrorCode.interrupted) { try codes { _ = try entry.perform(stop: stopped) } }
    #expect(try TestFiles.names(in: place.path).sorted() == ["case", "case.tar"])
    _ = try entry.perform()
  }
}
