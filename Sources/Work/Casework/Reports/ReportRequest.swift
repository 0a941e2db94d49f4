import CourtReport
import Evidence
import Manifests
import Signing
import SignedPDF
import SystemIO
import SystemPackage

/// What a report can be written as.
package enum ReportFormat: String, Hashable, Sendable, CaseIterable {
  case html, pdf, text, json, jsonld, dfxml

  /// Of file names, without the dot.
  package var ending: String { self == .text ? "txt" : rawValue }
}

extension ReportFormat {
  /// The program it needs and that is not installed; `nil` where nothing is missing.
  package var missingProgram: String? {
    guard self == .pdf else { return nil }
    do throws(EvidenceError) { try PDFWriter.demandProgram() } catch { return error.subject }
    return nil
  }
}

/// How a PDF is signed inside (ETSI EN 319 142-1).
package enum InsideSignature: String, Hashable, Sendable {
  case baseline = "PAdES B-B"
  /// With a time stamp.
  case stamped = "PAdES B-T"

  init(_ signed: PDFSignature.Signed) { self = signed.isStamped ? .stamped : .baseline }
}

extension TimestampAuthority {
  /// A time stamp from whoever it is: whether that authority is trusted is for those to say who check the PDF.
  var stamping: PDFSignature.Stamp {
    { (value) throws(EvidenceError) in try stamp(value, trust: Trust()).token }
  }
}

/// A report as an examiner asks for it.
package struct ReportRequest: Sendable {
  /// The whole case where empty.
  package var items: [ItemNumber] = []
  /// At least one.
  package var formats: [ReportFormat] = [.html]
  /// A file for one output, or an existing folder; the case's `reports` folder where `nil`.
  package var output: FilePath?
  package var language = Wording.Language.english
  /// The laboratory's own time, shown beside UTC.
  package var zone: ZoneFile?
  /// A laboratory's folder of templates.
  package var templates: FilePath?
  /// The signed record of a validation of the program, or its folder.
  package var validation: FilePath?
  package var removed: Set<Redaction.Kind> = []
  /// What else is removed wherever it stands.
  package var removedTexts: [String] = []
  /// Who stamps the signature inside of a PDF; `nil` where nobody is asked.
  package var authority: TimestampAuthority?

  /// A signature inside of a PDF names its signer, whom whoever gets the PDF may not be told.
  var isSignedInside: Bool { removed.isDisjoint(with: [.people, .texts]) }

  package init() {}
}
