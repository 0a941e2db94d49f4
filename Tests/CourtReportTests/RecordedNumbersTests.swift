import CanonicalJSON
import Evidence
import EvidenceTestKit
import Foundation
import SystemPackage
import Testing

/// Every number of a report is what case and image say, by other programs: a report that logs something that is not
/// so would be worse than none.
@Suite struct RecordedNumbersTests {
  /// A medium of an odd length whose last sector is short, with faults at both ends and 35 places between.
  private static let length = 6_000_100
  private static let faults: [Range<UInt64>] = {
    var ranges: [Range<UInt64>] = [0..<1, 11_718..<11_719]
    for index in UInt64(1)...35 { ranges.append(300 * index..<300 * index + index % 4 + 1) }
    return ranges
  }()

  private func medium() -> FaultySource {
    var faults = FaultySource.Faults()
    faults.unreadable = Set(Self.faults.flatMap { Array($0) })
    return FaultySource(length: Self.length, faults: faults)
  }

  @Test("DA-AO-23 every number of a report is what case and image say, by other programs")
  func everyNumberIsRecomputed() throws {
    let sample = try ReportedCase()
    let medium = medium()
    try sample.acquire("001", from: medium)
    try sample.verify()
    try sample.report(["001"], [.text, .json])
    let evidence = sample.path.appending("evidence").appending("001")
    let text = try sample.text("001-report-1.txt").replacingOccurrences(of: ",", with: "")
    // Not one of the ranges is missing, and their sectors are those the medium refused.
    for range in Self.faults {
      let lines =
        "First sector: \(range.lowerBound)\n    Last sector: \(range.upperBound - 1)\n    Sectors: \(range.count)"
      #expect(text.contains(lines), "\(range)")
    }
    let image = try TestFiles.read(evidence.appending("001.raw"))
    #expect(image == medium.filledContents)
    let recomputed = try recomputedTexts(sample, evidence)
    for value in recomputed { #expect(text.contains(value), "\(value)") }
    var known = try recomputed + recordedTexts(sample, evidence)
    known += Self.faults.flatMap { ["\($0.lowerBound)", "\($0.upperBound - 1)"] }
    // What is left of the text when everything that was recomputed is taken out has no number of three digits.
    var rest = text
    for value in Set(known).sorted(by: { ($0.count, $0) > ($1.count, $1) }) {
      rest = rest.replacingOccurrences(of: value, with: "·")
    }
    let unexplained = rest.matches(of: /[0-9a-f]*[0-9]{3,}[0-9a-f]*/).map { String($0.output) }
    #expect(unexplained.isEmpty, "\(unexplained.prefix(10))")
  }

  /// Numbers as other programs compute them from the files: each must be in the report.
  private func recomputedTexts(_ sample: ReportedCase, _ evidence: FilePath) throws -> [String] {
    var known: [String] = []
    for (program, file) in [
      ("md5sum", "001.raw"), ("sha1sum", "001.raw"), ("sha256sum", "001.raw"), ("sha256sum", "001.E01"),
      ("sha256sum", "001.manifest.json"),
    ] { known.append(String(try output(program, [file], in: evidence).prefix { $0 != " " })) }
    for file in ["001.raw", "001.E01"] {
      known.append(try output("stat", ["--format=%s", file], in: evidence))
    }
    #expect(known.contains("\(Self.length)"))
    let sectors = (Self.length + 511) / 512
    let bad = Self.faults.reduce(0) { $0 + $1.count }
    known += ["\(sectors)", "\(bad)", "\(sectors - bad)", "512", "\(Self.length % 512)"]
    known.append(try output("python3", ["-c", Self.merkle, "001.chunks.csv"], in: evidence))
    let certificate = "../../certificates/examiner.pem"
    let fingerprint = try output(
      "openssl", ["x509", "-in", certificate, "-noout", "-fingerprint", "-sha256"], in: evidence)
    known.append(fingerprint.split(separator: "=")[1].replacingOccurrences(of: ":", with: "").lowercased())
    for end in ["-startdate", "-enddate"] {
      let date = try output("openssl", ["x509", "-in", certificate, "-noout", end], in: evidence)
      known.append(try time(String(date.split(separator: "=")[1])))
    }
    let signature = try output(
      "openssl", ["cms", "-cmsout", "-print", "-inform", "DER", "-in", "001.manifest.json.p7s"], in: evidence)
    let signed = try #require(signature.firstMatch(of: /signingTime[^U]*UTCTIME:([^\n]+)/))
    known.append(try time(String(signed.output.1)))
    return known
      + (try sample.query("SELECT digest FROM audit_event ORDER BY sequence DESC LIMIT 1 OFFSET 1"))
  }

  /// A time as openssl words it.
  private func time(_ text: String) throws -> String {
    try output("env", ["LC_ALL=C", "date", "-u", "-d", text, "+%-d %B %Y %H:%M:%S UTC"], in: "/")
  }

  /// Times and texts as database and manifest hold them: what nobody can compute again.
  private func recordedTexts(_ sample: ReportedCase, _ evidence: FilePath) throws -> [String] {
    var known: [String] = []
    let events = try sample.query("SELECT event FROM audit_event").joined()
    known += try times(in: events)
    let bytes = try TestFiles.read(evidence.appending("001.manifest.json"))
    let manifest = try JSONValue(parsing: bytes, name: "manifest")
    known += try times(in: String(decoding: bytes, as: UTF8.self))
    let protection = try #require(manifest["writeProtection"]).canonicalText
    known += protection.matches(of: /[0-9a-f]{64}|[0-9]{3,}/).map { String($0.output) }
    let host = try #require(manifest["acquisition"]?["host"])
    known += ["node", "release", "machine"].compactMap { host[$0]?.stringValue }
    known += try made(sample)
    // The number of the report ends in digits that its record gives.
    known += try sample.text("001-report-1.json").matches(of: /"number": "[^"]*\/([0-9a-f]{12})"/).map {
      String($0.output.1)
    }
    // Numbers of standards and of the case.
    return known + ["2026-0142", "001", "SHA-256", "sha256sum", "RFC 9162", "-sha256", "SHA256SUMS"]
  }

