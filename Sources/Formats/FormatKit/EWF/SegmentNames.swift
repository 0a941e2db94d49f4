import Evidence
import SystemIO
import SystemPackage

extension FormatID {
  /// EnCase evidence file, version 1 (EWF-E01).
  package static let e01 = FormatID("e01")
}

/// Names of the segments of an E01 set: `E01 … E99`, then `EAA … EZZ, FAA … ZZZ`; in lower case for `e01`,
/// and `s01 … s99, saa … zzz` for SMART.
///
/// EWF specification, "segment file extensions".
package enum SegmentNames {
  /// Extension of segment `number`.
  /// - Parameters:
  ///   - number: from 1.
  ///   - first: the letter the set begins with: `E`, `e`, `S` or `s`.
  /// - Returns: `nil` past the last name there is (14971 for `E`).
  package static func suffix(number: Int, first: Character = "E") -> String? {
    guard number >= 1, let letter = first.asciiValue, number <= last(first: first) else { return nil }
    if number <= 99 { return "\(first)\(number < 10 ? "0" : "")\(number)" }
    let index = number - 100
    let small = letter >= UInt8(ascii: "a")
    let base = small ? UInt8(ascii: "a") : UInt8(ascii: "A")
    return String(
      decoding: [
        letter + UInt8(index / 676), base + UInt8(index / 26 % 26), base + UInt8(index % 26),
      ], as: UTF8.self)
  }

  /// The highest segment number that has a name.
  package static func last(first: Character = "E") -> Int {
    guard let letter = first.asciiValue, ["E", "e", "S", "s", "L", "l"].contains(first) else { return 0 }
    let end = letter >= UInt8(ascii: "a") ? UInt8(ascii: "z") : UInt8(ascii: "Z")
    return 99 + (Int(end - letter) + 1) * 676
  }

  /// The most segments a set can have: ZZZ.
  package static let largestCount = 14971

  /// Number of the segment with this extension in a set that begins with `first`; `nil` for any other.
  package static func number(suffix: String, first: Character) -> Int? {
    let letters = Array(suffix.utf8)
    guard letters.count == 3, let start = first.asciiValue else { return nil }
    let digits = UInt8(ascii: "0")...UInt8(ascii: "9")
    if letters[0] == start, digits.contains(letters[1]), digits.contains(letters[2]) {
      let number = Int(letters[1] - digits.lowerBound) * 10 + Int(letters[2] - digits.lowerBound)
      return number == 0 ? nil : number
    }
    let base = start >= UInt8(ascii: "a") ? UInt8(ascii: "a") : UInt8(ascii: "A")
    let alphabet = base...(base + 25)
    guard letters.allSatisfy({ alphabet.contains($0) }), letters[0] >= start else { return nil }
    return 100 + Int(letters[0] - start) * 676 + Int(letters[1] - base) * 26 + Int(letters[2] - base)
  }

  /// The letters sets begin with, by how often they are met.
  package static let firstLetters: [Character] = ["E", "e", "s", "S"]
}

/// The segments of one E01 set as they lie in a folder.
package struct SegmentSet: Sendable {
  package struct Member: Hashable, Sendable {
    /// From 1, by its name.
    package let number: Int
    package let path: FilePath
  }

  /// In order of their numbers.
  package let members: [Member]
  /// Names that should lie between two others, or before the first, and do not.
  package let missing: [String]

  /// Most missing names that are listed one by one.
  package static let largestListedGap = 64

  /// Finds the set that `path` belongs to. Blocks on the folder.
  ///
  /// Names alone decide as long as they follow each other. Behind a gap a name is only believed when the file
  /// says the same of itself, because `disk.EXE` beside `disk.E01` is no segment.
  /// - Parameters:
  ///   - others: folders that hold files of the set besides its own.
  ///   - segmentNumber: reads the number stored in a file; `nil` where it is no segment.
  package static func discover(
    _ path: FilePath, besides others: [FilePath] = [], segmentNumber: (FilePath) -> Int?
  ) throws(EvidenceError) -> SegmentSet {
    // Under a name of no set a file has the place that it states itself.
    let stated = max(1, segmentNumber(path) ?? 1)
    let alone = SegmentSet(
      members: [Member(number: stated, path: path)],
      missing: stated > 1 ? ["segments before \(path.lastComponent?.string ?? path.string)"] : [])
    guard let name = path.lastComponent?.string, let dot = name.lastIndex(of: ".") else { return alone }
    let base = String(name[...dot])
    guard let first = letter(ofSuffix: String(name.dropFirst(base.count)), stored: segmentNumber(path)) else {
      return alone
    }
    let folders = FileFolders(path.removingLastComponent(), besides: others)
    var found: [Int: FilePath] = [:]
    for other in try folders.names() where other.hasPrefix(base) {
      guard let number = SegmentNames.number(suffix: String(other.dropFirst(base.count)), first: first) else {
        continue
      }
      found[number] = folders.path(of: other)
    }
    var members: [Member] = []
    var missing: [String] = []
    var next = 1
    for (number, path) in found.sorted(by: { $0.key < $1.key }) {
      if number != next {
        guard segmentNumber(path) == number else { continue }
        for absent in next..<min(number, next + largestListedGap) {
          missing.append(base + (SegmentNames.suffix(number: absent, first: first) ?? "?"))
        }
      }
      members.append(Member(number: number, path: path))
      next = number + 1
    }
    return members.isEmpty ? alone : SegmentSet(members: members, missing: missing)
  }

  /// The first letter of the set a file with this extension belongs to. Past 99 the extension alone does not
  /// say it (`saa` is of `e01` or of `s01`); the number stored in the file does.
  private static func letter(ofSuffix suffix: String, stored: Int?) -> Character? {
    let candidates = SegmentNames.firstLetters.compactMap { first in
      SegmentNames.number(suffix: suffix, first: first).map { (first, $0) }
    }
    return (candidates.first { $0.1 <= 99 } ?? candidates.first { $0.1 == stored })?.0
  }
}
