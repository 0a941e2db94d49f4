import Digests
import Evidence

/// PAR2: packets that check themselves, with the MD5 of each file and of each of its blocks.
enum ParityFile {
  static let magic = Array("PAR2\0PKT".utf8)
  private static let headerSize = 64

  static func read(_ bytes: [UInt8]) -> SideCar? {
    guard bytes.starts(with: magic) else { return nil }
    var sideCar = SideCar(.parity, tool: "PAR2")
    var files: [[UInt8]: (name: String, length: UInt64, digest: [UInt8], line: Int)] = [:]
    var blocks: [[UInt8]: [[UInt8]]] = [:]
    var blockSize: UInt64 = 0
    var damaged: [Int] = []
    var (offset, number) = (0, 0)
    while offset + headerSize <= bytes.count {
      guard bytes[offset..<offset + 8].elementsEqual(magic), let length = number64(bytes, offset + 8),
        length >= UInt64(headerSize), length % 4 == 0, length <= UInt64(bytes.count - offset)
      else {
        // Packets may follow one that is damaged.
        offset += 4
        continue
      }
      number += 1
      let packet = bytes[offset..<offset + Int(length)]
      offset += Int(length)
      let checked = Digest.of(Array(packet.dropFirst(32)), .md5).bytes
      guard checked.elementsEqual(packet.dropFirst(16).prefix(16)) else {
        damaged.append(number)
        continue
      }
      let body = Array(packet.dropFirst(headerSize))
      let end = Array("PAR 2.0\0".utf8)
      let kind = Array(packet.dropFirst(48).prefix(16))
      if kind == end + Array("Main\0\0\0\0".utf8), body.count >= 12 { blockSize = number64(body, 0) ?? 0 }
      if kind == end + Array("FileDesc".utf8), body.count > 56 {
        let name = body[56...].prefix { $0 != 0 }
        files[Array(body[..<16])] = (
          NameText.text(name), number64(body, 48) ?? 0, Array(body[16..<32]), number
        )
      }
      if kind == end + Array("IFSC\0\0\0\0".utf8), body.count >= 16 {
        blocks[Array(body[..<16])] = stride(from: 16, to: body.count - 19, by: 20).map {
          Array(body[$0..<$0 + 16])
        }
      }
    }
    for (id, file) in files.sorted(by: { $0.value.line < $1.value.line }) {
      sideCar.references.append(
        Reference("md5", file.digest, .file, target: file.name, size: file.length, line: file.line))
      guard blockSize > 0 else { continue }
      for (index, digest) in (blocks[id] ?? []).enumerated() {
        let (first, overflow) = UInt64(index).multipliedReportingOverflow(by: blockSize)
        // The last one is digested with zeros behind it, which no other program does; the file's digest covers it.
        guard !overflow, first < file.length, file.length - first >= blockSize else { break }
        sideCar.references.append(
          Reference(
            "md5", digest, .range, bytes: first..<first + blockSize, target: file.name, line: file.line))
      }
    }
    sideCar.remarks = damaged.map { .malformedLine($0) }
    return sideCar
  }

  private static func number64(_ bytes: [UInt8], _ offset: Int) -> UInt64? {
    guard offset + 8 <= bytes.count else { return nil }
    return bytes[offset..<offset + 8].reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
  }
}
