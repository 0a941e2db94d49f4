/// What kind of thing is read from. Manifests, journals and the case database store the raw value.
package enum SourceKind: String, Hashable, Sendable, CaseIterable {
  case blockDevice
  case file
  case splitFiles
  /// The image of an optical disc: a description and the files it names.
  case discImage

  /// Whether it has a list of files.
  package var hasFiles: Bool { self == .splitFiles || self == .discImage }

  /// In words, for messages.
  package var title: String {
    switch self {
    case .blockDevice: "block device"
    case .file: "file"
    case .splitFiles: "split set of files"
    case .discImage: "image of an optical disc"
    }
  }
}
