import CaseRecords
import Evidence
import FormatKit
import Parity
import SystemIO
import SystemPackage

/// Which parity files a holding gets.
struct ProtectionPlan {
  struct Part {
    let kind: ParityHead.Kind
    /// Places in the list of files.
    let files: [Int]
    let layout: ParityLayout
    /// Base name of the parity file.
    let name: String
  }

  /// Files up to this size have no parity file of their own: several are protected together.
  private static let smallFile: UInt64 = 1 << 20

  private(set) var parts: [Part] = []
  /// Files of which damaged places come back, but not the whole file where it is lost.
  private(set) var notLost: [String] = []

  /// - Parameters:
  ///   - lost: files of a set of segments that may be lost; 0 for none.
  /// - Throws: `fileTooLarge`.
  init(_ files: [HoldingFiles.File], percent: Double, lost: Int) throws(EvidenceError) {
    let isAlone = files.count == 1
    var small: [Int] = []
    var used: Set<String> = []
    for members in Self.sets(files) {
      let isSet = members.count > 1
      guard isSet || isAlone || files[members[0]].size > Self.smallFile else {
        small += members
        continue
      }
      for index in members {
        parts.append(
          Part(
            kind: .file, files: [index],
            layout: try .file(size: files[index].size, percent: percent),
            name: Self.name(files[index].name, across: false, &used)))
      }
      if isSet, lost > 0 {
        parts.append(
          try across(members, files, lost: lost, Self.name(files[members[0]].name, across: true, &used)))
      } else {
        notLost += members.map { files[$0].name }
      }
    }
    small.sort()
    if let first = small.first {
      // A copy of the largest of them, twice at least: little is lost by it.
      parts.append(
        try across(small, files, lost: max(2, lost), Self.name(files[first].name, across: true, &used)))
    }
  }

  private func across(
    _ members: [Int], _ files: [HoldingFiles.File], lost: Int, _ name: String
  ) throws(EvidenceError) -> Part {
    Part(
      kind: .across, files: members, layout: try .across(sizes: members.map { files[$0].size }, lost: lost),
      name: name)
  }

  /// Files of a folder lie in folders of it, and their parity in one: names that are alike get a number.
  private static func name(_ file: String, across: Bool, _ used: inout Set<String>) -> String {
    var name = ParityFile.name(of: file.baseName, across: across)
    var number = 2
    while !used.insert(name).inserted {
      name = ParityFile.name(of: "\(file.baseName)-\(number)", across: across)
      number += 1
    }
    return name
  }

  /// What the names of the segments of one set have in common, and the number of a segment; of a file by itself its name.
  private static func key(_ name: String) -> (set: String, number: Int) {
    guard let dot = name.lastIndex(of: "."), dot != name.startIndex else { return (name, 1) }
    let suffix = String(name[name.index(after: dot)...])
    if suffix.utf8.count >= 3, suffix.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
      let number = Int(suffix)
    {
      return (name[..<dot] + "/digits", number)
    }
    for first in SegmentNames.firstLetters {
      if let number = SegmentNames.number(suffix: suffix, first: first) {
        return (name[..<dot] + "/\(first)", number)
      }
    }
    return (name, 1)
  }

  /// Places of files, those of one set of segments together.
  private static func sets(_ files: [HoldingFiles.File]) -> [[Int]] {
    var byKey: [String: [(number: Int, index: Int)]] = [:]
    for (index, file) in files.enumerated() where file.size > 0 {
      let (set, number) = key(file.name)
      byKey[set, default: []].append((number, index))
    }
    return byKey.values.flatMap { members -> [[Int]] in
      let sorted = members.sorted { $0.number < $1.number }
      let first = sorted[0].number
      // What only looks like one, such as a.img and a.iso, is not numbered from its beginning on.
      let isSet = first <= 1 && sorted.enumerated().allSatisfy { $0.element.number == first + $0.offset }
      return isSet ? [sorted.map(\.index)] : sorted.map { [$0.index] }
    }.sorted { $0[0] < $1[0] }
  }
}
