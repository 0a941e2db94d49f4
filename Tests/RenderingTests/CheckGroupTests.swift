import Evidence
import Testing
import Verification

@testable import Rendering

@Suite struct CheckGroupTests {
  private func lines(_ checks: [VerificationCheck], all: Bool = false) -> [String] {
    var report = VerificationReport(subject: "001")
    report.checks = checks
    return VerificationRendering.lines(report, all: all).filter { $0.hasPrefix("  ") }
  }

  private func segments(_ count: Int) -> [VerificationCheck] {
    (1...count).map { VerificationCheck("001.E\($0): size and SHA-256", .passed, against: "manifest") }
  }

  @Test func manyThatPassedAreOneLine() {
    #expect(
      lines(segments(240)) == ["  ok          240 segments: size and SHA-256 (manifest), 001.E1 to 001.E240"])
    #expect(lines(segments(240), all: true).count == 240)
    #expect(lines(segments(3)).count == 3)
  }

  @Test func whatFailedIsNeverSummedUp() {
    var checks = segments(10)
    checks[4] = VerificationCheck("001.E5: size and SHA-256", .failed, against: "manifest")
    let shown = lines(checks)
    #expect(shown.count == 3)
    #expect(shown.contains { $0.contains("FAILED") && $0.contains("001.E5:") })
  }
}
