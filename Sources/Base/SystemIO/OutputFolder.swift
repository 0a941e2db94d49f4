import Evidence
import SystemPackage

/// A folder being written: `NAME.partial` while it is made, `NAME` once everything in it is synced.
///
/// A folder without `.partial` is therefore always whole.
package struct OutputFolder {
  package static let partialSuffix = ".partial"

  package let name: String
  package let final: FilePath
  package let partial: FilePath
  /// Space kept back, so that an end for lack of space can still be recorded.
  private var reserve: FilePath { partial.appending("reserve") }
  /// Bytes of it.
  package static let smallestReserve: UInt64 = 1 << 20

  package init(name: String, in evidence: FilePath) {
    self.name = name
    self.final = evidence.appending(name)
    self.partial = evidence.appending(name + Self.partialSuffix)
  }

  /// A new folder that an examiner named.
  /// - Throws: `argumentInvalid` where the path names none, `destinationMissing`, `outputExists`.
  package init(creating path: FilePath) throws(EvidenceError) {
    guard let name = path.lastComponent?.string, path.lastComponent?.kind == .regular else {
      throw EvidenceError(.argumentInvalid, path.string, "names no folder")
    }
    self.init(name: name, in: path.removingLastComponent())
    guard Files.kind(path.parentFolder) == .folder else {
      throw EvidenceError(.destinationMissing, path.parentFolder.string)
    }
    for place in [final, partial] where Files.exists(place) {
      throw EvidenceError(.outputExists, place.string)
    }
  }

  /// Names in a folder that nothing new may take.
  package static func namesInUse(in evidence: FilePath) throws(EvidenceError) -> Set<String> {
    Set(
      try Files.names(in: evidence).map {
        $0.hasSuffix(partialSuffix) ? String($0.dropLast(partialSuffix.count)) : $0
      })
  }

  /// Makes the folder, if what is to be done to it at the end can be done there.
  /// - Throws: `outputExists`, and what ``FolderProbe/perform(in:)`` throws; nothing is left then.
  package func create() throws(EvidenceError) {
    try DurableFolder.create(partial)
    do throws(EvidenceError) { try FolderProbe.perform(in: partial) } catch {
      removePartial()
      throw error
    }
  }

  package func keepReserve(_ size: UInt64 = smallestReserve) throws(EvidenceError) {
    let zeros = [UInt8](repeating: 0, count: Int(Self.smallestReserve))
    let file = try DurableFile(creating: reserve)
    do throws(EvidenceError) {
      for offset in stride(from: 0, to: size, by: zeros.count) {
        try file.write(zeros.span.bytes, at: offset)
      }
      try file.close()
    } catch {
      releaseReserve()
      throw error
    }
  }

  /// Gives back the space kept for the end.
  package func releaseReserve() { _ = Syscalls.unlink(reserve) }

  /// Everything in the folder is written and synced: it gets its name.
  package func complete() throws(EvidenceError) {
    try DurableFolder.sync(partial)
    try DurableFolder.rename(partial, to: final)
  }

  /// Takes back what `create` made. Only for whoever created it.
  package func removePartial() { try? DurableFolder.removeWithFiles(partial) }
}
