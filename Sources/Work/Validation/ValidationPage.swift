import Evidence

/// The record as a page of text that can be printed and filed: `validation.txt`.
enum ValidationPage {
  /// Columns of a line.
  private static let width = 96

  /// - Parameter sha256: of `validation.json`, to which the page belongs.
  static func text(_ record: ValidationRecord, sha256: Digest, signer: String, fingerprint: Digest) -> String
  {
    var lines = ["VALIDATION RECORD", "", record.sentence, ""]
    let machine = record.machine
    for (label, value) in [
      ("Record", record.identifier.description), ("Begun", record.started.description),
      ("Ended", record.ended.description), ("Examiner", record.examiner),
      ("Program", "\(ToolVersion.name) \(ToolVersion.current), \(machine.executable.path ?? "")"),
      ("  SHA-256", machine.executable.sha256?.hex ?? "unknown"),
      ("Machine", "\(machine.node), \(machine.machine), \(machine.processor ?? "unknown processor")"),
      (
        "",
        "\(machine.processors) processors, \(machine.memory.map(HumanText.size) ?? "unknown") of memory"
      ),
      ("System", "\(machine.distribution ?? "unknown distribution"), \(machine.system) \(machine.release)"),
      ("File system", machine.fileSystem ?? "unknown"), ("User", machine.user), ("Signed by", signer),
      ("  SHA-256", "\(fingerprint) (of the certificate)"),
    ] {
      lines += wrapped(value, first: label.padding(to: 14), indent: 14)
    }
    lines += ["", "Programs of others that checks rest on", ""]
    for program in machine.programs {
      lines += wrapped(
        program.path.map { "\($0)  SHA-256 \(program.sha256?.hex ?? "unknown")" } ?? "not installed",
        first: "  " + program.name.padding(to: 12), indent: 14)
    }
    for assertion in Assertion.allCases {
      lines += ["", rule]
      lines += wrapped(assertion.requirement, first: assertion.rawValue.padding(to: 14), indent: 14)
      for check in record.checks where check.assertion == assertion { lines += section(check) }
    }
    lines += ["", rule] + wrapped(ValidationRecord.limits, first: "Limits".padding(to: 14), indent: 14)
    lines += [
      "", rule, "This page is a rendering of validation.json, which is what is signed.", "",
      "  SHA-256 of validation.json: \(sha256)", "", "Signature can be checked with", "",
      "  openssl cms -verify -binary -cades -content validation.json -inform DER \\",
      "    -in validation.json.p7s -CAfile examiner.pem -out /dev/null", "",
    ]
    return lines.joined(separator: "\n")
  }

  private static let rule = String(repeating: "-", count: width)

  private static func section(_ check: CheckResult) -> [String] {
    var lines = ["", "  \(check.outcome.title.uppercased())  \(check.identifier)"]
    if check.outcome == .notApplicable {
      return lines + wrapped(check.observed, first: "  Why         ", indent: 14)
    }
    for (label, text) in [
      ("Done", check.procedure), ("Expected", check.expected),
      (check.outcome == .notRun ? "Why" : "Observed", check.observed),
    ] {
      lines += wrapped(text, first: "  " + label.padding(to: 12), indent: 14)
    }
    return lines
  }

  /// Lines of at most ``width`` columns, broken at blanks only.
  private static func wrapped(_ text: String, first: String, indent: Int) -> [String] {
    var lines: [String] = []
    var line = first
    var isEmpty = true
    for word in HumanText.singleLine(text).split(separator: " ") {
      if !isEmpty, line.count + 1 + word.count > width {
        lines.append(line)
        line = String(repeating: " ", count: indent)
        isEmpty = true
      }
      line += isEmpty ? String(word) : " \(word)"
      isEmpty = false
    }
    return lines + [line]
  }
}

extension String {
  fileprivate func padding(to columns: Int) -> String {
    self + String(repeating: " ", count: max(0, columns - count))
  }
}
