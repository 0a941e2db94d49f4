import CanonicalJSON
import CaseRecords
import CaseStore
import Evidence
import Manifests
import Signing
import SystemIO
import SystemPackage
import Verification

/// The acquisitions of a case that others made and signed.
///
/// Their manifests refer to the audit log of another case, and are signed with a certificate that was trusted when they
/// were taken in: for them it is trusted, and for nothing else. Both stand in the event that recorded it.
package struct ImportedAcquisitions {
  private var fingerprints: [RecordIdentifier: Set<String>] = [:]

  /// - Parameter store: `nil` where the database cannot be asked; nothing is known of any then.
  package init(_ store: CaseStore?) {
    // An event that cannot be read is found by the check of the log.
    try? store?.forEachAcquisitionEvent(of: .acquisitionImported) { event in
      guard let details = event.payload["details"],
        let identifier = details["acquisition"]?.stringValue.flatMap({ RecordIdentifier($0) })
      else { return }
      let hexes = details["certificates"]?.arrayValue?.compactMap(\.stringValue) ?? []
      fingerprints[identifier] = Set(hexes)
    }
  }

  /// The certificates to trust for an acquisition; `nil` where it is the case's own. One that is not there any more, or
  /// is another, is added to `report`.
  package func certificates(
    of acquisition: AcquisitionRecord, in folder: CaseFolder, _ report: inout VerificationReport
  ) -> [Certificate]? {
    guard let known = fingerprints[acquisition.id] else { return nil }
    var certificates: [Certificate] = []
    var findings: [Finding] = []
    for hex in known.sorted() {
      let path = Self.path(of: hex, in: folder)
      if let bytes = try? Files.contents(path, cap: Certificate.largestFile),
        let certificate = try? Certificate(parsing: bytes, name: hex), certificate.fingerprint.hex == hex
      {
        certificates.append(certificate)
      } else {
        findings.append(Finding(.certificateReplaced, subject: folder.relative(path), expected: hex))
      }
    }
    report.take(
      "\(acquisition.name): certificates of its signers", against: "the event that took it in", findings)
    return certificates
  }

  /// Names of the files that hold their certificates.
  package var certificateNames: Set<String> { Set(fingerprints.values.joined().map { "\($0).pem" }) }

  package static func path(of certificate: Certificate, in folder: CaseFolder) -> FilePath {
    path(of: certificate.fingerprint.hex, in: folder)
  }

  private static func path(of hex: String, in folder: CaseFolder) -> FilePath {
    folder.certificates.appending("\(hex).pem")
  }

  /// Of the event that records that one was taken in.
  package static func details(
    of identifier: RecordIdentifier, _ certificates: [Certificate], from bag: FilePath, _ manifest: Manifest,
    senderCustody: Digest? = nil, senderLog: Digest? = nil
  ) -> JSONValue {
    .fields([
      "acquisition": .string(identifier.description),
      "certificates": .array(certificates.map { .string($0.fingerprint.hex) }),
      "bag": .string(bag.string), "case": .string(manifest.investigation.number),
      "senderCustody": senderCustody.map { .string($0.hex) },
      "senderLog": senderLog.map { .string($0.hex) }, "auditSequence": JSONValue(manifest.audit.sequence),
      "auditHead": .string(manifest.audit.digest.hex),
    ])
  }
}
