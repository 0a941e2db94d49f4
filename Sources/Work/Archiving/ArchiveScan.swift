import CaseRecords
import CaseStore
import Evidence
import Glibc
import SideCars
import SystemIO
import SystemPackage

/// What a scan of folders came to.
package struct ScanResult: Sendable {
  /// Numbers of holdings that are new in the catalogue.
  package var added: [UInt64] = []
  /// Holdings that are where and what the catalogue says.
  package var unchanged: UInt64 = 0
  /// Holdings that were recognised at another place.
  package var moved: [(holding: UInt64, from: String, to: String)] = []
  /// Files of a holding have other sizes or times than recorded.
  package var changed: [UInt64] = []
  /// Holdings that the catalogue has in these folders and that are not there.
  package var missing: [UInt64] = []
  /// Holdings that may be the same as several missing ones: they were added as new.
  package var ambiguous: [UInt64] = []
  package var sideCars: UInt64 = 0
  /// Digests that were recorded as references.
  package var references: UInt64 = 0
  /// Side-cars that name no file and whose name fits several holdings, or none.
  package var unbound: [String] = []
  /// Files that side-cars name and that are not there.
  package var unresolved: [(sideCar: String, target: String)] = []
  /// What side-cars say of themselves.
  package var remarks: [(sideCar: String, remark: SideCarRemark)] = []
  /// Files that are neither images nor side-cars nor named by one.
  package var otherFiles: UInt64 = 0
  /// Links, pipes and devices.
  package var notFiles: UInt64 = 0
  package var problems: [ScanProblem] = []
  package var wasStopped = false

  /// Most entries of each list that are kept.
  static let most = 1000
}

