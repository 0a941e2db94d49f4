import Evidence
import EvidenceTestKit
import Foundation
import Manifests
import Signing
import SystemIO
import SystemPackage
import Testing
import Verification

/// Files taken away, added, exchanged: found and named, with the manifest alone and through the case.
@Suite struct SubstitutionTests {
  private let files = FileManager.default

  @Test(arguments: [
    "001.E01", "001.E02", "001.raw", "001.chunks.csv", "001.map", "001.manifest.json.p7s",
  ]) func aFileIsRemoved(_ name: String) throws {
    let sealed = try SealedCase()
    let trusted = try sealed.trusted()
    try files.removeItem(atPath: sealed.evidence.appending(name).string)
    for report in [try sealed.verifyManifest(trusting: trusted), try sealed.verifyCase()] {
      #expect(report.verdict.exitStatus == .mismatch && report.names(name), "\(report.failures)")
    }
  }

  @Test func theSumsAreRemoved() throws {
    // Every sum stands in the signed manifest too, but whoever checks with `sha256sum` alone rests on the file.
    let sealed = try SealedCase()
    try files.removeItem(atPath: sealed.evidence.appending("SHA256SUMS").string)
    let report = try sealed.verifyCase()
    #expect(report.verdict == .mismatch)
    #expect(report.findings.contains { $0.code == .fileMissing && $0.subject == "SHA256SUMS" })
  }

  /// The end of the log is cut off together with the rows: what lies in the evidence folder tells.
  @Test func anAcquisitionWhoseRecordIsGoneIsFound() throws {
    let sealed = try SealedCase()
    let second = sealed.folder.string + "/evidence/001-2"
    try files.createDirectory(atPath: second, withIntermediateDirectories: false)
    for name in try TestFiles.names(in: sealed.evidence) {
      try files.copyItem(
        atPath: sealed.evidence.appending(name).string,
        toPath: second + "/" + name.replacingOccurrences(of: "001.manifest", with: "001-2.manifest"))
    }
    let report = try sealed.verifyCase()
    #expect(report.findings.contains { $0.code == .acquisitionUnrecorded && $0.subject == "evidence/001-2" })
    #expect(report.verdict.exitStatus != .complete)
  }

  /// A certificate dropped into the case makes nobody a signer.
  @Test func aForeignCertificateInTheCaseIsNotTrusted() throws {
    let sealed = try SealedCase()
    let other = try SealedCase(signedAnew: true)
    let folder = sealed.folder.string + "/certificates"
    try files.copyItem(atPath: other.folder.string + "/certificates/examiner.pem", toPath: folder + "/zz.pem")
    for name in ["001.manifest.json", "001.manifest.json.p7s", "SHA256SUMS"] {
      try files.removeItem(atPath: sealed.evidence.appending(name).string)
      try files.copyItem(
        atPath: other.evidence.appending(name).string, toPath: sealed.evidence.appending(name).string)
    }
    let report = try sealed.verifyCase()
    #expect(report.verdict.exitStatus == .mismatch)
    #expect(report.findings.contains { $0.code == .fileUnlisted && $0.subject == "certificates/zz.pem" })
  }

  @Test func aFileIsAdded() throws {
    let sealed = try SealedCase()
    try TestFiles.write([1], to: sealed.evidence.appending("notes.txt"))
    try files.createDirectory(
      atPath: sealed.folder.string + "/evidence/002", withIntermediateDirectories: false)
    let report = try sealed.verifyCase()
    #expect(report.findings.contains { $0.code == .fileUnlisted && $0.subject == "notes.txt" })
    #expect(report.findings.contains { $0.code == .fileUnlisted && $0.subject == "evidence/002" })
    // A segment that the manifest does not name may not become a part of the image.
    let sealed2 = try SealedCase()
    try files.copyItem(
      atPath: sealed2.evidence.appending("001.E02").string,
      toPath: sealed2.evidence.appending("001.E03").string)
    let added = try sealed2.verifyCase()
    #expect(added.verdict.exitStatus == .mismatch && added.names("001.E0"), "\(added.failures)")
  }

  @Test func twoSegmentsAreSwapped() throws {
    let sealed = try SealedCase()
    let (first, second) = (
      sealed.evidence.appending("001.E01").string, sealed.evidence.appending("001.E02").string
    )
    try files.moveItem(atPath: first, toPath: first + "x")
    try files.moveItem(atPath: second, toPath: first)
    try files.moveItem(atPath: first + "x", toPath: second)
    for report in [try sealed.verifyManifest(trusting: []), try sealed.verifyCase()] {
      #expect(report.verdict == .damaged && report.names("001.E01") && report.names("001.E02"))
    }
    let lone = try? sealed.verifyImage("001.E01")
    #expect(lone?.verdict != .verified)
  }

  @Test(arguments: [-1, 1, -600, 600, -1_000_000]) func aRawImageChangesItsLength(_ change: Int) throws {
    let sealed = try SealedCase()
    let raw = sealed.evidence.appending("001.raw")
    let bytes = try TestFiles.read(raw)
    try TestFiles.write(
      change < 0 ? bytes.dropLast(-change) : bytes + [UInt8](repeating: 0, count: change), to: raw)
    let report = try sealed.verifyCase()
    #expect(report.verdict.exitStatus == .mismatch && report.names("001.raw"), "\(report.failures)")
    #expect(report.findings.contains { $0.code == .fileSizeMismatch && $0.subject == "001.raw" })
    #expect(!report.names("001.E01"))
  }

