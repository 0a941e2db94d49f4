import Evidence
import FormatKit
import Glibc
import SystemIO
import SystemPackage

/// A file as a scan sees it.
struct ScannedFile: Hashable, Sendable {
  let name: String
  /// In bytes.
  let size: UInt64
  /// Microseconds since 1970.
  let modified: Int64
}

/// What lies in one folder, and which of its files are parts of one set by their names.
struct FolderListing {
  let folder: FilePath
  private(set) var files: [String: ScannedFile] = [:]
  /// Base names of files, in the order of the folder.
  private(set) var names: [String] = []
  private(set) var folders: [String] = []
  /// Links, pipes and devices, which are not followed.
  private(set) var others = 0
  /// Names that Unicode takes for the one of another file in the folder: such files cannot be told apart in a list.
  private(set) var alike: [String] = []

  /// - Throws: `readFailed`, `permissionDenied`.
  init(_ folder: FilePath) throws(EvidenceError) {
    self.folder = folder
    for name in try Files.names(in: folder) {
      guard case .success(let status) = Syscalls.status(folder.appending(name), followLinks: false) else {
        // Gone since the folder was read.
        continue
      }
      switch status.st_mode & S_IFMT {
      case S_IFREG:
        guard files[name] == nil else {
          alike.append(name)
          continue
        }
        names.append(name)
        files[name] = ScannedFile(
          name: name, size: UInt64(clamping: status.st_size),
          modified: Int64(status.st_mtim.tv_sec) * 1_000_000 + Int64(status.st_mtim.tv_nsec) / 1000)
      case S_IFDIR: folders.append(name)
      default: others += 1
      }
    }
  }

  func path(_ name: String) -> FilePath { folder.appending(name) }

  /// Sets of files by their names: of E01 and SMART, and of split files. Each begins with its first file.
  func sets() -> [[String]] {
    var byBase: [String: [(number: Int, name: String, style: String)]] = [:]
    for name in names {
      guard let dot = name.lastIndex(of: "."), dot != name.startIndex else { continue }
      let (base, suffix) = (String(name[..<dot]), String(name[name.index(after: dot)...]))
      if suffix.utf8.count >= 3, suffix.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
        let number = Int(suffix)
      {
        byBase[base, default: []].append((number, name, "digits\(suffix.utf8.count)"))
      } else {
        for first in SegmentNames.firstLetters {
          guard let number = SegmentNames.number(suffix: suffix, first: first) else { continue }
          byBase[base, default: []].append((number, name, String(first)))
        }
      }
    }
    var sets: [[String]] = []
    var taken: Set<String> = []
    for (base, members) in byBase.sorted(by: { $0.key < $1.key }) {
      _ = base
      for style in Set(members.map(\.style)).sorted() {
        let own = members.filter { $0.style == style }.sorted { $0.number < $1.number }
        guard let first = own.first, first.number <= 1, style.hasPrefix("digits") || first.number == 1 else {
          continue
        }
        var set: [String] = []
        var next = first.number
        for member in own where member.number == next && !taken.contains(member.name) {
          set.append(member.name)
          next += 1
        }
        guard !set.isEmpty else { continue }
        taken.formUnion(set)
        sets.append(set)
      }
    }
    return sets
  }
}
