import CanonicalJSON
import CaseFolders
import Casework
import Evidence
import Rendering
import SystemIO
import SystemPackage
import Verification

/// What came of the everyday job, the worst first.
struct ImageResult {
  let folder: CaseFolder
  let item: ItemNumber
  /// Where the case is new.
  let created: CaseCreation.Created?
  /// What `exhibit acquire` said, as JSON.
  var acquisition: JSONValue?
  var verification: VerificationReport?
  var report: ReportJob.Written?

  private var unreadable: Bool { acquisition?["unreadable"]?.arrayValue?.isEmpty == false }

  /// A verification that failed says more than sectors that could not be read.
  var exitStatus: ExitStatus {
    if let status = verification?.verdict.exitStatus, status != .complete { return status }
    if report?.failure != nil { return .incomplete }
    return unreadable ? .completeWithUnreadable : .complete
  }

  func show(_ output: OutputOptions) { output.show(lines, json: json) }

  private var lines: [String] {
    var sentences = [acquisition?["sentence"]?.stringValue].compactMap { $0 }
    if let verification {
      let sentence = verification.verdict.sentence + VerificationRendering.reservations(verification)
      sentences.insert(sentence, at: verification.verdict.exitStatus == .complete ? sentences.count : 0)
    }
    var lines = (verification?.findings ?? []).map { "  \(Rendering.line($0))" } + sentences
    func add(_ name: String, _ text: String) {
      let line = "  \(name.padded(to: 12))\(text)"
      lines += line.count <= Terminal.outputWidth ? [line] : ["  \(name)", "    \(text)"]
    }
    add("case", folder.path.string)
    add("item", item.description)
    for (name, digest) in digests { add(name, digest) }
    for destination in acquisition?["destinations"]?.arrayValue ?? [] {
      guard let place = destination["folder"]?.stringValue else { continue }
      for name in images(destination) { add("image", "\(place)/\(name)") }
      if let manifest = destination["manifest"]?.stringValue { add("manifest", "\(manifest), signed") }
    }
    for file in report?.files ?? [] { add("report", "\(file.path), \(report?.words(of: file) ?? "")") }
    if let created {
      add("certificate", created.certificate.string)
      add("fingerprint", created.fingerprint.hex)
      lines.append("Note the fingerprint on paper: third parties verify against this.")
    }
    return lines
  }

  private var digests: [(String, String)] {
    let all = acquisition?["digests"]?.objectValue ?? [:]
    return DigestAlgorithm.allCases.compactMap { algorithm in
      all[algorithm.rawValue]?.stringValue.map { (algorithm.title, $0) }
    }
  }

  /// What is not an image stands in the manifest.
  private func images(_ destination: JSONValue) -> [String] {
    (destination["files"]?.arrayValue ?? []).compactMap(\.stringValue).filter { name in
      ![".csv", ".map", ".json", ".p7s", "SHA256SUMS", ".cue"].contains { name.hasSuffix($0) }
        && !name.contains(".device")
    }
  }

  private var json: JSONValue {
    .fields([
      "case": .string(folder.path.string), "item": .string(item.description),
      "acquisition": acquisition, "verification": verification.map(VerificationRendering.json),
      "report": report.map { report in
        .fields([
          "name": .string(report.name),
          "files": .array(
            report.files.map { .fields(["path": .string($0.path.string), "sha256": .string($0.sha256.hex)]) }),
        ])
      },
      "fingerprint": created.map { .string($0.fingerprint.hex) },
    ])
  }
}
