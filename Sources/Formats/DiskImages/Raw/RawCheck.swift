import Evidence
import SystemPackage

/// What can be said of a raw image without a reference: the sizes of its files.
enum RawCheck {
  /// Findings where a file before the last one is shorter than the first, or is no whole number of sectors: what
  /// follows it has moved.
  /// - Parameter starts: where each file begins in the contents, and behind the last one their length.
  static func findings(paths: [FilePath], starts: [UInt64], sectorSize: UInt32) -> [Finding] {
    var findings: [Finding] = []
    guard paths.count > 1 else { return [] }
    let first = starts[1] - starts[0]
    for index in paths.indices.dropLast() {
      let size = starts[index + 1] - starts[index]
      let name = paths[index].lastComponent?.string ?? paths[index].string
      if size % UInt64(sectorSize) != 0 {
        findings.append(
          Finding(
            .imageTruncated, .failure, subject: name, expected: "a multiple of \(sectorSize) bytes",
            observed: "\(size) bytes"))
      } else if size != first {
        findings.append(
          Finding(
            .imageTruncated, .warning, subject: name, expected: "\(first) bytes", observed: "\(size) bytes"))
      }
    }
    return findings
  }
}