  /// The stated time of the report, which is that of the JSON beside it.
  private func made(_ sample: ReportedCase) throws -> [String] {
    let json = try sample.text("001-report-1.json")
    return try times(
      in: json.matches(of: /"made": "([^"]+)"/).map { String($0.output.1) }.joined(separator: " "))
  }

  /// Each time of a text as GNU date words it for people, and its day alone.
  private func times(in text: String) throws -> [String] {
    let stored = Set(text.matches(of: Self.time).map { String($0.output) })
    let worded = try stored.sorted().map(time)
    return worded + worded.map { String($0.dropLast(" 00:00:00 UTC".count)) }
  }

  private static var time: Regex<Substring> { /[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}\.[0-9]{6}Z/ }

  private static let merkle = """
    import csv, hashlib, sys
    rows = [r for r in csv.reader(open(sys.argv[1])) if len(r) > 4 and r[0].isdigit()]
    nodes = [hashlib.sha256(b"\\0" + bytes.fromhex(r[-1])).digest() for r in rows]
    def root(n):
        if len(n) == 1: return n[0]
        k = 1
        while k * 2 < len(n): k *= 2
        return hashlib.sha256(b"\\1" + root(n[:k]) + root(n[k:])).digest()
    print(root(nodes).hex())
    """

  private func output(_ program: String, _ arguments: [String], in folder: FilePath) throws -> String {
    let result = try Tool.run(program, arguments, in: folder)
    #expect(result.status == 0, "\(program): \(result.errors)")
    return result.output.trimmingCharacters(in: .whitespacesAndNewlines)
  }
}
