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

/// Digital Forensics XML of what is handed over: each acquisition as a volume with its digests and the ranges that
/// could not be read, and the files.
struct DFXMLDocument {
  static let name = "dfxml.xml"

  let text: String

  init(_ acquisitions: [CompleteAcquisition], files: [BagWriter.Entry]) {
    let host = Host.facts
    var lines = [
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>",
      "<dfxml xmlns=\"http://www.forensicswiki.org/wiki/Category:Digital_Forensics_XML\" "
        + "xmlns:dc=\"http://purl.org/dc/elements/1.1/\" version=\"1.1.0\">",
      "  <metadata><dc:type>Disk Image</dc:type></metadata>", "  <creator>",
      "    \(Self.element("program", ToolVersion.name))\(Self.element("version", ToolVersion.current))",
      "    <execution_environment>\(Self.element("os_sysname", host.system))"
        + "\(Self.element("os_release", host.release))\(Self.element("host", host.node))"
        + "\(Self.element("arch", host.machine))\(Self.element("start_time", Host.now().description))"
        + "</execution_environment>", "  </creator>", "  <source>",
    ]
    for acquisition in acquisitions {
      for segment in acquisition.manifest.images.flatMap(\.segments) {
        let path = "\(Bag.evidenceFolder)/\(acquisition.names.acquisition)/\(segment.name)"
        lines.append("    \(Self.element("image_filename", path))")
      }
    }
    lines.append("  </source>")
    for stream in acquisitions.flatMap(\.manifest.streams) { lines += Self.volume(stream) }
    for entry in files {
      lines.append(
        "  <fileobject>\(Self.element("filename", entry.path))<name_type>r</name_type>"
          + "<filesize>\(entry.size)</filesize>\(Self.digests(entry.digests))</fileobject>")
    }
    self.text = (lines + ["</dfxml>", ""]).joined(separator: "\n")
  }

  private static func volume(_ stream: Manifest.Stream) -> [String] {
    let offset = (stream.firstUnit ?? 0) * UInt64(stream.unitSize)
    let plan = ChunkPlan(length: stream.length)
    var lines = [
      "  <volume offset=\"\(offset)\">",
      "    <byte_runs><byte_run img_offset=\"0\" len=\"\(stream.length)\">\(digests(stream.digests))</byte_run>"
        + "</byte_runs>", "    <byte_runs>",
    ]
    for (state, word) in [(SectorState.unreadable, "unreadable"), (.notAttempted, "notAttempted")] {
      for range in stream.map.ranges(in: state) {
        let bytes = plan.bytes(of: range, sectorSize: stream.unitSize)
        lines.append(
          "      <byte_run img_offset=\"\(bytes.lowerBound)\" len=\"\(bytes.count)\" "
            + "fill=\"\(escaped(stream.fill.description))\" type=\"\(word)\"/>")
      }
    }
    return lines + ["    </byte_runs>", "    <sector_size>\(stream.unitSize)</sector_size>", "  </volume>"]
  }

  private static func digests(_ digests: DigestSet) -> String {
    digests.all.map { "<hashdigest type=\"\($0.algorithm.rawValue)\">\($0.hex)</hashdigest>" }.joined()
  }

  private static func element(_ name: String, _ value: String) -> String {
    "<\(name)>\(escaped(value))</\(name)>"
  }

  private static func escaped(_ text: String) -> String {
    HumanText.singleLine(text).reduce(into: "") { result, character in
      switch character {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      default: result.append(character)
      }
    }
  }
}
