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

      This bag (BagIt, RFC 8493) contains the acquisitions of this item listed below, with their records, the item's
      custody events and its part of the audit log.

      | in `\(Bag.payloadFolder)/` | contents |
      |---|---|
      | `evidence/NAME/` | an acquisition: images, hash values of each chunk, map of what was read, manifest with signature |
      | `certificates/` | the certificates that the case names |
      | `custody.jsonl`, `attachments/` | custody events of the item, one JSON object a line, and the files they name by SHA-256 |
      | `audit.jsonl` | the audit log of the case as far as it concerns the item; of other events only their hash values |
      | `reports/` | \(report.map { "report \(HumanText.singleLine($0.report.number ?? $0.report.name)), with its signatures" } ?? "missing: no report on this item has been made") |

      \(lists.contains(.dfxml) ? "`\(DFXMLDocument.name)` describes the bag in Digital Forensics XML.\n" : "")
      ## What proves what

      \(isSigned ? Self.signed : Self.unsigned)

      The signature of a manifest covers the images and everything that the manifest names. Events in `audit.jsonl` are
      fixed by the signed checkpoints in it and by the heads in the manifests; `custody.jsonl` must say what its custody
      events say, which `exhibit-verify` compares.

      A certificate that arrived with the bag proves nothing. Get it from the signer, compare its fingerprint through
      another channel, and set its path here:

      ```
      export CERT=\(Bag.certificatesFolder)/examiner.pem
      openssl x509 -in "$CERT" -noout -subject -fingerprint -sha256
      ```

      ## Verify everything with exhibit-verify

      ```
      exhibit-verify . --trust "$CERT"
      ```

      ## Verify the bag with stock tools

      ```
      \(bag.joined(separator: "\n"))
      ```

      \(sections.filter { !$0.isEmpty }.joined(separator: "\n"))
      \(report.map(Self.section) ?? "")
      """
  }

  private static let signed = """
    The lists of the bag name every file with its SHA-256, and the last list is signed: `\(Bag.signatureName)`. No file
    in the bag can change, including the chain of custody and this page, without that signature failing.
    """
  private static let unsigned = """
    **The bag is not signed**, because the signing key of the case was not available. Its lists reveal damage and loss
    in transit, but not tampering: anyone who can write to the bag can rewrite them.
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
        if let copy = signed.copy { approvals.append("pdfsig -nocert \(place(FilePath(copy.path)))") }
      }
    }
    let unsigned = report.report.approvals.filter { $0.certificate == nil }.map(\.reviewer)
    let status =
      report.report.approvals.isEmpty
      ? "Not approved."
      : "Approved by \(HumanText.singleLine(Self.each(report.report.approvals.map(\.reviewer))))"
        + (unsigned.isEmpty
          ? "." : "; recorded, not signed: \(HumanText.singleLine(Self.each(unsigned))).")
    return """
      ## Verify report \(HumanText.singleLine(report.report.name)) with stock tools

      \(status)\(approvals.isEmpty ? "" : " Compare the fingerprint of a reviewer's certificate with the reviewer.")
      \(approvals.contains { $0.hasPrefix("pdfsig") } ? "`pdfsig` shows only that signatures inside a PDF are intact and what they cover; the `openssl` commands show whose they are.\n" : "")
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
    if acquisition.complete != acquisition.manifest {
      commands.append(
        check("\(place)/\(names.wholeDigests)", "\(place)/\(names.wholeDigestsSignature)", trusting: "CERT"))
    }
    for image in acquisition.complete.images {
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
      ## Verify acquisition \(names.acquisition) with stock tools

      \(acquisition.marks.map { standing($0) + " " }.joined())\(acquisition.manifest.sentence)\(whole(acquisition))

      ```
      \(commands.joined(separator: "\n"))
      ```

      """
  }

  /// When the hash values of the whole were computed, where not while reading.
  private static func whole(_ acquisition: CompleteAcquisition) -> String {
    guard acquisition.manifest.isSegmented else { return "" }
    return acquisition.complete == acquisition.manifest
      ? " Hash values of the whole image were not computed while reading and have not been added: "
        + "`exhibit-verify` compares every chunk with the signed Merkle root."
      : " Hash values of the whole image were not computed while reading: a later verification computed and signed them, "
        + "in \(acquisition.names.wholeDigests)."
  }

  /// Each name once, in order.
  private static func each(_ names: [String]) -> String {
    names.enumerated().filter { names.firstIndex(of: $0.element) == $0.offset }.map(\.element)
      .joined(separator: ", ")
  }

  private static func standing(_ mark: AcquisitionMark) -> String {
    let text =
      switch mark.state {
      case .failed: "Marked as failed on \(mark.stated.description.prefix(10))."
      case .superseded(let name): "Superseded by \(name)."
      case .withdrawn: ""
      }
    return "**\(text) Reason: \(HumanText.singleLine(mark.reason))**"
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
      ## Verify the time stamps of acquisition \(acquisition.names.acquisition) with stock tools

      Set `AUTHORITY` to the path of the time-stamp authority's root certificate, obtained from the authority. The time
      stamp inside the signature is the first signer's; each of the others covers the file before it.

      ```
      test -s "$AUTHORITY"
      \(commands.joined(separator: "\n"))
      ```

      """
  }
}
