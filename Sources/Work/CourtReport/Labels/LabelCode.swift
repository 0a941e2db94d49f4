import CanonicalJSON
import Evidence

/// What the code on an evidence label says: enough to find the item, and to see whether manifest and signer are those
/// of the day it was printed.
package struct LabelCode: Hashable, Sendable {
  /// Case number.
  package let caseNumber: String
  package let item: ItemNumber
  /// Name of the acquisition the digest is of, and SHA-256 of its manifest; `nil` of an item not yet acquired.
  package let manifest: (acquisition: String, sha256: Digest)?
  /// SHA-256 of the certificate that signs for the case.
  package let signer: Digest

  private static let kind = "exhibit-label-1"

  package init(
    caseNumber: String, item: ItemNumber, manifest: (acquisition: String, sha256: Digest)?, signer: Digest
  ) {
    self.caseNumber = caseNumber
    self.item = item
    self.manifest = manifest
    self.signer = signer
  }

  /// One line of canonical JSON.
  package var text: String {
    JSONValue.fields([
      "acquisition": manifest.map { .string($0.acquisition) }, "case": .string(caseNumber),
      "item": .string(item.description), "kind": .string(Self.kind),
      "manifest": manifest.map { .string($0.sha256.hex) }, "signer": .string(signer.hex),
    ]).canonicalText
  }

  /// Reads what a scanner read.
  /// - Throws: `labelMalformed`.
  package init(reading text: String) throws(EvidenceError) {
    let name = "label"
    let line = text.split(whereSeparator: \.isNewline).first.map(String.init) ?? ""
    do throws(EvidenceError) {
      var object = try StrictObject(
        try JSONValue(parsingCanonical: Array(line.utf8), name: name),
        of: StrictObject.Document(.labelMalformed, name: name))
      _ = try object.text("kind")
      self.caseNumber = try object.text("case")
      self.item = try ItemNumber(try object.text("item"))
      self.signer = try Self.digest(try object.text("signer"))
      self.manifest =
        if object.has("manifest") {
          (try object.text("acquisition"), try Self.digest(try object.text("manifest")))
        } else { nil }
      try object.finish()
    } catch {
      throw EvidenceError(.labelMalformed, name, error.detail.isEmpty ? error.subject : error.detail)
    }
    guard self.text == line else { throw EvidenceError(.labelMalformed, name, "of another version") }
  }

  private static func digest(_ hex: String) throws(EvidenceError) -> Digest {
    guard let digest = Digest(.sha256, hex: hex) else {
      throw EvidenceError(.labelMalformed, "label", "no SHA-256")
    }
    return digest
  }

  package static func == (left: Self, right: Self) -> Bool { left.text == right.text }
  package func hash(into hasher: inout Hasher) { hasher.combine(text) }
}
