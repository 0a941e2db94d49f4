import Evidence
import EvidenceTestKit
import Foundation
import FuzzTargets
import Manifests
import Signing
import SystemPackage
import Testing
import Verification

/// Attacks on a hand-over: whoever can write the bag can write its lists anew, take their signature away, and take the
/// signed checkpoints out of its log.
enum AttackHandOver {
  private typealias Files = [String: [UInt8]]

  static func section() throws -> AttackTable.Section {
    var section = AttackTable.Section(
      title: "A hand-over",
      text: """
        Files of a bag with its exported audit log, custody list, report, attachment and certificate, verified with the \
        examiner's certificate: with lists and their signature as they are; with lists that were made to fit and their \
        signature taken away; with the links of the log made to fit as well; and with all checkpoints taken out of the \
        log, which then says it is of version 1. *Not checked*: the verification names the file, or the events, as not \
        checked. The journal of an acquisition is in [resumption](resumption.md).
        """,
      columns: ["attack", "as it is", "lists made anew", "and the log", "and no checkpoints"])
    for attack in attacks {
      let outcomes = try levels.map { try told(attack.change, $0) }
      section.rows.append(
        AttackTable.Row(what: attack.what, outcomes: outcomes, passes: attack.passes))
    }
    return section
  }

  private static let levels = [HandOverRepairs(), .lists, .log, .checkpoints]

  private struct Attack: Sendable {
    let what: String
    let passes: Bool
    let change: @Sendable (inout Files) -> Void

    /// - Parameter passes: somewhere it is verified, with the file or the events named as not checked.
    init(_ what: String, passes: Bool = false, _ change: @escaping @Sendable (inout Files) -> Void) {
      self.what = what
      self.passes = passes
      self.change = change
    }
  }

  private static let attacks: [Attack] = [
    bit("data/evidence/001/001.raw"), bit("data/evidence/001/001.manifest.json"),
    bit("data/evidence/001/001.manifest.json.p7s"), bit("data/evidence/001/001.chunks.csv"),
    bit("data/reports/001-report-1.txt"), bit("data/reports/001-report-1.txt.p7s"),
    bit("data/certificates/examiner.pem", passes: true), bit("VERIFY.md", passes: true),
    bit("bag-info.txt", passes: true),
    Attack("an attachment is another") { files in
      for path in files.keys where path.hasPrefix("data/attachments/") { files[path] = [1, 2, 3] }
    },
    Attack("`custody.jsonl` names another place") {
      replace(in: &$0, "data/custody.jsonl", "Office 2.14", "Office 2.15")
    },
    Attack("`audit.jsonl` names another place") {
      replace(in: &$0, "data/audit.jsonl", "Office 2.14", "Office 2.15")
    },
    Attack("both name another place") {
      for path in ["data/custody.jsonl", "data/audit.jsonl"] {
        replace(in: &$0, path, "Office 2.14", "Office 2.15")
      }
    },
    Attack("a custody event is gone from `custody.jsonl`") { files in
      let lines = files["data/custody.jsonl"]?.split(separator: 10) ?? []
      files["data/custody.jsonl"] = Array(lines.dropFirst().joined(separator: [10])) + [10]
    },
    Attack("`custody.jsonl` is gone", passes: true) { $0["data/custody.jsonl"] = nil },
    Attack("`audit.jsonl` is gone", passes: true) { $0["data/audit.jsonl"] = nil },
    Attack("the attachment is gone", passes: true) { files in
      for path in files.keys where path.hasPrefix("data/attachments/") { files[path] = nil }
    },
    Attack("report and signature are gone", passes: true) { files in
      for path in files.keys where path.hasPrefix("data/reports/") { files[path] = nil }
    },
    Attack("the acquisition is gone", passes: true) { files in
      for path in files.keys where path.hasPrefix("data/evidence/") { files[path] = nil }
    },
    Attack("a file is added", passes: true) { $0["data/reports/other.txt"] = [1, 2, 3] },
  ]

  private static func bit(_ path: String, passes: Bool = false) -> Attack {
    Attack("`\(path)`: one bit", passes: passes) { files in
      guard let count = files[path]?.count else { return }
      files[path]?[count / 2] ^= 1
    }
  }

  private static func replace(in files: inout Files, _ path: String, _ old: String, _ new: String) {
    guard let bytes = files[path], let range = bytes.firstRange(of: Array(old.utf8)) else { return }
    files[path]?.replaceSubrange(range, with: Array(new.utf8))
  }

  private static func told(
    _ change: (inout Files) -> Void, _ repairs: HandOverRepairs
  ) throws -> AttackOutcome {
    var files = HandOver.sample
    change(&files)
    try #require(files != HandOver.sample)
    do {
      let report = try verify(HandOver.repaired(files, repairs))
      let serious = report.findings.filter { $0.severity != .note }
      let isRefused = report.verdict.exitStatus != .complete
      let notChecked = Set(Self.notChecked(report)).subtracting(try usual.get())
      #expect(isRefused || !notChecked.isEmpty, "verified, and nothing is named")
      return AttackOutcome(
        codes: Set(serious.map(\.code.rawValue)).sorted(), isRefused: isRefused,
        namesMore: !notChecked.isEmpty)
    } catch let error as EvidenceError {
      return AttackOutcome(codes: [error.code.rawValue], isRefused: true)
    }
  }

  /// What is not checked of a hand-over that nobody touched.
  private static let usual = Result { notChecked(try verify(HandOver.sample)) }

  private static func notChecked(_ report: VerificationReport) -> [String] {
    report.checks.filter { $0.outcome == .notChecked }.map(\.name)
  }

  private static func verify(_ files: Files) throws -> VerificationReport {
    let folder = try TemporaryFolder()
    for (path, bytes) in files {
      let file = folder.path.pushing(FilePath(path))
      try FileManager.default.createDirectory(
        atPath: file.removingLastComponent().string, withIntermediateDirectories: true)
      try TestFiles.write(bytes, to: file)
    }
    return try VerificationSubject.bag(folder.path).verify(
      VerificationSettings(trust: Trust([HandOver.examiner]))
    ) { _, _ in }
  }
}
