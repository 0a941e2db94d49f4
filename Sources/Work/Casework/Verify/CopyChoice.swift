import CaseRecords
import Evidence
import Manifests
import SystemIO
import SystemPackage

/// Which copies of acquisitions a verification of a case looks at.
package enum CopyChoice: Hashable, Sendable {
  /// All that the record knows.
  case all
  /// The case's own folders where `own`, and those in these folders, wherever they were recorded.
  case only(own: Bool, [FilePath])

  var wantsOwn: Bool {
    if case .only(let own, _) = self { own } else { true }
  }

  /// The copies that are asked for; `nil` where all are.
  var named: String? {
    guard case .only(let own, let folders) = self else { return nil }
    return ((own ? ["the case folder"] : []) + folders.map(\.string)).joined(separator: " and ")
  }

  /// Where to look for each of the copies of one acquisition; `nil` of those that are not asked for.
  ///
  /// A drive is not always found where it was: a folder that is no recorded one is taken for the first copy whose manifest
  /// it holds.
  /// - Parameter name: of the acquisition.
  func places(of copies: [AcquisitionCopy], name: String) -> [FilePath?] {
    guard case .only(_, let folders) = self else { return copies.map { FilePath($0.folder) } }
    var places = [FilePath?](repeating: nil, count: copies.count)
    var others: [FilePath] = []
    for folder in folders {
      let recorded = copies.indices.filter {
        let place = FilePath(copies[$0].folder)
        return place == folder || place.removingLastComponent() == folder
      }
      for index in recorded { places[index] = FilePath(copies[index].folder) }
      if recorded.isEmpty { others += [folder, folder.appending(name)] }
    }
    let manifest = RecordNames(acquisition: name).manifest
    for folder in others {
      guard let bytes = try? Files.contents(folder.appending(manifest), cap: Manifest.largestFile) else {
        continue
      }
      let digest = Digest.of(bytes, .sha256)
      let index = copies.indices.first {
        places[$0] == nil && copies[$0].failure == nil
          && (copies[$0].manifestDigest.map { $0 == digest } ?? true)
      }
      if let index { places[index] = folder }
    }
    return places
  }
}
