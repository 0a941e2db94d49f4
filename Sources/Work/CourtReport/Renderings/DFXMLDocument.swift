import Evidence
import Manifests

/// Digital Forensics XML, version 1.1: media with the digests of the whole and the ranges that were not read, and
/// files with their digests.
///
/// A medium is a volume whose first byte runs carry its digests, and whose second ones, where there are any, name what
/// was not read, with the fill pattern and the state.
package struct DFXMLDocument {
  package static let version = "1.1.0"

  /// The program that made what is described, and where it ran.
  package struct Creator: Sendable {
    package var program: String
    package var version: String
    package var system: String
    package var release: String
    package var host: String
    package var machine: String
    package var commandLine: String?
    package var user: String?
    package var started: Timestamp

    package init(
      program: String, version: String, system: String, release: String, host: String, machine: String,
      commandLine: String? = nil, user: String? = nil, started: Timestamp
    ) {
      self.program = program
      self.version = version
      self.system = system
      self.release = release
      self.host = host
      self.machine = machine
      self.commandLine = commandLine
      self.user = user
      self.started = started
    }
  }

  package struct File: Sendable {
    package let name: String
    /// Bytes.
    package let size: UInt64
    package let digests: [Digest]

    package init(name: String, size: UInt64, digests: [Digest]) {
      self.name = name
      self.size = size
      self.digests = digests
    }
  }

  package let text: String

  /// - Parameters:
  ///   - sources: names of the image files.
  ///   - redaction: what must not stand in it.
  package init(
    by creator: Creator, sources: [String], streams: [Manifest.Stream], files: [File],
    redaction: Redaction = .none
  ) {
    var xml = XML(redaction)
    xml.open(
      "dfxml",
      [
        ("version", Self.version),
        ("xmlns", "http://www.forensicswiki.org/wiki/Category:Digital_Forensics_XML"),
        ("xmlns:dc", "http://purl.org/dc/elements/1.1/"),
      ])
    xml.open("metadata")
    xml.element("dc:type", "Disk Image")
    xml.close("metadata")
    Self.write(creator, &xml)
    xml.open("source")
    for source in sources { xml.element("image_filename", source) }
    xml.close("source")
    for stream in streams { Self.write(stream, &xml) }
    for file in files {
      xml.open("fileobject")
      xml.element("filename", file.name)
      xml.element("name_type", "r")
      xml.element("filesize", "\(file.size)")
      for digest in file.digests {
        xml.element("hashdigest", digest.hex, [("type", digest.algorithm.rawValue)])
      }
      xml.close("fileobject")
    }
    xml.close("dfxml")
    self.text = xml.text
  }

  private static func write(_ creator: Creator, _ xml: inout XML) {
    let environment: [(String, String?)] = [
      ("os_sysname", creator.system), ("os_release", creator.release), ("host", creator.host),
      ("arch", creator.machine), ("command_line", creator.commandLine), ("username", creator.user),
      ("start_time", creator.started.description),
    ]
    xml.open("creator", [("version", "1.0")])
    xml.element("program", creator.program)
    xml.element("version", creator.version)
    xml.open("execution_environment")
    for case (let name, let value?) in environment { xml.element(name, value) }
    xml.close("execution_environment")
    xml.close("creator")
  }

  private static func write(_ stream: Manifest.Stream, _ xml: inout XML) {
    let size = UInt64(stream.unitSize)
    xml.open("volume", [("offset", "\((stream.firstUnit ?? 0) * size)")])
    xml.open("byte_runs")
    xml.open("byte_run", [("img_offset", "0"), ("len", "\(stream.length)")])
    for digest in stream.digests.all {
      xml.element("hashdigest", digest.hex, [("type", digest.algorithm.rawValue)])
    }
    xml.close("byte_run")
    xml.close("byte_runs")
    let filled = stream.map.runs.filter { $0.state != .read }
    if !filled.isEmpty {
      xml.open("byte_runs")
      for run in filled {
        // The last sector of a medium may be short.
        let end = min(run.range.end * size, stream.length)
        xml.empty(
          "byte_run",
          [
            ("img_offset", "\(run.range.first * size)"), ("len", "\(end - run.range.first * size)"),
            ("fill", stream.fill.description), ("type", run.state.rawValue),
          ])
      }
      xml.close("byte_runs")
    }
    xml.element("sector_size", "\(stream.unitSize)")
    if stream.unitCount > 0 { xml.element("block_count", "\(stream.unitCount)") }
    xml.close("volume")
  }
}

extension DFXMLDocument {
  /// The images of one acquisition of a report.
  /// - Returns: `nil` where it has no manifest.
  package init?(_ acquisition: ReportContents.Acquisition, redaction: Redaction) {
    guard let manifest = acquisition.sealed?.complete, let stream = manifest.mainStream else { return nil }
    let facts = manifest.acquisition
    let segments = manifest.images.flatMap(\.segments)
    self.init(
      by: Creator(
        program: facts.tool.name, version: facts.tool.version, system: facts.host.system,
        release: facts.host.release, host: facts.host.node, machine: facts.host.machine,
        commandLine: facts.commandLine.joined(separator: " "), user: facts.host.user, started: facts.started),
      sources: segments.map(\.name), streams: [stream],
      files: segments.map { File(name: $0.name, size: $0.size, digests: $0.sha256.map { [$0] } ?? []) },
      redaction: redaction)
  }
}

/// Writes XML in which every text is escaped, and nothing stands that must not.
private struct XML {
  private(set) var text = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
  private var depth = 0
  private let redaction: Redaction

  init(_ redaction: Redaction) { self.redaction = redaction }

  mutating func open(_ name: String, _ attributes: [(String, String)] = []) {
    line("<\(name)\(list(attributes))>")
    depth += 1
  }

  mutating func close(_ name: String) {
    depth -= 1
    line("</\(name)>")
  }

  mutating func empty(_ name: String, _ attributes: [(String, String)]) {
    line("<\(name)\(list(attributes))/>")
  }

  mutating func element(_ name: String, _ value: String, _ attributes: [(String, String)] = []) {
    line("<\(name)\(list(attributes))>\(Markup.escape(redaction.apply(to: value)))</\(name)>")
  }

  private mutating func line(_ line: String) { text += String(repeating: "  ", count: depth) + line + "\n" }

  private func list(_ attributes: [(String, String)]) -> String {
    attributes.map { " \($0.0)=\"\(Markup.escape($0.1))\"" }.joined()
  }
}
