import Digests
import Evidence

/// What is acquired from: as much as the case keeps of it; the manifest has the rest.
package struct AcquisitionSource: Hashable, Sendable {
  package let path: String
  package let kind: SourceKind
  /// Bytes.
  package let length: UInt64
  /// Logical sector size in bytes.
  package let sectorSize: UInt32

  package init(path: String, kind: SourceKind, length: UInt64, sectorSize: UInt32) {
    self.path = path
    self.kind = kind
    self.length = length
    self.sectorSize = sectorSize
  }
}

/// One image an acquisition wrote, with its files in order.
package struct AcquiredImage: Hashable, Sendable {
  package let format: String
  /// Bytes of the medium in the image, padding left out.
  package let length: UInt64
  package let segments: [RecordedFile]

  package init(format: String, length: UInt64, segments: [RecordedFile]) {
    self.format = format
    self.length = length
    self.segments = segments
  }
}

/// The digests of one whole stream.
package struct StreamDigests: Hashable, Sendable {
  package let stream: String
  package let digests: DigestSet

  package init(stream: String, digests: DigestSet) {
    self.stream = stream
    self.digests = digests
  }
}

/// Everything the case keeps of one acquisition.
package struct AcquisitionEntry: Hashable, Sendable {
  package let acquisition: AcquisitionRecord
  /// `nil` while it runs, and for ever where its process was killed.
  package let result: AcquisitionResultRecord?
  package let images: [AcquiredImage]
  package let digests: [StreamDigests]

  package init(
    acquisition: AcquisitionRecord, result: AcquisitionResultRecord?, images: [AcquiredImage],
    digests: [StreamDigests]
  ) {
    self.acquisition = acquisition
    self.result = result
    self.images = images
    self.digests = digests
  }
}

/// An acquisition with its manifest.
package struct EndedAcquisition: Hashable, Sendable {
  package let record: AcquisitionRecord
  /// SHA-256.
  package let manifestDigest: Digest

  package init(record: AcquisitionRecord, manifestDigest: Digest) {
    self.record = record
    self.manifestDigest = manifestDigest
  }

  package var name: String { record.name }
  /// Relative to the case.
  package var folder: String { record.folder }
}
