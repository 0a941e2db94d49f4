import Digests
import Evidence
import EvidenceTestKit
import Foundation
import Manifests
import Signing
import SystemIO
import SystemPackage
import Testing

/// Attacks on the record as a whole: files exchanged, taken away, replayed.
enum AttackScenarios {
  private static let files = FileManager.default

  static func section(_ record: AttackRecord) throws -> AttackTable.Section {
    var section = AttackTable.Section(
      title: "Exchanged, taken away, replayed",
      text: """
        What is verified all the same cannot be told from the files alone: parallel signatures do not name each other, \
        and a published head is what tells two records of one signer apart.
        """, columns: ["attack", "told as"])
    func attack(_ what: String, passes: Bool, _ change: () throws -> Void) throws {
      try change()
      if !what.contains("SHA256SUMS") { try record.repairSums() }
      section.rows.append(AttackTable.Row(what: what, outcomes: [try record.verify()], passes: passes))
      try record.restore()
    }
    try signatures(record, attack)
    try manifests(record, attack)
    try twoFoldersWithOneName(record, &section)
    try replayedHead(record, &section)
    try segments(&section)
    return section
  }

  private typealias Attack = (_ what: String, _ passes: Bool, _ change: () throws -> Void) throws -> Void

  private static func signatures(_ record: AttackRecord, _ attack: Attack) throws {
    try attack("signature stripped", false) { try remove(record.signature, record.renewal) }
    try attack("signature replaced by a stranger's of the same name", false) {
      try record.signAnew(by: try AttackRecord.identity("A. Examiner"))
    }
    try attack("certificate swapped: the same name, another key", false) {
      let own = try record.examiner().certificate.der
      let other = try AttackRecord.identity("A. Examiner").certificate.der
      let bytes = try TestFiles.read(record.signature)
      let range = try #require(bytes.firstRange(of: own))
      // Lengths around it would differ: only as many bytes as fit are exchanged.
      var changed = bytes
      changed.replaceSubrange(range.prefix(min(own.count, other.count)), with: other.prefix(own.count))
      try TestFiles.write(changed, to: record.signature)
    }
    try attack("reviewer's signature taken away, time stamps of it too", false) {
      let bytes = try TestFiles.read(record.manifest)
      let alone = try ManifestSignature.sign(bytes, by: try record.examiner(), at: Host.now())
      try TestFiles.write(alone, to: record.signature)
    }
    try attack("token of another manifest", false) {
      let other = try record.authority.reply(to: TimestampRequest(for: Array("another".utf8)).der)
      var assembly = try SignatureAssembly(try TestFiles.read(record.signature), name: "p7s")
      assembly.add(try TimestampToken(response: other, name: "other"), toSignerOf: assembly.values[0])
      try TestFiles.write(assembly.der, to: record.signature)
      try remove(record.renewal)
    }
    try attack("renewal of another signature file", false) {
      let other = try record.authority.reply(to: TimestampRequest(for: Array("another".utf8)).der)
      try TestFiles.write(try TimestampToken(response: other, name: "other").response, to: record.renewal)
    }
    try attack("signed again by the examiner, with a time stamp of an authority of the attacker's own", true)
    {
      let examiner = try record.examiner()
      let bytes = try TestFiles.read(record.manifest)
      let signed = try ManifestSignature.sign(bytes, by: examiner, at: Host.now())
      var assembly = try SignatureAssembly(signed, name: "p7s")
      let own = try TestAuthority(name: "Attacker")
      let reply = try own.reply(to: TimestampRequest(for: assembly.values[0]).der)
      assembly.add(try TimestampToken(response: reply, name: "own"), toSignerOf: assembly.values[0])
      try TestFiles.write(assembly.der, to: record.signature)
      try remove(record.renewal)
    }
  }

