import ArgumentParser
import CanonicalJSON
import Evidence
import Rendering
import SystemIO
import SystemPackage
import Validation

struct ValidateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "validate",
    abstract: "Test Exhibit on this machine and write a signed validation record.",
    discussion: """
      Acquires reference media it creates itself (files, loop devices, media with unreadable sectors), damages images, \
      fills destinations, and compares the results with the expected ones: NIST's assertions for acquisition tools, as \
      far as they apply. Cross-checks with independent programs (ewfexport, sha256sum, openssl …) where installed. Loop \
      devices and mounts need root; without it those checks are recorded as not run. Writes nothing outside the output \
      folder and opens no other device.

      The output folder receives validation.json, its signature, a text version, and the certificate. It needs about \
      200 MiB of free space while the checks run.

      Exit status: 0 no check failed, 5 a check failed.

      Examples:
        sudo exhibit validate --case 2026-0142 --output /srv/quality/exhibit-validation
        exhibit validate --key examiner.key --certificate examiner.pem
        exhibit validate --list
      """)

  @Option(
    name: .customLong("output"),
    help: "The folder to create. Default: validation-TIME in the current folder.",
    completion: .directory)
  var folder: String?
  @Option(help: "PEM private key that signs the record.", completion: .file()) var key: String?
  @Option(help: "PEM certificate of that key.", completion: .file()) var certificate: String?
  @OptionGroup var caseOptions: CaseOptions
  @OptionGroup var passphrase: PassphraseOptions
  @Flag(help: "List the checks and their requirements without running them.") var list = false
  @OptionGroup var output: OutputOptions

  func run() throws {
    if list { return output.show(ValidationRendering.list, json: ValidationRendering.listJSON) }
    let path = FilePath(
      try folder.map { path throws(EvidenceError) in try required(path, "--output") }
        ?? "validation-\(Self.compact(Host.now()))")
    let signer = try signer()
    switch signer {
    case .files(let key, _): try passphrase.unlock(key: key.string)
    case .examiner(let folder): try passphrase.unlock(folder)
    }
    let job = try ValidationJob(folder: path, signer: signer, stop: StopSignals.flag) {
      () throws(EvidenceError) in try passphrase.read()
    }
    StopSignals.install()
    var done = 0
    let result = try job.perform { check, count in
      done += 1
      Terminal.writeError("[\(done)/\(count)] \(check.identifier): \(check.outcome.title)\n")
    }
    output.show(ValidationRendering.lines(result), json: ValidationRendering.json(result))
    if result.record.exitStatus != .complete { throw EndedWith(status: result.record.exitStatus) }
  }

  private func signer() throws(EvidenceError) -> ValidationJob.Signer {
    switch (key, certificate) {
    case (let key?, let certificate?):
      guard caseOptions.path == nil else {
        throw EvidenceError(.argumentInvalid, "--key and --case", "only one of them can sign")
      }
      return .files(key: FilePath(key), certificate: FilePath(certificate))
    case (nil, nil): return .examiner(of: try caseOptions.folder())
    default: throw EvidenceError(.argumentInvalid, "--key and --certificate", "give both")
    }
  }

  /// `20260131T091502Z`.
  private static func compact(_ time: Timestamp) -> String {
    String(time.description.prefix { $0 != "." }.filter { $0 != "-" && $0 != ":" }) + "Z"
  }
}

/// Validations on the command line.
enum ValidationRendering {
  static func lines(_ result: ValidationJob.Result) -> [String] {
    let record = result.record
    var lines = [record.sentence]
    for check in record.checks where [.failed, .notRun].contains(check.outcome) {
      lines.append("  \(check.outcome.title)  \(check.identifier): \(check.observed)")
    }
    return lines + [
      "  record    \(result.folder.appending(ValidationJob.recordName)), signed",
      "  SHA-256   \(result.sha256)",
      "  to file   \(result.folder.appending(ValidationJob.pageName))",
    ]
  }

  static func json(_ result: ValidationJob.Result) -> JSONValue {
    .fields([
      "exitStatus": JSONValue(result.record.exitStatus.rawValue), "sentence": .string(result.record.sentence),
      "folder": .string(result.folder.string), "sha256": .string(result.sha256.hex),
      "record": result.record.json,
    ])
  }

  static var list: [String] {
    Assertion.allCases.flatMap { assertion in
      let checks = ValidationCheck.all.filter { $0.assertion == assertion }.map { check in
        let needs = check.needs.isEmpty ? "" : " (needs \(check.needs.map(\.text).joined(separator: ", ")))"
        return "  \(check.identifier)\(needs)"
      }
      return ["\(assertion.rawValue)  \(assertion.requirement)"] + checks
        + (assertion.notClaimed.map { ["  not claimed: \($0)"] } ?? [])
    }
  }

  static var listJSON: JSONValue {
    .fields([
      "checks": .array(
        ValidationCheck.all.map { check in
          .fields([
            "id": .string(check.identifier), "assertion": .string(check.assertion.rawValue),
            "requirement": .string(check.assertion.requirement), "procedure": .string(check.procedure),
            "expected": .string(check.expected), "needs": .array(check.needs.map { .string($0.text) }),
          ])
        }),
      "notClaimed": .array(
        Assertion.allCases.compactMap { assertion in
          assertion.notClaimed.map {
            .fields([
              "assertion": .string(assertion.rawValue), "requirement": .string(assertion.requirement),
              "reason": .string($0),
            ])
          }
        }),
    ])
  }
}
