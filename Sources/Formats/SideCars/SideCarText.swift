import Evidence

/// The lines of a side-car, whatever its encoding and line ends.
struct SideCarText: Sendable {
  struct Line: Hashable, Sendable {
    /// From 1.
    let number: Int
    let text: String
  }

  let lines: [Line]
  /// Those with anything but blanks.
  var filled: [Line] { lines.filter { !$0.text.isBlank } }

  /// Longest line in bytes; what is longer was written by no program that is read here.
  private static let longestLine = 64 << 10

  /// - Returns: `nil` for what is no text.
  init?(_ bytes: [UInt8]) {
    guard let plain = Self.decoded(bytes), Self.looksLikeText(Array(plain.prefix(SideCar.probeSize))) else {
      return nil
    }
    var lines: [Line] = []
    var start = plain.startIndex
    var number = 1
    func take(_ end: Int) {
      lines.append(Line(number: number, text: NameText.text(plain[start..<end])))
      number += 1
    }
    var index = plain.startIndex
    // A carriage return alone ends a line only where no line feed does.
    let end: UInt8 = plain.contains(0x0a) ? 0x0a : 0x0d
    while index < plain.endIndex {
      if plain[index] == end {
        var last = index
        if end == 0x0a, last > start, plain[last - 1] == 0x0d { last -= 1 }
        guard last - start <= Self.longestLine else { return nil }
        take(last)
        start = index + 1
      }
      index += 1
    }
    if start < plain.endIndex {
      guard plain.endIndex - start <= Self.longestLine else { return nil }
      take(plain.endIndex)
    }
    self.lines = lines
  }

  /// The bytes as UTF-8 or whatever bytes they were, without a mark of their order.
  private static func decoded(_ bytes: [UInt8]) -> [UInt8]? {
    if bytes.starts(with: [0xff, 0xfe]) { return utf16(bytes.dropFirst(2), isBig: false) }
    if bytes.starts(with: [0xfe, 0xff]) { return utf16(bytes.dropFirst(2), isBig: true) }
    if bytes.starts(with: [0xef, 0xbb, 0xbf]) { return Array(bytes.dropFirst(3)) }
    let sample = bytes.prefix(512)
    if sample.count >= 4, sample.count.isMultiple(of: 2),
      stride(from: 1, to: sample.count, by: 2).allSatisfy({ sample[$0] == 0 })
    {
      return utf16(bytes[...], isBig: false)
    }
    return bytes
  }

  private static func utf16(_ bytes: ArraySlice<UInt8>, isBig: Bool) -> [UInt8]? {
    guard bytes.count.isMultiple(of: 2) else { return nil }
    let units = stride(from: bytes.startIndex, to: bytes.endIndex, by: 2).map { index -> UInt16 in
      let (first, second) = (UInt16(bytes[index]), UInt16(bytes[index + 1]))
      return isBig ? first << 8 | second : second << 8 | first
    }
    return Array(String(decoding: units, as: UTF16.self).utf8)
  }

  /// No control characters but those that texts have; UTF-16 with a mark passes.
  static func looksLikeText(_ head: [UInt8]) -> Bool {
    if head.starts(with: [0xff, 0xfe]) || head.starts(with: [0xfe, 0xff]) { return true }
    let zeros = head.count { $0 == 0 }
    if zeros > 0 { return zeros * 2 >= head.count - 1 && head.first != 0 }
    return !head.isEmpty
      && head.allSatisfy { $0 >= 0x20 || [0x09, 0x0a, 0x0c, 0x0d, 0x1a, 0x1b].contains($0) }
  }
}

extension StringProtocol {
  var isBlank: Bool { utf8.allSatisfy { $0 == 0x20 || $0 == 0x09 || $0 == 0x0d || $0 == 0x0c } }

  /// Without blanks at both ends.
  var trimmed: String {
    var text = Substring(self)
    while let first = text.unicodeScalars.first, first.isBlankScalar { text.unicodeScalars.removeFirst() }
    while let last = text.unicodeScalars.last, last.isBlankScalar { text.unicodeScalars.removeLast() }
    return String(text)
  }

  /// What stands behind the first `mark`; `nil` where it is not there.
  func after(_ mark: String) -> String? {
    range(of: mark).map { String(self[$0.upperBound...]) }
  }

  /// What stands before the first `mark`; `nil` where it is not there.
  func before(_ mark: String) -> String? {
    range(of: mark).map { String(self[..<$0.lowerBound]) }
  }

  /// The first place of `mark`, byte by byte.
  func range(of mark: String) -> Range<Index>? {
    let (own, sought) = (Array(utf8), Array(mark.utf8))
    guard !sought.isEmpty, own.count >= sought.count else { return nil }
    for start in 0...(own.count - sought.count) where own[start..<start + sought.count].elementsEqual(sought)
    {
      let first = utf8.index(utf8.startIndex, offsetBy: start)
      return first..<utf8.index(first, offsetBy: sought.count)
    }
    return nil
  }

  /// The last place of `mark`, byte by byte.
  func lastRange(of mark: String) -> Range<Index>? {
    let (own, sought) = (Array(utf8), Array(mark.utf8))
    guard !sought.isEmpty, own.count >= sought.count else { return nil }
    for start in (0...(own.count - sought.count)).reversed()
    where own[start..<start + sought.count].elementsEqual(sought) {
      let first = utf8.index(utf8.startIndex, offsetBy: start)
      return first..<utf8.index(first, offsetBy: sought.count)
    }
    return nil
  }

  func holds(_ mark: String) -> Bool { range(of: mark) != nil }

  /// The last part of a path, of either system.
  var baseName: String {
    String(split(omittingEmptySubsequences: true) { $0 == "/" || $0 == "\\" }.last ?? "")
  }

  /// A number that may be grouped by comma, point, apostrophe or blanks.
  var groupedNumber: UInt64? {
    let digits = unicodeScalars.filter { !",.' \u{00A0}\u{202F}".unicodeScalars.contains($0) }
    return digits.isEmpty ? nil : UInt64(String(String.UnicodeScalarView(digits)))
  }
}

extension Unicode.Scalar {
  fileprivate var isBlankScalar: Bool {
    [0x20, 0x09, 0x0a, 0x0d, 0x0c, 0xa0, 0xfeff].contains(value)
  }
}
