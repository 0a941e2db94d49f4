import Evidence
import Glibc
import Signing
import SystemIO
import SystemPackage

/// What `Tests/Fuzz/sample` made: the records that targets change.
enum Sample {
  static let place = (0..<2).reduce(FilePath(#filePath)) { path, _ in path.removingLastComponent() }
    .appending("Sample")

  /// The examiner who signed all of it.
  static let examiner: Certificate = {
    do { return try Certificate(parsing: bytes("examiner.pem"), name: "examiner.pem") } catch {
      fatalError("\(error)")
    }
  }()

  static func bytes(_ name: String) -> [UInt8] {
    do { return try Files.contents(place.pushing(FilePath(name)), cap: 1 << 20) } catch {
      fatalError("\(error)")
    }
  }

  /// Files of the hand-over by their paths in it.
  static let bag: [String: [UInt8]] = {
    var files: [String: [UInt8]] = [:]
    var open = [""]
    while let folder = open.popLast() {
      let inside = place.appending("bag").pushing(FilePath(folder))
      for name in (try? Files.names(in: inside)) ?? [] {
        let path = folder.isEmpty ? name : "\(folder)/\(name)"
        if Files.kind(inside.appending(name)) == .folder {
          open.append(path)
        } else {
          files[path] = bytes("bag/\(path)")
        }
      }
    }
    return files
  }()

  static let bagPaths = bag.keys.sorted()
}

/// A folder in memory that holds what the current input says, and is written only where it differs from the last.
final class ScratchTree {
  let folder: FilePath
  private var present: [String: [UInt8]] = [:]

  init(_ name: String) {
    folder = Scratch.shared.folder(name)
  }

  /// - Returns: whether the folder holds exactly these files.
  func hold(_ files: [String: [UInt8]]) -> Bool {
    do throws(EvidenceError) {
      for (path, _) in present where files[path] == nil {
        _ = Syscalls.unlink(folder.pushing(FilePath(path)))
        present[path] = nil
      }
      for (path, bytes) in files where present[path] != bytes {
        let file = folder.pushing(FilePath(path))
        var above: [FilePath] = []
        var parent = file.removingLastComponent()
        while !Files.exists(parent) {
          above.append(parent)
          parent = parent.removingLastComponent()
        }
        for missing in above.reversed() { try DurableFolder.create(missing) }
        _ = Syscalls.unlink(file)
        try DurableFile.write(bytes, to: file)
        present[path] = bytes
      }
      return true
    } catch { return false }
  }
}
