import CanonicalJSON
import Evidence
import EvidenceTestKit
import Signing
import SystemIO
import SystemPackage
import Testing
@testable import Validation

/// The job around the checks, with checks whose end is known.
@Suite struct ValidationJobTests {
  private let folder: TemporaryFolder

  init() throws { self.folder = try TemporaryFolder() }

  private func check(
    _ variant: String, needs: [ValidationCheck.Need] = [],
    _ body: @escaping @Sendable (Trial, Bench) throws -> Void
  ) -> ValidationCheck {
    ValidationCheck(.am06, variant, does: "Something.", expects: "Something.", needs: needs, body)
  }

  private static let here = ValidationCheck.all.filter { $0.assertion == .am03 }

  private func job(_ checks: [ValidationCheck], stop: StopFlag = StopFlag()) throws -> ValidationJob {
    let key = folder.appending("key.pem")
    let certificate = folder.appending("certificate.pem")
    if !Files.exists(key) {
      let made = try SigningKey.generate()
      let signed = try Certificate.selfSigned(
        for: made, name: try SignerName("A. Examiner"), from: Host.now())
      try TestFiles.write(try made.unencryptedPEM(), to: key)
      try TestFiles.write(try signed.pem(), to: certificate)
    }
    return try ValidationJob(
      folder: folder.appending("record"), signer: .files(key: key, certificate: certificate), checks: checks,
      stop: stop
    ) { () throws(EvidenceError) in [] }
  }

  @Test func everyOutcomeIsRecorded() throws {
    let result = try job(
      [
        check("passes") { trial, _ in trial.expectEqual(1, 1, "one") },
        check("differs") { trial, _ in trial.expectEqual(1, 2, "one") },
        check("throws") { trial, _ in
          trial.expectEqual(1, 1, "one")
          throw EvidenceError(.readFailed, "medium")
        },
        check("compares nothing") { _, _ in },
        check("cannot") { trial, _ in throw CannotRun("no such thing") },
        check("needs more", needs: [.program("no-such-program-here")]) { trial, _ in
          trial.expectEqual(1, 1, "one")
        },
      ] + Self.here
    ).perform { _, _ in }
    func outcome(_ name: String) -> CheckOutcome? {
      result.record.checks.first { $0.identifier == name }?.outcome
    }
    #expect(outcome("DA-AM-06/passes") == .passed)
    #expect(outcome("DA-AM-06/differs") == .failed)
    #expect(outcome("DA-AM-06/throws") == .failed)
    #expect(outcome("DA-AM-06/compares nothing") == .failed)
    #expect(outcome("DA-AM-06/cannot") == .notRun)
    #expect(outcome("DA-AM-06/needs more") == .notRun)
    // It speaks of all others.
    #expect(outcome("DA-AM-03/here") == .failed)
    #expect(outcome("DA-AM-07") == .notApplicable)
    #expect(result.record.exitStatus == .mismatch)
    #expect(result.record.sentence.hasPrefix("Not valid here"))
    let page = String(
      decoding: try TestFiles.read(result.folder.appending(ValidationJob.pageName)), as: UTF8.self)
    #expect(page.contains("FAILED  DA-AM-06/differs"))
    #expect(page.contains("COULD NOT BE RUN HERE  DA-AM-06/cannot"))
    #expect(page.contains("NOT APPLICABLE  DA-AM-07"))
    #expect(page.contains(result.sha256.hex))
  }

  @Test func theRecordIsSignedAndWhole() throws {
    let result = try job(
      [check("passes") { trial, _ in trial.expectEqual(1, 1, "one") }] + Self.here
    ).perform { _, _ in }
    #expect(result.record.exitStatus == .complete)
    let record = result.folder.appending(ValidationJob.recordName)
    let bytes = try TestFiles.read(record)
    let json = try JSONValue(parsing: bytes, name: "record")
    #expect(json.canonicalBytes == bytes)
    #expect(json["format"]?.stringValue == "exhibit-validation")
    #expect(json["counts"]?["failed"]?.integerValue == 0)
    #expect(json["examiner"]?.stringValue == "A. Examiner")
    let executable = try Tool.run("sha256sum", ["/proc/self/exe"])
    #expect(executable.status == 0)
    #expect(json["tool"]?["executable"]?["sha256"]?.stringValue?.count == 64)
    #expect(
      try TestFiles.names(in: result.folder) == [
        "SHA256SUMS", "examiner.pem", "validation.json", "validation.json.p7s", "validation.txt",
      ])
    func openssl() throws -> Int32 {
      try Tool.run(
        "openssl",
        [
          "cms", "-verify", "-binary", "-cades", "-content", record.string, "-inform", "DER", "-in",
          record.string + ".p7s", "-CAfile", result.folder.appending("examiner.pem").string, "-out",
          "/dev/null",
        ]
      ).status
    }
    #expect(try openssl() == 0)
    #expect(try Tool.run("sha256sum", ["-c", "--strict", "SHA256SUMS"], in: result.folder).status == 0)
    try TestFiles.flipBit(record, byte: 100)
    #expect(try openssl() != 0)
    #expect(try Tool.run("sha256sum", ["-c", "--strict", "SHA256SUMS"], in: result.folder).status == 1)
  }

  @Test func nothingIsOverwrittenAndNothingIsLeft() throws {
    _ = try job([check("passes") { trial, _ in trial.expectEqual(1, 1, "one") }]).perform { _, _ in }
    let before = try TestFiles.read(folder.appending("record").appending(ValidationJob.recordName))
    #expect(throws: EvidenceError(.outputExists, folder.appending("record").string)) { try job([]) }
    #expect(
      try TestFiles.read(folder.appending("record").appending(ValidationJob.recordName)) == before)
  }

  @Test func aStopLeavesNothing() throws {
    let stop = StopFlag()
    let checks = [
      check("stops") { trial, bench in
        _ = try bench.file("medium", StampedContents(length: 100_000))
        stop.raise()
      }
    ]
    #expect(throws: EvidenceError(.interrupted, "validation")) {
      try job(checks, stop: stop).perform { _, _ in }
    }
    #expect(try TestFiles.names(in: folder.path) == ["certificate.pem", "key.pem"])
  }

  @Test func identifiersAreUnique() {
    let all = ValidationCheck.all.map(\.identifier)
    #expect(Set(all).count == all.count)
    #expect(all.allSatisfy { !$0.contains(" ") })
  }

  /// Each assertion is either claimed and checked, or not claimed and not checked.
  @Test(arguments: Assertion.allCases) func whatIsClaimedIsChecked(assertion: Assertion) {
    let isChecked = ValidationCheck.all.contains { $0.assertion == assertion }
    #expect(isChecked == (assertion.notClaimed == nil))
  }
}
