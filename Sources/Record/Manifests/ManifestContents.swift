import Evidence

extension Manifest {
  /// What was read from.
  package struct Source: Hashable, Sendable {
    package var kind: SourceKind
    /// As it was named; for a split set its first file, for the image of a disc its description.
    package var path: String
    /// Names of the files of a split set or of the image of a disc, in order; empty for the other kinds.
    package var files: [String]
    package var geometry: MediaGeometry
    /// Number of logical sectors, a last short one included.
    package var sectorCount: UInt64
    package var model: String?
    package var serial: String?
    package var firmware: String?
    /// World Wide Name.
    package var wwn: String?
    /// The kernel refused writes to the device; `nil` where the question does not arise.
    package var readOnly: Bool?

    /// `sectorCount` follows from the geometry.
    package init(
      kind: SourceKind, path: String, files: [String] = [], geometry: MediaGeometry, model: String? = nil,
      serial: String? = nil, firmware: String? = nil, wwn: String? = nil, readOnly: Bool? = nil
    ) {
      self.kind = kind
      self.path = path
      self.files = files
      self.geometry = geometry
      self.sectorCount = geometry.sectorCount
      self.model = model
      self.serial = serial
      self.firmware = firmware
      self.wwn = wwn
      self.readOnly = readOnly
    }
  }

  /// A sequence of units of one size read from the medium: the sectors of a disk.
  package struct Stream: Hashable, Sendable {
    /// Name of the stream every medium has.
    package static let main = "main"

    /// Portable name, unique in the manifest.
    package var name: String
    /// Bytes per unit.
    package var unitSize: UInt32
    /// Number of units, a last short one included.
    package var unitCount: UInt64
    /// Where the stream begins on the medium, in units, when only a range of it was acquired; `nil` for the whole.
    package var firstUnit: UInt64?
    /// True length in bytes.
    package var length: UInt64
    /// Of the whole stream with unreadable and not attempted units as the fill pattern; SHA-256 is always
    /// there, but where ``laterDigests`` are named.
    package var digests: DigestSet
    /// Digests of the whole that were not computed while reading: the first full verification computes them, and they
    /// are signed in ``WholeDigests``. SHA-256 is among them; empty where ``digests`` are there.
    package var laterDigests: Set<DigestAlgorithm>
    package var chunks: Chunks
    /// The state of every unit.
    package var map: SectorMap
    /// What images hold in place of units that were not read.
    package var fill: FillPattern
    /// Of an optical disc: its tracks, in order; empty of any other medium.
    package var tracks: [Track]

    /// `unitCount` is that of the map.
    package init(
      name: String = main, unitSize: UInt32, firstUnit: UInt64? = nil, length: UInt64, digests: DigestSet,
      laterDigests: Set<DigestAlgorithm> = [], chunks: Chunks, map: SectorMap, fill: FillPattern = .zero,
      tracks: [Track] = []
    ) {
      self.name = name
      self.unitSize = unitSize
      self.unitCount = map.sectorCount
      self.firstUnit = firstUnit
      self.length = length
      self.digests = digests
      self.laterDigests = laterDigests
      self.chunks = chunks
      self.map = map
      self.fill = fill
      self.tracks = tracks
    }
  }

  /// The stored sectors of one track of an optical disc, within the stream.
  package struct Track: Hashable, Sendable {
    /// From 1.
    package var session: UInt64
    /// 1 to 99.
    package var number: UInt64
    package var mode: TrackMode
    /// The first of its units, from the beginning of the stream.
    package var firstUnit: UInt64
    /// At least 1.
    package var unitCount: UInt64
    /// Of exactly these units as the images hold them; SHA-256 is always there.
    package var digests: DigestSet

    package init(
      session: UInt64, number: UInt64, mode: TrackMode, firstUnit: UInt64, unitCount: UInt64,
      digests: DigestSet
    ) {
      self.session = session
      self.number = number
      self.mode = mode
      self.firstUnit = firstUnit
      self.unitCount = unitCount
      self.digests = digests
    }
  }

  /// Division of a stream into chunks with digests of their own.
  package struct Chunks: Hashable, Sendable {
    /// Bytes per chunk; the last one may be shorter.
    package var size: UInt64
    package var count: UInt64
    /// Name of the chunk file, which is listed among the files.
    package var file: String
    /// RFC 9162 §2.1 over the chunks' SHA-256 as leaf data.
    package var merkleRoot: Digest

    package init(size: UInt64, count: UInt64, file: String, merkleRoot: Digest) {
      self.size = size
      self.count = count
      self.file = file
      self.merkleRoot = merkleRoot
    }
  }

  /// A container that was written.
  package struct Image: Hashable, Sendable {
    /// Formats that version 1 of the manifest knows.
    package static let formats: [FormatID] =
      [FormatID("e01"), plain] + ["ccd", "cue", "iso", "mds", "nrg", "toc"].map { FormatID($0) }
    /// The one whose files are the contents and nothing else, one after the other.
    private static let plain = FormatID("raw")

    /// What the container holds of one stream.
    package struct Contents: Hashable, Sendable {
      /// Name of the stream.
      package var stream: String
      /// In bytes, padding included.
      package var length: UInt64
      /// Zeros after the true end of the stream, less than one unit.
      package var paddingBytes: UInt64
      /// Of exactly these contents, padding included; at least one, but where the stream's are left for later.
      package var digests: DigestSet

      package init(
        stream: String = Stream.main, length: UInt64, paddingBytes: UInt64, digests: DigestSet
      ) {
        self.stream = stream
        self.length = length
        self.paddingBytes = paddingBytes
        self.digests = digests
      }
    }

    /// One of ``formats``.
    package var format: FormatID
    /// `nil` where the format knows none.
    package var compression: ImageCompression?
    /// At least one.
    package var contents: [Contents]
    /// The files of the set, in order; at least one. Only one that is the contents and nothing else may be without a
    /// digest, where those of the whole are left for later.
    package var segments: [ListedFile]

    /// The files are the contents and nothing else, one after the other.
    package var isPlain: Bool { format == Self.plain }

    package init(
      format: FormatID, compression: ImageCompression? = nil, contents: [Contents], segments: [ListedFile]
    ) {
      self.format = format
      self.compression = compression
      self.contents = contents
      self.segments = segments
    }
  }
}
