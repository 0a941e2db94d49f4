/// Names of parts that nothing joins by itself: `disk_001 disk_002`, `disk-aa disk-ab`, `xaa xab` (as `split` names them),
/// `disk.dmg disk.002.dmgpart`. They may as well be files of their own, so that they are named and somebody decides.
enum SplitPartNames {
  private static let dmgPart = ".dmgpart"

  /// The parts that a file may be one of, in order; empty where nothing says so.
  /// - Parameter names: every name in the folder, in any order.
  static func parts(with name: String, among names: [String]) -> [String] {
    if let base = dmgBase(name) {
      let parts = names.filter { $0.hasSuffix(dmgPart) && $0.hasPrefix(base + ".") }
      let first = names.filter { $0 == base + ".dmg" }
      return parts.isEmpty ? [] : first + parts.sorted()
    }
    guard let (base, counter) = split(name) else { return [] }
    let parts = names.filter { other in
      split(other).map { $0.base == base && isAlike($0.counter, counter) } ?? false
    }.sorted()
    // A number or two letters end many names: only the first of a set, and another beside it, make one.
    return parts.count > 1 && parts.contains { isFirst($0.dropFirst(base.count)) } ? parts : []
  }

  private static func dmgBase(_ name: String) -> String? {
    if name.hasSuffix(".dmg") { return String(name.dropLast(4)) }
    guard name.hasSuffix(dmgPart) else { return nil }
    let rest = name.dropLast(dmgPart.count)
    return rest.lastIndex(of: ".").map { String(rest[..<$0]) }
  }

  /// What comes before the counter, separator included, and the counter.
  private static func split(_ name: String) -> (base: String, counter: Substring)? {
    let place = name.lastIndex { $0 == "_" || $0 == "-" }.map { name.index(after: $0) }
    guard let place = place ?? (name.hasPrefix("x") ? name.index(after: name.startIndex) : nil) else {
      return nil
    }
    let counter = name[place...]
    guard (2...4).contains(counter.count), counter.allSatisfy(isDigit) || counter.allSatisfy(isLetter) else {
      return nil
    }
    return (String(name[..<place]), counter)
  }

  private static func isAlike(_ one: Substring, _ other: Substring) -> Bool {
    one.count == other.count && one.allSatisfy(isDigit) == other.allSatisfy(isDigit)
  }

  private static func isFirst(_ counter: Substring) -> Bool {
    counter.allSatisfy { $0 == "a" } || Int(counter).map { $0 < 2 } == true
  }

  private static func isDigit(_ character: Character) -> Bool { ("0"..."9").contains(character) }
  private static func isLetter(_ character: Character) -> Bool { ("a"..."z").contains(character) }
}
