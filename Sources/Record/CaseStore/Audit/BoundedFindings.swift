import Evidence

/// The first findings of a check; how many more there were of each kind. A foreign database could cause any number of
/// them, and each takes memory.
struct BoundedFindings {
  static let most = 10_000
  /// Most bytes of what a finding quotes.
  static let longestText = 1 << 16

  private var listed: [Finding] = []
  private var others: [Finding: Int] = [:]
  private let what: String
  private(set) var count = 0

  /// - Parameter what: is checked, as a finding that counts others names it.
  init(of what: String) { self.what = what }

  mutating func append(_ finding: Finding) {
    count += 1
    guard listed.count >= Self.most else { return listed.append(finding.shortened(to: Self.longestText)) }
    others[Finding(finding.code, finding.severity, subject: what), default: 0] += 1
  }

  static func += (left: inout BoundedFindings, right: [Finding]) {
    for finding in right { left.append(finding) }
  }

  var all: [Finding] {
    listed
      + others.map { kind, count in
        Finding(kind.code, kind.severity, subject: what, observed: "\(count) more that are not listed")
      }.sorted { $0.code.rawValue < $1.code.rawValue }
  }
}

extension Finding {
  fileprivate func shortened(to length: Int) -> Finding {
    func short(_ text: String?) -> String? {
      text.map { $0.utf8.count <= length ? $0 : String($0.prefix(1000)) + " … (\($0.utf8.count) bytes)" }
    }
    guard max(subject.utf8.count, expected?.utf8.count ?? 0, observed?.utf8.count ?? 0) > length else {
      return self
    }
    return Finding(
      code, severity, subject: short(subject) ?? "", expected: short(expected), observed: short(observed),
      sectors: sectors)
  }
}
