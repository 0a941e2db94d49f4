import Evidence
import OpticalDisc

/// What stands behind the name of a record: entries of SUSP (IEEE P1281) and Rock Ridge (IEEE P1282), and of CD-ROM XA.
struct SystemUse {
  private(set) var name: [UInt8]?
  private(set) var mode: UInt32?
  private(set) var target: [UInt8]?
  private(set) var modified: [UInt8]?
  private(set) var impossibleTime: String?
  /// Block of a folder that lies elsewhere.
  private(set) var child: UInt32?
  /// It is listed where it belongs.
  private(set) var isRelocated = false
  private(set) var compression: (size: UInt32, DiscEntry.Compression)?
  private(set) var problems: [String] = []
  /// Attributes of CD-ROM XA; `nil` where it has none.
  private(set) var attributes: UInt16?
  private(set) var hasRockRidge = false
  /// Bytes to skip in every other record, as the first of the root says; `nil` where it does not.
  private(set) var skip: Int?

  /// Continuations of one record, and bytes in them.
  private static let mostContinuations = 64
  private static let mostBytes = 1 << 17
  private static let longestName = 4096

  /// - Parameters:
  ///   - bytes: behind the name of the record.
  ///   - skip: bytes before the first entry.
  ///   - read: bytes at an offset in a block; fewer where the image ends.
  init(_ bytes: [UInt8], skip: Int, read: (UInt32, Int, Int) -> [UInt8]) {
    if bytes.count >= 14, bytes[6] == UInt8(ascii: "X"), bytes[7] == UInt8(ascii: "A") {
      attributes = bytes.span.bytes.bigEndian(at: 4, as: UInt16.self)
    }
    var area = Array(bytes.dropFirst(skip))
    var seen: Set<[UInt32]> = []
    var total = 0
    while true {
      guard let next = entries(of: area) else { break }
      guard seen.insert(next).inserted else {
        problems.append("its continuation area leads back to itself")
        break
      }
      total += Int(next[2])
      guard seen.count <= Self.mostContinuations, total <= Self.mostBytes else {
        problems.append("its continuation areas never end")
        break
      }
      area = read(next[0], Int(next[1]), Int(next[2]))
      if area.count < Int(next[2]) {
        problems.append("a continuation area extends past the end of the image")
      }
    }
  }

  private enum Signature {
    static let parts: [String: Int] = [
      "CE": 28, "SP": 7, "NM": 5, "PX": 20, "SL": 5, "TF": 5, "CL": 12, "ZF": 16,
    ]
  }

  /// - Returns: block, offset and length of the area in which they go on.
  private mutating func entries(of area: [UInt8]) -> [UInt32]? {
    var place = 0
    var next: [UInt32]?
    while place + 4 <= area.count {
      let length = Int(area[place + 2])
      guard length >= 4, place + length <= area.count else { break }
      let entry = Array(area[place..<place + length])
      let signature = String(decoding: entry[..<2], as: UTF8.self)
      place += length
      guard length >= Signature.parts[signature] ?? 4 else { continue }
      if signature == "ST" { break }
      if signature == "CE" {
        let span = entry.span.bytes
        next = [4, 12, 20].compactMap { span.littleEndian(at: $0, as: UInt32.self) }
      } else {
        take(signature, entry)
      }
    }
    return next
  }

  private mutating func take(_ signature: String, _ entry: [UInt8]) {
    let span = entry.span.bytes
    switch signature {
    case "SP" where entry[4] == 0xBE && entry[5] == 0xEF: skip = Int(entry[6])
    case "RR": hasRockRidge = true
    case "NM":
      hasRockRidge = true
      // The names of the folder itself and of the one above are no names.
      if entry[4] & 6 == 0, (name?.count ?? 0) < Self.longestName { name = (name ?? []) + entry[5...] }
      if entry[4] & 2 != 0 { name = [UInt8(ascii: ".")] }
      if entry[4] & 4 != 0 { name = Array("..".utf8) }
    case "PX":
      hasRockRidge = true
      mode = span.littleEndian(at: 4, as: UInt32.self)
    case "SL": takeTarget(entry)
    case "TF": takeTime(entry)
    case "CL": child = span.littleEndian(at: 4, as: UInt32.self)
    case "RE": isRelocated = true
    case "ZF" where entry[4] == UInt8(ascii: "p") && entry[5] == UInt8(ascii: "z") && entry[7] < 31:
      compression = (
        span.littleEndian(at: 8, as: UInt32.self) ?? 0,
        .init(blockSize: 1 << Int(entry[7]), headerSize: Int(entry[6]) * 4)
      )
    default: break
    }
  }

  /// Components: flags, length, text.
  private mutating func takeTarget(_ entry: [UInt8]) {
    var path = target ?? []
    var place = 5
    while place + 2 <= entry.count {
      let (flags, length) = (entry[place], Int(entry[place + 1]))
      guard place + 2 + length <= entry.count else { break }
      if !path.isEmpty, path.last != UInt8(ascii: "/") { path.append(UInt8(ascii: "/")) }
      switch flags & 0x0E {
      case 2: path.append(UInt8(ascii: "."))
      case 4: path += Array("..".utf8)
      case 8: path = [UInt8(ascii: "/")]
      default: path += entry[place + 2..<place + 2 + length]
      }
      place += 2 + length
    }
    if path.count < Self.longestName { target = path }
  }

  /// Times in the order of the bits that announce them; the second is that of the last change.
  private mutating func takeTime(_ entry: [UInt8]) {
    let isLong = entry[4] & 0x80 != 0
    let size = isLong ? 17 : 7
    let before = entry[4] & 1 != 0 ? 1 : 0
    guard entry[4] & 2 != 0, entry.count >= 5 + (before + 1) * size else { return }
    let bytes = Array(entry[5 + before * size..<5 + (before + 1) * size])
    guard isLong else {
      modified = bytes
      return
    }
    // Sixteen digits and quarters of an hour from UTC.
    let digits = bytes[..<16].map { Int($0) - 0x30 }
    guard digits.allSatisfy({ (0...9).contains($0) }) else { return }
    func number(_ range: Range<Int>) -> Int { digits[range].reduce(0) { $0 * 10 + $1 } }
    let year = number(0..<4)
    guard (1900...2155).contains(year) else { return }
    modified =
      [UInt8(year - 1900)]
      + [number(4..<6), number(6..<8), number(8..<10), number(10..<12), number(12..<14)].map { UInt8($0) }
      + [bytes[16]]
  }
}
