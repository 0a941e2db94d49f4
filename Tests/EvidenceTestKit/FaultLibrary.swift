import SystemPackage

/// `FaultTests/Injector/faults.c`, which is loaded before libc and makes one call of a program fail, or stops or kills
/// the program there: at a place, not at a time, so that nothing depends on the speed of the machine.
package enum FaultLibrary {
  /// Compiled once; it needs the compiler that comes with Swift.
  private static let library: Result<(folder: TemporaryFolder, path: FilePath), any Error> = Result {
    let source = FilePath(#filePath).removingLastComponent().removingLastComponent()
      .appending("FaultTests").appending("Injector").appending("faults.c")
    let folder = try TemporaryFolder()
    let path = folder.appending("faults.so")
    try Tool.require(
      "clang", ["-O1", "-Wall", "-Wextra", "-Werror", "-shared", "-fPIC", "-o", path.string, source.string])
    return (folder, path)
  }

  /// What `LD_PRELOAD` takes.
  package static func path() throws -> String { try library.get().path.string }

  /// The environment of a program that is killed at a call, after half of it where it is a write.
  /// - Parameters:
  ///   - call: its name in libc, such as `pwritev64`.
  ///   - path: as a pattern, such as `*/001.E03`.
  package static func killing(at number: Int, of call: String, on path: String) throws -> [String: String] {
    ["LD_PRELOAD": try self.path(), "EXHIBIT_FAULT": "torn \(number) \(call) \(path)"]
  }
}
