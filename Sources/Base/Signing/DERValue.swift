/// Identifier octets that occur in signatures (X.690 §8.1.2).
enum DERTag {
  static let boolean: UInt8 = 0x01
  static let integer: UInt8 = 0x02
  static let octetString: UInt8 = 0x04
  static let null: UInt8 = 0x05
  static let objectIdentifier: UInt8 = 0x06
  static let bitString: UInt8 = 0x03
  static let utf8String: UInt8 = 0x0c
  static let generalizedTime: UInt8 = 0x18
  static let sequence: UInt8 = 0x30
  static let set: UInt8 = 0x31
  static let context0: UInt8 = 0xa0
  static let context1: UInt8 = 0xa1
  static let context0Primitive: UInt8 = 0x80
}

/// One element of DER: identifier, shortest definite length, contents (X.690 §10).
///
/// Only one-byte identifiers exist in what is read here; anything else is no value.
struct DERValue {
  let tag: UInt8
  /// Identifier, length and contents.
  let encoding: ArraySlice<UInt8>
  let contents: ArraySlice<UInt8>

  /// The elements that fill `bytes` exactly; `nil` when they do not.
  static func list(in bytes: ArraySlice<UInt8>) -> [DERValue]? {
    var values: [DERValue] = []
    var rest = bytes
    while !rest.isEmpty {
      guard let value = DERValue(atStartOf: rest) else { return nil }
      values.append(value)
      rest = rest[value.encoding.endIndex...]
    }
    return values
  }

  /// The elements inside this one, when it has `tag`.
  func elements(_ tag: UInt8) -> [DERValue]? {
    self.tag == tag ? Self.list(in: contents) : nil
  }

  private init?(atStartOf bytes: ArraySlice<UInt8>) {
    let start = bytes.startIndex
    guard bytes.count >= 2, bytes[start] & 0x1f != 0x1f else { return nil }
    var position = start + 2
    var length = Int(bytes[start + 1])
    if length >= 0x80 {
      let count = length & 0x7f
      guard (1...4).contains(count), bytes.endIndex - position >= count else { return nil }
      length = bytes[position..<position + count].reduce(0) { $0 << 8 | Int($1) }
      guard length >= 0x80, length >= 1 << (8 * (count - 1)) else { return nil }
      position += count
    }
    guard length <= bytes.endIndex - position else { return nil }
    self.tag = bytes[start]
    self.encoding = bytes[start..<position + length]
    self.contents = bytes[position..<position + length]
  }
}

extension DERValue {
  /// One element: identifier, shortest definite length, contents.
  static func encode(_ tag: UInt8, _ contents: [UInt8]) -> [UInt8] {
    guard contents.count >= 0x80 else { return [tag, UInt8(contents.count)] + contents }
    var length: [UInt8] = []
    var rest = contents.count
    while rest > 0 {
      length.insert(UInt8(truncatingIfNeeded: rest), at: 0)
      rest >>= 8
    }
    return [tag, 0x80 | UInt8(length.count)] + length + contents
  }

  /// SET OF: the elements in the order of their encodings (X.690 §11.6), none twice.
  static func encodeSet(_ tag: UInt8, _ elements: [[UInt8]]) -> [UInt8] {
    encode(tag, Set(elements).sorted { $0.lexicographicallyPrecedes($1) }.flatMap { $0 })
  }

  /// A positive INTEGER from big-endian bytes.
  static func encodeInteger(_ magnitude: [UInt8]) -> [UInt8] {
    let digits = Array(magnitude.drop { $0 == 0 })
    return encode(DERTag.integer, (digits.first ?? 0x80) >= 0x80 ? [0] + digits : digits)
  }
}

/// Contents octets of the object identifiers that are looked for.
enum ObjectIdentifier {
  static let signedData: [UInt8] = [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x02]
  static let data: [UInt8] = [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x01]
  /// id-ct-TSTInfo (RFC 3161 §2.4.2).
  static let timestampInfo: [UInt8] = [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x10, 0x01, 0x04]
  /// id-aa-timeStampToken: the signature time stamp of CAdES-T (RFC 3161 appendix A).
  static let timestampToken: [UInt8] = [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x10, 0x02, 0x0e]
  /// Signed attributes of CMS (RFC 5652 §11) and CAdES (RFC 5035 §3).
  static let contentType: [UInt8] = [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x03]
  static let messageDigest: [UInt8] = [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x04]
  static let signingCertificateV2: [UInt8] = [
    0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x10, 0x02, 0x2f,
  ]
  /// rsaEncryption and its signature algorithms, but for the last octet.
  static let rsa: [UInt8] = [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01]
  static let ecdsaWithSHA2: [UInt8] = [0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03]
  static let sha2: [UInt8] = [0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02]
  /// Digests nobody should rely on any more, with their names.
  static let weakDigests: [[UInt8]: String] = [
    [0x2b, 0x0e, 0x03, 0x02, 0x1a]: "SHA-1",
    [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x02, 0x05]: "MD5",
  ]

  /// Arcs as numbers between dots.
  static func text(_ contents: some Sequence<UInt8>) -> String {
    var arcs: [UInt64] = []
    var arc: UInt64 = 0
    for byte in contents {
      arc = arc << 7 | UInt64(byte & 0x7f)
      guard byte < 0x80 else { continue }
      if arcs.isEmpty {
        let first = min(arc / 40, 2)
        arcs = [first, arc - first * 40]
      } else {
        arcs.append(arc)
      }
      arc = 0
    }
    return arcs.map(String.init).joined(separator: ".")
  }
}