  @Test func anImageIsALink() throws {
    let sealed = try SealedCase()
    let raw = sealed.evidence.appending("001.raw").string
    try files.moveItem(atPath: raw, toPath: sealed.folder.string + "/elsewhere")
    try files.createSymbolicLink(atPath: raw, withDestinationPath: sealed.folder.string + "/elsewhere")
    let report = try sealed.verifyCase()
    #expect(report.verdict.exitStatus == .mismatch && report.names("001.raw"), "\(report.failures)")
  }

  @Test func theManifestIsAnotherAcquisitions() throws {
    let sealed = try SealedCase()
    let trusted = try sealed.trusted()
    try sealed.acquire()
    let other = sealed.folder.appending("evidence").appending("001-2")
    for ending in ["manifest.json", "manifest.json.p7s"] {
      let bytes = try TestFiles.read(other.appending("001-2.\(ending)"))
      try TestFiles.write(bytes, to: sealed.evidence.appending("001.\(ending)"))
    }
    for report in [try sealed.verifyManifest(trusting: trusted), try sealed.verifyCase()] {
      #expect(report.verdict.exitStatus == .mismatch, "\(report.failures)")
    }
    let report = try sealed.verifyCase()
    #expect(report.findings.contains { $0.code == .fileDigestMismatch && $0.subject == "001.manifest.json" })
  }

  @Test func everythingIsReplacedAndSignedByAnother() throws {
    let sealed = try SealedCase()
    let trusted = try sealed.trusted()
    // Another case with the same names, other contents and another key of the same name.
    let forged = try SealedCase(signedAnew: true)
    try files.removeItem(atPath: sealed.evidence.string)
    try files.copyItem(atPath: forged.evidence.string, toPath: sealed.evidence.string)
    #expect(try sealed.verifyManifest(trusting: []).verdict == .verified)
    let strict = try sealed.verifyManifest(trusting: trusted)
    #expect(strict.verdict == .mismatch)
    #expect(strict.findings.contains { $0.code == .signerUntrusted && $0.severity == .failure })
    let report = try sealed.verifyCase()
    #expect(report.verdict == .mismatch && report.names("001.manifest.json"), "\(report.failures)")
    // With the forger's certificate put into the case, the database still knows the manifest.
    try files.removeItem(atPath: sealed.certificate.string)
    try files.copyItem(atPath: forged.certificate.string, toPath: sealed.certificate.string)
    let second = try sealed.verifyCase()
    #expect(second.verdict.exitStatus == .mismatch, "\(second.failures)")
    #expect(second.findings.contains { $0.code == .fileDigestMismatch && $0.subject == "001.manifest.json" })
  }

  @Test func aManifestOfANewerVersion() throws {
    let sealed = try SealedCase()
    let text = String(decoding: try TestFiles.read(sealed.manifest), as: UTF8.self)
    let newer = text.replacingOccurrences(of: "\"version\":1,", with: "\"version\":2,")
      .replacingOccurrences(of: "\"version\":1}", with: "\"version\":2}")
    #expect(newer != text)
    try TestFiles.write(Array(newer.utf8), to: sealed.manifest)
    #expect {
      try sealed.verifyManifest(trusting: [])
    } throws: {
      ($0 as? EvidenceError)?.code == .manifestNewer
    }
    let report = try sealed.verifyCase()
    #expect(report.verdict.exitStatus == .mismatch && report.names("001.manifest.json"), "\(report.failures)")
  }

  @Test func aSignatureAndItsManifestAreDamaged() throws {
    // Without the signature a broken manifest is no manifest; the case knows better.
    let sealed = try SealedCase()
    try files.removeItem(atPath: sealed.manifest.string + ".p7s")
    try TestFiles.flipBit(sealed.manifest, byte: 0)
    #expect {
      try sealed.verifyManifest(trusting: [])
    } throws: {
      ($0 as? EvidenceError)?.code == .manifestMalformed
    }
    let report = try sealed.verifyCase()
    #expect(report.verdict == .mismatch && report.names("001.manifest.json"), "\(report.failures)")
  }

  @Test func loneImages() throws {
    let sealed = try SealedCase()
    #expect(try sealed.verifyImage("001.E01").verdict == .verified)
    #expect(try sealed.verifyImage("001.E02").verdict == .verified)
    let raw = try sealed.verifyImage("001.raw")
    #expect(raw.verdict == .noReference && raw.verdict.exitStatus == .noReference)
    #expect(raw.computed["001.raw"]?.all.count == 3)
    let segment = sealed.evidence.appending("001.E01")
    try TestFiles.flipBit(segment, byte: 500_000)
    let damaged = try sealed.verifyImage("001.E01")
    #expect(damaged.verdict == .damaged && damaged.verdict.exitStatus == .mismatch)
    #expect(damaged.findings.contains { $0.code == .chunkDamaged && $0.sectors != nil })
    #expect(damaged.findings.contains { $0.code == .storedDigestMismatch })
    try files.removeItem(atPath: sealed.evidence.appending("001.E02").string)
    let cut = try sealed.verifyImage("001.E01")
    #expect(cut.verdict == .damaged && cut.names("001.E02"), "\(cut.failures)")
  }
}
