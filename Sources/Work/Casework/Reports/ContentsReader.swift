import CanonicalJSON
import CaseFolders
import CaseRecords
import CaseStore
import CourtReport
import Digests
import DiscImages
import Evidence
import Manifests
import Sessions
import Signing
import SystemIO
import SystemPackage

/// Reads from a case everything a report is made of.
struct ContentsReader {
  let store: CaseStore
  let folder: CaseFolder

  /// - Parameter numbers: the items; all of the case where empty.
  /// - Parameter validation: the record of a validation to refer to, or its folder.
  /// - Throws: `itemUnknown`; `nothingAcquired` for a case without items.
  func contents(
    of numbers: [ItemNumber], made: Timestamp, removed: Set<Redaction.Kind> = [], texts: [String] = [],
    validation: FilePath? = nil
  ) throws(EvidenceError) -> ReportContents {
    try identified(numbers, made: made, removed: removed, texts: texts, validation: validation).contents
  }

  /// As `contents`, and which report it is.
  func identified(
    _ numbers: [ItemNumber], made: Timestamp, removed: Set<Redaction.Kind>, texts: [String],
    validation: FilePath?
  ) throws(EvidenceError) -> (contents: ReportContents, identity: ReportIdentity) {
    let record = try store.caseRecord()
    let known = try store.people()
    let records = try itemRecords(numbers)
    let rates = try readRates()
    let places = try CopyPlaces(store, records)
    let marks = try store.acquisitionMarks()
    let items = try records.mapThrowing { item throws(EvidenceError) in
      try self.item(item, rates, places, marks)
    }
    let facts = try store.caseFacts()
    let author = try store.acting(in: folder)
    let validated = try validation.map { path throws(EvidenceError) in try ValidationReference.read(path) }
    let identity = try ReportIdentity(
      store, folder, items: items.map(\.record.number), isWhole: numbers.isEmpty, author: author,
      validation: validated?.sha256)
    let later = try peopleAdded(after: identity.state.event.sequence)
    let approvals = try ReportApproval(folder, store)
    var contents = ReportContents(
      name: identity.name, supersedes: identity.supersedes, made: made, author: author.details,
      record: record, facts: facts,
      people: known.filter { !later.contains($0.id) || $0.id == author.id }, items: items,
      auditHead: try store.auditHead(), earlier: identity.earlier.map { Self.earlier($0, approvals) },
      signedHead: try store.newestCheckpoint()?.head, validation: validated,
      redaction: Redaction(
        kinds: removed, people: Self.names(known, items, facts), paths: Self.paths(items, folder),
        texts: texts))
    contents.number = identity.number
    contents.approvals = identity.known?.approvals.map(approvals.shown) ?? []
    return (contents, identity)
  }

  /// Identifiers of people the case did not know yet when the record became what the report tells of.
  private func peopleAdded(after sequence: UInt64) throws(EvidenceError) -> Set<RecordIdentifier> {
    var people: Set<RecordIdentifier> = []
    try store.forEachEvent(of: [.personAdded]) { event throws(EvidenceError) in
      guard event.sequence > sequence else { return }
      for row in event.rows(of: PersonRecord.table) { people.insert(try row.identifier("id")) }
    }
    return people
  }

  /// The items to report.
  /// - Throws: `itemUnknown`; `nothingAcquired` where none of them has an acquisition.
  func itemRecords(_ numbers: [ItemNumber]) throws(EvidenceError) -> [EvidenceItemRecord] {
    let records =
      try numbers.isEmpty
      ? store.items()
      : numbers.mapThrowing { number throws(EvidenceError) in try store.item(number) }
    for record in records where try !store.acquisitions(of: record.number).isEmpty { return records }
    throw EvidenceError(.nothingAcquired, numbers.count == 1 ? "item \(numbers[0])" : folder.path.string)
  }

  private static func earlier(
    _ report: RecordedReport, _ approvals: ReportApproval
  ) -> ReportContents.EarlierReport {
    .init(
      name: report.name, made: report.made, author: report.author, event: report.event,
      approvals: report.approvals.map(approvals.shown))
  }

