import CaseFolders
import CaseRecords
import CaseStore
import Digests
import DiskImages
import Evidence
import FormatKit
import Formats
import Parity
import SideCars
import Signing
import SystemIO
import SystemPackage

/// What there is to restore a holding from: parity whose head is the recorded one or signed by the archive, and what is known of
/// the files.
struct RepairInputs {
  private let store: CaseStore
  private let holding: HoldingRecord
  private let state: HoldingStateRecord
  private let parityFolders: [FilePath]
  private let trust: Trust
  private let folder: FilePath
  /// Sizes of the files as they were first catalogued, in the order of the newest state that has them.
  private var sizes: [(name: String, size: UInt64)] = []

  private(set) var references: [HoldingReferenceRecord] = []
  private(set) var parity: [ParityFile] = []
  /// Indexes of PAR2, by the file they protect.
  private(set) var stock: [String: [FilePath]] = [:]
  private var stockDigests: [String: [UInt8]] = [:]
  private(set) var unused: [(path: String, reason: String)] = []

  init(
    _ store: CaseStore, _ holding: HoldingRecord, _ state: HoldingStateRecord, parityFolders: [FilePath],
    trust: Trust
  ) {
    self.store = store
    self.holding = holding
    self.state = state
    self.parityFolders = parityFolders
    self.trust = trust
    folder = state.folder(of: holding)
  }

  mutating func gather() throws(EvidenceError) {
    let all = try store.references(of: holding.number)
    references = all.filter { RecordedParity($0) == nil }
    // A file that was lost or cut since is in an earlier state as it was.
    for state in try store.states(of: holding.number) {
      // The key of a case is not evidence and has no parity.
      for file in state.files.all
      where !(holding.kind == .case && file.name.hasPrefix(CaseFolder.signingName + "/"))
        && !sizes.contains(where: { $0.name == file.name })
      {
        sizes.append((file.name, file.size))
      }
    }
    var seen: Set<String> = []
    for recorded in all.compactMap({ RecordedParity($0) }) {
      let place = recorded.place(orIn: folder)
      guard seen.insert(place.string).inserted else { continue }
      switch recorded.form {
      case .exhibit: take(place, recorded: recorded.value)
      case .par2:
        guard let target = recorded.target else { continue }
        stockDigests[target] = Hex.decode(recorded.value)
        if !place.string.contains(".vol"), Files.exists(place) { stock[target, default: []].append(place) }
      }
    }
    for folder in parityFolders {
      for name in try Files.names(in: folder) {
        let path = folder.appending(name)
        guard let whole = try? Syscalls.resolve(path).get(), ParityFile.isOne(path),
          seen.insert(whole.string).inserted
        else { continue }
        take(path, recorded: nil)
      }
    }
  }

  /// - Parameter value: SHA-256 of its head, where it is recorded.
  private mutating func take(_ path: FilePath, recorded value: String?) {
    do throws(EvidenceError) {
      let file = try ParityFile(path)
      if Digest.of(file.text, .sha256).hex != value {
        var isSigned = false
        for signature in file.signatures where !isSigned {
          isSigned = try SignatureCheck.verify(signature: signature, content: file.text, trust: trust)
            .isTrusted
        }
        guard isSigned else {
          return unused.append(
            (path.string, "neither the recorded parity nor signed by the key of this archive"))
        }
      }
      guard
        file.head.files.contains(where: { own in sizes.contains { $0.name == own.name && $0.size == own.size }
        })
      else { return unused.append((path.string, "it belongs to other files")) }
      parity.append(file)
    } catch {
      unused.append((path.string, error.code == .parityMalformed ? error.detail : error.description))
    }
  }

  /// The files of a parity file, in its order.
  func files(of parity: ParityFile, among files: [RestoredFile]) -> [RestoredFile] {
    parity.head.files.compactMap { own in files.first { $0.name == own.name } }
  }

