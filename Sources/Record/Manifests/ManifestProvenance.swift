import Evidence

extension Manifest {
  /// Who acquired, when, and with what.
  package struct Acquisition: Hashable, Sendable {
    package var identifier: RecordIdentifier
    /// Portable name; the files of the record begin with it.
    package var name: String
    package var started: Timestamp
    package var ended: Timestamp
    /// Source of both times, e.g. `CLOCK_REALTIME, synchronised by NTP`.
    package var clock: String
    package var tool: Tool
    package var host: Host
    /// Who acquired; the field `operator`.
    package var examiner: String
    /// The command as it was given, one element per argument.
    package var commandLine: [String]
    /// The source was read past the kernel's page cache.
    package var directIO: Bool
    /// How the medium was read where it refused.
    package var reading: ReadingPolicy
    /// Folders that hold segments besides the one of the manifest, because that was full; as they were then.
    package var overflow: [String]
    /// Interruptions after which it was resumed, in order.
    package var pauses: [Pause]
    /// Devices of the laboratory that were used, as far as they were named.
    package var equipment: [Equipment]
    /// What the examiner noted.
    package var notes: String?
    /// The acquisition that this one adds to; `nil` where every sector is from the medium.
    package var earlier: Earlier?

    package init(
      identifier: RecordIdentifier, name: String, started: Timestamp, ended: Timestamp, clock: String,
      tool: Tool,
      host: Host, examiner: String, commandLine: [String], directIO: Bool,
      reading: ReadingPolicy = ReadingPolicy(), overflow: [String] = [], pauses: [Pause] = [],
      equipment: [Equipment] = [], notes: String? = nil, earlier: Earlier? = nil
    ) {
      self.identifier = identifier
      self.name = name
      self.started = started
      self.ended = ended
      self.clock = clock
      self.tool = tool
      self.host = host
      self.examiner = examiner
      self.commandLine = commandLine
      self.directIO = directIO
      self.reading = reading
      self.overflow = overflow
      self.pauses = pauses
      self.equipment = equipment
      self.notes = notes
      self.earlier = earlier
    }
  }

  /// The program that acquired.
  package struct Tool: Hashable, Sendable {
    package var name: String
    package var version: String

    package init(name: String, version: String) {
      self.name = name
      self.version = version
    }
  }

  /// The machine that acquired, as `uname` describes it.
  package struct Host: Hashable, Sendable {
    package var node: String
    package var system: String
    package var release: String
    package var machine: String
    /// Login name of the real user.
    package var user: String

    package init(node: String, system: String, release: String, machine: String, user: String) {
      self.node = node
      self.system = system
      self.release = release
      self.machine = machine
      self.user = user
    }
  }

  /// The case.
  package struct Investigation: Hashable, Sendable {
    package var number: String
    package var title: String
    package var organisation: String?

    package init(number: String, title: String, organisation: String? = nil) {
      self.number = number
      self.title = title
      self.organisation = organisation
    }
  }

  /// The evidence item.
  package struct Item: Hashable, Sendable {
    package var number: ItemNumber
    package var description: String
    /// As read from the item's label.
    package var serial: String?

    package init(number: ItemNumber, description: String, serial: String? = nil) {
      self.number = number
      self.description = description
      self.serial = serial
    }
  }

  /// What kept the source from being changed.
  package struct WriteProtection: Hashable, Sendable {
    package struct Layer: Hashable, Sendable {
      package enum State: String, Hashable, Sendable, CaseIterable {
        case active
        case inactive
        case unknown
      }

      /// E.g. `opened read-only`.
      package var name: String
      package var state: State
      /// What the layer proves, in a sentence.
      package var proves: String
      /// What was seen of it before the first read, while reading and after the last; `nil` where it is the same
      /// throughout.
      package var before: String?
      package var during: String?
      package var after: String?

      package init(
        name: String, state: State, proves: String, before: String? = nil, during: String? = nil,
        after: String? = nil
      ) {
        self.name = name
        self.state = state
        self.proves = proves
        self.before = before
        self.during = during
        self.after = after
      }
    }

    /// A state of the source in which it would have been refused, and the examiner's reason to read it all the same.
    package struct Override: Hashable, Sendable {
      /// The state of a source that is itself an image, and was acquired byte for byte.
      package static let imageAsMedium = "image-as-medium"

      /// Its name, as it was accepted: `mounted-read-only`, `image-as-medium`.
      package var state: String
      /// In the examiner's words; of an image, that the file itself was asked for.
      package var reason: String
      /// What was found, such as a mount.
      package var found: String

      package init(state: String, reason: String, found: String) {
        self.state = state
        self.reason = reason
        self.found = found
      }
    }

    package var layers: [Layer]
    /// In force, and needed.
    package var overrides: [Override]
    /// How many commands of each kind were sent to the device past the block layer, by name.
    package var commands: [String: UInt64]
    /// What none of the layers can prove.
    package var limits: String

    package init(
      layers: [Layer], overrides: [Override] = [], commands: [String: UInt64] = [:], limits: String
    ) {
      self.layers = layers
      self.overrides = overrides
      self.commands = commands
      self.limits = limits
    }
  }
}
