import Foundation
import Testing

/// Who may import whom. Written down once, here; the comments in `Package.swift` say the same.
private let levels: [[String]] = [
  [
    "CCrypto", "CDeflate", "CISAL", "CLinux", "CDigestLanes", "CDiscSector", "CSigning", "CArchive",
    "CQREncode", "CSQLite",
  ],
  ["Evidence"],
  ["CanonicalJSON", "SystemIO", "Digests", "Signing"],
  ["Media", "OpticalDisc", "EvidenceLabels", "TarArchive"],
  ["ImageFormats", "Manifests", "ReferenceMedia"],
  ["EWFWriter", "DiscFiles"],
  ["Acquisition", "Verification"],
  ["CaseStore", "Rendering"],
  ["CourtReport"],
  ["Casework"],
  ["Validation"],
  ["ExhibitCommands"],
  ["exhibit", "exhibit-verify"],
]

private let levelOf = Dictionary(
  uniqueKeysWithValues: levels.enumerated().flatMap { level, names in names.map { ($0, level) } })

/// What comes from outside, and who may use it.
private let external: [String: Set<String>?] = [
  "Glibc": nil, "Synchronization": nil, "SystemPackage": nil,
  "GRDB": ["CaseStore"], "GRDBSQLite": ["CaseStore"],
  "Mustache": ["CourtReport"],
  "ArgumentParser": ["ExhibitCommands"],
]

/// The one Swift target of each C module.
private let importers = [
  "CCrypto": "Digests", "CDeflate": "ImageFormats", "CISAL": "EWFWriter",
  "CLinux": "SystemIO", "CDigestLanes": "Digests",
  "CDiscSector": "OpticalDisc", "CSigning": "Signing",
  "CArchive": "DiscFiles", "CQREncode": "EvidenceLabels", "CSQLite": "CaseStore",
]

@Suite struct LevelTests {
  @Test func everyFolderHasALevel() {
    #expect(Set(SourceTree.files.map(\.target)).isSubset(of: levelOf.keys))
    let folders =
      (try? FileManager.default.contentsOfDirectory(atPath: SourceTree.root.path + "/Sources")) ?? []
    #expect(Set(folders) == Set(levelOf.keys))
  }

  @Test(arguments: SourceTree.swiftFiles)
  func importsGoDown(file: SourceTree.File) {
    let own = levelOf[file.target] ?? -1
    for (module, _) in file.imports {
      if let level = levelOf[module] {
        #expect(level < own, "\(file.path) imports \(module)")
      } else {
        guard let allowed = external[module] else {
          Issue.record("\(file.path) imports \(module), which is on no list")
          continue
        }
        #expect(allowed?.contains(file.target) ?? true, "\(file.path) imports \(module)")
      }
    }
  }

  /// C sees C: one target of level 0 may build on another, through its headers alone.
  @Test func cTargetsIncludeNoSwift() {
    for file in SourceTree.files where !file.isSwift {
      #expect(levelOf[file.target] == 0, "\(file.path)")
    }
  }

  @Test(arguments: importers.keys.sorted())
  func aCModuleHasOneImporterThatHidesIt(module: String) {
    let uses = SourceTree.swiftFiles.flatMap { file in
      file.imports.filter { $0.module == module }.map { (file.target, $0.prefix) }
    }
    #expect(!uses.isEmpty, "\(module) is used by nobody")
    #expect(Set(uses.map(\.0)) == [importers[module] ?? ""])
    #expect(Set(uses.map(\.1)) == ["internal"], "\(module) must not appear in a signature")
    #expect(levels[0].sorted() == importers.keys.sorted())
  }

  /// What `Package.swift` declares goes down as well, and covers everything that is imported: the compiler would
  /// also take a module that comes in through another target.
  @Test func thePackageDeclaresWhatIsUsed() throws {
    let pattern = /(?:module|program)\(\s*"([\w-]+)",\s*\[([^\]]*)\][,)]/
    var seen: Set<String> = []
    for match in SourceTree.package.matches(of: pattern) {
      let target = String(match.1)
      seen.insert(target)
      let declared = Set(match.2.matches(of: /"(\w+)"/).map { String($0.1) })
      let used = Set(
        SourceTree.swiftFiles.filter { $0.target == target }.flatMap { $0.imports.map(\.module) })
      #expect(declared.isSuperset(of: used.filter { (levelOf[$0] ?? 0) > 0 }), "\(target)")
      let own = levelOf[target] ?? -1
      #expect(!declared.contains { (levelOf[$0] ?? own) >= own }, "\(target)")
    }
    #expect(seen == Set(levels.dropFirst().joined()))
  }

  /// Verification judges what others wrote: it must not share the way that wrote it, nor rest on the case.
  @Test func verificationStandsAlone() {
    let imported = modules(reachedFrom: "Verification")
    for module in ["Acquisition", "CaseStore", "Media", "EWFWriter", "Casework"] {
      #expect(!imported.contains(module), "\(module)")
    }
    let verifier = modules(reachedFrom: "exhibit-verify")
    for module in ["Acquisition", "CaseStore", "Media", "EWFWriter", "Casework", "GRDB", "CISAL"] {
      #expect(!verifier.contains(module), "\(module)")
    }
    // Nothing from outside but the path type: the other side reads what it links.
    #expect(
      verifier.intersection(external.keys).subtracting(["Glibc", "Synchronization"]) == ["SystemPackage"])
  }

  private func modules(reachedFrom target: String) -> Set<String> {
    var reached: Set<String> = []
    var open = [target]
    while let next = open.popLast() {
      for module in SourceTree.swiftFiles.filter({ $0.target == next }).flatMap({ $0.imports.map(\.module) })
      where reached.insert(module).inserted { open.append(module) }
    }
    return reached
  }
}
