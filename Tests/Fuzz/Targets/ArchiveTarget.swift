import Evidence
import SystemIO
import SystemPackage
import TarArchive

/// Archives of a case, and the list of digests in them: what is read of an archive lies in it, a header that can stand in
/// ours is written as it was read, and so is a list.
///
/// Input: one byte of flags, then the archive. With flag 1 the checksums of headers are made right first, since
/// mutations would hardly get past them; with flag 2 it is a list instead.
enum ArchiveTarget {
  static let repairs: UInt8 = 1
  static let isList: UInt8 = 2

  static func problem(with input: [UInt8]) -> String? {
    guard let flags = input.first else { return nil }
    var bytes = Array(input.dropFirst())
    if flags & isList != 0 {
      guard let sums = try? ArchiveSums(parsing: bytes) else { return nil }
      return sums.bytes == bytes ? nil : "a list is written with other bytes than it was read from"
    }
    if flags & repairs != 0 { repair(&bytes) }
    guard let path = Scratch.shared.write([bytes], as: ["archive.tar"]), var reader = try? TarReader(path)
    else {
      return "the scratch file was not written"
    }
    var taken = 0
    while let entry = try? reader.next() {
      if let wrong = problem(with: entry) { return wrong }
      guard entry.kind == .file else { continue }
      guard let contents = try? reader.contents(of: entry, cap: bytes.count) else { return nil }
      guard UInt64(contents.count) == entry.size else { return "'\(entry.path)' is not delivered whole" }
      taken += TarHeader.blockSize + contents.count
      guard taken <= bytes.count else { return "more is read than there is" }
    }
    return nil
  }

  private static func problem(with entry: TarHeader) -> String? {
    guard ArchiveSums.isSafe(entry.path), entry.modified <= TarHeader.largestPlainNumber else { return nil }
    let blocks = entry.blocks
    guard blocks.count % TarHeader.blockSize == 0 else { return "a header is no whole blocks" }
    var reader = TarHeaderReader()
    var rest = blocks[...]
    func next() -> TarHeaderReader.Step? {
      defer { rest = rest.dropFirst(TarHeader.blockSize) }
      return reader.take(Array(rest.prefix(TarHeader.blockSize)))
    }
    var step = next()
    if case .extended(let count) = step {
      guard reader.takeExtension(Array(rest.prefix(Int(count)))) else {
        return "our extended header is not read"
      }
      rest = rest.dropFirst(Int(count) + TarHeader.padding(count))
      step = next()
    }
    return step == .entry(entry) && rest.isEmpty ? nil : "the header of '\(entry.path)' is read as another"
  }

  private static func repair(_ bytes: inout [UInt8]) {
    let field = 148..<156
    for start in stride(from: 0, to: bytes.count - TarHeader.blockSize + 1, by: TarHeader.blockSize)
    where bytes[start + 257..<start + 262].elementsEqual("ustar".utf8) {
      for offset in field { bytes[start + offset] = UInt8(ascii: " ") }
      let sum = bytes[start..<start + TarHeader.blockSize].reduce(0) { $0 + Int($1) }
      let digits = String(sum, radix: 8)
      let text = String(repeating: "0", count: 6 - digits.utf8.count) + digits + "\0"
      for (offset, byte) in zip(field, text.utf8) { bytes[start + offset] = byte }
    }
  }
}
