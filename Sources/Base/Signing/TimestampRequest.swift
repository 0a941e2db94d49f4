internal import CSigning
import Evidence

/// What is sent to a time-stamp authority (RFC 3161 §2.4.1), as `application/timestamp-query` or as a file.
package struct TimestampRequest: Hashable, Sendable {
  /// SHA-256 of what is stamped; nothing else of it leaves the machine.
  package let imprint: Digest
  /// Comes back in the token, which shows that it was made for this request; empty where nobody will remember it.
  package let nonce: [UInt8]

  /// Media types of request and answer over HTTP (RFC 3161 §3.4).
  package static let mediaType = "application/timestamp-query"
  package static let replyMediaType = "application/timestamp-reply"

  /// - Parameter nonce: unpredictable bytes, at most 20.
  package init(for bytes: [UInt8], nonce: [UInt8] = []) {
    self.imprint = Digest(.sha256, Library.sha2(256, bytes))
    self.nonce = Array(nonce.drop { $0 == 0 })
  }

  /// TimeStampReq in DER: version 1, SHA-256, the authority's certificates wanted.
  package var der: [UInt8] {
    let algorithm = DERValue.encode(
      DERTag.sequence,
      DERValue.encode(DERTag.objectIdentifier, ObjectIdentifier.sha2 + [1]) + [DERTag.null, 0])
    let imprint = DERValue.encode(
      DERTag.sequence, algorithm + DERValue.encode(DERTag.octetString, self.imprint.bytes))
    return DERValue.encode(
      DERTag.sequence,
      DERValue.encodeInteger([1]) + imprint + (nonce.isEmpty ? [] : DERValue.encodeInteger(nonce))
        + DERValue.encode(DERTag.boolean, [0xff]))
  }
}

/// What an authority answered (RFC 3161 §2.4.2).
enum TimestampResponse {
  private static let failures = [
    0: "unknown digest algorithm", 2: "bad request", 5: "bad format", 14: "its time source is not available",
    15: "unknown policy", 16: "unknown extension", 17: "additional information is not available",
    25: "its system failed",
  ]

  /// The token of a response that grants one.
  /// - Throws: `timestampRefused` with the authority's reason.
  static func token(in bytes: [UInt8], name: String) throws(EvidenceError) -> [UInt8] {
    guard let outer = DERValue.list(in: bytes[...]), outer.count == 1,
      let fields = outer[0].elements(DERTag.sequence), let first = fields.first, fields.count <= 2,
      let information = first.elements(DERTag.sequence), let status = information.first,
      status.tag == DERTag.integer
    else { throw EvidenceError(.timestampRefused, name, "no time-stamp response in DER") }
    // 0 is granted, 1 is granted with modifications.
    guard [[0], [1]].contains(Array(status.contents)), fields.count == 2 else {
      throw EvidenceError(.timestampRefused, name, reason(information.dropFirst()))
    }
    return Array(fields[1].encoding)
  }

  /// TimeStampResp in DER that grants a token, as `openssl ts -verify -in` reads it.
  static func granting(_ token: [UInt8]) -> [UInt8] {
    DERValue.encode(
      DERTag.sequence, DERValue.encode(DERTag.sequence, DERValue.encode(DERTag.integer, [0])) + token)
  }

  private static func reason(_ information: ArraySlice<DERValue>) -> String {
    var parts: [String] = []
    for value in information {
      if let texts = value.elements(DERTag.sequence) {
        parts += texts.filter { $0.tag == DERTag.utf8String }.map {
          HumanText.singleLine(String(decoding: $0.contents, as: UTF8.self))
        }
      }
      guard value.tag == DERTag.bitString else { continue }
      let bits = value.contents.dropFirst()
      for (bit, text) in failures.sorted(by: { $0.key < $1.key }) where bit / 8 < bits.count {
        if bits[bits.startIndex + bit / 8] & (0x80 >> UInt8(bit % 8)) != 0 { parts.append(text) }
      }
    }
    return parts.isEmpty ? "the authority refused and gave no reason" : parts.joined(separator: "; ")
  }
}
