import Acquisition
import CanonicalJSON
import Digests
import Evidence
import Manifests
import SystemIO
import SystemPackage

/// What is needed to go on with an acquisition: `NAME.journal` in its unfinished folder.
///
/// One small file that is replaced as a whole at every checkpoint, so that after a crash there is always one that is
/// whole. Everything it refers to was synced before. It goes when the acquisition is complete.
struct AcquisitionJournal: Sendable {
  static let version: UInt64 = 1
  /// Bytes a journal may have: a million unreadable ranges need less.
  static let largestFile = 256 << 20

  let acquisition: RecordIdentifier
  /// The program that wrote it; another version may encode images differently.
  let toolVersion: String
  var request: AcquisitionRequest
  let medium: MediumIdentity
  var checkpoint: Checkpoint
  /// How far the medium was read, where it is read in an order of its own first.
  var staging: Staging?
  /// When the checkpoint was made.
  var saved: Timestamp
  var pauses: [Manifest.Pause]
  /// Commands that were sent to the device by every process so far, by their kind.
  var commands: [String: UInt64]

  private init(
    acquisition: RecordIdentifier, toolVersion: String, request: AcquisitionRequest, medium: MediumIdentity,
    checkpoint: Checkpoint, staging: Staging?, saved: Timestamp, pauses: [Manifest.Pause],
    commands: [String: UInt64]
  ) {
    self.acquisition = acquisition
    self.toolVersion = toolVersion
    self.request = request
    self.medium = medium
    self.checkpoint = checkpoint
    self.staging = staging
    self.saved = saved
    self.pauses = pauses
    self.commands = commands
  }

  static func path(of name: String, in folder: FilePath) -> FilePath { folder.appending("\(name).journal") }

  func save(to path: FilePath) throws(EvidenceError) {
    let body = json
    let text = JSONValue.fields([
      "body": body, "sha256": .string(Digest.of(body.canonicalBytes, .sha256).hex),
    ])
    try DurableFile.replace(path, with: text.canonicalBytes)
  }

  /// - Throws: `journalMalformed` where a single byte of it is not what was saved; `fileMissing`.
  init(at path: FilePath) throws(EvidenceError) {
    let document = StrictObject.Document(.journalMalformed, name: path.string)
    let bytes = try Files.contents(path, cap: Self.largestFile)
    let value: JSONValue
    do throws(EvidenceError) { value = try JSONValue(parsingCanonical: bytes, name: path.string) } catch {
      throw document.failure("", error.detail)
    }
    var whole = try StrictObject(value, of: document)
    let body = try whole.value("body")
    guard try whole.digest("sha256", .sha256) == Digest.of(body.canonicalBytes, .sha256) else {
      throw document.failure("sha256", "not that of the body")
    }
    try whole.finish()
    var object = try StrictObject(body, of: document)
    guard try object.quantity("version") == Self.version else {
      throw object.failure("version", "not \(Self.version)")
    }
    guard let acquisition = RecordIdentifier(try object.text("acquisition")) else {
      throw object.failure("acquisition", "no identifier")
    }
    let medium = try MediumIdentity(try object.object("medium"))
    self.init(
      acquisition: acquisition, toolVersion: try object.text("toolVersion"),
      request: try AcquisitionRequest(try object.object("request")), medium: medium,
      checkpoint: try Checkpoint(try object.object("checkpoint"), sectorCount: medium.acquiredSectors),
      staging: object.has("staging")
        ? try Staging(try object.object("staging"), sectorCount: medium.acquiredSectors) : nil,
      saved: try object.time("saved"),
      pauses: try object.list("pauses") { (value, path) throws(EvidenceError) in
        try Manifest.Pause(try StrictObject(value, at: path, of: document))
      }, commands: try CommandCounts.optional("commands", in: &object))
    try object.finish()
  }

  private var json: JSONValue {
    .fields([
      "version": JSONValue(Self.version), "acquisition": .string(acquisition.description),
      "toolVersion": .string(toolVersion), "request": request.json, "medium": medium.json,
      "checkpoint": checkpoint.json, "staging": staging?.json, "saved": .string(saved.description),
      "pauses": .array(pauses.map(\.json)),
      "commands": commands.isEmpty ? nil : CommandCounts.json(commands),
    ])
  }
}

extension AcquisitionJournal {
  init(
    acquisition: RecordIdentifier, request: AcquisitionRequest, medium: MediumIdentity,
    checkpoint: Checkpoint, commands: [String: UInt64]
  ) {
    self.init(
      acquisition: acquisition, toolVersion: ToolVersion.current, request: request, medium: medium,
      checkpoint: checkpoint, staging: nil, saved: Host.now(), pauses: [],
      commands: commands)
  }
}

// MARK: Checkpoint

extension Checkpoint {
  var json: JSONValue {
    .fields([
      "position": JSONValue(position),
      "digests": .object(
        Dictionary(uniqueKeysWithValues: digests.map { ($0.algorithm.rawValue, .string($0.hex)) })),
      "map": map.json(),
      "images": .array(
        images.map { image in
          switch image {
          case .standing(let state): state
          case .failed: .null
          }
        }),
    ])
  }

  init(_ given: StrictObject, sectorCount: UInt64) throws(EvidenceError) {
    var object = given
    let position = try object.quantity("position")
    var digests: [DigestState] = []
    var states = try object.object("digests")
    for algorithm in DigestAlgorithm.allCases where states.has(algorithm.rawValue) {
      guard let state = DigestState(algorithm, hex: try states.text(algorithm.rawValue), length: position)
      else { throw states.failure(algorithm.rawValue, "no state of this digest") }
      digests.append(state)
    }
    try states.finish()
    let map = try SectorMap(whole: try object.object("map"), sectorCount: sectorCount)
    let images = try object.list("images") { (value, path) throws(EvidenceError) -> Image in
      value == .null ? .failed : .standing(value)
    }
    try object.finish()
    self.init(position: position, digests: digests, map: map, images: images)
  }
}

extension Staging {
  fileprivate var json: JSONValue {
    .fields(["pass": JSONValue(pass), "position": JSONValue(position), "map": map.json()])
  }

  fileprivate init(_ given: StrictObject, sectorCount: UInt64) throws(EvidenceError) {
    var object = given
    self.init(
      pass: UInt32(try object.quantity("pass", in: 1...UInt64(Staging.lastPass + 1))),
      position: try object.quantity("position"),
      map: try SectorMap(whole: try object.object("map"), sectorCount: sectorCount))
    try object.finish()
  }
}

extension SectorMap {
  fileprivate init(whole given: StrictObject, sectorCount: UInt64) throws(EvidenceError) {
    var object = given
    try self.init(&object, sectorCount: sectorCount)
    try object.finish()
  }
}
