import CaseRecords
import CaseStore
import Digests
import DiscImages
import Evidence
import FormatKit
import Formats
import Manifests
import Parity
import SideCars
import SystemIO
import SystemPackage

/// What the files of one folder are: holdings, side-cars, and others.
struct FolderContents {
  /// Set for a folder that is one holding as a whole: a case, a bag.
  private(set) var whole: ScannedHolding?
  private(set) var holdings: [ScannedHolding] = []
  /// Base names.
  private(set) var sideCars: [String] = []
  /// Neither images nor side-cars, by their base names.
  private(set) var others: [String] = []
  private(set) var problems: [ScanProblem] = []

  /// Endings of files that are taken for raw images although their bytes say nothing.
  private static let rawEndings: Set<String> = ["dd", "raw", "img", "ima", "dsk", "bin", "001", "000", "mdf"]
  private static let largestManifest = 256 << 20

  private let listing: FolderListing
  private var free: Set<String> = []

  init(_ listing: FolderListing) throws(EvidenceError) {
    self.listing = listing
    // Parity that Exhibit wrote belongs to the holdings beside it.
    free = Set(listing.names.filter { !ParityFile.isOne(listing.path($0)) })
    if let whole = try wholeFolder() {
      self.whole = whole
      return
    }
    takeAcquisitions()
    takeSets()
    takeSheets()
    takeSingles()
  }

  private func wholeFolder() throws(EvidenceError) -> ScannedHolding? {
    let kind: HoldingKind
    if listing.files[CaseStore.fileName] != nil {
      kind = .case
    } else if listing.files[Bag.declarationName] != nil {
      kind = .bag
    } else {
      return nil
    }
    var files: [ScannedFile] = []
    var rest = [(folder: listing.folder, prefix: "")]
    while let (folder, prefix) = rest.popLast() {
      let inner = prefix.isEmpty ? listing : try FolderListing(folder)
      files += inner.names.compactMap { name in
        inner.files[name].map { ScannedFile(name: prefix + name, size: $0.size, modified: $0.modified) }
      }
      rest += inner.folders.reversed().map { (folder.appending($0), prefix + $0 + "/") }
    }
    // The database of a case changes with every command on it, and has an audit log of its own.
    if kind == .case {
      files.removeAll { $0.name.hasPrefix(CaseStore.fileName) || $0.name.hasPrefix("search.sqlite") }
    }
    files.sort { $0.name < $1.name }
    return ScannedHolding(
      kind: kind, format: nil, folder: listing.folder, name: listing.folder.lastComponent?.string ?? "/",
      files: files)
  }

  private mutating func add(
    _ kind: HoldingKind, _ format: String?, _ names: [String], references: [NewReference] = []
  ) {
    let files = names.compactMap { listing.files[$0] }
    guard let first = files.first else { return }
    free.subtract(names)
    holdings.append(
      ScannedHolding(
        kind: kind, format: format, folder: listing.folder, name: first.name, files: files,
        references: references))
  }

  private mutating func takeAcquisitions() {
    for name in listing.names where name.hasSuffix(".manifest.json") {
      let path = listing.path(name)
      do throws(EvidenceError) {
        let bytes = try Files.contents(path, cap: Self.largestManifest)
        let manifest = try Manifest(parsing: bytes, name: name)
        let signatures = listing.names.filter { $0.hasPrefix(name + ".p7s") }
        let own = [name] + manifest.allFiles.map(\.name).filter { free.contains($0) } + signatures
        // Whoever changes manifest and signature together is found out.
        let reference = NewReference(
          algorithm: "sha256", value: Digest.of(bytes, .sha256).hex, scope: "file", target: name,
          kind: "catalogue",
          origin: path.string, bound: "name")
        let sums = RecordNames.sums
        add(
          .acquisition, manifest.images.first?.format.rawValue,
          own + (free.contains(sums) ? [sums] : []), references: [reference])
      } catch { problems.append(ScanProblem(path.string, error)) }
    }
  }

