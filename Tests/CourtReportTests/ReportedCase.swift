import CaseFolders
import Casework
import Evidence
import EvidenceTestKit
import Foundation
import Sessions
import SystemIO
import SystemPackage
import Verification

/// A case in a folder of its own, with items that are acquired from media of known faults.
final class ReportedCase {
  let scratch: TemporaryFolder
  let folder: CaseFolder

  var path: FilePath { folder.path }
  var reports: FilePath { path.appending("reports") }

  init() throws {
    self.scratch = try TemporaryFolder()
    let path = scratch.appending("case")
    var creation = CaseCreation(
      folder: path, number: "2026-0142", title: "Theft of trade secrets", examiner: "A. Examiner")
    creation.organisation = "Digital Laboratory"
    creation.signing = .newUnencrypted
    _ = try creation.perform()
    self.folder = try CaseFolder.at(path)
  }

  /// Adds an item, receives it and acquires `medium` to E01 and raw.
  func acquire(_ number: String, from medium: FaultySource) throws {
    let item = try ItemNumber(number)
    _ = try Items.add(
      to: folder, number: item, description: "Disk \(number)", serial: "S-\(number)", remarks: nil)
    var entry = CustodyEntry(item: item, event: "receive")
    entry.place = "Laboratory"
    entry.releasedBy = "Officer on duty"
    entry.receivedBy = "A. Examiner"
    _ = try entry.record(in: folder)
    var request = AcquisitionRequest("/dev/faulty", item: item)
    request.output.write([.e01, .raw])
    request.commandLine = ["exhibit", "acquire", "/dev/faulty", "--item", number]
    _ = try AcquisitionJob(request, in: folder, medium: medium) { () throws(EvidenceError) in [] }.perform(
      stop: StopFlag()
    ) { _ in }
  }

  func verify() throws {
    _ = try VerificationJob(.record(folder, item: nil), VerificationSettings()).perform {
      _, _ in
    }
  }

  @discardableResult
  func report(
    _ items: [String], _ formats: [ReportFormat] = [.html], _ change: (inout ReportRequest) -> Void = { _ in }
  ) throws -> ReportJob.Written {
    var request = ReportRequest()
    request.items = try items.map { try ItemNumber($0) }
    request.formats = formats
    change(&request)
    return try ReportJob(request, in: folder) { () throws(EvidenceError) in [] }.perform()
  }

  func text(_ name: String) throws -> String {
    String(decoding: try TestFiles.read(reports.appending(name)), as: UTF8.self)
  }

  /// The first column of the first row, as the `sqlite3` shell reads it.
  func query(_ sql: String) throws -> [String] {
    let result = try Tool.run("sqlite3", [path.appending("case.sqlite").string, sql])
    guard result.status == 0 else { throw EvidenceError(.databaseFailed, "sqlite3", result.errors) }
    return result.output.split(separator: "\n").map(String.init)
  }
}
