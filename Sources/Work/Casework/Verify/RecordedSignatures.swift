import CaseFolders
import CaseStore
import Digests
import Evidence
import SystemIO
import SystemPackage
import Verification

/// What the log of a case says of the signature files of its manifests: whoever signed or stamped one wrote it anew, or
/// another beside it. A signature or stamp that was taken away leaves a file that is valid in itself; here it is told.
///
/// As a warning: a backup that was restored, a reviewer who signed a copy elsewhere, or an end between the file and its
/// event look the same.
struct RecordedSignatures {
  private struct Entry {
    let sha256: Digest
    let event: UInt64
  }

  /// The newest entry of each file, by its path in the case.
  private var entries: [String: Entry] = [:]

  private init(_ store: CaseStore) throws(EvidenceError) {
    var entries: [String: Entry] = [:]
    try store.forEachEvent(of: [.manifestSigned, .manifestTimestamped, .wholeDigestsAdded]) {
      event throws(EvidenceError) in
      guard let details = event.payload["details"], let file = details["file"]?.stringValue,
        FilePath(file).isLexicallyNormal, FilePath(file).isRelative, !file.hasPrefix(".."),
        let sha256 = details["sha256"]?.stringValue.flatMap({ Digest(.sha256, hex: $0) })
      else { return }
      entries[file] = Entry(sha256: sha256, event: event.sequence)
    }
    self.entries = entries
  }

  /// Compares the files with the log.
  /// - Parameter places: folders of acquisitions, as paths in the case; those of the whole case where `nil`.
  static func check(
    _ store: CaseStore, in folder: CaseFolder, of places: [String]? = nil,
    _ report: inout VerificationReport
  ) {
    do throws(EvidenceError) {
      try RecordedSignatures(store).compare(in: folder, of: places, &report)
    } catch { report.skip("later signatures and time stamps", because: error) }
  }

  private func compare(in folder: CaseFolder, of places: [String]?, _ report: inout VerificationReport) {
    let chosen = entries.filter { file, _ in
      places?.contains(FilePath(file).removingLastComponent().string) ?? true
    }
    guard !chosen.isEmpty else { return }
    var findings: [Finding] = []
    for (file, entry) in chosen.sorted(by: { $0.key < $1.key }) {
      let expected = "SHA-256 \(entry.sha256), as event \(entry.event) says"
      func report(_ code: FindingCode, _ observed: String) {
        findings.append(Finding(code, .warning, subject: file, expected: expected, observed: observed))
      }
      do throws(EvidenceError) {
        let observed = try FileDigests.of(folder.path.pushing(FilePath(file))).sha256
        if observed != entry.sha256 { report(.fileDigestMismatch, "SHA-256 \(observed)") }
      } catch  where error.code == .fileMissing {
        report(.fileMissing, "no file")
      } catch {
        findings.append(
          Finding(.fileUnreadable, .warning, subject: file, expected: expected, observed: error))
      }
    }
    report.take(
      "\(chosen.count) file\(chosen.count == 1 ? "" : "s") of later signatures, time stamps and digests",
      against: "the audit log", findings)
  }
}
