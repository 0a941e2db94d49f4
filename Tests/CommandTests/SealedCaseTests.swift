import Casework
import Evidence
import EvidenceTestKit
import SystemPackage
import Testing
import Verification

/// A case as an earlier version left it. What is expected here was written down when it was sealed.
struct SealedCase: Sendable, CustomTestStringConvertible {
  struct Item: Sendable {
    let number: String
    /// SHA-256 of the manifest.
    let manifest: String
    /// SHA-256 of everything each image holds, by its first file.
    let contents: [String: String]
    /// MD5 of the same, for the E01.
    let md5: String
  }

  /// `casefiles-sample/sealed/case-VERSION.tar.gz`.
  let version: String
  let items: [Item]
  /// Gaps of its custody that later versions name.
  let gaps: [FindingCode]

  var testDescription: String { version }

  /// One for each archive, oldest first; none is ever changed or removed.
  static let all = [
    SealedCase(
      version: "0.1.0",
      items: [
        Item(
          number: "001", manifest: "cb65a71bc30c52226733fa6da405911ca8431f7b389bb6e17f015fc796c83848",
          contents: [
            "001.E01": "95a888ea21a29724ecf44b24c07a907c8d37bf1f8309e4940496cdb118e35833",
            "001.raw": "95a888ea21a29724ecf44b24c07a907c8d37bf1f8309e4940496cdb118e35833",
          ], md5: "c63ded9da72e58179af5304b28344b37"),
        Item(
          number: "002", manifest: "32f6c0c7ed1a0cd9a7508fd083c5ebc6e02f0eae2b4611db6a3b8d77ce5961d1",
          contents: [
            "002.E01": "c70a96e2e43d092344ed876c1d997dd98a969a47a8cad12f00c546e54d451237",
            "002.001": "6dd7bc32b3219bcc8b7bb10434d0d094cfb1a4d0cc7bd1355776a7160964549b",
          ], md5: "3be7ab92120c10284d8b09c2e12d0a11"),
      ], gaps: [.custodyNotOpened, .custodyMissing])
  ]

  /// The project's folder.
  private static let project = (0..<3).reduce(FilePath(#filePath)) { path, _ in path.removingLastComponent() }
  static let archives = project.appending("casefiles-sample").appending("sealed")

  /// Unpacks the archive, since verifying a case writes to it.
  /// - Returns: the case folder.
  func unpacked(into folder: TemporaryFolder) throws -> FilePath {
    let archive = Self.archives.appending("case-\(version).tar.gz")
    let result = try Tool.run("tar", ["--extract", "--file", archive.string], in: folder.path)
    try #require(result.status == 0, "\(result.errors)")
    return folder.appending("2026-0142")
  }
}

/// Every later version must verify what an earlier one sealed.
@Suite struct SealedCaseTests {
  @Test func everyArchiveIsTested() throws {
    let archives = try TestFiles.names(in: SealedCase.archives)
    #expect(archives == SealedCase.all.map { "case-\($0.version).tar.gz" }.sorted())
  }

  @Test("DA-AO-06 a case of every earlier version verifies unchanged", arguments: SealedCase.all)
  func verifiesAsCase(_ sealed: SealedCase) throws {
    let folder = try TemporaryFolder()
    let report = try verify(try sealed.unpacked(into: folder))
    #expect(report.verdict == .verified)
    #expect(
      report.findings.map(\.code) == sealed.gaps && report.findings.allSatisfy { $0.severity == .warning })
    #expect(report.checks.allSatisfy { $0.outcome == .passed }, "\(report.checks)")
    let expected = sealed.items.reduce(into: [:]) { $0.merge($1.contents) { $1 } }
    #expect(report.computed.compactMapValues { $0[.sha256]?.hex } == expected)
    #expect(report.signers.count == sealed.items.count)
  }

  @Test(arguments: SealedCase.all) func verifiesByItsManifests(_ sealed: SealedCase) throws {
    let folder = try TemporaryFolder()
    let root = try sealed.unpacked(into: folder)
    for item in sealed.items {
      let manifest = self.folder(of: item, in: root).appending("\(item.number).manifest.json")
      #expect(
        try Tool.run("sha256sum", [manifest.string]).output.hasPrefix(item.manifest),
        "the archive was changed")
      let report = try verify(manifest, trust: [certificate(of: root)])
      #expect(report.verdict == .verified)
      #expect(report.findings == [])
      #expect(report.computed.compactMapValues { $0[.sha256]?.hex } == item.contents)
    }
  }

