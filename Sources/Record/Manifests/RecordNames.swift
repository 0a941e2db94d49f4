import Evidence

/// Names of the files that make up the record of one acquisition. All lie in one folder.
package struct RecordNames: Hashable, Sendable {
  /// Name of the acquisition: the item number, with `-2` and so on for a later acquisition of the same item.
  package let acquisition: String

  package init(acquisition: String) { self.acquisition = acquisition }

  package var manifest: String { "\(acquisition).manifest.json" }
  /// Detached signature of the manifest.
  package var signature: String { "\(manifest).p7s" }
  /// Time stamps of the signature file as a whole, from 1: see ``TimestampRenewals``.
  package static func renewal(of signature: String, _ number: Int) -> String { "\(signature).\(number).tsr" }
  package func renewal(_ number: Int) -> String { Self.renewal(of: signature, number) }
  /// Digests of the whole that were computed later, where there are any; signed beside it.
  package var wholeDigests: String { "\(acquisition).whole-digests.json" }
  package var wholeDigestsSignature: String { "\(wholeDigests).p7s" }
  /// Digests for `sha256sum -c`.
  package static let sums = "SHA256SUMS"
  /// There as long as the acquisition is under way.
  package var journal: String { "\(acquisition).journal" }

  /// Chunk digests of a stream; the main stream needs no name of its own.
  package func chunks(stream: String = Manifest.Stream.main) -> String { file(stream, "chunks.csv") }

  /// ddrescue mapfile of a stream.
  package func map(stream: String = Manifest.Stream.main) -> String { file(stream, "map") }

  /// What a device said of itself: `device.json`, and a reply of each name as it came.
  package func device(_ name: String) -> String { "\(acquisition).\(name)" }
  package func isDevice(_ name: String) -> Bool {
    name == device("device.json") || name.hasPrefix(device("device-"))
  }

  /// What describes a disc whose sectors an image holds: sessions, tracks and gaps, and a cue sheet where one suffices.
  package var disc: String { "\(acquisition).disc.json" }
  /// The description that came with the image of a disc, as it was.
  package var discSource: String { "\(acquisition).disc-source" }
  package func isDisc(_ name: String) -> Bool {
    [disc, discSource, "\(acquisition).cue", "\(acquisition).cdt"].contains(name)
  }

  private func file(_ stream: String, _ ending: String) -> String {
    stream == Manifest.Stream.main ? "\(acquisition).\(ending)" : "\(acquisition).\(stream).\(ending)"
  }

  /// Longest name of a file that a record may list, in bytes.
  static let longest = 128

  /// Whether a record may list this name: plain, portable, without any folder.
  package static func isValid(_ name: String) -> Bool { PortableName.isValid(name, longest: longest) }
}

/// Names that are taken, on file systems without upper and lower case as well.
struct TakenNames {
  private var folded: Set<String> = []

  /// - Returns: `false` when the name is taken already.
  mutating func take(_ name: String) -> Bool { folded.insert(name.lowercased()).inserted }
}
