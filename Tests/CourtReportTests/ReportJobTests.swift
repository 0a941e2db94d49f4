import CanonicalJSON
import Casework
import CourtReport
import Evidence
import EvidenceTestKit
import Foundation
import SystemIO
import SystemPackage
import Testing
import Verification

/// Reports as files of a case: signed, recorded, superseded, approved, verified.
@Suite struct ReportJobTests {
  private static func medium() -> FaultySource { FaultySource(length: 3 << 20) }

  private func sample(_ items: [String] = ["001"]) throws -> ReportedCase {
    let sample = try ReportedCase()
    for item in items { try sample.acquire(item, from: Self.medium()) }
    return sample
  }

  @Test func everyFileIsSignedAndRecorded() throws {
    let sample = try sample()
    let written = try sample.report(["001"], [.html, .text, .json, .jsonld, .dfxml])
    #expect(written.name == "001-report-1" && written.files.count == 5)
    let event = try sample.query("SELECT event FROM audit_event ORDER BY sequence DESC LIMIT 1").joined()
    for file in written.files {
      let checked = try Tool.run(
        "openssl",
        [
          "cms", "-verify", "-binary", "-cades", "-content", file.path.string, "-inform", "DER", "-in",
          file.path.string + ".p7s", "-CAfile", sample.path.appending("certificates/examiner.pem").string,
          "-out",
          "/dev/null",
        ])
      #expect(checked.status == 0, "\(checked.errors)")
      #expect(event.contains(file.sha256.hex) && event.contains("\"kind\":\"report.recorded\""))
      let sums = try Tool.run("sha256sum", [file.path.string, file.path.string + ".p7s"])
      for line in sums.output.split(separator: "\n") { #expect(event.contains(line.prefix(64))) }
    }
    #expect(try sample.query("SELECT count(*) FROM report") == ["5"])
  }

  @Test func aLaterReportTakesTheEarlierOnesPlace() throws {
    let sample = try sample(["001", "002"])
    try sample.report(["001"], [.text])
    #expect(try sample.report(["001", "002"], [.text]).name == "001_002-report-1")
    #expect(try sample.report([], [.text]).name == "case-report-1")
    try sample.verify()
    #expect(try sample.report(["001"], [.text]).name == "001-report-2")
    let text = try sample.text("001-report-2.txt")
    #expect(text.contains("001-report-2 supersedes 001-report-1."))
    let whole = try sample.text("case-report-1.txt")
    #expect(whole.contains("[Item 001] Imaged in full") && whole.contains("[Item 002] Imaged in full"))
    #expect(whole.contains(" Acquisition 001\n") && whole.contains(" Acquisition 002\n"))
    let report = try verify(sample, "001-report-1.txt")
    #expect(report.verdict == .verified)
    #expect(report.checks.contains { $0.against == "001-report-2 supersedes it" })
  }

  @Test func anotherPersonApproves() throws {
    let sample = try sample()
    try sample.report(["001"], [.text])
    let review = ReportReview(sample.folder)
    for name in ["A. Examiner", "a.examiner "] {
      let error = #expect(throws: EvidenceError.self) {
        try review.approve("001-report-1", reviewer: name, remarks: nil)
      }
      #expect(error?.code == .reviewerIsAuthor)
    }
    let unknown = #expect(throws: EvidenceError.self) {
      try review.approve("001-report-7", reviewer: "B. Reviewer", remarks: nil)
    }
    #expect(unknown?.code == .reportUnknown)
    _ = try review.approve("001-report-1", reviewer: "B. Reviewer", remarks: "technical review")
    #expect(
      try verify(sample, "001-report-1.txt").checks.contains {
        $0.name.contains("approval by B. Reviewer") && $0.outcome == .notChecked
          && $0.against.contains("recorded, not signed")
      })
    #expect(try review.reports().first?.lines.last?.contains("approved by B. Reviewer") == true)
    try sample.verify()
    try sample.report(["001"], [.text])
    #expect(try sample.text("001-report-2.txt").contains("B. Reviewer"))
    // What is not the recorded file any more cannot be approved.
    try TestFiles.write(Array("other".utf8), to: sample.reports.appending("001-report-2.txt"))
    let changed = #expect(throws: EvidenceError.self) {
      try review.approve("001-report-2", reviewer: "B. Reviewer", remarks: nil)
    }
    #expect(changed?.code == .reportFailed)
  }

  private func verify(_ sample: ReportedCase, _ name: String) throws -> VerificationReport {
    let path = sample.reports.appending(name)
    let target = try VerificationJob.target(path, item: nil)
    #expect(target == .alone(.signedFile(path)))
    return try VerificationJob(target, VerificationSettings()).perform { _, _ in }
  }

  @Test func aReportThatWasChangedDoesNotVerify() throws {
    let sample = try sample()
    try sample.report(["001"])
    #expect(try verify(sample, "001-report-1.html").verdict == .verified)
    var bytes = try TestFiles.read(sample.reports.appending("001-report-1.html"))
    bytes[bytes.count / 2] ^= 1
    try TestFiles.write(bytes, to: sample.reports.appending("001-report-1.html"))
    let report = try verify(sample, "001-report-1.html")
    #expect(report.verdict == .mismatch)
    #expect(Set(report.findings.map(\.code)).isSuperset(of: [.signatureInvalid, .fileDigestMismatch]))
    // The case says so as well.
    let whole = try VerificationJob(
      .record(sample.folder, item: nil), VerificationSettings(level: .chunks)
    )
    .perform { _, _ in }
    #expect(whole.findings.contains { $0.subject == "reports/001-report-1.html" })
  }

  @Test func nothingIsLeftWhereOneFileCannotBeWritten() throws {
    let sample = try sample()
    let output = sample.scratch.appending("taken.txt")
    try TestFiles.write([1], to: FilePath("\(output).p7s"))
    // The report is written, and its signature finds its place taken.
    let error = #expect(throws: EvidenceError.self) {
      try sample.report(["001"], [.text]) { $0.output = output }
    }
    #expect(error?.code == .outputExists && !Files.exists(output))
    #expect(try TestFiles.read(FilePath("\(output).p7s")) == [1])
    #expect(try sample.query("SELECT count(*) FROM report") == ["0"])
  }

  /// The number follows from the record: who reads, copies, approves or reports changes nothing of it.
  @Test func oneReportHasOneNumber() throws {
    let sample = try sample(["001", "002"])
    let first = try sample.report(["001"], [.html])
    let german = try sample.report(["001"], [.html, .json]) { $0.language = .german }
    let redacted = try sample.report(["001"], [.text]) { $0.removed = [.people] }
    _ = try Items.add(
      to: sample.folder, number: try ItemNumber("003"), description: "Phone", serial: nil, remarks: nil)
    _ = try ReportReview(sample.folder).approve("001-report-1", reviewer: "N. Newcomer", remarks: nil)
    let again = try sample.report(["001"], [.html])
    #expect([german, redacted, again].allSatisfy { $0.number == first.number && $0.isKnown })
    #expect(
      [first, german, redacted, again].flatMap(\.files).compactMap { $0.path.lastComponent?.string } == [
        "001-report-1.html", "001-report-1.de.html", "001-report-1.de.json", "001-report-1.redacted.txt",
        "001-report-1.rendering-2.html",
      ])
    for file in [first, german, redacted, again].flatMap(\.files) {
      #expect(String(decoding: try TestFiles.read(file.path), as: UTF8.self).contains(first.number))
    }
    // Who came to know the case only after it is none of the people of the report.
    #expect(
      !String(decoding: try TestFiles.read(german.files[1].path), as: UTF8.self).contains("N. Newcomer"))
    var entry = CustodyEntry(item: try ItemNumber("001"), event: "store")
    entry.storage = "Locker 7"
    _ = try entry.record(in: sample.folder)
    let next = try sample.report(["001"], [.html])
    #expect(next.name == "001-report-2" && next.supersedes == "001-report-1" && !next.isKnown)
    #expect(next.number != first.number)
  }

  @Test func placesThatCannotBe() throws {
    let sample = try sample()
    for (output, formats) in [("evidence/001/report.html", [ReportFormat.html]), ("two", [.html, .text])] {
      let error = #expect(throws: EvidenceError.self) {
        try sample.report(["001"], formats) { $0.output = sample.path.pushing(FilePath(output)) }
      }
      #expect(error?.code == .argumentInvalid)
    }
    let folder = sample.scratch.appending("out")
    try FileManager.default.createDirectory(atPath: folder.string, withIntermediateDirectories: false)
    let written = try sample.report(["001"], [.html, .text]) { $0.output = folder }
    #expect(
      written.files.allSatisfy { $0.path.starts(with: folder) && Files.exists(FilePath("\($0.path).p7s")) })
  }

  @Test func aLaboratorysFolderIsUsed() throws {
    let sample = try sample()
    let folder = sample.scratch.appending("letterhead")
    let names = try TemplatesJob(folder).perform()
    #expect(names.contains("page.mustache") && names.contains("strings-de.json"))
    // As they are shipped they change nothing.
    try sample.report(["001"]) { $0.templates = folder }
    let shipped = try sample.text("001-report-1.html")
    #expect(shipped.contains(">Certificate</h2>") && shipped.contains("@page { size: A4"))
    try TestFiles.write(
      Array("<p>Letterhead of {{laboratory}}</p>".utf8), to: folder.appending("footer.mustache"))
    try TestFiles.write(
      Array(#"{"strings":{"certificate":"In short"}}"#.utf8), to: folder.appending("strings.json"))
    try sample.report(["001"]) { $0.templates = folder }
    let own = try sample.text("001-report-1.rendering-2.html")
    #expect(own.contains("<p>Letterhead of Digital Laboratory</p>") && own.contains(">In short</h2>"))
    try TestFiles.write([], to: folder.appending("pages.mustache"))
    let error = #expect(throws: EvidenceError.self) { try sample.report(["001"]) { $0.templates = folder } }
    #expect(error?.code == .templateUnusable)
  }

  @Test func whatIsRemovedIsInNoFile() throws {
    let sample = try sample()
    let written = try sample.report(["001"], [.html, .text, .json, .jsonld, .dfxml]) {
      $0.removed = [.people, .paths]
    }
    for file in written.files {
      let text = String(decoding: try TestFiles.read(file.path), as: UTF8.self)
      for secret in ["A. Examiner", "Officer on duty", "/dev/faulty", sample.path.string] {
        #expect(!text.contains(secret), "\(secret) in \(file.path)")
      }
    }
  }

  @Test(
    .enabled(
      if: Tool.exists("weasyprint") && Tool.exists("qpdf") && Tool.exists("pdftotext"),
      "needs weasyprint, qpdf and poppler-utils"))
  func thePDFIsWhole() throws {
    let sample = try sample()
    let files = try sample.report(["001"], [.pdf, .html]).files
    let path = try #require(files.first { $0.format == .pdf }).path.string
    let checked = try Tool.run("qpdf", ["--check", path])
    #expect(checked.status == 0, "\(checked.output) \(checked.errors)")
    let information = try Tool.run("pdfinfo", [path]).output
    let pages = try #require(information.firstMatch(of: /Pages: +(\d+)/)).output.1
    let text = try Tool.run("pdftotext", ["-layout", path, "-"]).output
    #expect(text.contains("Page 1 of \(pages)") && text.contains("Page \(pages) of \(pages)"))
    // Where a line ends depends on the fonts of the machine.
    let words = text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    #expect(words.contains("Imaged in full: all 6,144 sectors read."))
    #expect(
      text.components(separatedBy: "Case 2026-0142 · Item 001 · Report 001-report-1").count - 1 == Int(pages))
    let json = try Tool.run("qpdf", ["--json", "--json-key=outlines", "--json-key=attachments", path]).output
    #expect(json.contains("Certificate") && json.contains("Sector map") && json.contains("001.manifest.json"))
    // What is embedded is the manifest, byte for byte, with its signature.
    let folder = sample.scratch.appending("embedded")
    try FileManager.default.createDirectory(atPath: folder.string, withIntermediateDirectories: false)
    #expect(try Tool.run("pdfdetach", ["-saveall", "-o", folder.string, path]).status == 0)
    for name in ["001.manifest.json", "001.manifest.json.p7s"] {
      #expect(
        try TestFiles.read(folder.appending(name))
          == TestFiles.read(sample.path.pushing(FilePath("evidence/001/\(name)"))))
    }
    let metadata = try Tool.run("pdfinfo", ["-meta", path]).output
    #expect(metadata.contains("part") && metadata.contains(">3<") || metadata.contains("part=\"3\""))
    // What is removed is not embedded either.
    let removed = try sample.report(["001"], [.pdf]) { $0.removed = [.people] }.files[0].path.string
    #expect(try Tool.run("pdfdetach", ["-list", removed]).output.contains("0 embedded files"))
  }

  @Test func aDraftIsNeverSigned() throws {
    let sample = try sample()
    let before = try sample.query("SELECT count(*) FROM audit_event")
    for kind in CertificateKind.allCases {
      var request = ReportRequest()
      request.items = [try ItemNumber("001")]
      request.formats = [.html, .text]
      let paths = try CertificateJob(kind, request, in: sample.folder).perform()
      #expect(
        paths.map { $0.lastComponent?.string } == [
          "001-\(kind.rawValue)-draft-1.html", "001-\(kind.rawValue)-draft-1.txt",
        ])
      #expect(paths.allSatisfy { !Files.exists(FilePath("\($0).p7s")) })
      let text = String(decoding: try TestFiles.read(paths[1]), as: UTF8.self)
      #expect(text.contains("Not signed") && text.contains("[to be filled in"))
      request.formats = [.json]
      #expect(throws: EvidenceError.self) { try CertificateJob(kind, request, in: sample.folder) }
    }
    #expect(try sample.query("SELECT count(*) FROM audit_event") == before)
  }
}
