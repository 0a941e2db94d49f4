import Evidence
import FormatKit
import SystemIO

/// The case data of an EnCase 6 file: `header2`, in UTF-16 and whole, and `header`, in eight bits for older readers.
struct EWFHeaderText {
  let description: ImageDescription
  let identity: EWFIdentity

  /// Payload of `header2`.
  var wide: [UInt8] {
    let lines = [
      "3", "main", tabbed(["a", "c", "n", "e", "t", "md", "sn", "av", "ov", "m", "u", "p", "dc"]),
      tabbed([
        value(description.description), value(description.caseNumber), value(description.evidenceNumber),
        value(description.examiner), value(description.notes), value(description.model),
        value(description.serialNumber), value(description.software), "Linux", String(identity.acquired),
        String(identity.systemTime), "0", "",
      ]),
      "", "srce", tabbed(["0", "1"]), tabbed(["p", "n", "id", "ev", "tb", "lo", "po", "ah", "gu", "aq"]),
      tabbed(["0", "0"]), tabbed(["", "", "", "", "", "-1", "-1", "", "", ""]),
      "", "sub", tabbed(["0", "1"]), tabbed(["p", "n", "id", "nu", "co", "gu"]), tabbed(["0", "0"]),
      tabbed(["", "", "", "", "1", ""]), "", "",
    ]
    let text = lines.joined(separator: "\n")
    return Self.deflated([0xff, 0xfe] + text.utf16.flatMap { EWFSections.littleEndian($0) })
  }

  /// Payload of `header`.
  var narrow: [UInt8] {
    let lines = [
      "1", "main", tabbed(["c", "n", "a", "e", "t", "av", "ov", "m", "u", "p"]),
      tabbed([
        value(description.caseNumber), value(description.evidenceNumber), value(description.description),
        value(description.examiner), value(description.notes), value(description.software), "Linux",
        Self.local(identity.acquired), Self.local(identity.systemTime), "0",
      ]), "", "",
    ]
    return Self.deflated(lines.joined(separator: "\r\n").unicodeScalars.map(Windows1252.byte))
  }

  private static func local(_ seconds: Int64) -> String {
    let time = LocalTime(secondsSince1970: seconds)
    return "\(time.year) \(time.month) \(time.day) \(time.hour) \(time.minute) \(time.second)"
  }

  /// A tabulator or line end in a value would shift or cut every later field: control characters become spaces.
  private func value(_ text: String?) -> String { text.map(HumanText.singleLine) ?? "" }

  private func tabbed(_ fields: [String]) -> String { fields.joined(separator: "\t") }

  private static func deflated(_ plain: [UInt8]) -> [UInt8] {
    var target = [UInt8](repeating: 0, count: plain.count + 1024)
    let length = plain.withUnsafeBytes { plain in
      target.withUnsafeMutableBytes { Deflater(level: 6).zlibStream(of: plain, into: $0) }
    }
    guard let length else { preconditionFailure("a zlib stream longer than its text by a kilobyte") }
    return Array(target[..<length])
  }
}

/// Windows code page 1252.
enum Windows1252 {
  /// 0x80 to 0x9f; 0 where no character is assigned.
  private static let high: [UInt32] = [
    0x20ac, 0, 0x201a, 0x0192, 0x201e, 0x2026, 0x2020, 0x2021, 0x02c6, 0x2030, 0x0160, 0x2039, 0x0152, 0,
    0x017d, 0, 0, 0x2018, 0x2019, 0x201c, 0x201d, 0x2022, 0x2013, 0x2014, 0x02dc, 0x2122, 0x0161, 0x203a,
    0x0153, 0, 0x017e, 0x0178,
  ]

  /// The byte of a character; 0x1a, SUBSTITUTE, for one the code page lacks.
  static func byte(_ scalar: Unicode.Scalar) -> UInt8 {
    switch scalar.value {
    case 0..<0x80, 0xa0..<0x100: UInt8(scalar.value)
    default: high.firstIndex(of: scalar.value).map { UInt8(0x80 + $0) } ?? 0x1a
    }
  }
}
