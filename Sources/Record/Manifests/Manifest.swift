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
  /// The other files of the record: chunk files, maps, certificates. Never the manifest itself.
  package var files: [File]
  package var audit: AuditHead
  package var verdict: AcquisitionVerdict

  package init(
    acquisition: Acquisition, investigation: Investigation, item: Item, source: Source,
    writeProtection: WriteProtection, streams: [Stream], images: [Image], files: [File], audit: AuditHead,
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

  /// The stream the source's length speaks of.
  package var mainStream: Stream? { streams.first { $0.name == Stream.main } }

  /// A file of the record, with what proves it unchanged.
  package struct File: Hashable, Sendable {
    /// Portable name without a folder.
    package var name: String
    /// In bytes.
    package var size: UInt64
    /// SHA-256 of the contents.
    package var sha256: Digest

    package init(name: String, size: UInt64, sha256: Digest) {
      self.name = name
      self.size = size
      self.sha256 = sha256
    }
  }

  /// Every file the manifest binds, segments of images first, in the order of the manifest.
  package var allFiles: [File] { images.flatMap(\.segments) + files }
}