  private func item(
    _ record: EvidenceItemRecord, _ rates: [String: ReadRate], _ places: CopyPlaces,
    _ marks: [RecordIdentifier: [AcquisitionMark]]
  ) throws(EvidenceError) -> ReportContents.Item {
    let acquisitions = try store.acquisitions(of: record.number).mapThrowing { entry throws(EvidenceError) in
      try acquisition(entry, rates[entry.acquisition.id.description], places, marks)
    }
    let known = try store.itemDescription(record.number)
    let lines = try CustodyLines(store, of: record.number)
    let custody = zip(lines.history.records, lines.all).map { recorded, line in
      ReportContents.CustodyEntry(
        recorded, notes: line.notes.map { .init(label: $0.label, text: $0.text) }, json: line.json)
    }
    return ReportContents.Item(
      known, custody: custody,
      gaps: try store.custodyReview(of: record.number).findings
        + SenderRecords(folder: folder, store: store).gaps(of: record.number),
      acquisitions: acquisitions, verifications: try store.verifications(of: record.number),
      photographs: photographs(known.attachments))
  }

  /// Bytes of photographs that one item brings into a report; what is more is named, not shown.
  private static let largestPictures = 8 << 20

  /// The pictures of an item that are as they were attached.
  private func photographs(_ attachments: [AttachmentRecord]) -> [ReportContents.Photograph] {
    let pictures = Attachments(folder: folder)
    var rest = Self.largestPictures
    return attachments.filter { $0.kind == .photograph }.map(\.file).compactMap { file in
      guard file.size <= rest,
        let bytes = try? Files.contents(pictures.path(of: file.sha256), cap: Self.largestPictures),
        Digest.of(bytes, .sha256) == file.sha256, let type = Self.mediaType(bytes)
      else { return nil }
      rest -= bytes.count
      return ReportContents.Photograph(
        name: file.name, sha256: file.sha256, mediaType: type, bytes: bytes)
    }
  }

  private static func mediaType(_ bytes: [UInt8]) -> String? {
    if bytes.starts(with: [0xff, 0xd8, 0xff]) { return "image/jpeg" }
    return bytes.starts(with: [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]) ? "image/png" : nil
  }

  private func acquisition(
    _ entry: AcquisitionEntry, _ rate: ReadRate?, _ places: CopyPlaces,
    _ marks: [RecordIdentifier: [AcquisitionMark]]
  ) throws(EvidenceError) -> ReportContents.Acquisition {
    let marks = marks[entry.acquisition.id] ?? []
    guard entry.result?.manifestDigest != nil else {
      return ReportContents.Acquisition(entry, sealed: nil, marks: marks)
    }
    let place = folder.path.pushing(FilePath(entry.acquisition.folder))
    let names = RecordNames(acquisition: entry.acquisition.name)
    let bytes = try Files.contents(place.appending(names.manifest), cap: Manifest.largestFile)
    let signature = try Files.contents(place.appending(names.signature), cap: SignatureCheck.largestFile)
    let manifest = try Manifest(parsing: bytes, name: names.manifest)
    /// A description of the device.
    func described(_ name: String) throws(EvidenceError) -> JSONValue? {
      let file = names.device("\(name).json")
      return try bound(file).map { bytes throws(EvidenceError) in try JSONValue(parsing: bytes, name: file) }
    }
    /// A file of the record, where it is still the one that the manifest binds.
    func bound(_ file: String) -> [UInt8]? {
      guard let listed = manifest.files.first(where: { $0.name == file }),
        let bytes = try? Files.contents(place.appending(file), cap: Manifest.largestFile),
        Digest.of(bytes, .sha256) == listed.sha256
      else { return nil }
      return bytes
    }
    let disc = try bound(names.disc).map { bytes throws(EvidenceError) in
      try DiscDescription(parsing: bytes, name: names.disc).disc
    }
    return ReportContents.Acquisition(
      entry,
      sealed: .init(
        manifest: manifest, digest: Digest.of(bytes, .sha256),
        signature: try SignatureCheck.verify(signature: signature, content: bytes, trust: Trust()),
        whole: try whole(manifest, Digest.of(bytes, .sha256), names, in: place)),
      device: try described(DeviceCapture.name()), deviceAfter: try described(DeviceCapture.nameAfter),
      disc: disc, readRate: rate, copies: places.copies(of: entry), marks: marks)
  }

