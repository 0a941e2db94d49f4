import Evidence
import Manifests
import SystemIO
import SystemPackage

/// The folder of one acquisition: `NAME.partial` while it is made, `NAME` once everything in it is synced.
///
/// A folder without `.partial` is therefore always whole.
struct OutputFolder {
  static let partialSuffix = ".partial"

  let name: String
  let final: FilePath
  let partial: FilePath
  /// Space kept back, so that an end for lack of space can still be recorded.
  private var reserve: FilePath { partial.appending("reserve") }
  /// Bytes of it.
  static let smallestReserve: UInt64 = 1 << 20

  init(name: String, in evidence: FilePath) {
    self.name = name
    self.final = evidence.appending(name)
    self.partial = evidence.appending(name + Self.partialSuffix)
  }

  /// A new folder that an examiner named.
  /// - Throws: `argumentInvalid` where the path names none, `destinationMissing`, `outputExists`.
  init(creating path: FilePath) throws(EvidenceError) {
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

  /// Names in the evidence folder that no new acquisition may take.
  static func namesInUse(in evidence: FilePath) throws(EvidenceError) -> Set<String> {
    Set(
      try Files.names(in: evidence).map {
        $0.hasSuffix(partialSuffix) ? String($0.dropLast(partialSuffix.count)) : $0
      })
  }

  /// `exhibit resume` finds something here to go on from: a journal, or everything whole and signed.
  var isResumable: Bool {
    Files.exists(AcquisitionJournal.path(of: name, in: partial))
      || [partial, final].contains { Files.exists($0.appending(RecordNames.sums)) }
  }

  func create() throws(EvidenceError) { try DurableFolder.create(partial) }

  func keepReserve(_ size: UInt64 = smallestReserve) throws(EvidenceError) {
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
  func releaseReserve() { _ = Syscalls.unlink(reserve) }

  /// Takes away what an earlier run wrote beside the images, but for chunk file and journal: it is made anew.
  /// - Parameter resumption: how many times it will have been resumed, of which nothing can be there yet.
  func removeRecord(_ names: RecordNames, resumption: Int) {
    let own = [DeviceCapture.nameAfter, DeviceCapture.name(resumption: resumption)].map(names.device)
    let device = ((try? Files.names(in: partial)) ?? []).filter { name in
      own.contains { name.hasPrefix("\($0).") || name.hasPrefix("\($0)-") }
    }
    for name in [names.map(), names.manifest, names.signature, RecordNames.sums] + device {
      _ = Syscalls.unlink(partial.appending(name))
    }
    releaseReserve()
  }

  /// Everything in the folder is written and synced: it gets its name.
  func complete() throws(EvidenceError) {
    try DurableFolder.sync(partial)
    try DurableFolder.rename(partial, to: final)
  }

  /// Nothing was read: the folder goes again. Only for whoever created it.
  func removePartial() { try? DurableFolder.removeWithFiles(partial) }
}

/// The space images need at most.
enum SpaceNeed {
  /// Chunk file, map, manifest and database, generously.
  private static let recordBytes: UInt64 = 8 << 20
  /// Lines of the chunk file, bytes each.
  private static let chunkLine: UInt64 = 128

  /// Bytes for one image of `length` bytes that does not compress at all.
  static func image(length: UInt64, isE01: Bool) -> UInt64 {
    // Per 32 KiB an Adler-32 and two table entries: 12 bytes; one in a thousand is far above that.
    isE01 ? length + length / 1000 + (1 << 20) : length
  }

  static func records(chunkCount: UInt64) -> UInt64 { recordBytes + chunkCount * chunkLine }

  /// - Parameter canBeTried: the command has an option that begins all the same.
  /// - Throws: `destinationFull` with both figures.
  static func check(
    _ need: UInt64, at folder: FilePath, canBeTried: Bool = true
  ) throws(EvidenceError) {
    let free = try Files.freeSpace(folder)
    guard free >= need else {
      throw EvidenceError(
        .destinationFull, folder.string,
        "\(HumanText.size(free)) free, up to \(HumanText.size(need)) needed"
          + (canBeTried ? "; --accept-little-space tries anyway" : ""))
    }
  }
}
