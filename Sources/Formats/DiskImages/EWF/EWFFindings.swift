import Evidence

/// Findings about an E01 set, in the order they were met; a hopeless file does not fill the memory with them.
struct EWFFindings {
  /// Most findings that are kept.
  static let limit = 1000

  private(set) var all: [Finding] = []
  private var omitted = 0

  mutating func add(_ finding: Finding) {
    if all.count < Self.limit { all.append(finding) } else { omitted += 1 }
  }

  /// A finding about a place in a file.
  /// - Parameters:
  ///   - file: name of the segment.
  ///   - part: section or structure, e.g. `table`.
  ///   - offset: bytes from the start of the file.
  mutating func add(
    _ code: FindingCode, _ severity: FindingSeverity = .failure, file: String, part: String,
    at offset: UInt64, expected: String? = nil, observed: String, sectors: SectorRange? = nil
  ) {
    add(
      Finding(
        code, severity, subject: "\(file): \(part) at offset \(offset)", expected: expected,
        observed: observed, sectors: sectors))
  }

  /// Everything, with a last line about what was left out.
  func closed(subject: String) -> [Finding] {
    omitted == 0
      ? all
      : all + [
        Finding(.structureDamaged, subject: subject, observed: "\(omitted) more findings are not listed")
      ]
  }
}
