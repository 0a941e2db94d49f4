import Verification

/// Checks in a row that say the same of several files.
struct CheckGroup {
  /// A few are shown one by one.
  private static let fewest = 4

  private(set) var checks: [VerificationCheck]

  /// All of them as one line; `nil` where each has to be read for itself.
  var sum: String? {
    guard checks.count >= Self.fewest, let first = checks.first, let what = Self.predicate(first) else {
      return nil
    }
    let names = checks.map { String($0.name.dropLast(what.count + 2)) }
    // Segments of one image have its name with endings that differ.
    let stems = Set(names.map { $0.split(separator: ".").dropLast().joined(separator: ".") })
    let kind = stems.count == 1 && stems != [""] ? "segments" : "files"
    return "\(checks.count) \(kind): \(what) (\(first.against)), \(names[0]) to \(names[names.count - 1])"
  }

  /// In their order. Only checks that passed are put together.
  static func groups(of checks: [VerificationCheck]) -> [CheckGroup] {
    var groups: [CheckGroup] = []
    for check in checks {
      if let last = groups.last?.checks.last, isSame(last, check) {
        groups[groups.count - 1].checks.append(check)
      } else {
        groups.append(CheckGroup(checks: [check]))
      }
    }
    return groups
  }

  private static func isSame(_ one: VerificationCheck, _ other: VerificationCheck) -> Bool {
    guard one.outcome == .passed, other.outcome == .passed, one.cause == nil, other.cause == nil,
      let what = predicate(one)
    else { return false }
    return what == predicate(other) && one.against == other.against
  }

  /// What is said of the file that the name begins with: `size and SHA-256` of `001.E01: size and SHA-256`.
  private static func predicate(_ check: VerificationCheck) -> Substring? {
    // Names of files may have a colon; what is said of them has none.
    guard let colon = check.name.lastIndex(of: ":"), check.name[colon...].hasPrefix(": ") else { return nil }
    return check.name[colon...].dropFirst(2)
  }
}
