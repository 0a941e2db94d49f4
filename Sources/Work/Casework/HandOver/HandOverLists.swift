import CourtReport
import Evidence
import Manifests
import SystemIO

/// A list of digests that `hashdeep -a` audits.
enum HashdeepList {
  static let name = "hashdeep.txt"

  /// - Parameter entries: with MD5 and SHA-256.
  static func bytes(of entries: [BagWriter.Entry]) -> [UInt8] {
    var text = "%%%% HASHDEEP-1.0\n%%%% size,md5,sha256,filename\n"
    for entry in entries {
      text +=
        "\(entry.size),\(entry.digests[.md5]?.hex ?? ""),\(entry.digests[.sha256]?.hex ?? ""),\(entry.path)\n"
    }
    return Array(text.utf8)
  }
}

/// Digital Forensics XML of what is handed over.
extension DFXMLDocument {
  static let name = "dfxml.xml"

  init(_ acquisitions: [CompleteAcquisition], files: [BagWriter.Entry]) {
    let host = Host.facts
    self.init(
      by: Creator(
        program: ToolVersion.name, version: ToolVersion.current, system: host.system, release: host.release,
        host: host.node, machine: host.machine, started: Host.now()),
      sources: acquisitions.flatMap { acquisition in
        acquisition.manifest.images.flatMap(\.segments).map {
          "\(Bag.evidenceFolder)/\(acquisition.names.acquisition)/\($0.name)"
        }
      }, streams: acquisitions.flatMap(\.complete.streams),
      files: files.map { File(name: $0.path, size: $0.size, digests: $0.digests.all) })
  }
}
