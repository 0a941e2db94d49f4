import Evidence
import OpticalDisc

/// What a table of contents of cdrdao says, before the sizes of its files are known.
package struct TOCSheet: Sendable {
  /// A length or a place: in sectors where it is written as a time, otherwise in samples or bytes.
  package enum Extent: Hashable, Sendable {
    case sectors(Int)
    case units(Int)
  }

  package struct Part: Sendable {
    package enum Source: Hashable, Sendable {
      case zero
      case file(name: String, offset: UInt64, start: Extent, isSwapped: Bool, isAudio: Bool)
    }

    package let source: Source
    /// `nil`: to the end of the file.
    package let length: Extent?
    package let line: Int

    /// The same part of a track of data, whose sectors are stored as they are.
    var asData: Part {
      guard case .file(let name, let offset, let start, _, true) = source else { return self }
      return Part(
        source: .file(name: name, offset: offset, start: start, isSwapped: false, isAudio: false),
        length: length, line: line)
    }
  }

  package struct Track: Sendable {
    package let line: Int
    package var type: CUESheet.TrackType
    /// The word behind TRACK.
    package var typeWord = ""
    package var control: TrackControl
    package var isrc: ISRC?
    package var parts: [Part] = []
    /// Where the pregap ends; `nil` where there is none, `.some(nil)` where it is all that stands before.
    package var start: Place?
    /// Where the post-gap begins, which is the next index; `nil` where there is none.
    package var end: Place?
    /// Places of index 2 and up, from the end of the pregap, in sectors.
    package var indexes: [Int] = []
  }

  /// A place in a track: given in sectors, or what its parts come to up to there.
  package enum Place: Hashable, Sendable {
    case sector(Int)
    case afterParts(Int)
  }

  package var kind: DiscSession.Kind = .romOrAudio
  package var catalog: MediaCatalogNumber?
  package var firstTrack = 1
  package var tracks: [Track] = []
  package var text = CDText()
  package var remarks: [String] = []

  /// The words behind TRACK.
  package static let trackTypes: [String: CUESheet.TrackType] = [
    "AUDIO": .init(.audio, .raw), "MODE0": .init(.mode0, .body), "MODE1": .init(.mode1, .mode1Data),
    "MODE1_RAW": .init(.mode1, .raw), "MODE2": .init(.mode2, .body), "MODE2_RAW": .init(.mode2, .raw),
    "MODE2_FORM1": .init(.mode2, .form1Data), "MODE2_FORM2": .init(.mode2, .form2Data),
    "MODE2_FORM_MIX": .init(.mode2, .body),
  ]
}
