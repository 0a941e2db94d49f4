import Evidence
import EvidenceTestKit
import SystemPackage
import Testing
import Verification

/// One flipped bit in what lies beside the images is found and named.
@Suite struct RecordFlipTests {
  @Test(
    "DA-AO-07 one changed bit in a record is found",
    arguments: [
      ("001.chunks.csv", 7), ("001.map", 7), ("001.manifest.json", 29), ("001.manifest.json.p7s", 9),
      ("SHA256SUMS", 11),
    ]) func everyFileOfTheRecord(_ name: String, step: Int) throws
  {
    let sealed = try SealedCase()
    let trusted = try sealed.trusted()
    let file = try FileUnderTest(sealed.evidence.appending(name))
    for (index, position) in stride(from: 0, to: file.original.count, by: step).enumerated() {
      try file.flipped(position, bit: index % 8) {
        let report = try sealed.verifyManifest(trusting: trusted)
        #expect(report.verdict.exitStatus == .mismatch, "byte \(position): \(report.verdict)")
        #expect(report.names(name), "byte \(position): \(report.failures)")
      }
      guard index % 16 == 0 else { continue }
      try file.flipped(position, bit: index % 8) {
        let report = try sealed.verifyCase()
        #expect(
          report.verdict.exitStatus == .mismatch && report.names(name), "byte \(position): \(report.failures)"
        )
      }
    }
  }

  @Test func theCertificateOfTheCase() throws {
    let sealed = try SealedCase()
    let file = try FileUnderTest(sealed.certificate)
    for position in stride(from: 0, to: file.original.count, by: 37) {
      try file.flipped(position, bit: position % 8) {
        let report = try sealed.verifyCase()
        #expect(report.verdict.exitStatus == .mismatch, "byte \(position): \(report.verdict)")
        #expect(report.names("examiner.pem") || report.names("001.manifest.json.p7s"), "\(report.failures)")
      }
    }
  }
}
