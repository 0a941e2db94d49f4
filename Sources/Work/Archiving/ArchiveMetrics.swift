import CaseRecords
import Evidence
import Verification

/// What monitoring reads: a text file for the collector of node_exporter.
package enum ArchiveMetrics {
  /// No names of images, no times of samples: the collector refuses the latter.
  package static func prometheus(_ status: ArchiveStatus) -> String {
    var text = ""
    func metric(_ name: String, _ help: String, _ samples: [(labels: String, value: String)]) {
      let full = "exhibit_archive_\(name)"
      text += "# HELP \(full) \(help)\n# TYPE \(full) gauge\n"
      for sample in samples { text += "\(full)\(sample.labels) \(sample.value)\n" }
    }
    func seconds(_ time: Timestamp?) -> String { "\((time?.microseconds ?? 0) / 1_000_000)" }
    metric(
      "holdings", "Holdings in the catalogue by state.",
      HoldingStanding.State.allCases.map { ("{state=\"\($0.rawValue)\"}", "\(status.count($0))") })
    metric(
      "bytes", "Bytes in the catalogue by state.",
      HoldingStanding.State.allCases.map {
        ("{state=\"\($0.rawValue)\"}", "\(status.byState[$0]?.bytes ?? 0)")
      })
    metric(
      "missing_holdings", "Holdings that are not where the catalogue says.",
      [("", "\(status.missing.holdings)")])
    metric(
      "overdue_holdings", "Holdings past the day of their verification.", [("", "\(status.count(.overdue))")])
    metric(
      "oldest_verification_timestamp_seconds", "Oldest of the newest good verifications, 0 for none.",
      [("", seconds(status.oldestVerification))])
    metric(
      "newest_verification_timestamp_seconds", "Newest good verification, 0 for none.",
      [("", seconds(status.newestVerification))])
    metric(
      "last_run_end_timestamp_seconds", "End of the newest run, 0 where it has not ended or none was begun.",
      [("", seconds(status.run?.ended))])
    metric("status_timestamp_seconds", "When this file was written.", [("", seconds(status.schedule.now))])
    return text
  }
}

/// A run as JUnit XML, which most systems for tests and builds can show.
package enum ArchiveJUnit {
  package static func xml(_ result: ArchiveRunResult) -> String {
    let cases = result.verified
    let failures = result.count(.mismatch, .damaged, .chainBroken)
    let errors = result.count(.incomplete)
    let skipped = result.count(.notAllChecked, .noReference) + result.left
    func seconds(_ value: Double) -> String {
      let milliseconds = Int64((max(0, value) * 1000).rounded())
      let rest = String(milliseconds % 1000)
      return "\(milliseconds / 1000)." + String(repeating: "0", count: 3 - rest.count) + rest
    }
    let started = String(result.run.started.description.prefix(19))
    let counts =
      "tests=\"\(cases.count + result.left)\" failures=\"\(failures)\" errors=\"\(errors)\" skipped=\"\(skipped)\" "
      + "time=\"\(seconds(result.seconds))\""
    var text = """
      <?xml version="1.0" encoding="UTF-8"?>
      <testsuites \(counts)>
      <testsuite name="evidence archive" \(counts) timestamp="\(started)">

      """
    for item in cases {
      let name = attribute(item.path)
      text += "<testcase classname=\"\(item.holding.kind.rawValue)\" name=\"\(item.holding.number) \(name)\" "
      text += "time=\"\(seconds(item.seconds))\">"
      let findings = item.outcome.findings.filter { $0.severity != .note }.map { finding in
        "\(finding.code.rawValue) \(finding.subject): expected \(finding.expected ?? "-"), observed \(finding.observed ?? "-")"
      }.joined(separator: "\n")
      switch item.outcome.verdict {
      case .verified: break
      case .mismatch, .damaged, .chainBroken:
        text += "<failure message=\"\(item.outcome.verdict.rawValue)\">\(escaped(findings))</failure>"
      case .incomplete:
        text += "<error message=\"\(item.outcome.verdict.rawValue)\">\(escaped(findings))</error>"
      case .noReference, .notAllChecked:
        text += "<skipped message=\"\(item.outcome.verdict.rawValue)\"/>"
      }
      text += "</testcase>\n"
    }
    if result.left > 0 {
      for index in 0..<result.left {
        text +=
          "<testcase classname=\"left\" name=\"left \(index + 1)\"><skipped message=\"stopped\"/></testcase>\n"
      }
    }
    return text + "</testsuite>\n</testsuites>\n"
  }

  /// Control characters have no place in XML, not even as numbers.
  static func escaped(_ text: String) -> String {
    text.unicodeScalars.reduce(into: "") { out, scalar in
      switch scalar {
      case "&": out += "&amp;"
      case "<": out += "&lt;"
      case ">": out += "&gt;"
      case "\"": out += "&quot;"
      case "\n", "\t": out.unicodeScalars.append(scalar)
      case _ where scalar.value < 0x20 || (0xFFFE...0xFFFF).contains(scalar.value) || scalar.value == 0x7f:
        out += "\u{FFFD}"
      default: out.unicodeScalars.append(scalar)
      }
    }
  }

  private static func attribute(_ text: String) -> String { escaped(NameText.shown(text)) }
}
