import Casework
import Evidence
import EvidenceTestKit
import Foundation
import Manifests
import SignedPDF
import Signing
import SystemIO
import SystemPackage
import Testing
import Verification

/// Reports that are signed inside, as programs of others see them.
@Suite(
  .enabled(
    if: ["weasyprint", "pdfsig", "pdfinfo", "pdftotext", "qpdf"].allSatisfy(Tool.exists),
    "needs weasyprint, poppler-utils and qpdf"))
struct SignedPDFTests {
  private func sample() throws -> ReportedCase {
    let sample = try ReportedCase()
    try sample.acquire("001", from: FaultySource(length: 3 << 20))
    return sample
  }

  /// A person of the case with a key beside it.
  private func addReviewer(_ name: String, to sample: ReportedCase) throws -> SigningKeys {
    let key = sample.scratch.appending("\(name).key").string
    let certificate = sample.scratch.appending("\(name).pem").string
    let made = try Tool.run(
      "openssl",
      [
        "req", "-x509", "-newkey", "rsa:3072", "-nodes", "-keyout", key, "-subj", "/CN=\(name)", "-days",
        "700", "-addext", "keyUsage=critical,digitalSignature", "-out", certificate,
      ])
    try #require(made.status == 0, "\(made.errors)")
    let program = try Tool.run(
      try Programs.folder() + "/exhibit",
      ["person", "add", "--case", sample.path.string, "--name", name, "--certificate", certificate])
    try #require(program.status == 0, "\(program.errors)")
    return SigningKeys([key]) { (_, name) throws(EvidenceError) in
      throw EvidenceError(.passphraseNeeded, name)
    }
  }

  // MARK: Judges

  private func pdfsig(_ path: FilePath) throws -> [String] {
    let result = try Tool.run("pdfsig", ["-nocert", path.string])
    return result.output.components(separatedBy: "Signature #").dropFirst().map { $0 }
  }

  /// What pyhanko concludes of each signature, and all that it says.
  private func pyhanko(
    _ path: FilePath, trusting certificates: [FilePath]
  ) throws -> (verdicts: [String], text: String) {
    let trust = certificates.flatMap { ["--trust", $0.string] }
    let text = try Tool.run(
      "pyhanko",
      ["sign", "validate", "--pretty-print", "--no-revocation-check", "--trust-replace"] + trust
        + [path.string]
    ).output
    return (text.components(separatedBy: "\n").filter { $0.hasPrefix("The signature is judged") }, text)
  }

  private func check(_ path: FilePath) throws {
    let checked = try Tool.run("qpdf", ["--check", path.string])
    #expect(checked.status == 0 && !checked.output.contains("WARNING"), "\(checked.output)")
    let information = try Tool.run("pdfinfo", [path.string]).output
    #expect(information.contains(/Tagged: +yes/))
    #expect(!information.contains(/Encrypted: +yes/))
    let metadata = try Tool.run("pdfinfo", ["-meta", path.string]).output
    #expect(metadata.contains(#"pdfaid:part="3""#) && metadata.contains(#"pdfuaid:part="1""#))
  }

  private func certificate(of sample: ReportedCase) -> FilePath {
    sample.path.appending("certificates/examiner.pem")
  }

  // MARK: The author's signature

  @Test func viewersShowWhoSignedIt() throws {
    let sample = try sample()
    let file = try #require(try sample.report(["001"], [.pdf]) { $0.language = .german }.files.first)
    #expect(file.inside == .baseline)
    try check(file.path)
    let signatures = try pdfsig(file.path)
    #expect(signatures.count == 1)
    let signature = try #require(signatures.first)
    for words in [
      "Certificate Common Name: A. Examiner", "Signature Type: ETSI.CAdES.detached",
      "Signature is Valid", "Total document signed", "Signing Hash Algorithm: SHA-256",
    ] { #expect(signature.contains(words), "\(words): \(signature)") }
    #expect(
      try TestFiles.read(file.path).firstRange(of: PDFText.hexadecimal("Verfasser dieses Berichts")) != nil)
  }

  /// The page is what it was: the signature is an update behind it.
  @Test func nothingOfThePageChanges() throws {
    let sample = try sample()
    let path = try sample.report(["001"], [.pdf]).files[0].path
    let bytes = try TestFiles.read(path)
    let end = try #require(bytes.firstRange(of: Array("%%EOF\n".utf8))?.upperBound)
    let page = sample.scratch.appending("page.pdf")
    try TestFiles.write(Array(bytes[..<end]), to: page)
    func text(_ path: FilePath) throws -> String {
      try Tool.run("pdftotext", ["-layout", path.string, "-"]).output
    }
    #expect(end < bytes.count)
    #expect(try text(page) == text(path))
    #expect(try text(path).contains("pdfsig -nocert 001-report-1.pdf"))
    #expect(try !text(page).isEmpty && pdfsig(page).isEmpty)
  }

