import ArgumentParser

/// What nearly every acquisition says.
struct MainOptions: ParsableArguments {
  @Option(help: "Number of the evidence item.") var item: String
  @Option(
    help:
      "Image format: \(AcquireChoices.formats); all but e01 and raw only for optical disc images. May be given more than once. Default: e01, or raw if an E01 cannot hold the sector size."
  )
  var format: [String] = []
  @Option(
    help: """
      Hash algorithms, separated by commas: \(AcquireChoices.digests). sha256 is always included. `acquire` also takes \
      \(AcquireChoices.segmented): only the hash values of chunks while reading; the first full `verify` adds md5 and sha256 \
      of the whole, and sha1 if named.
      """)
  var digest = AcquireChoices.digests
  @Flag(help: "Acquire a device without a confirmation prompt.") var yes = false
}

/// Where images go besides the case, and what happens where there is little space.
struct DestinationOptions: ParsableArguments {
  @Option(
    help: """
      A further folder for images written in the same pass: FOLDER, or FORMAT:FOLDER such as raw:/mnt/second. May be \
      given more than once. If one folder fails, the others continue.
      """)
  var copyTo: [String] = []
  @Option(
    help: """
      A folder for further segments when the case's drive is full. May be given more than once.
      """)
  var overflowTo: [String] = []
  @Option(help: "Split a raw image into files of at most this size, e.g. 2GiB.") var split: String?
  @Flag(
    inversion: .prefixedNo,
    help: """
      Read everything back from the destinations, past the page cache, and verify it before the acquisition counts as \
      complete; the case records the result. --no-verify overrides the profile. Default: as in the profile, or no.
      """)
  var verify: Bool?
  @Flag(help: "Start even if the destination may be too small.") var acceptLittleSpace = false
}

/// Which part of a source is read, and as what.
struct ExtentOptions: ParsableArguments {
  @OptionGroup var input: InputOptions
  @Option(help: "First sector to acquire.") var start: UInt64?
  @Option(help: "Number of sectors to acquire. Default: to the end of the medium.") var length: UInt64?
  @Option(
    help: """
      Read only the sectors that this earlier acquisition of the item could not read, e.g. 001. All others are taken from \
      its image, checked chunk by chunk, into a new acquisition that names it.
      """)
  var again: String?
  @Option(
    help: "Sector size of a source file, in bytes: 512, 1024, 2048, 4096. Devices report their own.")
  var sectorSize: UInt32?
  @Option(
    help:
      "From a disc image, acquire only the user data of this data track, at 2048 bytes per sector (fits an E01)."
  )
  var track: Int?
}

/// How an acquisition guards itself and its progress.
struct SafeguardOptions: ParsableArguments {
  @Option(
    help: "Seconds between checkpoints for `resume`; 0 for one every 16 MiB.")
  var checkpointInterval: UInt32 = 5
  @Flag(help: "Refuse to acquire unless the full sandbox is available.")
  var requireSandbox = false
}