  @Test(arguments: SealedCase.all) func verifiesLoneE01(_ sealed: SealedCase) throws {
    let folder = try TemporaryFolder()
    let root = try sealed.unpacked(into: folder)
    for item in sealed.items {
      let name = "\(item.number).E01"
      // Away from its manifest, as it is when somebody hands on nothing but the image.
      let alone = try TemporaryFolder()
      try TestFiles.write(
        try TestFiles.read(self.folder(of: item, in: root).appending(name)), to: alone.appending(name))
      let report = try verify(alone.appending(name))
      #expect(report.verdict == .verified)
      #expect(report.findings == [])
      #expect(report.computed[name]?[.md5]?.hex == item.md5)
      #expect(report.computed[name]?[.sha256]?.hex == item.contents[name])
    }
  }

  @Test(arguments: SealedCase.all) func verifiesWithStockTools(_ sealed: SealedCase) throws {
    let folder = try TemporaryFolder()
    let root = try sealed.unpacked(into: folder)
    for item in sealed.items {
      let place = self.folder(of: item, in: root)
      let sums = try Tool.run("sha256sum", ["-c", "--strict", "SHA256SUMS"], in: place)
      #expect(sums.status == 0, "\(sums.errors)")
      let manifest = "\(item.number).manifest.json"
      // The signature is to hold after the certificate has ended, too.
      let signature = try Tool.run(
        "openssl",
        [
          "cms", "-verify", "-binary", "-cades", "-no_check_time", "-content", manifest, "-inform", "DER",
          "-in", "\(manifest).p7s", "-CAfile", certificate(of: root).string, "-out", "/dev/null",
        ], in: place)
      #expect(signature.status == 0, "\(signature.errors)")
      let image = try Tool.run("ewfverify", ["-q", "\(item.number).E01"], in: place)
      #expect(image.status == 0, "\(image.output)\(image.errors)")
      #expect(image.output.contains(item.md5))
    }
  }

  /// The first command that writes brings it to the present version, in one transaction and with a copy first.
  @Test(arguments: SealedCase.all) func isBroughtToThePresentVersion(_ sealed: SealedCase) throws {
    let folder = try TemporaryFolder()
    let root = try sealed.unpacked(into: folder)
    func sql(_ text: String, _ name: String = "case.sqlite") throws -> String {
      try Tool.run("sqlite3", ["-readonly", name, text], in: root).output
    }
    let before = try sql(".dump")
    let version = try sql("PRAGMA user_version")
    let added = try Exhibit(
      ["item", "add", "--case", root.string, "--number", "099", "--description", "later"], in: folder.path)
    #expect(added.status == 0, "\(added.errors)")
    #expect(try sql("PRAGMA user_version") > version)
    let kinds = try sql(
      "SELECT json_extract(event, '$.kind') FROM audit_event ORDER BY sequence DESC LIMIT 3")
    #expect(kinds == "command.ended\nitem.added\ncase.migrated\n")

    let copies = try TestFiles.names(in: root.appending("backups")).filter { $0.hasSuffix(".sqlite") }
    #expect(copies.count == 1)
    #expect(try sql(".dump", "backups/\(copies[0])") == before)
    #expect(try sql("PRAGMA user_version", "backups/\(copies[0])") == version)

    let verified = try Exhibit(["audit", "verify", "--case", root.string], in: folder.path)
    #expect(verified.status == 0, "\(verified.output)")
    #expect(try verify(root).verdict == .verified)
  }

  /// What is said of a sealed case is not said of anything: one bit more or less shows.
  @Test("DA-AO-07 one changed bit in an image of an earlier version is found", arguments: SealedCase.all)
  func findsOneBitInEachImage(_ sealed: SealedCase) throws {
    let folder = try TemporaryFolder()
    let root = try sealed.unpacked(into: folder)
    for item in sealed.items {
      for name in item.contents.keys.sorted() {
        let image = self.folder(of: item, in: root).appending(name)
        let middle = try TestFiles.read(image).count / 2
        try TestFiles.flipBit(image, byte: middle)
        let report = try verify(root)
        #expect([.damaged, .mismatch].contains(report.verdict), "\(name): \(report.verdict)")
        #expect(report.findings.contains { $0.subject.hasPrefix(name) && $0.severity == .failure })
        try TestFiles.flipBit(image, byte: middle)
      }
    }
    #expect(try verify(root).verdict == .verified)
  }

  private func folder(of item: SealedCase.Item, in root: FilePath) -> FilePath {
    root.appending("evidence").appending(item.number)
  }

  private func certificate(of root: FilePath) -> FilePath {
    root.appending("certificates").appending("examiner.pem")
  }

  private func verify(_ path: FilePath, trust: [FilePath] = []) throws -> VerificationReport {
    try VerificationJob(
      try VerificationJob.target(path, item: nil),
      try VerificationSettings(trusting: trust, digests: [.sha256])
    ).perform { _, _ in }
  }
}