  @Test func aFlippedByteIsSeen() throws {
    let sample = try sample()
    let path = try sample.report(["001"], [.pdf]).files[0].path
    let bytes = try TestFiles.read(path)
    // In a page, and in the date that the signature states.
    let date = try #require(bytes.firstRange(of: Array("/M (D:".utf8))?.upperBound)
    for place in [bytes.count / 3, date] {
      var changed = bytes
      changed[place] ^= 1
      try TestFiles.write(changed, to: path)
      let signature = try #require(try pdfsig(path).first)
      #expect(!signature.contains("Signature is Valid"), "\(signature)")
      let report = try VerificationJob(.alone(.signedFile(path)), VerificationSettings()).perform { _, _ in }
      #expect(report.verdict == .mismatch)
      #expect(Set(report.findings.map(\.code)).isSuperset(of: [.signatureInvalid, .fileDigestMismatch]))
    }
  }

  /// The signature would tell what was removed.
  @Test func aReportWithoutNamesIsNotSignedInside() throws {
    let sample = try sample()
    let file = try #require(try sample.report(["001"], [.pdf]) { $0.removed = [.people] }.files.first)
    #expect(try file.inside == nil && pdfsig(file.path).isEmpty)
    let text = String(decoding: try TestFiles.read(file.path), as: UTF8.self)
    #expect(!text.contains("Examiner"))
    let paths = try #require(try sample.report(["001"], [.pdf]) { $0.removed = [.paths] }.files.first)
    #expect(paths.inside == .baseline)
  }

  // MARK: Time stamps

  @Test(arguments: [false, true]) func anAuthorityStampsIt(hasIntermediate: Bool) throws {
    let sample = try sample()
    let authority = try TestAuthority(hasIntermediate: hasIntermediate)
    let address = try HTTPAddress(try authority.serve())
    let written = try sample.report(["001"], [.pdf]) { $0.authority = TimestampAuthority(address) }
    let file = try #require(written.files.first)
    #expect(file.inside == .stamped && written.failure == nil)
    try check(file.path)
    #expect(try pdfsig(file.path).first?.contains("Signature is Valid") == true)
  }

  @Test(arguments: ["refuse", "page", "replay"]) func withoutATimeStampItIsSignedAllTheSame(path: String)
    throws
  {
    let sample = try sample()
    let authority = try TestAuthority()
    let address = try authority.serve()
    if path == "replay" {
      _ = try TimestampAuthority(try HTTPAddress(address)).stamp([1], trust: Trust())
    }
    let asked = TimestampAuthority(try HTTPAddress(address + path))
    let written = try sample.report(["001"], [.pdf]) { $0.authority = asked }
    #expect([.networkFailed, .timestampRefused].contains(written.failure?.code))
    let file = try #require(written.files.first)
    #expect(file.inside == .baseline)
    #expect(try pdfsig(file.path).first?.contains("Signature is Valid") == true)
    let report = try VerificationJob(.alone(.signedFile(file.path)), VerificationSettings()).perform { _, _ in
    }
    #expect(report.verdict == .verified)
  }

  // MARK: Approval

