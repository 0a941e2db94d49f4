import Foundation

/// The targets and who imports whom, as the folders and the sources say it.
enum TargetGraph {
  struct Target: Sendable {
    let name: String
    /// The folder of `Sources` it lies in.
    let layer: String
    let files: [SourceTree.File]
    /// Our own targets it imports, and modules from outside.
    let imports: Set<String>

    var isSwift: Bool { files.contains(where: \.isSwift) }
    var lines: Int { files.reduce(0) { $0 + $1.lines.count - ($1.lines.last == "" ? 1 : 0) } }
  }

  /// Lowest first: the order of `Package.swift`.
  static let layers = ["Base", "Media", "Formats", "Record", "Work", "Front"]

  static let targets: [String: Target] = {
    var files: [String: [SourceTree.File]] = [:]
    for file in SourceTree.files { files["\(file.layer)/\(file.target)", default: []].append(file) }
    return Dictionary(
      uniqueKeysWithValues: files.map { folder, files in
        let name = folder.split(separator: "/").last.map(String.init) ?? folder
        let imports = Set(files.filter(\.isSwift).flatMap { $0.imports.map(\.module) })
        return (
          name,
          Target(name: name, layer: files[0].layer, files: files, imports: imports.subtracting([name]))
        )
      })
  }()

  static func layer(of module: String) -> Int? {
    targets[module].flatMap { layers.firstIndex(of: $0.layer) }
  }

  /// Our own targets that one imports.
  static func own(_ target: Target) -> Set<String> { target.imports.filter { targets[$0] != nil } }

  /// Everything reached from a target, modules from outside included.
  static func reached(from name: String) -> Set<String> {
    var reached: Set<String> = []
    var open = [name]
    while let next = open.popLast() {
      for module in targets[next]?.imports ?? [] where reached.insert(module).inserted { open.append(module) }
    }
    return reached
  }

  /// Imports on the longest way down; 0 for what imports none of ours, `nil` where they go round in a circle.
  static func depth(_ name: String, above: Set<String> = []) -> Int? {
    guard !above.contains(name), let target = targets[name] else { return nil }
    var deepest = -1
    for other in own(target) {
      guard let depth = depth(other, above: above.union([name])) else { return nil }
      deepest = max(deepest, depth)
    }
    return deepest + 1
  }

  /// In the order of the layers, each target behind those it imports.
  static let ordered: [Target] = targets.values.sorted { place($0) < place($1) }

  private static func place(_ target: Target) -> (Int, Int, String) {
    (layer(of: target.name) ?? 0, depth(target.name) ?? 0, target.name)
  }
}
