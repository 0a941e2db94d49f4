import CanonicalJSON
import Evidence

/// The record that binds an acquisition: what was read, by whom, how, and every file that came of it.
///
/// Stored as canonical JSON (RFC 8785) in `NAME.manifest.json` and signed. `Docs/formats/manifest.md`
/// describes every field. Integers are at most 2⁵³ − 1.
package struct Manifest: Hashable, Sendable {
  /// Value of the field `format`.
  package static let format = "exhibit-manifest"
  /// Value of the field `version`; a change that an older reader would misread raises it.
  package static let version: UInt64 = 1
  /// Largest manifest in bytes.
  package static let largestFile = 64 << 20

  package var acquisition: Acquisition
  package var investigation: Investigation
  package var item: Item
  package var source: Source
  package var writeProtection: WriteProtection
  /// At least one; the one named ``Stream/main`` is what the source's length speaks of.
  package var streams: [Stream]
  package var images: [Image]
  /// The other files of the record: chunk files, maps, certificates. Never the manifest itself; their names are portable.
  package var files: [RecordedFile]
  /// The end of the audit log when the manifest was made.
  package var audit: AuditHead
  package var verdict: AcquisitionVerdict

  package init(
    acquisition: Acquisition, investigation: Investigation, item: Item, source: Source,
    writeProtection: WriteProtection, streams: [Stream], images: [Image], files: [RecordedFile],
    audit: AuditHead,
    verdict: AcquisitionVerdict
  ) {
    self.acquisition = acquisition
    self.investigation = investigation
    self.item = item
    self.source = source
    self.writeProtection = writeProtection
    self.streams = streams
    self.images = images
    self.files = files
    self.audit = audit
    self.verdict = verdict
  }

  /// Digests of the whole are left to a later verification.
  package var isSegmented: Bool { streams.contains { !$0.laterDigests.isEmpty } }

  /// The stream the source's length speaks of.
  package var mainStream: Stream? { streams.first { $0.name == Stream.main } }

  /// Every file the manifest binds, segments of images first, in the order of the manifest.
  package var allFiles: [ListedFile] { images.flatMap(\.segments) + files.map { ListedFile($0) } }
}