  /// Digests of the whole that were added later; `nil` where none were.
  /// - Throws: `manifestMalformed`, `fileMissing` where their signature is.
  private func whole(
    _ manifest: Manifest, _ digest: Digest, _ names: RecordNames, in place: FilePath
  ) throws(EvidenceError) -> ReportContents.Whole? {
    guard manifest.isSegmented, Files.exists(place.appending(names.wholeDigests)) else { return nil }
    let bytes = try Files.contents(place.appending(names.wholeDigests), cap: WholeDigests.largestFile)
    let signature = try Files.contents(
      place.appending(names.wholeDigestsSignature), cap: SignatureCheck.largestFile)
    return ReportContents.Whole(
      try WholeDigests(parsing: bytes, name: names.wholeDigests), digest: Digest.of(bytes, .sha256),
      signature: try SignatureCheck.verify(signature: signature, content: bytes, trust: Trust()),
      of: manifest, manifestDigest: digest)
  }

  /// How fast each acquisition was read, by its identifier.
  private func readRates() throws(EvidenceError) -> [String: ReadRate] {
    var rates: [String: ReadRate] = [:]
    try store.forEachEvent(of: [.acquisitionImaged]) { event throws(EvidenceError) in
      guard let details = event.payload["details"],
        let acquisition = details["acquisition"]?.stringValue, let rate = ReadRate(details["readRate"])
      else { return }
      rates[acquisition] = rate
    }
    return rates
  }

  // MARK: What can be asked to be removed

  private static func names(
    _ people: [PersonRecord], _ items: [ReportContents.Item], _ facts: [CaseFactName: String]
  ) -> [String] {
    let manifests = items.flatMap(\.acquisitions).compactMap(\.sealed?.manifest)
    let parties =
      [facts[.client]]
      + items.flatMap { [$0.known.value(of: .seizedFrom), $0.known.value(of: .locationFound)] }
    return people.map(\.details.name) + people.compactMap(\.details.identifier)
      + manifests.flatMap { [$0.acquisition.examiner, $0.acquisition.host.user] } + parties.compactMap { $0 }
  }

  private static func paths(_ items: [ReportContents.Item], _ folder: CaseFolder) -> [String] {
    let acquisitions = items.flatMap(\.acquisitions)
    return acquisitions.map(\.entry.acquisition.sourcePath)
      + acquisitions.flatMap(\.copies).map(\.folder).filter { $0.hasPrefix("/") }
      + acquisitions.compactMap(\.sealed?.manifest).flatMap { manifest in
        [manifest.source.path] + manifest.source.files + manifest.acquisition.overflow
          + manifest.acquisition.commandLine.dropFirst().filter { $0.contains("/") }
          + [manifest.acquisition.host.node]
      } + [folder.path.string]
  }
}

/// Where the images of acquisitions are, and what became of each place.
private struct CopyPlaces {
  private let further: [RecordIdentifier: [AcquisitionCopy]]
  private let histories: [RecordIdentifier: [String: CopyHistory]]

  init(_ store: CaseStore, _ items: [EvidenceItemRecord]) throws(EvidenceError) {
    var entries: [AcquisitionEntry] = []
    for item in items { entries += try store.acquisitions(of: item.number) }
    self.further = try store.copies()
    self.histories = try store.copyHistories(of: entries)
  }

  /// The case's own folder first.
  func copies(of entry: AcquisitionEntry) -> [ReportContents.Copy] {
    let known = histories[entry.acquisition.id] ?? [:]
    let own = entry.acquisition.folder
    var formats: [String] = []
    for image in entry.images where !formats.contains(image.format) { formats.append(image.format) }
    return [.init(folder: own, formats: formats, history: known[own] ?? CopyHistory())]
      + (further[entry.acquisition.id] ?? []).map {
        .init(
          folder: $0.folder, formats: $0.formats, failure: $0.failure,
          history: known[$0.folder] ?? CopyHistory())
      }
  }
}
