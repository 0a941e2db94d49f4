import CaseRecords
import CaseStore
import CourtReport
import Evidence
import Formats
import Manifests
import SystemPackage
import Verification

/// The page in a bag that says what it holds and with which commands anybody checks it.
///
/// Each line in a block of commands runs as it stands, in the folder of the bag, with CERT set; a test does so.
struct HandOverGuide {
  static let name = "VERIFY.md"

  let text: String

  /// - Throws: what reading the signatures throws.
  init(
    _ acquisitions: [CompleteAcquisition], _ report: BagReport?, lists: Set<ExportJob.List>, isSigned: Bool,
    case record: CaseRecord
  ) throws(EvidenceError) {
    var bag = isSigned ? [Self.check(Bag.tagManifestName, Bag.signatureName, trusting: "CERT")] : []
    bag += [
      "sha256sum -c --strict --quiet \(Bag.payloadManifestName) \(Bag.tagManifestName)",
      "bagit.py --validate .",
    ]
    if lists.contains(.hashdeep) {
      bag.append("hashdeep -r -l -a -v -k \(HashdeepList.name) \(Bag.payloadFolder)")
    }
    let item = acquisitions[0].item
    var sections: [String] = []
    for acquisition in acquisitions {
      sections += try [Self.section(acquisition), Self.timeStamps(acquisition)]
    }
    self.text = """
      # Item \(item.number) of case \(HumanText.singleLine(record.number))

      A bag (BagIt, RFC 8493) with everything that was acquired from this item and recorded of it.

      | below `\(Bag.payloadFolder)/` | what it is |
      |---|---|
      | `evidence/NAME/` | an acquisition: images, digests of each chunk, map of what was read, manifest with signature |
      | `certificates/` | certificates as they lie in the case |
      | `custody.jsonl`, `attachments/` | custody events of the item, one JSON object a line, and the files they name by SHA-256 |
      | `audit.jsonl` | the audit log of the case as far as it concerns the item; of other events only the digests |
      | `reports/` | \(report.map { "report \(HumanText.singleLine($0.report.number ?? $0.report.name)), with its signatures" } ?? "missing: no report on this item has been made") |

      \(lists.contains(.dfxml) ? "`\(DFXMLDocument.name)` describes it as Digital Forensics XML.\n" : "")
      ## What proves what

      \(isSigned ? Self.signed : Self.unsigned) The signature of a manifest covers the images and everything that the
      manifest names. Events in `audit.jsonl` are fixed by the signed checkpoints in it and by the heads in the manifests;
      `custody.jsonl` must say what its custody events say, which `exhibit-verify` compares.

      A certificate proves nothing while it only comes with the bag. Get it from the signer, compare its fingerprint over
      another channel, and put its path here:

      ```
      export CERT=\(Bag.certificatesFolder)/examiner.pem
      openssl x509 -in "$CERT" -noout -subject -fingerprint -sha256
      ```

      ## Everything, with the verifier of Exhibit

      ```
      exhibit-verify . --trust "$CERT"
      ```

      ## The bag, with stock tools

      ```
      \(bag.joined(separator: "\n"))
      ```

      \(sections.filter { !$0.isEmpty }.joined(separator: "\n"))
      \(report.map(Self.section) ?? "")
      """
  }

  private static let signed = """
    The lists of the bag name every file with its SHA-256, and the last of them is signed: `\(Bag.signatureName)`. So
    nothing in the bag can be changed, custody and this page included, without that signature failing.
    """
  private static let unsigned = """
    **The bag is not signed**, since the case has no signing key where the bag was made. Its lists show what was damaged
    or lost on the way; whoever can write the bag can write them anew.
    """

  private static func check(_ file: String, _ signature: String, trusting certificate: String) -> String {
    "openssl cms -verify -binary -cades -content \(file) -inform DER -in \(signature) "
      + "-CAfile \"$\(certificate)\" -out /dev/null"
  }

