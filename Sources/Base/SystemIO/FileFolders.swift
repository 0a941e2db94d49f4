import Evidence
import SystemPackage

/// Folders that together hold the files of one record: the first of them, and others that took over.
package struct FileFolders: Hashable, Sendable {
  package let folders: [FilePath]

  /// - Parameter first: where files are looked for first; the current folder where it is empty.
  package init(_ first: FilePath, besides others: [FilePath] = []) {
    self.folders = [first.isEmpty ? "." : first] + others
  }

  /// Where a file of this name lies: in the first folder that has one; in the first folder where none does.
  package func path(of name: String) -> FilePath {
    paths(of: name).first ?? folders[0].appending(name)
  }

  /// Where files of this name lie, in the order of the folders; a folder that is named twice counts once.
  package func paths(of name: String) -> [FilePath] {
    var taken: Set<String> = []
    return folders.map { $0.appending(name) }.filter { path in
      guard case .success(let status) = Syscalls.status(path, followLinks: false) else { return false }
      return taken.insert("\(status.st_dev):\(status.st_ino)").inserted
    }
  }

  /// The names in all of them.
  /// - Throws: `readFailed` …, also where one of the folders cannot be read.
  package func names() throws(EvidenceError) -> [String] {
    // By their bytes: names that are alike are two files.
    var names: [[UInt8]: String] = [:]
    for folder in folders { for name in try Files.names(in: folder) { names[Array(name.utf8)] = name } }
    return names.values.sorted()
  }
}

extension FilePath {
  /// The folder it lies in; the current one where it names none.
  package var parentFolder: FilePath {
    let folder = removingLastComponent()
    return folder.isEmpty ? "." : folder
  }
}