  private static func manifests(_ record: AttackRecord, _ attack: Attack) throws {
    try attack("old manifest and signatures replayed with a new image", false) {
      var bytes = try TestFiles.read(record.folder.appending("001.raw"))
      bytes.reverse()
      try TestFiles.write(bytes, to: record.folder.appending("001.raw"))
    }
    let text = String(decoding: try TestFiles.read(record.manifest), as: UTF8.self)
    let examiner = try record.examiner()
    // Signed with the examiner's key, so that it is the form alone that is refused.
    func form(_ what: String, _ change: (String) -> String) throws {
      let changed = change(text)
      #expect(changed != text, "\(what)")
      try attack(what + ", signed by the examiner", false) {
        try TestFiles.write(Array(changed.utf8), to: record.manifest)
        try record.signAnew(by: examiner)
      }
    }
    func replacing(_ old: String, _ new: String) -> (String) -> String {
      { $0.replacingOccurrences(of: old, with: new) }
    }
    try form("unknown field", replacing("{\"acquisition\":", "{\"a\":1,\"acquisition\":"))
    try form("duplicate key", replacing("\"version\":1,", "\"version\":1,\"version\":1,"))
    try form("white space", replacing("\"version\":1", "\"version\": 1"))
    try form("number out of range", replacing("\"sequence\":", "\"sequence\":9007199254740992"))
    try form("fraction", replacing("\"paddingBytes\":0", "\"paddingBytes\":0.0"))
    try form("absolute path as file name", replacing("\"001.raw\"", "\"/etc/hostname\""))
    try form("path with `..` as file name", replacing("\"001.raw\"", "\"../001.raw\""))
    try form("two files of one name", replacing("\"001.map\"", "\"001.chunks.csv\""))
    try form("two names that differ in case only", replacing("\"001.map\"", "\"001.RAW\""))
    try attack("an image is a symbolic link to the same bytes", false) { try link(record, "001.raw") }
    try attack("the manifest is a symbolic link to the same bytes", false) {
      try link(record, "001.manifest.json")
    }
    try attack("the signature is a symbolic link to the same bytes", false) {
      try link(record, "001.manifest.json.p7s")
    }
    try attack("SHA256SUMS is a symbolic link to the same bytes", false) { try link(record, "SHA256SUMS") }
    try attack("SHA256SUMS taken away", false) { try remove(record.folder.appending("SHA256SUMS")) }
  }

  private static func twoFoldersWithOneName(
    _ record: AttackRecord, _ section: inout AttackTable.Section
  ) throws {
    let other = try TemporaryFolder()
    try TestFiles.write([1, 2, 3], to: other.appending("001.raw"))
    let shadowed = try record.verify(besides: [other.path])
    section.rows.append(
      AttackTable.Row(
        what: "another file of an image's name in a folder of `--with`", outcomes: [shadowed], passes: true))
  }

  /// The examiner makes another record and signs it: valid in itself, but not what was published.
  private static func replayedHead(_ record: AttackRecord, _ section: inout AttackTable.Section) throws {
    let text = String(decoding: try TestFiles.read(record.manifest), as: UTF8.self)
    try TestFiles.write(
      Array(text.replacingOccurrences(of: "\"title\":\"Theft", with: "\"title\":\"Loss").utf8),
      to: record.manifest)
    try record.signAnew(by: try record.examiner())
    try record.repairSums()
    let alone = try record.verify()
    section.rows.append(
      AttackTable.Row(
        what: "another manifest signed with the examiner's key, nobody kept the head", outcomes: [alone],
        passes: true))
    section.rows.append(
      AttackTable.Row(
        what: "the same, verified with `--expect-head`", outcomes: [try record.verify(expecting: record.head)]
      ))
    try record.restore()
  }

  private static func segments(_ section: inout AttackTable.Section) throws {
    for (what, names) in [
      ("segments swapped", [("001.E01", "001.E02")]), ("segment renamed", [("001.E02", "001.E03")]),
    ] {
      let sealed = try SealedCase()
      for (first, second) in names {
        let paths = [first, second].map { sealed.evidence.appending($0).string }
        let exists = files.fileExists(atPath: paths[1])
        if exists { try files.moveItem(atPath: paths[1], toPath: paths[1] + "x") }
        try files.moveItem(atPath: paths[0], toPath: paths[1])
        if exists { try files.moveItem(atPath: paths[1] + "x", toPath: paths[0]) }
      }
      let report = try sealed.verifyManifest(trusting: try sealed.trusted())
      let codes = Set(report.findings.filter { $0.severity != .note }.map(\.code.rawValue)).sorted()
      section.rows.append(
        AttackTable.Row(
          what: what,
          outcomes: [AttackOutcome(codes: codes, isRefused: report.verdict.exitStatus != .complete)]))
    }
  }

  private static func remove(_ paths: FilePath...) throws {
    for path in paths { try files.removeItem(atPath: path.string) }
  }

  private static func link(_ record: AttackRecord, _ name: String) throws {
    let path = record.folder.appending(name).string
    let outside = record.sealed.folder.appending("outside-\(name)").string
    try? files.removeItem(atPath: outside)
    try files.moveItem(atPath: path, toPath: outside)
    try files.createSymbolicLink(atPath: path, withDestinationPath: outside)
  }
}
