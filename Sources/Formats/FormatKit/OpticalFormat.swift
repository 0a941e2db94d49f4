/// The forms in which Exhibit reads and writes images of optical discs.
package enum OpticalFormat: String, Hashable, Sendable, CaseIterable {
  /// Sectors of one data track, without a description.
  case iso
  /// A cue sheet and the files it names.
  case cue
  /// A table of contents of cdrdao and the files it names.
  case toc
  /// A file for each track, and a cue sheet that puts them together. Read as `cue`.
  case tracks
  /// Exhibit's own description of a disc beside an image of it in a case. Only read; acquisitions write it.
  case description

  /// Those that a disc can be converted to.
  package static let written: [OpticalFormat] = [.iso, .cue, .toc, .tracks]

  /// Name as printed.
  package var title: String {
    switch self {
    case .iso: "ISO"
    case .cue: "BIN/CUE"
    case .toc: "TOC/BIN"
    case .tracks: "a file per track"
    case .description: "disc description"
    }
  }
}
