import SystemPackage

/// The tools of libewf, as second readers of what we write.
package enum EWFTools {
  /// The contents, or a part of them in bytes, as `ewfexport` delivers them.
  package static func export(_ path: FilePath, range: Range<Int>? = nil) throws -> [UInt8] {
    let folder = try TemporaryFolder()
    let part = range.map { ["-o", "\($0.lowerBound)", "-B", "\($0.count)"] } ?? []
    try Tool.require(
      "ewfexport", ["-u", "-q", "-f", "raw", "-t", folder.appending("out").string] + part + [path.string])
    return try TestFiles.read(folder.appending("out.raw"))
  }
}
