import Evidence
import FormatKit
import Manifests

/// What an image says of itself besides its sectors, against the manifest.
enum DescriptionCheck {
  /// Findings where a container names another case, item or examiner, or lists other unreadable sectors.
  static func findings(_ reader: any ImageReader, _ manifest: Manifest, subject: String) -> [Finding] {
    guard reader.format.isContainer, reader.format.contents == .disk else { return [] }
    let description = reader.description
    let fields: [(String, String?, String)] = [
      ("case number", description.caseNumber, manifest.investigation.number),
      ("evidence number", description.evidenceNumber, manifest.item.number.description),
      ("examiner", description.examiner, manifest.acquisition.examiner),
    ]
    var findings: [Finding] = []
    // A header cannot hold control characters; the writer puts spaces in their place.
    for (name, observed, expected) in fields where (observed ?? "") != HumanText.singleLine(expected) {
      findings.append(
        Finding(
          .metadataMismatch, subject: subject, expected: "\(name) \(expected)",
          observed: observed.map { "\(name) \($0)" } ?? "no \(name)"))
    }
    return findings + unreadable(reader, manifest, subject: subject)
  }

  /// A list may not reach as far as the medium, as that of an E01 with its 32-bit addresses: what lies past it is in the
  /// manifest only, which is a note. Any other difference is a failure.
  private static func unreadable(
    _ reader: any ImageReader, _ manifest: Manifest, subject: String
  ) -> [Finding] {
    let recorded = manifest.mainStream?.map.ranges(in: .unreadable) ?? []
    guard let listed = reader.format.listed else { return [] }
    let listable = listed(recorded)
    var findings: [Finding] = []
    if reader.recordedUnreadable.joined() != listable.joined() {
      findings.append(
        Finding(
          .unreadableListDiffers, subject: subject, expected: "sectors \(listable.listed())",
          observed: "sectors \(reader.recordedUnreadable.listed())"))
    }
    for range in recorded.without(listable) {
      findings.append(
        Finding(
          .unreadableListDiffers, .note, subject: subject, expected: "in the manifest",
          observed: "past the addresses of the image's own list", sectors: range))
    }
    return findings
  }
}