  private mutating func takeSets() {
    for set in listing.sets() where set.allSatisfy(free.contains) {
      let path = listing.path(set[0])
      let known = probe(set)
      if let known, known.contents == .disk, known.isContainer, known.refusal(of: path) == nil {
        add(.image, known.id.rawValue, set, references: stored(in: path))
      } else if set[0].split(separator: ".").last.map({ $0.utf8.allSatisfy { (0x30...0x39).contains($0) } })
        ?? false
      {
        guard known == nil || known?.isContainer == false || set.count > 1 else { continue }
        add(.image, known?.id.rawValue ?? FormatID.raw.rawValue, set)
      }
    }
  }

  /// What the files are by their bytes.
  private mutating func probe(_ names: [String]) -> Format? {
    do throws(EvidenceError) {
      return Formats.identify(try ProbeInput(names.map { listing.path($0) }), name: names[0])
    } catch {
      problems.append(ScanProblem(listing.path(names[0]).string, error))
      return nil
    }
  }

  /// Descriptions of discs, with the files they name.
  private mutating func takeSheets() {
    for name in listing.names where free.contains(name) {
      guard let file = listing.files[name], file.size > 0, file.size <= UInt64(ProbeInput.headSize) * 16,
        Self.sheetEndings.contains(ending(name)), let format = probe([name]), format.contents == .disc
      else { continue }
      let path = listing.path(name)
      do throws(EvidenceError) {
        let image = try Formats.openDisc(path).image
        let sectors = image.files.map { FilePath($0.name).lastComponent?.string ?? "" }
        add(.image, format.id.rawValue, [name] + sectors.filter { free.contains($0) && $0 != name })
      } catch {
        problems.append(ScanProblem(path.string, error))
        add(.image, format.id.rawValue, [name])
      }
    }
  }

  private static let sheetEndings: Set<String> = ["cue", "toc", "ccd", "mds", "json"]

  private func ending(_ name: String) -> String {
    name.split(separator: ".").last.map { $0.lowercased() } ?? ""
  }

  private mutating func takeSingles() {
    for name in listing.names where free.contains(name) {
      guard let file = listing.files[name], file.size > 0 else {
        others.append(name)
        continue
      }
      let known = probe([name])
      let isRaw = known?.isBytes ?? true
      if let known, !isRaw, known.contents != .packed {
        let path = listing.path(name)
        let isRead = known.contents == .disk && known.refusal(of: path) == nil
        add(.image, known.id.rawValue, [name], references: isRead ? stored(in: path) : [])
      } else if isRaw, Self.rawEndings.contains(ending(name)), !isSideCar(name, file) {
        add(.image, FormatID.raw.rawValue, [name])
      } else if isSideCar(name, file) {
        free.remove(name)
        sideCars.append(name)
      } else {
        others.append(name)
      }
    }
  }

  private func isSideCar(_ name: String, _ file: ScannedFile) -> Bool {
    let path = listing.path(name)
    guard file.size <= UInt64(SideCar.largestSize), let head = Self.head(of: path), SideCar.mayBe(head),
      let bytes = try? Files.contents(path, cap: SideCar.largestSize)
    else { return false }
    return SideCar.read(bytes, name: name) != nil
  }

  private static func head(of path: FilePath) -> [UInt8]? {
    guard let file = try? OwnedDescriptor.openFile(path) else { return nil }
    var bytes = [UInt8](repeating: 0, count: SideCar.probeSize)
    let count = try? bytes.withUnsafeMutableBytes { (buffer) throws(EvidenceError) in
      try file.read(into: buffer, at: 0)
    }
    return count.map { Array(bytes[..<$0]) }
  }

  /// The digests that an image stores of its own contents.
  private mutating func stored(in path: FilePath) -> [NewReference] {
    do throws(EvidenceError) {
      return try Formats.openDisk(path).storedDigests.all.map {
        NewReference(
          algorithm: $0.algorithm.rawValue, value: $0.hex, scope: "contents", target: nil, kind: "image",
          origin: path.string, bound: "image")
      }
    } catch {
      problems.append(ScanProblem(path.string, error))
      return []
    }
  }
}

extension Format {
  /// Bytes and nothing else: what is recorded of such a file is recorded of its contents.
  var isBytes: Bool { !isContainer && contents == .disk }
}

/// What could not be looked at while a folder was scanned.
package struct ScanProblem: Hashable, Sendable {
  package let path: String
  package let error: EvidenceError

  init(_ path: String, _ error: EvidenceError) {
    self.path = path
    self.error = error
  }
}
