import Foundation
import Testing

/// What comes from outside, and who may use it.
private let external: [String: Set<String>?] = [
  "Glibc": nil, "Synchronization": nil, "SystemPackage": nil,
  "Mustache": ["CourtReport"],
  "ArgumentParser": ["ExhibitCommands"],
]

/// Who may import whom: a target imports targets of its own layer and of lower ones, and a layer is a folder of
/// `Sources`. That nothing goes round in a circle within a layer is seen to as well.
@Suite struct LayerTests {
  @Test func everyFolderIsALayer() throws {
    let folders = try FileManager.default.contentsOfDirectory(atPath: SourceTree.root.path + "/Sources")
    #expect(Set(folders) == Set(TargetGraph.layers))
    #expect(TargetGraph.targets.count > 25)
  }

  @Test(arguments: TargetGraph.ordered.map(\.name))
  func importsGoDown(target name: String) throws {
    let target = try #require(TargetGraph.targets[name])
    let own = try #require(TargetGraph.layer(of: name))
    #expect(TargetGraph.depth(name) != nil, "\(name) imports itself by a detour")
    for file in target.files.filter(\.isSwift) {
      for (module, _) in file.imports where module != name {
        if let layer = TargetGraph.layer(of: module) {
          #expect(layer <= own, "\(file.path) imports \(module)")
        } else {
          guard let allowed = external[module] else {
            Issue.record("\(file.path) imports \(module), which is on no list")
            continue
          }
          #expect(allowed?.contains(name) ?? true, "\(file.path) imports \(module)")
        }
      }
    }
  }

  /// A C module lies in the layer of its one importer, which hides it.
  @Test(arguments: TargetGraph.targets.values.filter { !$0.isSwift }.map(\.name).sorted())
  func aCModuleHasOneImporterThatHidesIt(module: String) throws {
    let uses = SourceTree.swiftFiles.flatMap { file in
      file.imports.filter { $0.module == module }.map {
        (target: file.target, layer: file.layer, prefix: $0.prefix)
      }
    }
    // libcrypto is used by the C of signing as well, through its headers alone.
    #expect(Set(uses.map(\.target)).count == 1, "\(module): \(Set(uses.map(\.target)))")
    #expect(Set(uses.map(\.prefix)) == ["internal"], "\(module) must not appear in a signature")
    #expect(uses.first?.layer == TargetGraph.targets[module]?.layer, "\(module)")
  }

  /// What `Package.swift` declares goes down as well, and covers everything that is imported: the compiler would
  /// also take a module that comes in through another target.
  @Test func thePackageDeclaresWhatIsUsed() throws {
    let pattern = /(?:module|glue|program)\(\s*"(\w+)\/([\w-]+)",\s*\[([^\]]*)\][,)]/
    var seen: Set<String> = []
    for match in SourceTree.package.matches(of: pattern) {
      let name = String(match.2)
      let target = try #require(TargetGraph.targets[name], "\(name)")
      seen.insert(name)
      #expect(target.layer == match.1, "\(name)")
      let declared = Set(match.3.matches(of: /"(\w+)"/).map { String($0.1) })
      let missing = TargetGraph.own(target).subtracting(declared)
      #expect(missing.isEmpty, "\(name) imports \(missing.sorted()) without saying so")
      let idle = declared.subtracting(target.imports)
      #expect(idle.isEmpty, "\(name) declares \(idle.sorted()), which it does not import")
    }
    #expect(seen == Set(TargetGraph.targets.values.filter(\.isSwift).map(\.name)))
  }

  /// Verification judges what others wrote: it must not share the way that wrote it, nor rest on the case.
  @Test(arguments: ["Verification", "exhibit-verify"])
  func verificationStandsAlone(target: String) {
    let reached = TargetGraph.reached(from: target)
    let writers = ["Acquisition", "Sessions", "WriterKit", "DiskWriters", "DiscWriters", "CISAL"]
    let cases = ["CaseRecords", "CaseStore", "CaseFolders", "Casework", "SQLite", "Media"]
    #expect(reached.intersection(writers + cases).isEmpty)
    // Nothing from outside but the path type: the other side reads what it links.
    #expect(
      reached.intersection(external.keys).subtracting(["Glibc", "Synchronization"]) == ["SystemPackage"])
  }

  /// The report is made of records, wherever they were kept.
  @Test(arguments: ["CaseRecords", "CourtReport"])
  func recordsNeedNoDatabase(target: String) {
    #expect(TargetGraph.reached(from: target).isDisjoint(with: ["SQLite", "CSQLite", "CaseStore"]))
  }

  /// Tools for single images know of no case.
  @Test func imageToolsNeedNoCase() {
    #expect(
      TargetGraph.reached(from: "ImageTools").isDisjoint(
        with: ["CaseRecords", "CaseStore", "CaseFolders", "Sessions", "Casework", "CourtReport"]))
  }
}