  /// Every file of the holding, with what it is judged by.
  func files(besides copies: RepairCopies) throws(EvidenceError) -> [RestoredFile] {
    var names = sizes.map(\.name)
    for file in parity.flatMap(\.head.files) where !names.contains(file.name) { names.append(file.name) }
    names.sort { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    // In the order of the catalogue where that is complete.
    let newest = state.files.all.map(\.name)
    if Set(newest) == Set(names) { names = newest }
    let pieces = PieceReferences(references, files: recordedFiles(names), store.folder)
    let sound = parity.isEmpty ? soundSet(names, copies) : nil
    var start: UInt64 = 0
    return names.enumerated().map { place, name in
      let size = self.size(of: name)
      defer { start += size }
      return RestoredFile(
        name: name, size: size, whole: whole(name), original: folder.pushing(FilePath(name)),
        judge: judge(name, size, start, pieces) { sound.flatMap { ChunkJudge($0, file: place) } })
    }
  }

  private func recordedFiles(_ names: [String]) -> [HoldingFiles.File] {
    names.map { HoldingFiles.File(name: $0, size: size(of: $0), modified: 0) }
  }

  private func own(_ name: String) -> [(parity: ParityFile, index: Int)] {
    parity.compactMap { file in
      file.head.files.firstIndex { $0.name == name }.map { (file, $0) }
    }.sorted { $0.parity.head.kind == .file && $1.parity.head.kind != .file }
  }

  private func size(of name: String) -> UInt64 {
    if let (file, index) = own(name).first { return file.head.files[index].size }
    return sizes.first { $0.name == name }?.size ?? 0
  }

  /// Digests of a whole file.
  private func whole(_ name: String) -> [(algorithm: String, value: [UInt8])] {
    // What was protected is what comes back, whatever lists say.
    let protected = own(name).map { ("sha256", $0.parity.head.files[$0.index].sha256.bytes) }
    guard protected.isEmpty else { return protected }
    var known: [(algorithm: String, value: [UInt8])] = []
    if let value = stockDigests[name] { known.append(("sha256", value)) }
    for reference in references
    where ["file", "segment"].contains(reference.scope) && reference.target == name
      || reference.scope == "contents" && isPlain && sizes.count == 1
    {
      // Its totals may not be those of the data.
      guard reference.kind != SideCarKind.dcfldd.rawValue else { continue }
      if let value = Hex.decode(reference.value) { known.append((reference.algorithm, value)) }
    }
    return known
  }

  /// Its contents are the bytes of its files.
  private var isPlain: Bool {
    guard holding.kind == .image else { return holding.kind == .file }
    return holding.format.flatMap { Formats.named(FormatID($0)) }?.isBytes ?? true
  }

  /// A set whose chunks have checksums: the holding itself or a copy, where nothing is wrong with its structure.
  private func soundSet(_ names: [String], _ copies: RepairCopies) -> EWFReader? {
    guard holding.kind == .image, !isPlain else { return nil }
    let own = names.map { folder.pushing(FilePath($0)) }.first { Files.kind($0) == .file }
    let others = names.first.map { copies.paths(for: $0, of: names) } ?? []
    for path in [own].compactMap(\.self) + others {
      guard let reader = (try? Formats.openDisk(path)) as? EWFReader,
        !reader.structureFindings.contains(where: { $0.severity == .failure }),
        reader.segments.count == names.count,
        zip(reader.segments, names).allSatisfy({ FileStatus($0)?.size == size(of: $1) })
      else { continue }
      return reader
    }
    return nil
  }

  private func judge(
    _ name: String, _ size: UInt64, _ start: UInt64, _ pieces: PieceReferences,
    chunks: () -> ChunkJudge?
  ) -> FileJudge? {
    // Of what is empty, its size says all.
    guard size > 0 else { return FileJudge([]) }
    if let (file, index) = own(name).first { return FileJudge(file, file: index) }
    let inside = pieces.judging(start..<start + size)
    if isPlain, !inside.isEmpty { return FileJudge(inside) }
    if let chunks = chunks() { return FileJudge(chunks) }
    guard let known = whole(name).first(where: { ReferenceDigest.isComputed($0.algorithm) }) else {
      return nil
    }
    return FileJudge([.init(bytes: 0..<size, algorithm: known.algorithm, value: known.value)])
  }
}

/// Copies of a holding: those that were named, and those that the catalogue knows.
struct RepairCopies {
  private var folders: [FilePath] = []
  private var files: [FilePath] = []

  /// - Throws: `fileMissing` where one that was named is not there.
  init(_ named: [FilePath], _ store: CaseStore, _ holding: HoldingRecord) throws(EvidenceError) {
    for path in named {
      switch Files.kind(path) {
      case .folder: folders.append(path)
      case .file: files.append(path)
      default: throw Files.absence(of: path)
      }
    }
    for number in try store.copies(of: holding.number) {
      let state = try store.state(of: number)
      guard state.presence == .present else { continue }
      let folder = state.folder(of: try store.holding(number))
      files += state.files.all.map { folder.pushing(FilePath($0.name)) }
    }
  }

  var isEmpty: Bool { folders.isEmpty && files.isEmpty }

  /// Files that may be a copy of this one. Digests decide.
  func paths(for name: String, of all: [String]) -> [FilePath] {
    let base = name.baseName
    let ending = base.split(separator: ".").last.map { $0.lowercased() }
    var paths = folders.flatMap { folder in
      [folder.pushing(FilePath(name)), folder.appending(base)].filter { Files.kind($0) == .file }
    }
    for file in files {
      let own = file.lastComponent?.string ?? ""
      if own == base || all.count == 1 || own.split(separator: ".").last.map({ $0.lowercased() }) == ending {
        paths.append(file)
        continue
      }
      // Of a set of segments only the first was named.
      let beside = file.removingLastComponent().appending(base)
      if Files.kind(beside) == .file { paths.append(beside) }
      if let ending, case let dot = own.lastIndex(of: ".") ?? own.endIndex {
        let sibling = file.removingLastComponent().appending(
          "\(own[..<dot]).\(base.split(separator: ".").last ?? "")")
        if ending.utf8.count >= 3, Files.kind(sibling) == .file { paths.append(sibling) }
      }
    }
    return paths.reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
  }
}