  @Test func eachReviewerSignsBehindTheOthers() throws {
    let sample = try sample()
    let path = try sample.report(["001"], [.pdf, .text]).files[0].path
    let original = try TestFiles.read(path)
    let review = ReportReview(sample.folder)
    var copies: [FilePath] = []
    for name in ["B. Reviewer", "C. Reviewer"] {
      let keys = try addReviewer(name, to: sample)
      let approved = try review.approve("001-report-1", reviewer: nil, remarks: nil, keys: keys)
      #expect(approved.copies.map(\.inside) == [.baseline] && approved.signatures.count == 2)
      copies += approved.copies.map(\.path)
    }
    #expect(
      copies.map { $0.lastComponent?.string } == [
        "001-report-1.approved.pdf", "001-report-1.approved-2.pdf",
      ])
    // What was recorded of the report stays true, and each copy begins with what was there before.
    #expect(try TestFiles.read(path) == original)
    let (first, second) = (try TestFiles.read(copies[0]), try TestFiles.read(copies[1]))
    #expect(first.starts(with: original) && second.starts(with: first))
    for copy in copies { try check(copy) }
    let signatures = try pdfsig(copies[1])
    #expect(signatures.count == 3 && signatures.allSatisfy { $0.contains("Signature is Valid") })
    #expect(signatures.map { $0.contains("Total document signed") } == [false, false, true])
    try verify(copies, of: sample)
  }

  private func verify(_ copies: [FilePath], of sample: ReportedCase) throws {
    func verified(_ path: FilePath) throws -> VerificationReport {
      try VerificationJob(try VerificationJob.target(path, item: nil), VerificationSettings()).perform {
        _, _ in
      }
    }
    for copy in copies {
      let report = try verified(copy)
      #expect(
        report.verdict == .verified && report.checks.count == 3 && report.checks.last?.outcome == .notChecked,
        "\(report.checks)")
    }
    // A copy that is not the recorded one is told, by itself and of the case.
    var changed = try TestFiles.read(copies[0])
    changed[changed.count - 20] ^= 1
    try TestFiles.write(changed, to: copies[0])
    #expect(try verified(copies[0]).verdict == .mismatch)
    let whole = try VerificationJob(
      .record(sample.folder, item: nil), VerificationSettings(level: .chunks)
    ).perform { _, _ in }
    #expect(whole.findings.contains { $0.subject == "reports/001-report-1.approved.pdf" })
    #expect(!whole.findings.contains { $0.subject == "reports/001-report-1.approved-2.pdf" })
  }

  /// What a second judge concludes: signatures, time stamps, and that what was added behind them was allowed.
  @Test(.enabled(if: Tool.exists("pyhanko"), "needs pyhanko")) func pyhankoJudgesThemValid() throws {
    let sample = try sample()
    let authority = try TestAuthority(hasIntermediate: true)
    let stamping = TimestampAuthority(try HTTPAddress(try authority.serve()))
    var trusted = [certificate(of: sample)]
    let plain = try sample.report(["001"], [.pdf]).files[0].path
    #expect(try pyhanko(plain, trusting: trusted).verdicts == ["The signature is judged VALID."])
    let stamped = try sample.report(["001"], [.pdf]) { $0.authority = stamping }.files[0].path
    let shown = try pyhanko(stamped, trusting: trusted + [authority.root])
    #expect(shown.verdicts == ["The signature is judged VALID."])
    #expect(shown.text.contains("Sample time stamps") && !shown.text.contains("untrusted"), "\(shown.text)")
    var newest: [FilePath] = []
    for name in ["B. Reviewer", "C. Reviewer"] {
      let keys = try addReviewer(name, to: sample)
      trusted.append(sample.scratch.appending("\(name).pem"))
      newest = try ReportReview(sample.folder).approve(
        "001-report-1", reviewer: nil, remarks: nil, keys: keys, authority: stamping
      ).copies.map(\.path)
    }
    #expect(newest.count == 2)
    for copy in newest {
      let shown = try pyhanko(copy, trusting: trusted + [authority.root])
      #expect(
        shown.verdicts == Array(repeating: "The signature is judged VALID.", count: 3), "\(shown.text)")
    }
    var changed = try TestFiles.read(plain)
    changed[changed.count / 3] ^= 1
    try TestFiles.write(changed, to: plain)
    #expect(try pyhanko(plain, trusting: trusted).verdicts == ["The signature is judged INVALID."])
  }

  // MARK: What cannot be signed

  @Test func whatIsNoSuchPDFIsRefused() throws {
    let sample = try sample()
    let path = try sample.report(["001"], [.pdf]) { $0.removed = [.people] }.files[0].path
    let bytes = try TestFiles.read(path)
    func reason(_ bytes: [UInt8]) -> String? {
      do throws(EvidenceError) { _ = try PDFSignature(bytes, name: "x.pdf") } catch { return error.detail }
      return nil
    }
    #expect(reason(bytes) == nil)
    for length in [0, 1, 9, bytes.count / 2, bytes.count - 7, bytes.count - 1000] {
      #expect(reason(Array(bytes.prefix(length))) != nil, "\(length)")
    }
    for (arguments, expected) in [
      (["--object-streams=generate"], "no classic table"),
      (["--object-streams=disable", "--encrypt", "", "x", "256", "--"], "it is encrypted"),
    ] {
      let output = sample.scratch.appending("other.pdf").string
      try #require(try Tool.run("qpdf", arguments + [path.string, output]).status == 0)
      let told = try #require(reason(try TestFiles.read(FilePath(output))))
      #expect(told.contains(expected), "\(told)")
    }
    // Another program's classic PDF is one.
    let other = sample.scratch.appending("classic.pdf")
    try #require(
      try Tool.run("qpdf", ["--object-streams=disable", path.string, other.string]).status == 0)
    #expect(reason(try TestFiles.read(other)) == nil)
  }

  /// Whatever the bytes are, there is an answer.
  @Test func changedBytesEndInAnAnswer() throws {
    let sample = try sample()
    let bytes = try TestFiles.read(try sample.report(["001"], [.pdf]).files[0].path)
    let identity = try SigningIdentity.sample()
    var generator = SeededGenerator(seed: 44)
    let start = bytes.count - 30_000
    var refused = 0
    for _ in 0..<300 {
      var changed = bytes
      for _ in 0..<4 {
        let place = Int.random(in: start..<bytes.count, using: &generator)
        changed[place] = UInt8.random(in: 32...57, using: &generator)
      }
      do {
        let pdf = try PDFSignature(changed, name: "x.pdf")
        let signed = try pdf.add(by: identity, reason: "r", at: Host.now(), name: "x.pdf", stamp: nil)
        #expect(signed.bytes.starts(with: changed))
      } catch {
        #expect(error.code == .reportFailed)
        refused += 1
      }
    }
    #expect((1..<300).contains(refused))
  }
}

private enum PDFText {
  /// As a text string of a PDF is written.
  static func hexadecimal(_ text: String) -> [UInt8] {
    Array(text.utf16.map { String(format: "%04x", $0) }.joined().utf8)
  }
}

extension SigningIdentity {
  fileprivate static func sample() throws -> SigningIdentity {
    let key = try SigningKey.generate()
    let certificate = try Certificate.selfSigned(for: key, name: try SignerName("X"), from: Host.now())
    return try SigningIdentity(key: key, certificate: certificate, now: Host.now())
  }
}
