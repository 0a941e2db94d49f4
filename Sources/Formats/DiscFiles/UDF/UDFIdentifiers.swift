import Evidence

/// The records of a folder of UDF (ECMA-167 4/14.4).
struct UDFIdentifiers {
  struct Record {
    let name: String
    /// 1 hidden, 2 a folder, 4 deleted, 8 the folder above.
    let flags: UInt8
    let icb: UDFDescriptors.Allocation
    /// The lower half of the number of the file; 0 where it is not stated.
    let serial: UInt32
  }

  private(set) var records: [Record] = []
  /// Bytes at which a record that cannot be read begins.
  private(set) var damaged: [Int] = []

  private static let header = 38

  /// Total: what is no record is passed over, up to where one seems to begin.
  init(_ bytes: [UInt8]) {
    let span = bytes.span.bytes
    var place = 0
    while place + Self.header <= bytes.count {
      guard UDFDescriptors.tag(bytes[place...]) == .fileIdentifier else {
        damaged.append(place)
        guard let next = Self.next(in: bytes, place + 4) else { return }
        place = next
        continue
      }
      let nameLength = Int(bytes[place + 19])
      let useLength = Int(span.littleEndian(at: place + 36, as: UInt16.self) ?? 0)
      let nameAt = place + Self.header + useLength
      guard nameAt + nameLength <= bytes.count else {
        damaged.append(place)
        return
      }
      if let icb = UDFDescriptors.Allocation(long: span, at: place + 20) {
        let name = UDFDescriptors.text(bytes[nameAt..<nameAt + nameLength])
        records.append(
          Record(
            name: name, flags: bytes[place + 18], icb: icb,
            serial: span.littleEndian(at: place + 32, as: UInt32.self) ?? 0))
      }
      place = (nameAt + nameLength + 3) / 4 * 4
    }
  }

  private static func next(in bytes: [UInt8], _ start: Int) -> Int? {
    stride(from: start, to: max(start, bytes.count - header + 1), by: 4).first {
      bytes[$0] == 1 && bytes[$0 + 1] == 1 && UDFDescriptors.tag(bytes[$0...]) == .fileIdentifier
    }
  }
}
