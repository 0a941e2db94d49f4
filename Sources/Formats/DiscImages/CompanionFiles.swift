import Evidence
import OpticalDisc
import SystemIO
import SystemPackage

/// Finds the files that a description names, as they are named on other systems.
package struct CompanionFiles {
  package let sheet: FilePath
  private var folder: FilePath { sheet.removingLastComponent() }

  /// A path, and what is worth saying about how it was found.
  package struct Found {
    package let path: FilePath
    package let remark: String?
  }

  /// A file that a line names.
  /// - Parameter isOnly: whether the description names no other file; then one with the stem of the description may
  ///   stand in for it.
  /// - Throws: `segmentMissing` where there is none; `sheetMalformed` where the name leads out of the folder or fits
  ///   several files.
  package func find(_ name: String, in text: SheetText, line: Int, isOnly: Bool) throws(EvidenceError)
    -> Found
  {
    let found: Found?
    do throws(EvidenceError) {
      found = try find(name, isOnly: isOnly)
    } catch {
      throw error.code == .sheetMalformed ? text.malformed(line, "\(error.subject) \(error.detail)") : error
    }
    guard let found else { throw EvidenceError(.segmentMissing, name, "named in line \(line) of \(sheet)") }
    return Found(path: found.path, remark: found.remark.map { "line \(line): \($0)" })
  }

  /// The file that has the name of the description with another ending; `nil` where there is none.
  /// - Throws: `sheetMalformed` where several differ in case alone.
  package func sibling(_ ending: String) throws(EvidenceError) -> FilePath? {
    guard let stem = sheet.stem else { return nil }
    return try resolve(["\(stem).\(ending)"])
  }

  /// - Returns: `nil` where there is no such file.
  /// - Throws: `sheetMalformed`, without a line.
  package func find(_ name: String, isOnly: Bool) throws(EvidenceError) -> Found? {
    var parts = name.split { $0 == "/" || $0 == "\\" }.map(String.init)
    guard let last = parts.last, !parts.contains(".."), !name.contains("\0") else {
      throw EvidenceError(.sheetMalformed, name, "leads out of the folder of the description")
    }
    let hasDrive = name.dropFirst().first == ":" && name.first?.isLetter == true
    let isAbsolute = hasDrive || name.hasPrefix("/") || name.hasPrefix("\\")
    if isAbsolute { parts = [last] }
    parts.removeAll { $0 == "." }
    if let path = try resolve(parts) {
      return Found(path: path, remark: isAbsolute ? "\(name): taken from the folder of the description" : nil)
    }
    guard parts.count > 1 || isOnly else { return nil }
    if parts.count > 1, let path = try resolve([last]) {
      return Found(path: path, remark: "\(name): taken from the folder of the description")
    }
    guard isOnly, let stem = sheet.stem, let ending = FilePath(last).extension,
      let path = try resolve(["\(stem).\(ending)"]), path != sheet
    else { return nil }
    return Found(
      path: path, remark: "\(name) does not exist; \(path.lastComponent?.string ?? "") was taken for it")
  }

  /// Part by part: the exact name, or the only one that differs in case alone.
  private func resolve(_ parts: [String]) throws(EvidenceError) -> FilePath? {
    var path = folder
    for part in parts {
      guard let component = FilePath.Component(part) else { return nil }
      if Files.exists(path.appending(component)) {
        path.append(component)
        continue
      }
      let place: FilePath = path.isEmpty ? "." : path
      guard Files.kind(place) == .folder else { return nil }
      let similar = try Files.names(in: place).filter { $0.lowercased() == part.lowercased() }
      guard similar.count <= 1 else {
        throw EvidenceError(
          .sheetMalformed, part, "fits \(similar.count) files: \(similar.joined(separator: ", "))")
      }
      guard let only = similar.first else { return nil }
      path.append(only)
    }
    return Files.kind(path) == .file ? path : nil
  }
}