/// Looks through folders for what an archive keeps, and brings the catalogue up to date. Of contents it reads no more than
/// what tells them apart; what lies in them is proven by a verification.
package struct ArchiveScan {
  private let store: CaseStore
  private let stop: StopFlag
  private var result = ScanResult()
  /// Found and not yet recorded.
  private var pending: [NewHolding] = []
  private var states: [HoldingStateRecord] = []
  private var elsewhere: [(path: String, sideCar: String, reference: NewReference)] = []
  private var media: [UInt64: String?] = [:]
  private var seen: Set<UInt64> = []
  /// Nothing was catalogued before, so that nothing need be looked up.
  private var isFirst = false

  /// Holdings that are recorded in one event.
  private static let batch = 10_000

  package init(_ store: CaseStore, stop: StopFlag = StopFlag()) {
    self.store = store
    self.stop = stop
  }

  /// Blocks until done.
  /// - Parameters:
  ///   - folders: absolute, without symbolic links.
  ///   - progress: receives the folder that is looked at and the number of holdings so far.
  /// - Throws: `readFailed` where one of the folders cannot be read at all; what is inside is a problem in the result.
  package mutating func perform(
    _ folders: [FilePath], progress: (FilePath, UInt64) -> Void = { _, _ in }
  ) throws(EvidenceError) -> ScanResult {
    var count: UInt64 = 0
    isFirst = try store.isCatalogueEmpty()
    // One inside of another would be looked through twice.
    let roots = folders.enumerated().filter { index, folder in
      !folders.enumerated().contains { other in
        other.offset != index && folder.starts(with: other.element)
          && (folder != other.element || other.offset < index)
      }
    }.map(\.element)
    for root in roots {
      var rest = [root]
      while let folder = rest.popLast() {
        guard !stop.isRaised else {
          result.wasStopped = true
          break
        }
        progress(folder, count)
        do throws(EvidenceError) {
          let listing = try FolderListing(folder)
          let contents = try FolderContents(listing)
          if contents.whole == nil { rest += listing.folders.reversed().map { folder.appending($0) } }
          count += try take(contents, listing)
        } catch {
          guard folder != root else { throw error }
          add(ScanProblem(folder.string, error))
        }
      }
    }
    try flush()
    try resolveElsewhere()
    if !result.wasStopped { try lookForMissing(folders) }
    return result
  }

  private mutating func add(_ problem: ScanProblem) {
    if result.problems.count < ScanResult.most { result.problems.append(problem) }
  }

  private mutating func take(
    _ contents: FolderContents, _ listing: FolderListing
  ) throws(EvidenceError) -> UInt64 {
    for problem in contents.problems { add(problem) }
    for name in listing.alike {
      add(
        ScanProblem(
          listing.path(name).string, EvidenceError(.readFailed, name, "another file has this name as well")))
    }
    result.notFiles += UInt64(listing.others)
    var holdings = contents.holdings + [contents.whole].compactMap(\.self)
    var others = contents.others
    let sideCars =
      contents.whole.map { whole in whole.kind == .bag ? Self.lists(of: whole) : [] } ?? contents.sideCars
    for name in sideCars {
      do throws(EvidenceError) {
        guard let read = try ReadSideCar(listing.path(name)) else { continue }
        bind(read, &holdings, &others)
      } catch { add(ScanProblem(listing.path(name).string, error)) }
    }
    if contents.whole == nil { result.otherFiles += UInt64(others.count) }
    for holding in holdings { try record(holding) }
    if pending.count >= Self.batch { try flush() }
    return UInt64(holdings.count)
  }

  /// The lists of a bag, which lie in its folder.
  private static func lists(of bag: ScannedHolding) -> [String] {
    bag.files.map(\.name).filter { name in
      !name.contains("/") && name.hasSuffix(".txt")
        && (name.hasPrefix("manifest-") || name.hasPrefix("tagmanifest-"))
    }
  }

  private mutating func bind(
    _ read: ReadSideCar, _ holdings: inout [ScannedHolding], _ others: inout [String]
  ) {
    result.sideCars += 1
    let bound = SideCarBinding(holdings: holdings).bind(read, others: others)
    for (index, references) in bound.references { holdings[index].references += references }
    for (name, references) in bound.files.sorted(by: { $0.key < $1.key }) {
      guard let file = FileStatus(read.path.parentFolder.appending(name)) else { continue }
      others.removeAll { $0 == name }
      var holding = ScannedHolding(
        kind: .file, format: nil, folder: read.path.parentFolder, name: name,
        files: [ScannedFile(name: name, size: file.size, modified: file.modified)])
      holding.references = references
      holdings.append(holding)
    }
    for (target, reference) in bound.elsewhere where elsewhere.count < ScanResult.most * 1000 {
      elsewhere.append((read.path.parentFolder.pushing(FilePath(target)).string, read.path.string, reference))
    }
    if bound.isUnbound, result.unbound.count < ScanResult.most { result.unbound.append(read.path.string) }
    // That a total may differ counts only where it does.
    for remark in read.sideCar.remarks
    where remark != .totalMayDiffer && result.remarks.count < ScanResult.most {
      result.remarks.append((read.path.string, remark))
    }
  }

  // MARK: The catalogue

  private mutating func record(_ holding: ScannedHolding) throws(EvidenceError) {
    let path = holding.path.string
    let medium = medium(holding.path)
    if !isFirst, let known = try store.holding(at: path) {
      seen.insert(known.holding)
      result.references += UInt64(holding.references.count)
      try store.addReferences(holding.references, to: known.holding)
      if known.files == holding.recorded, known.presence == .present, known.medium == medium {
        result.unchanged += 1
      } else {
        if known.files != holding.recorded {
          result.changed.append(known.holding)
        } else {
          result.unchanged += 1
        }
        states.append(try next(known, holding, medium))
      }
      return
    }
    do throws(EvidenceError) {
      let new = try holding.new(medium: medium)
      // Those that lay elsewhere and do so no more.
      let gone =
        isFirst
        ? []
        : try store.holdings(withFingerprint: new.fingerprint).filter {
          !seen.contains($0.holding) && !Files.exists(FilePath($0.path))
        }
      result.references += UInt64(holding.references.count)
      if gone.count == 1, new.size > 0 {
        seen.insert(gone[0].holding)
        result.moved.append((gone[0].holding, gone[0].path, path))
        states.append(try next(gone[0], holding, medium))
        try store.addReferences(holding.references, to: gone[0].holding)
        return
      }
      pending.append(new)
      if gone.count > 1 { result.ambiguous += gone.map(\.holding) }
    } catch { add(ScanProblem(path, error)) }
  }

  private func next(
    _ known: HoldingStateRecord, _ holding: ScannedHolding, _ medium: String?
  ) throws(EvidenceError) -> HoldingStateRecord {
    HoldingStateRecord(
      holding: known.holding, position: known.position + 1, presence: .present, path: holding.path.string,
      medium: medium, size: holding.size, files: holding.recorded, fingerprint: try holding.fingerprint(),
      seen: Host.now())
  }

  private mutating func medium(_ path: FilePath) -> String? {
    guard let number = try? Files.fileSystemNumber(path) else { return nil }
    if let known = media[number] { return known }
    let name = ArchiveMedium(of: path)?.name
    media[number] = .some(name)
    return name
  }

  private mutating func flush() throws(EvidenceError) {
    let numbers = try store.recordScan(added: pending, changed: states)
    result.added += numbers
    seen.formUnion(numbers)
    pending = []
    states = []
  }

  /// Lists that name files in other folders, once all folders are known.
  private mutating func resolveElsewhere() throws(EvidenceError) {
    var found: [UInt64: [NewReference]] = [:]
    for (path, sideCar, reference) in elsewhere {
      guard let (state, file) = try holding(withFile: FilePath(path)) else {
        if result.unresolved.count < ScanResult.most {
          result.unresolved.append((sideCar, reference.target ?? ""))
        }
        continue
      }
      var bound = reference
      bound.target = file
      bound.scope = state.files.all.count > 1 ? "segment" : "file"
      found[state.holding, default: []].append(bound)
    }
    for (holding, references) in found.sorted(by: { $0.key < $1.key }) {
      result.references += UInt64(references.count)
      try store.addReferences(references, to: holding)
    }
    elsewhere = []
  }

  /// The holding that a path is a file of: its first one, or a later one of its set.
  private func holding(withFile path: FilePath) throws(EvidenceError) -> (HoldingStateRecord, file: String)? {
    let plain = path.lexicallyNormalized()
    guard let name = plain.lastComponent?.string else { return nil }
    if let state = try store.holding(at: plain.string) { return (state, name) }
    let stem = SideCarBinding.stem(name)
    for first in ["E01", "e01", "s01", "001", "000"] {
      let place = plain.removingLastComponent().appending("\(stem).\(first)").string
      guard let state = try store.holding(at: place), state.files.all.contains(where: { $0.name == name })
      else {
        continue
      }
      return (state, name)
    }
    return nil
  }

  private mutating func lookForMissing(_ folders: [FilePath]) throws(EvidenceError) {
    var gone: [UInt64] = []
    let seen = seen
    try store.forEachHolding { (holding) throws(EvidenceError) in
      guard holding.presence == .present, !seen.contains(holding.number) else { return }
      let path = FilePath(holding.path)
      if folders.contains(where: { path.starts(with: $0) }), !Files.exists(path) {
        gone.append(holding.number)
      }
    }
    var states: [HoldingStateRecord] = []
    for number in gone { states.append(try store.state(of: number).next(.missing, at: Host.now())) }
    try store.recordScan(added: [], changed: states)
    result.missing = gone
  }
}

/// Size and time of a regular file.
struct FileStatus {
  let size: UInt64
  /// Microseconds since 1970.
  let modified: Int64
  /// Who may read and write it.
  let mode: mode_t

  /// `nil` for what is not there, or no regular file.
  init?(_ path: FilePath) {
    guard Files.kind(path) == .file, case .success(let status) = Syscalls.status(path) else { return nil }
    size = UInt64(clamping: status.st_size)
    mode = status.st_mode & 0o666
    modified = Int64(status.st_mtim.tv_sec) * 1_000_000 + Int64(status.st_mtim.tv_nsec) / 1000
  }
}
