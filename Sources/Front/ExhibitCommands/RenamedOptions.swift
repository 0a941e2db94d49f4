/// Options that had another name once. They are taken as before, with a note, and stand in no help.
enum RenamedOptions {
  /// By the path of the command: the name before, and the name now.
  static let all: [String: [String: String]] = [
    "acquire": ["--to": "--copy-to"],
    "convert": ["--to": "--format"],
    "export": ["--to": "--output", "--list": "--hash-list"],
    "audit verify": ["--head": "--expect-head"],
    "custody record": ["--authority": "--legal-authority", "--method": "--transport"],
    "custody sign": ["--event": "--event-number"],
    "key create": ["--kind": "--key-type", "--root": "--as-root"],
    "key request": ["--kind": "--key-type"],
    "key issue": ["--request": "--certificate-request"],
    "disc list": ["--file-system": "--tree"],
    "disc extract": ["--file-system": "--tree"],
    "certificate": ["--kind": "--declaration"],
    "case restore": ["--accept-loss": "--accept-lost-events"],
  ]

  /// The arguments with the names of now.
  /// - Parameters:
  ///   - arguments: without the name of the program.
  ///   - note: receives a sentence for each old name.
  static func replaced(in arguments: [String], note: (String) -> Void) -> [String] {
    let words = arguments.prefix { !$0.hasPrefix("-") }
    let path = (1...2).lazy.map { words.prefix($0).joined(separator: " ") }.first { all[$0] != nil }
    guard let path, let names = all[path] else { return arguments }
    let end = arguments.firstIndex(of: "--") ?? arguments.endIndex
    return arguments.enumerated().map { index, argument in
      let old = String(argument.prefix { $0 != "=" })
      guard index < end, let new = names[old] else { return argument }
      note("`exhibit \(path) \(old)` is now `\(new)`; a later version will drop the old name")
      return new + argument.dropFirst(old.count)
    }
  }
}
