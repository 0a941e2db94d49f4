import Evidence
import Manifests
import SystemIO

/// What of an acquisition lies in its folder.
extension OutputFolder {
  /// An acquisition can go on from here: there is a journal, or everything whole and signed.
  package var isResumable: Bool {
    Files.exists(AcquisitionJournal.path(of: name, in: partial))
      || [partial, final].contains { Files.exists($0.appending(RecordNames.sums)) }
  }

  /// Takes away what an earlier run wrote beside the images, but for chunk file and journal: it is made anew.
  /// - Parameter resumption: how many times it will have been resumed, of which nothing can be there yet.
  func removeRecord(_ names: RecordNames, resumption: Int) {
    for name in removedRecord(names, resumption: resumption) {
      _ = Syscalls.unlink(partial.appending(name))
    }
    releaseReserve()
  }

  func removedRecord(_ names: RecordNames, resumption: Int) -> Set<String> {
    let own = [DeviceCapture.nameAfter, DeviceCapture.name(resumption: resumption)].map(names.device)
    let device = ((try? Files.names(in: partial)) ?? []).filter { name in
      own.contains { name.hasPrefix("\($0).") || name.hasPrefix("\($0)-") }
    }
    return Set([names.map(), names.manifest, names.signature, RecordNames.sums] + device)
  }
}
