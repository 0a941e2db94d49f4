import CaseStore
import Digests
import Evidence
import SideCars
import SystemIO
import SystemPackage

/// What a side-car says of one thing in the archive.
struct BoundReference: Sendable {
  let reference: NewReference
  /// Of the file it is of, in the folder of the side-car or below it; `nil` where it is of the contents of a holding.
  let file: String?
}

/// A side-car that is read, with what its digests are of.
struct ReadSideCar: Sendable {
  let path: FilePath
  let sideCar: SideCar
  /// SHA-256 of the side-car.
  let digest: Digest

  private static let cap = SideCar.largestSize

  /// - Returns: `nil` for what is not a side-car any more.
  /// - Throws: `fileMissing`, `readFailed` …
  init?(_ path: FilePath) throws(EvidenceError) {
    let bytes = try Files.contents(path, cap: Self.cap)
    guard let sideCar = SideCar.read(bytes, name: path.lastComponent?.string ?? "") else { return nil }
    self.path = path
    self.sideCar = sideCar
    self.digest = Digest.of(bytes, .sha256)
  }

  /// Names of a side-car without its endings, longest first: `a.E01` and `a` of `a.E01.txt`.
  var stems: [String] {
    var stems: [String] = []
    var name = path.lastComponent?.string ?? ""
    while let dot = name.lastIndex(of: "."), dot != name.startIndex {
      name = String(name[..<dot])
      stems.append(name)
    }
    return stems
  }

  func reference(
    _ reference: Reference, scope: String, target: String?, bound: String
  ) -> NewReference {
    NewReference(
      algorithm: reference.algorithm, value: reference.hex, scope: scope, target: target,
      kind: sideCar.kind.rawValue, origin: path.string, originDigest: digest,
      line: UInt64(max(1, reference.line)),
      tool: sideCar.tool, bound: bound)
  }
}

/// Finds out which holding of a folder each digest of a side-car is of. Nothing is taken for a holding on a guess: what is
/// left open is counted and said.
struct SideCarBinding {
  /// The files that are there, by the name the side-car would give them, each with its holding.
  let holdings: [ScannedHolding]

  struct Result {
    /// By index of the holding.
    var references: [Int: [NewReference]] = [:]
    /// References to files of the folder that are no holding yet.
    var files: [String: [NewReference]] = [:]
    /// References to files that are not in this folder.
    var elsewhere: [(target: String, reference: NewReference)] = []
    /// The side-car names nothing, and several holdings, or none, have its name.
    var isUnbound = false
  }

  /// - Parameter others: base names of files that are in no holding.
  func bind(_ read: ReadSideCar, others: [String]) -> Result {
    var result = Result()
    let byRule = holding(named: read.stems)
    bindPieces(of: read, byRule, &result)
    for reference in read.sideCar.references where reference.scope != .range && reference.scope != .stream {
      if let target = reference.target {
        bind(reference, to: target, of: read, others, byRule, &result)
      } else if let byRule {
        let scope = reference.scope == .unknown ? "unknown" : "contents"
        result.references[byRule, default: []].append(
          read.reference(reference, scope: scope, target: nil, bound: "file-name-rule"))
      } else {
        result.isUnbound = true
      }
    }
    return result
  }

  /// Digests of pieces stay in their side-car: one line says which has some, for which holding.
  private func bindPieces(of read: ReadSideCar, _ byRule: Int?, _ result: inout Result) {
    var seen: Set<String> = []
    for reference in read.sideCar.references where reference.scope == .range {
      let target = reference.target?.baseName
      guard seen.insert("\(reference.algorithm) \(target ?? "")").inserted else { continue }
      guard let index = target.map({ holding(withFile: $0)?.index }) ?? byRule else {
        if target == nil { result.isUnbound = true }
        continue
      }
      var bound = read.reference(
        reference, scope: "pieces", target: nil, bound: target == nil ? "file-name-rule" : "name")
      bound.value = read.digest.hex
      bound.line = nil
      result.references[index, default: []].append(bound)
    }
  }

  private func bind(
    _ reference: Reference, to target: String, of read: ReadSideCar, _ others: [String], _ byRule: Int?,
    _ result: inout Result
  ) {
    if reference.scope == .contents {
      // The name of the first file of the image, or of the image without its ending.
      let index = holding(withFile: target.baseName)?.index ?? byRule
      guard let index else { return result.isUnbound = true }
      result.references[index, default: []].append(
        read.reference(reference, scope: "contents", target: nil, bound: "name"))
      return
    }
    let isPath = target.contains("/") || target.contains("\\")
    // Absolute paths are those of another machine; of relative ones the folder counts.
    let isHere =
      !isPath || target.hasPrefix("/") || target.hasPrefix("\\") || target.dropFirst().first == ":"
      || target.hasPrefix("./") && !target.dropFirst(2).contains("/")
    let name = isHere ? target.baseName : target
    if let found = holding(withFile: name) {
      let scope = holdings[found.index].files.count > 1 ? "segment" : "file"
      result.references[found.index, default: []].append(
        read.reference(reference, scope: scope, target: found.name, bound: isPath ? "path" : "name"))
    } else if let other = Self.match(name, among: others) {
      result.files[other, default: []].append(
        read.reference(reference, scope: "file", target: other, bound: isPath ? "path" : "name"))
    } else {
      result.elsewhere.append(
        (target, read.reference(reference, scope: "file", target: target, bound: "path")))
    }
  }

  /// The holding whose first file has a name that begins the side-car's: `a.E01` or `a` for `a.E01.txt`.
  private func holding(named stems: [String]) -> Int? {
    for stem in stems {
      let exact = holdings.indices.filter { holdings[$0].name == stem }
      if exact.count == 1 { return exact[0] }
      let base = holdings.indices.filter { Self.stem(holdings[$0].name) == stem }
      if base.count == 1 { return base[0] }
      if exact.count > 1 || base.count > 1 { return nil }
    }
    return nil
  }

  static func stem(_ name: String) -> String {
    guard let dot = name.lastIndex(of: "."), dot != name.startIndex else { return name }
    return String(name[..<dot])
  }

  private func holding(withFile name: String) -> (index: Int, name: String)? {
    for (index, holding) in holdings.enumerated() {
      if let own = Self.match(name, among: holding.files.map(\.name)) { return (index, own) }
    }
    return nil
  }

  /// By bytes, then whatever the case of letters; Swift takes differently composed accents for alike.
  static func match(_ name: String, among names: [String]) -> String? {
    if let own = names.first(where: { $0.utf8.elementsEqual(name.utf8) }) { return own }
    if let own = names.first(where: { $0 == name }) { return own }
    let small = name.lowercased()
    let alike = names.filter { $0.lowercased() == small }
    return alike.count == 1 ? alike[0] : nil
  }
}

extension String {
  /// The last part of a path, of either system.
  var baseName: String {
    String(split { $0 == "/" || $0 == "\\" }.last ?? Substring(self))
  }
}
