/// The files of a split image in order, or what is wrong with the set.
package struct SplitFileSet: Hashable, Sendable {
  /// File names in order, up to the first gap.
  package let names: [String]
  /// Name of the first file that should lie between two others and does not; `nil` for a set without gaps.
  package let missing: String?

  package init(names: [String], missing: String? = nil) {
    self.names = names
    self.missing = missing
  }
}

/// Names of split raw images: `disk.001 disk.002 …`, `disk.000 …`, `disk.01 …`, `disk.aa disk.ab …`.
///
/// Pure string logic: whoever lists the folder passes the names. Names are compared exactly; `disk.001` and
/// `Disk.002` are not of one set.
package enum SplitFileNames {
  /// Name of segment `index` (from 1) of a set that Exhibit writes: three digits, four from 1000 on.
  package static func numbered(base: String, index: Int) -> String {
    "\(base).\(decimal(index, width: 3))"
  }

  /// The set that `name` belongs to, whichever of its files it is.
  ///
  /// A name that no split tool gives, or whose set does not begin at its first file, is a set of its own:
  /// `image.dd` is not the 82nd part of anything. Numbers beginning at 002 or later have lost their first file.
  /// - Parameter names: every name in the folder, in any order.
  package static func set(containing name: String, among names: [String]) -> SplitFileSet {
    let alone = SplitFileSet(names: [name])
    guard let dot = name.lastIndex(of: "."), dot != name.startIndex else { return alone }
    let base = String(name[..<dot])
    let suffix = String(name[name.index(after: dot)...])
    guard let style = Style(suffix: suffix), let index = style.index(of: suffix) else { return alone }
    var present: Set<Int> = [index]
    let prefix = base + "."
    for other in names where other.hasPrefix(prefix) {
      if let member = style.index(of: String(other.dropFirst(prefix.count))) { present.insert(member) }
    }
    switch style {
    case .digits:
      // `disk.2024` alone is a name, not the 2024th part of a set that is gone.
      let first = present.contains(0) ? 0 : 1
      var end = first
      while present.contains(end) { end += 1 }
      // Nor is it a part of a set that ends long before.
      let isPart = { (index: Int) in index < 1000 || index < end + far && present.contains(first) }
      guard isPart(index) else { return alone }
      return run(in: present.filter(isPart), from: first, base: base, style: style)
    case .letters:
      guard present.contains(0) else { return alone }
      // Two letters are also a common ending (`.dd`): a name far behind the run is not of the set.
      var end = 0
      while present.contains(end) { end += 1 }
      if index >= end + alphabet { return alone }
      return run(in: present.filter { $0 < end + alphabet }, from: 0, base: base, style: style)
    }
  }

  private static func run(in present: Set<Int>, from first: Int, base: String, style: Style) -> SplitFileSet {
    var names: [String] = []
    var index = first
    while present.contains(index) {
      names.append("\(base).\(style.suffix(of: index))")
      index += 1
    }
    let hasMore = present.contains { $0 > index }
    return SplitFileSet(names: names, missing: hasMore ? "\(base).\(style.suffix(of: index))" : nil)
  }

  private static let alphabet = 26
  /// Numbers that a set of a thousand parts may lack in one place.
  private static let far = 100

  /// How the parts of one set are counted.
  private enum Style {
    /// At least this many digits, filled up with zeros.
    case digits(width: Int)
    /// Exactly this many lower-case letters, `aa` being 0.
    case letters(width: Int)

    init?(suffix: String) {
      let utf8 = Array(suffix.utf8)
      if utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }),
        (2...6).contains(utf8.count)
      {
        // 1000 follows 999: a number that begins with no zero may belong to a set of three digits.
        self = .digits(width: utf8.count > 3 && utf8[0] != UInt8(ascii: "0") ? 3 : utf8.count)
      } else if utf8.allSatisfy({ (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0) }),
        (2...4).contains(utf8.count)
      {
        self = .letters(width: utf8.count)
      } else {
        return nil
      }
    }

    func index(of suffix: String) -> Int? {
      switch self {
      case .digits:
        guard suffix.utf8.count <= 6, let value = Int(suffix), value >= 0 else { return nil }
        return self.suffix(of: value) == suffix ? value : nil
      case .letters(let width):
        guard suffix.utf8.count == width else { return nil }
        var value = 0
        for letter in suffix.utf8 {
          guard letter >= UInt8(ascii: "a"), letter <= UInt8(ascii: "z") else { return nil }
          value = value * alphabet + Int(letter - UInt8(ascii: "a"))
        }
        return value
      }
    }

    func suffix(of index: Int) -> String {
      switch self {
      case .digits(let width): return decimal(index, width: width)
      case .letters(let width):
        var letters: [UInt8] = []
        var rest = index
        for _ in 0..<width {
          letters.append(UInt8(ascii: "a") + UInt8(rest % alphabet))
          rest /= alphabet
        }
        return String(decoding: letters.reversed(), as: UTF8.self)
      }
    }
  }

  private static func decimal(_ value: Int, width: Int) -> String {
    let digits = String(value)
    return String(repeating: "0", count: max(0, width - digits.count)) + digits
  }
}
