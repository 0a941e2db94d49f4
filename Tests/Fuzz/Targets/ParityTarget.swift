import Digests
import Evidence
import Parity
import SystemIO
import SystemPackage

/// Parity files, and the texts of their heads.
///
/// Input: one byte of flags, then a parity file. With flag 1 it is the text of a head instead: its digest would keep
/// mutations out.
enum ParityTarget {
  static let isText: UInt8 = 1

  static func problem(with input: [UInt8]) -> String? {
    guard let flags = input.first else { return nil }
    let bytes = Array(input.dropFirst())
    guard flags & isText == 0 else {
      guard let head = try? ParityHead(parsing: bytes, name: "x.parity") else { return nil }
      return head.canonicalBytes == bytes ? problem(with: head) : "other bytes when written again"
    }
    guard let path = Scratch.shared.write([bytes], as: ["x.parity"]) else {
      return "the scratch file was not written"
    }
    guard let file = try? ParityFile(path) else { return nil }
    guard ParityFile.isOne(path) else { return "read, and not recognised" }
    guard file.damagedShards({ _ in true }) != nil else { return "stopped by nobody" }
    return problem(with: file.head)
  }

  /// Every byte of every file is in one shard, and every shard has a place of its own in the table.
  private static func problem(with head: ParityHead) -> String? {
    let layout = head.layout
    guard layout.shardCount <= 1 << 14 else { return nil }
    var covered = head.files.map { _ in UInt64(0) }
    var seen = [Bool](repeating: false, count: layout.shardCount)
    func take(_ index: Int) -> Bool {
      guard seen.indices.contains(index), !seen[index] else { return false }
      seen[index] = true
      return true
    }
    for (number, group) in layout.groups.enumerated() {
      for (column, first) in zip(group.columns, layout.places[number].columns) {
        for shard in 0..<layout.count(column) {
          let bytes = layout.bytes(column, shard)
          guard !bytes.isEmpty, bytes.upperBound <= head.files[column.file].size else {
            return "a shard outside of its file"
          }
          covered[column.file] += UInt64(bytes.count)
          guard take(first + shard) else { return "two shards with one digest" }
        }
      }
      for row in 0..<group.parity {
        for stripe in 0..<group.stripes {
          guard take(layout.index(ofParity: row, stripe: stripe, group: number)) else {
            return "two shards with one digest"
          }
          guard layout.offset(ofParity: row, stripe: stripe, group: number) < layout.parityLength else {
            return "parity outside of the parity"
          }
        }
      }
    }
    guard covered == head.files.map(\.size) else { return "bytes without a shard" }
    return seen.allSatisfy { $0 } ? nil : "a digest of nothing"
  }

  static func seeds(_ scratch: FilePath) throws(EvidenceError) -> [(String, [UInt8])] {
    let folder = scratch.appending("protected")
    try DurableFolder.create(folder)
    var files: [(name: String, path: FilePath, size: UInt64)] = []
    for (name, count) in [("a.001", 9000), ("a.002", 5000)] {
      let path = folder.appending(name)
      try DurableFile.write([UInt8](repeating: UInt8(truncatingIfNeeded: count / 9), count: count), to: path)
      files.append((name, path, UInt64(count)))
    }
    var seeds: [(String, [UInt8])] = []
    let plans: [(String, ParityHead.Kind, ParityLayout, Int)] = [
      ("file", .file, try .file(size: 9000, percent: 50), 1),
      ("across", .across, try .across(sizes: [9000, 5000], lost: 1), 2),
    ]
    for (name, kind, layout, count) in plans {
      let path = folder.appending(name)
      let writer = ParityWriter(
        kind, of: "1 a.001", tool: "exhibit", layout: layout, files: Array(files.prefix(count)),
        stop: StopFlag())
      let head = try writer.write(
        to: path, made: Timestamp(microseconds: 1_769_850_902_120_000), progress: { _ in }
      ) { (_) throws(EvidenceError) in [0x30, 0] }
      seeds.append((name, [0] + (try Files.contents(path, cap: 1 << 20))))
      seeds.append((name + "-text", [isText] + head.canonicalBytes))
    }
    try DurableFolder.removeWithFiles(folder)
    return seeds
  }
}
