import Evidence

/// What a container says of itself besides sectors, case data and digests. Whatever it does not say is `nil`.
package struct ImageFacts: Hashable, Sendable {
  /// A moment as a container stores it.
  package struct StoredTime: Hashable, Sendable {
    /// In the container's own form.
    package let text: String
    /// The moment, where the form says one: a local time without its zone does not.
    package let timestamp: Timestamp?

    package init(text: String, timestamp: Timestamp?) {
      self.text = text
      self.timestamp = timestamp
    }
  }

  /// One file of the set.
  package struct Segment: Hashable, Sendable {
    package let name: String
    /// The number the file states of itself; `nil` where it states none.
    package let storedNumber: Int?
    /// Bytes.
    package let size: UInt64

    package init(name: String, storedNumber: Int?, size: UInt64) {
      self.name = name
      self.storedNumber = storedNumber
      self.size = size
    }
  }

  /// The program family whose form the container has, e.g. `EnCase 6`, as far as the form tells.
  package var family: String?
  package var mediaType: MediaType?
  /// The byte behind `mediaType`, also where it has no name.
  package var storedMediaType: UInt8?
  /// Whether it holds a whole device, in contrast to a volume or a file.
  package var isPhysical: Bool?
  /// Write blockers the container was flagged with; empty where none is.
  package var writeBlockers: [String] = []
  package var compression: ImageCompression?
  package var sectorsPerChunk: UInt32?
  /// Sectors that were given up together when one could not be read; `nil` where none is stored.
  package var errorGranularity: UInt32?
  /// 16 bytes that all segments of a set share; `nil` where none or zeros are stored.
  package var setIdentifier: [UInt8]?
  package var acquired: StoredTime?
  /// Clock of the acquiring machine.
  package var systemTime: StoredTime?
  /// Operating system of the acquiring machine.
  package var operatingSystem: String?
  /// Digest of a password as stored; it protects nothing, it only asks programs to ask for it.
  package var passwordHash: String?
  /// Sessions of an optical disc, in sectors of the image.
  package var sessions: [SectorRange] = []
  package var tracks: [SectorRange] = []
  package var segments: [Segment] = []
  /// Sectors the container does not locate any more; damage inside stored data shows only when it is read.
  package var lost: [SectorRange] = []
  /// What is stored and has no place in the contents, in words.
  package var leftOut: [String] = []
  /// Whether the container says that more belongs to it, or ends where it should not; `nil` where the format has
  /// no end of its own, as raw has none.
  package var hasEnd: Bool?

  package init() {}

  /// Whether everything the container says of itself is there, to its last section.
  package var isComplete: Bool { hasEnd != false && lost.isEmpty }
}
