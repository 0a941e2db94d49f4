import Evidence
import OpticalDisc

/// What a cue sheet says, line by line, before the sizes of its files are known. The grammar is that of CDRWIN's manual
/// and of what other programs made of it.
package struct CUESheet: Sendable {
  package enum FileType: String, Hashable, Sendable {
    case binary = "BINARY"
    case motorola = "MOTOROLA"
    case wave = "WAVE"
    case aiff = "AIFF"
    case mp3 = "MP3"
    /// Not of the manual; most call such files WAVE.
    case flac = "FLAC"
  }

  package struct File: Sendable {
    package let name: String
    package var type: FileType
    package let line: Int
  }

  package struct Index: Sendable {
    package let number: Int
    /// Sectors from the beginning of the file.
    package let sector: Int
    package let file: Int
    package let line: Int
  }

  package struct Track: Sendable {
    package let number: Int
    package let line: Int
    package var session: Int
    package var type: TrackType
    /// The word of the sheet.
    package var typeWord = ""
    package var flags: TrackControl = []
    package var isrc: ISRC?
    package var pregap = 0
    package var postgap = 0
    package var indexes: [Index] = []
  }

  /// What comments say of the end of a session; in sectors.
  package struct SessionMarks: Sendable {
    /// A place in a file, or a length: sheets have both.
    package var leadOut: Int?
    package var leadOutFile: Int?
    package var leadIn: Int?
    package var pregap: Int?
  }

  package var files: [File] = []
  package var tracks: [Track] = []
  package var catalog: MediaCatalogNumber?
  package var cdTextFile: (name: String, line: Int)?
  /// Texts of commands, by kind and track; 0 is the disc.
  package var texts: [CDText.Kind: [Int: String]] = [:]
  package var sessions: [Int: SessionMarks] = [:]
  package var remarks: [String] = []
}

extension CUESheet {
  /// What the word behind the number of a track means.
  package struct TrackType: Hashable, Sendable {
    package let mode: TrackMode
    package let layout: SectorLayout
    package var subchannel: SubchannelLayout?
    package var isCDi = false

    /// Bytes from one sector to the next.
    package var stride: Int { layout.size + (subchannel == nil ? 0 : Subchannel.size) }

    package init(
      _ mode: TrackMode, _ layout: SectorLayout, _ subchannel: SubchannelLayout? = nil, isCDi: Bool = false
    ) {
      self.mode = mode
      self.layout = layout
      self.subchannel = subchannel
      self.isCDi = isCDi
    }
  }

  package static let trackTypes: [String: TrackType] = [
    "AUDIO": TrackType(.audio, .raw), "CDG": TrackType(.audio, .raw, .interleaved),
    "MODE0/2336": TrackType(.mode0, .body), "MODE0/2352": TrackType(.mode0, .raw),
    "MODE1/2048": TrackType(.mode1, .mode1Data), "MODE1/2352": TrackType(.mode1, .raw),
    "MODE1_RAW": TrackType(.mode1, .raw), "MODE1/2448": TrackType(.mode1, .raw, .interleaved),
    "MODE2/2048": TrackType(.mode2, .form1Data), "MODE2/2324": TrackType(.mode2, .form2Data),
    "MODE2/2332": TrackType(.mode2, .form2Body), "MODE2/2336": TrackType(.mode2, .body),
    "MODE2/2352": TrackType(.mode2, .raw), "MODE2_RAW": TrackType(.mode2, .raw),
    "MODE2/2448": TrackType(.mode2, .raw, .interleaved),
    "CDI/2336": TrackType(.mode2, .body, isCDi: true), "CDI/2352": TrackType(.mode2, .raw, isCDi: true),
  ]
}
