import SystemPackage

/// Names of the files of a set that is cut: `disc.part01.isz disc.part02.isz`, or `disc.isz disc.i01 disc.i02`.
struct PartNames {
  private let folder: FilePath
  /// Name of part `number`, from 0.
  private let name: (Int) -> String

  /// - Parameters:
  ///   - path: any file of the set.
  ///   - first: ending of the first, and of all that are numbered as parts; small letters.
  ///   - later: ending of part `number`, from 1, where the ending counts; small letters.
  init(_ path: FilePath, first: String, later: @escaping (Int) -> String) {
    self.folder = path.removingLastComponent()
    let own = path.lastComponent?.string ?? ""
    let ending = path.extension ?? ""
    let stem = String(own.dropLast(ending.isEmpty ? 0 : ending.count + 1))
    let isFirst = ending.lowercased() == first
    if isFirst, let (base, digits) = Self.part(stem) {
      self.name = { base + Self.number($0 + 1, digits: digits) + "." + ending }
    } else {
      // One that nothing numbers is the first, whatever its name.
      let isLater = (1...Self.mostParts).contains { later($0) == ending.lowercased() }
      let isUpper = ending == ending.uppercased()
      let start = isFirst || !isLater ? own : "\(stem).\(isUpper ? first.uppercased() : first)"
      self.name = { number in
        number == 0 ? start : "\(stem).\(isUpper ? later(number).uppercased() : later(number))"
      }
    }
  }

  private static let mostParts = 999

  func path(_ number: Int) -> FilePath { folder.appending(name(number)) }

  /// What comes before the digits of `….part01`, and how many there are.
  private static func part(_ stem: String) -> (base: String, digits: Int)? {
    guard let dot = stem.lastIndex(of: ".") else { return nil }
    let word = stem[stem.index(after: dot)...]
    let digits = word.dropFirst(4)
    guard word.lowercased().hasPrefix("part"), (2...3).contains(digits.count),
      digits.utf8.allSatisfy({ (0x30...0x39).contains($0) })
    else { return nil }
    return (String(stem[..<digits.startIndex]), digits.count)
  }

  static func number(_ value: Int, digits: Int) -> String {
    let text = String(value)
    return String(repeating: "0", count: max(0, digits - text.count)) + text
  }
}
