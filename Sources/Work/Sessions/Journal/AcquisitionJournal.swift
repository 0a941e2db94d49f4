import Acquisition
import CanonicalJSON
import Digests
import Evidence
import Manifests
import Signing
import SystemIO
import SystemPackage

/// What is needed to go on with an acquisition: `NAME.journal` in its unfinished folder.
///
/// One small file that is replaced as a whole at every checkpoint, so that after a crash there is always one that is
/// whole. Everything it refers to was synced before. It goes when the acquisition is complete.
package struct AcquisitionJournal: Sendable {
  /// Version 1 was signed by nobody.
  static let version: UInt64 = 2
  /// Bytes a journal may have: a million unreadable ranges need less.
  static let largestFile = 128 << 20

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
  /// What was written besides the images; `nil` in a journal of version 1.
  var written: Written?

  /// What was written besides the images.
  struct Written: Hashable, Sendable {
    /// SHA-256 of the chunk file up to the checkpoint.
    var chunks: Digest
    /// Of each folder, in the order of the request, the files of the record that were written before the medium was
    /// read: SHA-256 by name.
    var files: [[String: Digest]]
  }

  /// The stored body and what seals it; `nil` where nothing does.
  private var sealed: (body: [UInt8], seal: StrictObject)?

  private init(
    acquisition: RecordIdentifier, toolVersion: String, request: AcquisitionRequest, medium: MediumIdentity,
    checkpoint: Checkpoint, staging: Staging?, saved: Timestamp, pauses: [Manifest.Pause],
    commands: [String: UInt64], written: Written?
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
    self.written = written
  }

  static func path(of name: String, in folder: FilePath) -> FilePath {
    folder.appending(RecordNames(acquisition: name).journal)
  }

  /// - Parameter key: of this process.
  func save(to path: FilePath, by key: JournalKey) throws(EvidenceError) {
    let body = json
    let bytes = body.canonicalBytes
    let text = JSONValue.fields([
      "body": body, "sha256": .string(Digest.of(bytes, .sha256).hex), "seal": try key.seal(bytes),
    ])
    try DurableFile.replace(path, with: text.canonicalBytes)
  }

  /// - Throws: `journalMalformed` where a single byte of it is not what was saved; `fileMissing`.
  init(at path: FilePath) throws(EvidenceError) {
    try self.init(parsing: try Files.contents(path, cap: Self.largestFile), name: path.string)
  }

  /// - Throws: `journalMalformed`, `journalNotAuthentic` where nothing seals a version that is sealed.
  package init(parsing bytes: [UInt8], name: String) throws(EvidenceError) {
    let document = StrictObject.Document(.journalMalformed, name: name)
    let value: JSONValue
    do throws(EvidenceError) { value = try JSONValue(parsingCanonical: bytes, name: name) } catch {
      throw document.failure("", error.detail)
    }
    var whole = try StrictObject(value, of: document)
    let body = try whole.value("body")
    let stored = body.canonicalBytes
    guard try whole.digest("sha256", .sha256) == Digest.of(stored, .sha256) else {
      throw document.failure("sha256", "not that of the body")
    }
    let seal = try whole.optionalObject("seal")
    try whole.finish()
    var object = try StrictObject(body, of: document)
    let version = try object.quantity("version", in: 1...Self.version)
    guard version == 1 || seal != nil else {
      throw EvidenceError(.journalNotAuthentic, name, "it is not signed")
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
      }, commands: try CommandCounts.optional("commands", in: &object),
      written: version == 1 ? nil : try Written(try object.object("written")))
    self.sealed = seal.map { (stored, $0) }
    try object.finish()
    try demandInOrder(document)
  }

  /// Images are written from their beginning: what the map says was read ends where they do.
  private func demandInOrder(_ document: StrictObject.Document) throws(EvidenceError) {
    let size = UInt64(medium.sectorSize)
    let next = checkpoint.position / size + (checkpoint.position % size > 0 ? 1 : 0)
    guard next <= medium.acquiredSectors else {
      throw document.failure("checkpoint.position", "past the end of the medium")
    }
    let rest = next < medium.acquiredSectors ? [SectorRange(next..<medium.acquiredSectors)] : []
    guard staging != nil || checkpoint.map.ranges(in: .notAttempted) == rest else {
      throw document.failure("checkpoint.map", "not what was read up to the position")
    }
  }

  /// The body as this version would store it.
  package var bodyBytes: [UInt8] { json.canonicalBytes }

  private var json: JSONValue {
    .fields([
      "version": JSONValue(Self.version), "acquisition": .string(acquisition.description),
      "toolVersion": .string(toolVersion), "request": request.json, "medium": medium.json,
      "checkpoint": checkpoint.json, "staging": staging?.json, "saved": .string(saved.description),
      "pauses": .array(pauses.map(\.json)),
      "commands": commands.isEmpty ? nil : CommandCounts.json(commands), "written": written?.json,
    ])
  }

  /// Demands that a process of this acquisition saved it, which the examiner began.
  /// - Returns: whether that can be said; a journal of version 1 is signed by nobody.
  /// - Throws: `journalNotAuthentic`.
  package func demandAuthentic(by examiner: Certificate, at path: FilePath) throws(EvidenceError) -> Bool {
    guard let sealed else { return false }
    try JournalKey.demand(
      sealed.seal, of: sealed.body, acquisition: acquisition, examiner: examiner, path: path.string)
    return true
  }
}

extension AcquisitionJournal.Written {
  fileprivate var json: JSONValue {
    .fields([
      "chunks": .string(chunks.hex),
      "files": .array(files.map { folder in .object(folder.mapValues { .string($0.hex) }) }),
    ])
  }

  fileprivate init(_ given: StrictObject) throws(EvidenceError) {
    var object = given
    let document = object.document
    self.chunks = try object.digest("chunks", .sha256)
    self.files = try object.list("files") { (value, path) throws(EvidenceError) in
      var folder = try StrictObject(value, at: path, of: document)
      var digests: [String: Digest] = [:]
      for name in folder.keys { digests[name] = try folder.digest(name, .sha256) }
      return digests
    }
    try object.finish()
  }
}

extension AcquisitionJournal {
  init(
    acquisition: RecordIdentifier, request: AcquisitionRequest, medium: MediumIdentity,
    checkpoint: Checkpoint, commands: [String: UInt64], written: Written
  ) {
    self.init(
      acquisition: acquisition, toolVersion: ToolVersion.current, request: request, medium: medium,
      checkpoint: checkpoint, staging: nil, saved: Host.now(), pauses: [],
      commands: commands, written: written)
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
    .fields([
      "pass": JSONValue(pass), "position": JSONValue(position), "map": map.json(),
      "digests": digests.map {
        .fields(["length": JSONValue($0.length), "sha256": .string($0.sha256.hex)])
      },
    ])
  }

  fileprivate init(_ given: StrictObject, sectorCount: UInt64) throws(EvidenceError) {
    var object = given
    self.init(
      pass: UInt32(try object.quantity("pass", in: 1...UInt64(Staging.lastPass + 1))),
      position: try object.quantity("position"),
      map: try SectorMap(whole: try object.object("map"), sectorCount: sectorCount),
      digests: try object.optionalObject("digests").map { given throws(EvidenceError) in
        var kept = given
        let (length, sha256) = (try kept.quantity("length"), try kept.digest("sha256", .sha256))
        try kept.finish()
        return StagingDigests.Kept(length: length, sha256: sha256)
      })
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
