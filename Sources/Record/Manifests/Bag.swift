import Evidence

/// The fixed parts of a bag, the folder of a hand-over (BagIt, RFC 8493): payload below `data`, and lists of digests
/// that are read and written by ``DigestList``.
package enum Bag {
  package static let declarationName = "bagit.txt"
  package static let informationName = "bag-info.txt"
  package static let payloadManifestName = "manifest-sha256.txt"
  package static let tagManifestName = "tagmanifest-sha256.txt"
  /// Signature of the list of the other lists and so of the whole bag: CMS, detached.
  package static let signatureName = "\(tagManifestName).p7s"
  package static let payloadFolder = "data"
  /// Where acquisitions lie in it, one folder each: as in a case, so that the commands of a report hold.
  package static let evidenceFolder = "\(payloadFolder)/evidence"
  /// Photographs and documents of the item, named by their SHA-256.
  package static let attachmentsFolder = "\(payloadFolder)/attachments"
  package static let certificatesFolder = "\(payloadFolder)/certificates"
  /// The audit log as far as it concerns the item.
  package static let auditLogName = "\(payloadFolder)/audit.jsonl"
  /// The custody events of the item.
  package static let custodyName = "\(payloadFolder)/custody.jsonl"
  package static let reportsFolder = "\(payloadFolder)/reports"

  /// `bagit.txt` (§2.1.1).
  package static let declaration = "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"

  /// `bag-info.txt` (§2.2.2): one line for each element, in this order. Line ends in a value become spaces.
  package static func information(_ elements: KeyValuePairs<String, String?>) -> String {
    elements.reduce(into: "") { text, element in
      guard let value = element.value, !value.isEmpty else { return }
      text += "\(element.key): \(HumanText.singleLine(value))\n"
    }
  }

  /// Value of `Payload-Oxum`: bytes and number of the files of the payload.
  package static func oxum(bytes: UInt64, files: Int) -> String { "\(bytes).\(files)" }

  /// The value of an element of `bag-info.txt`; `nil` where it does not stand there exactly once.
  package static func element(_ name: String, in information: [UInt8]) -> String? {
    let lines = String(decoding: information, as: UTF8.self).split(whereSeparator: \.isNewline)
    let values = lines.filter { $0.hasPrefix("\(name): ") }.map { String($0.dropFirst(name.count + 2)) }
    return values.count == 1 ? values[0] : nil
  }
}
