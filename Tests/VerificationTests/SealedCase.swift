import CaseFolders
import Casework
import Evidence
import EvidenceTestKit
import Foundation
import Sessions
import Signing
import SystemIO
import SystemPackage
import Verification
import WriterKit

/// A case with one item, acquired once to E01 in two segments and to raw; every test works on a copy of it.
final class SealedCase: Sendable {
  /// No whole number of sectors, nor of chunks.
  static let length = 1_700_001
  private static let original = Result { try SealedCase(signedAnew: true) }

  private let scratch: TemporaryFolder
  private let contents: [UInt8]
  let folder: FilePath

  var evidence: FilePath { folder.appending("evidence").appending("001") }
  var manifest: FilePath { evidence.appending("001.manifest.json") }
  var database: FilePath { folder.appending("case.sqlite") }
  var certificate: FilePath { folder.appending("certificates").appending("examiner.pem") }

  /// A copy of the case.
  init() throws {
    let original = try Self.original.get()
    self.contents = original.contents
    self.scratch = try TemporaryFolder()
    self.folder = scratch.appending("case")
    try FileManager.default.copyItem(atPath: original.folder.string, toPath: folder.string)
  }

  /// A new case of the same names and people, with a key of its own.
  /// - Parameter bytes: how much of the medium there is.
  init(signedAnew: Bool, bytes: Int = length) throws {
    self.scratch = try TemporaryFolder()
    self.folder = scratch.appending("case")
    self.contents = Array(Self.contents.prefix(bytes))
    try make()
  }

  private func make() throws {
    var creation = CaseCreation(
      folder: folder, number: "2026-0142", title: "Theft of trade secrets", examiner: "A. Examiner")
    creation.signing = .newUnencrypted
    _ = try creation.perform()
    let number = try ItemNumber("001")
    let made = try CaseFolder.at(folder)
    _ = try Items.add(to: made, number: number, description: "USB stick", serial: nil, remarks: nil)
    var entry = CustodyEntry(item: number, event: "receive")
    entry.place = "Laboratory"
    entry.receivedBy = "A. Examiner"
    _ = try entry.record(in: made)
    try acquire()
    try fillTheOtherTables(made, number)
    // A verification with its custody event, so that their tables are not empty.
    _ = try verifyCase()
  }

  /// A part of the item, statements, an attachment, an authority, signatures of two people, states of the case.
  private func fillTheOtherTables(_ made: CaseFolder, _ number: ItemNumber) throws {
    let (photograph, key, certificate) = (
      scratch.appending("lid.jpg"), scratch.appending("officer.key"), scratch.appending("officer.pem")
    )
    try TestFiles.write(Array("a photograph".utf8), to: photograph)
    var statements = Items.Statements()
    statements.condition = "good"
    statements.photographs = [photograph]
    _ = try Items.add(
      to: made, number: try ItemNumber("001-1"), description: "flash chip", serial: nil, remarks: nil,
      partOf: number, statements)
    _ = try Authorities.record(
      in: made, item: number, kind: "warrant", reference: "17/26", scope: nil, expires: nil)
    var ofTheCase = CaseStatements()
    ofTheCase.client = "District Court"
    try CaseLife.describe(made, ofTheCase)
    let own = try SigningKey.generate()
    try TestFiles.write(try own.unencryptedPEM(), to: key)
    try TestFiles.write(
      try Certificate.selfSigned(for: own, name: try SignerName("Officer on duty"), from: Host.now()).pem(),
      to: certificate)
    var officer = People.Entry(name: "Officer on duty")
    officer.certificate = certificate
    _ = try People.add(officer, to: made)
    let keys = SigningKeys([SigningKeys.ofExaminer, key.string]) { (_, _) throws(EvidenceError) in [] }
    var entry = CustodyEntry(item: number, event: "seal")
    entry.sealAfter = "A-0017"
    entry.environment = "antistatic bag"
    entry.keys = keys
    _ = try entry.record(in: made)
    try CaseLife.close(made, reason: "done", keys: keys)
    try CaseLife.reopen(made, reason: "more to do", keys: .none)
  }

  /// Acquires the same contents once more.
  func acquire() throws {
    let source = scratch.appending("source.img")
    try TestFiles.write(contents, to: source)
    var request = AcquisitionRequest(source, item: try ItemNumber("001"))
    var settings = ImageSettings()
    settings.segmentSize = 1 << 20
    request.output.write([.e01, .raw], settings)
    _ = try AcquisitionJob(request, in: try CaseFolder.at(folder)) { () throws(EvidenceError) in [] }.perform(
      stop: StopFlag()
    ) { _ in }
  }

  /// Noise that needs two segments, then text and zeros that compress; no whole number of chunks.
  private static let contents: [UInt8] = {
    var noise: UInt64 = 0x9e37_79b9_7f4a_7c15
    var bytes: [UInt8] = []
    while bytes.count < 1_200_128 {
      noise ^= noise << 13
      noise ^= noise >> 7
      noise ^= noise << 17
      bytes.append(UInt8(truncatingIfNeeded: noise))
    }
    return bytes + ReferencePayload.bytes(length: length - bytes.count)
  }()

  // MARK: Verifying

  /// The case as `exhibit verify` does it, which records the result in the case.
  func verifyCase(_ level: VerificationLevel = .full) throws -> VerificationReport {
    try VerificationJob(
      .record(try CaseFolder.at(folder), item: nil), VerificationSettings(level: level)
    ).perform { _, _ in }
  }

  /// The manifest alone, as `exhibit-verify` does it.
  func verifyManifest(trusting certificates: [Certificate]) throws -> VerificationReport {
    try ManifestVerification(manifest, VerificationSettings(trust: Trust(certificates))).perform { _, _ in }
      .report
  }

  func verifyImage(_ name: String) throws -> VerificationReport {
    try LoneImageVerification(evidence.appending(name), VerificationSettings()).perform { _, _ in }
  }

  func trusted() throws -> [Certificate] {
    try Certificate.all(in: try TestFiles.read(certificate), name: "examiner.pem")
  }
}

/// Changes bytes of one file in place and puts them back.
struct FileUnderTest {
  let path: FilePath
  let original: [UInt8]

  init(_ path: FilePath) throws {
    self.path = path
    self.original = try TestFiles.read(path)
  }

  /// Runs `body` while one bit is flipped.
  func flipped<Value>(_ byte: Int, bit: Int = 0, _ body: () throws -> Value) throws -> Value {
    try patch(byte, original[byte] ^ (1 << UInt8(bit)))
    defer { try? patch(byte, original[byte]) }
    return try body()
  }

  /// Writes the whole file as it was.
  func restore() throws { try TestFiles.write(original, to: path) }

  private func patch(_ byte: Int, _ value: UInt8) throws {
    let handle = try FileHandle(forUpdating: URL(fileURLWithPath: path.string))
    try handle.seek(toOffset: UInt64(byte))
    try handle.write(contentsOf: [value])
    try handle.close()
  }
}

extension VerificationReport {
  /// Whether a failure names this.
  func names(_ subject: String) -> Bool {
    findings.contains { $0.severity == .failure && $0.subject.contains(subject) }
  }

  var failures: String {
    findings.map { "\($0.severity) \($0.code.rawValue) \($0.subject) \($0.observed ?? "")" }.joined(
      separator: "\n")
  }
}