  /// The commands for the report: its author's signatures, and its reviewers'.
  private static func section(_ report: BagReport) -> String {
    var commands: [String] = []
    var approvals: [String] = []
    func place(_ path: FilePath) -> String { "\(Bag.reportsFolder)/\(path.lastComponent?.string ?? "")" }
    for file in report.files where !file.signatures.isEmpty {
      commands.append(check(place(file.path), place(SignedFile.signature(of: file.path)), trusting: "CERT"))
    }
    for approval in report.report.approvals {
      guard let fingerprint = approval.certificate else { continue }
      approvals += [
        "export REVIEWER=\(BagReport.certificate(fingerprint))",
        "openssl x509 -in \"$REVIEWER\" -noout -subject -fingerprint -sha256",
      ]
      for signed in approval.signed {
        approvals.append(
          check(
            place(FilePath(signed.file.path)), place(FilePath(signed.signaturePath)), trusting: "REVIEWER"))
      }
    }
    let unsigned = report.report.approvals.filter { $0.certificate == nil }.map(\.reviewer)
    let status =
      report.report.approvals.isEmpty
      ? "Nobody has approved it."
      : "Approved by \(HumanText.singleLine(report.report.approvals.map(\.reviewer).joined(separator: ", ")))"
        + (unsigned.isEmpty
          ? "." : "; recorded, not signed: \(HumanText.singleLine(unsigned.joined(separator: ", "))).")
    return """
      ## Report \(HumanText.singleLine(report.report.name)), with stock tools

      \(status)\(approvals.isEmpty ? "" : " Compare the fingerprint of a reviewer's certificate with the reviewer.")

      ```
      \((commands + approvals).joined(separator: "\n"))
      ```

      """
  }

  /// The commands for one acquisition.
  private static func section(_ acquisition: CompleteAcquisition) -> String {
    let names = acquisition.names
    let place = "\(Bag.evidenceFolder)/\(names.acquisition)"
    var commands = [
      "(cd \(place) && sha256sum -c --strict --quiet \(RecordNames.sums))",
      check("\(place)/\(names.manifest)", "\(place)/\(names.signature)", trusting: "CERT"),
      "python3 -m json.tool \(place)/\(names.manifest)", "ddrescuelog -t \(place)/\(names.map())",
    ]
    for image in acquisition.manifest.images {
      let segments = image.segments.map { "\(place)/\($0.name)" }
      let format = Formats.named(image.format)
      if let check = format?.stockCheck(segments) {
        commands.append(check)
      } else if let contents = image.contents.first, let sha256 = contents.digests[.sha256],
        let reading = format?.stockContents(segments, contents.length)
      {
        // The digests of the medium, over all files of the set.
        commands.append("\(reading) | sha256sum | grep -q \(sha256)")
      }
    }
    return """
      ## Acquisition \(names.acquisition), with stock tools

      \(acquisition.manifest.verdict.sentence)

      ```
      \(commands.joined(separator: "\n"))
      ```

      """
  }

  /// The commands for the time stamps of one acquisition; empty where it has none.
  private static func timeStamps(_ acquisition: CompleteAcquisition) throws(EvidenceError) -> String {
    let (inSignature, renewed) = try acquisition.timeStamps()
    let place = "\(Bag.evidenceFolder)/\(acquisition.names.acquisition)"
    var commands: [String] = []
    if inSignature {
      let signature = "\(place)/\(acquisition.names.signature)"
      commands += [
        "at() { openssl asn1parse -inform DER -in \(signature) | grep -m1 -B3 -A2 timeStampToken | sed -n \"$1s/:.*//p\"; }",
        "openssl asn1parse -inform DER -in \(signature) -strparse $(at 1) -noout -out /tmp/signature.bin",
        "openssl asn1parse -inform DER -in \(signature) -strparse $(at 6) -noout -out /tmp/token.der",
        "openssl ts -verify -data /tmp/signature.bin -in /tmp/token.der -token_in -CAfile \"$AUTHORITY\"",
      ]
    }
    commands += zip(renewed, renewed.dropFirst()).map {
      "openssl ts -verify -data \(place)/\($0) -in \(place)/\($1) -CAfile \"$AUTHORITY\""
    }
    guard !commands.isEmpty else { return "" }
    return """
      ## Time stamps of acquisition \(acquisition.names.acquisition), with stock tools

      `AUTHORITY` is the path of the certificate of the authority's root, which you get from the authority. The time stamp
      inside the signature is the first signer's; the others are of the file before them.

      ```
      test -s "$AUTHORITY"
      \(commands.joined(separator: "\n"))
      ```

      """
  }
}
