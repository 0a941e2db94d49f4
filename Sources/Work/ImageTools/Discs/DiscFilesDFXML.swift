import Digests
import DiscFiles
import Evidence
import Manifests
import SystemIO
import SystemPackage

/// The files of a tree of a disc as Digital Forensics XML 1.1: where each lies in the image, its times and digests.
///
/// What DFXML has no element for (marks, damage, the name as stored) stands behind the others of a file, in a namespace of
/// its own.
struct DiscFilesDFXML: Sendable {
  private static let namespace = "http://www.forensicswiki.org/wiki/Category:Digital_Forensics_XML"
  private static let ownNamespace = "urn:exhibit:disc-files:1"

  /// Entries that are written at a time.
  private static let part = 1024

  private let choice: DiscTreeChoice
  private let files: [DiscExtractJob.File]
  private let sectors: DiscSectors
  private var bytes: [UInt8] = []

  init(_ choice: DiscTreeChoice, _ files: [DiscExtractJob.File]) {
    self.choice = choice
    self.files = files
    sectors = choice.sectors
  }

  /// - Throws: `writeFailed`, `destinationFull`, `outputExists`.
  func write(to path: FilePath) throws(EvidenceError) {
    var copy = self
    copy.head()
    let entries = choice.chosen.entries
    // Files were copied in the order of the entries; where it ended early, some of them were not.
    var copied: [Int?] = []
    var next = 0
    for entry in entries {
      let isCopied = next < files.count && files[next].entry.path == entry.path
      copied.append(isCopied ? next : nil)
      if isCopied { next += 1 }
    }
    let (empty, numbers) = (self, copied)
    let parts = WorkerThreads.map((entries.count + Self.part - 1) / Self.part, name: "description") {
      number in
      var part = empty
      for index in number * Self.part..<min((number + 1) * Self.part, entries.count) {
        part.file(entries[index], numbers[index].map { part.files[$0] })
      }
      return part.bytes
    }
    try DurableFile.write([copy.bytes] + parts + [Array("  </volume>\n</dfxml>\n".utf8)], to: path)
  }

  private mutating func head() {
    let tree = choice.chosen
    line("<?xml version=\"1.0\" encoding=\"UTF-8\"?>")
    line("<dfxml version=\"1.1.0\" xmlns=\"\(Self.namespace)\" xmlns:dc=\"http://purl.org/dc/elements/1.1/\"")
    line("  xmlns:x=\"\(Self.ownNamespace)\">")
    line("  <metadata><dc:type>File Listing</dc:type></metadata>")
    line("  <creator version=\"1.0\">")
    element("program", ToolVersion.name)
    element("version", ToolVersion.current)
    line("  </creator>\n  <source>")
    for file in choice.image.files {
      element("image_filename", FilePath(file.name).lastComponent?.string ?? file.name)
    }
    line("  </source>\n  <volume offset=\"0\">\n    <sector_size>2048</sector_size>")
    element("ftype_str", "\(tree.kind.title), session \(tree.session), track \(tree.track)")
  }

  // MARK: Files

  private mutating func file(_ entry: DiscEntry, _ copy: DiscExtractJob.File?) {
    line("    <fileobject>")
    element("filename", entry.path)
    element("name_type", Self.type(entry.kind))
    if entry.kind == .file { element("filesize", entry.size) }
    element("alloc", entry.marks.contains(.deleted) ? 0 : 1)
    if entry.compression != nil { element("compressed", 1) }
    if let owner = entry.owner {
      if let serial = owner.serial { element("inode", serial) }
      element("mode", UInt64(owner.mode & 0o7777))
      element("nlink", UInt64(owner.links))
      if let user = owner.user { element("uid", UInt64(user)) }
      if let group = owner.group { element("gid", UInt64(group)) }
    }
    for (kind, name) in Self.times {
      if let time = entry.time(kind), let text = Self.dateTime(time) { element(name, text) }
    }
    if let target = entry.target { element("link_target", target) }
    if entry.kind == .file { runs(entry) }
    if let sha256 = copy?.sha256 { element("hashdigest", sha256.hex, " type=\"sha256\"") }
    own(entry, copy)
    line("    </fileobject>")
  }

  private static let times: [(DiscTime.Kind, String)] = [
    (.modified, "mtime"), (.attributes, "ctime"), (.accessed, "atime"), (.created, "crtime"),
    (.backup, "bkup_time"),
  ]

  /// Without `Z` where no zone is stated.
  /// - Returns: `nil` where XML has no such year, or it can be no time.
  private static func dateTime(_ time: DiscTime) -> String? {
    guard let microseconds = time.microseconds else { return nil }
    let text = Timestamp(microseconds: microseconds).description
    guard text.utf8.count == Timestamp.textLength else { return nil }
    return time.zone == nil ? String(text.dropLast()) : text
  }

  private static func type(_ kind: DiscEntry.Kind) -> String {
    switch kind {
    case .file: "r"
    case .folder: "d"
    case .symbolicLink: "l"
    case .other: "-"
    }
  }

  /// `fs_offset` counts 2048 bytes a sector from the beginning of the disc.
  private mutating func runs(_ entry: DiscEntry) {
    line("      <byte_runs>")
    var done: UInt64 = 0
    if case .inline(let contents) = entry.contents {
      line("        <byte_run file_offset=\"0\" len=\"\(contents.count)\" type=\"resident\"/>")
    }
    if case .raw(let file, let range) = entry.contents {
      line(
        "        <byte_run file_offset=\"0\" img_offset=\"\(range.lowerBound)\" len=\"\(range.count)\"\(image(file))/>"
      )
    }
    for extent in entry.extents {
      let end = done + extent.count
      guard let start = extent.start else {
        line("        <byte_run file_offset=\"\(done)\" len=\"\(extent.count)\" fill=\"0\"/>")
        done = end
        continue
      }
      // Bytes of whole sectors of form 2 are more than their places have.
      let places =
        entry.isByForm || entry.compression != nil ? [] : sectors.places(of: start, count: extent.count)
      var at = start
      for place in places {
        text("        <byte_run file_offset=\"")
        number(done + at - start)
        text("\" fs_offset=\"")
        number(at)
        text("\" img_offset=\"")
        number(place.offset)
        text("\" len=\"")
        number(place.count)
        text("\"")
        text(image(place.file))
        text("/>\n")
        at += place.count
      }
      if at < start + extent.count {
        line(
          "        <byte_run file_offset=\"\(done + at - start)\" fs_offset=\"\(at)\" len=\"\(start + extent.count - at)\"/>"
        )
      }
      done = end
    }
    line("      </byte_runs>")
  }

  /// Which of several images.
  private func image(_ file: Int) -> String { choice.image.files.count > 1 ? " x:image=\"\(file + 1)\"" : "" }

  /// What DFXML has no element for.
  private mutating func own(_ entry: DiscEntry, _ copy: DiscExtractJob.File?) {
    if entry.marks.contains(.renamed) { element("x:stored_name", entry.name) }
    if NameText.mayDiffer(entry.name.utf8) { element("x:name_bytes", Hex.encode(NameText.bytes(entry.name))) }
    for mark in entry.marks.names { element("x:mark", mark) }
    if let record = entry.record { element("x:record_offset", record) }
    for time in entry.times {
      if let impossible = time.impossible {
        element("x:impossible_time", impossible, " kind=\"\(time.kind.rawValue)\"")
      }
    }
    if let note = entry.note { element("x:note", note) }
    for problem in entry.problems { element("x:problem", problem) }
    guard entry.kind == .file, let copy else {
      if entry.kind != .folder { element("x:delivered", "no") }
      return
    }
    element("x:delivered", copy.isPartial ? "part" : "yes")
    if copy.isPartial, let place = copy.place { element("x:delivered_as", place) }
    if copy.isPartial { element("x:delivered_bytes", copy.size) }
    if let failure = copy.failure { element("x:problem", failure) }
    for damage in copy.damage {
      let sectors = damage.sectors.map { " sector=\"\($0.first)\" sectors=\"\($0.count)\"" } ?? ""
      line(
        "      <x:damage reason=\"\(damage.reason.rawValue)\" file_offset=\"\(damage.bytes.lowerBound)\" len=\"\(damage.bytes.count)\"\(sectors)/>"
      )
    }
  }

  // MARK: Text

  private mutating func line(_ text: String) {
    bytes.append(contentsOf: text.utf8)
    bytes.append(0x0A)
  }

  private mutating func element(_ name: String, _ value: UInt64) {
    open(name)
    bytes.append(0x3E)
    number(value)
    close(name)
  }

  private mutating func open(_ name: String) {
    text("      <")
    text(name)
  }

  private mutating func close(_ name: String) {
    text("</")
    text(name)
    text(">\n")
  }

  private mutating func text(_ text: String) { bytes.append(contentsOf: text.utf8) }

  private mutating func number(_ value: UInt64) { text(String(value)) }

  private mutating func element(_ name: String, _ value: String, _ attributes: String = "") {
    open(name)
    text(attributes)
    bytes.append(0x3E)
    escape(NameText.shown(value))
    close(name)
  }

  private mutating func escape(_ text: String) {
    let isPlain = text.utf8.allSatisfy {
      (0x20..<0x7F).contains($0) && $0 != UInt8(ascii: "<") && $0 != UInt8(ascii: ">")
        && $0 != UInt8(ascii: "&")
    }
    guard !isPlain else { return self.text(text) }
    for scalar in text.unicodeScalars {
      switch scalar {
      case "<": bytes.append(contentsOf: "&lt;".utf8)
      case ">": bytes.append(contentsOf: "&gt;".utf8)
      case "&": bytes.append(contentsOf: "&amp;".utf8)
      case "\n", "\r", "\t": bytes.append(contentsOf: "&#\(scalar.value);".utf8)
      // XML has no place for them.
      case "\0"..<" ", "\u{fffe}", "\u{ffff}": bytes.append(contentsOf: "\u{fffd}".utf8)
      default:
        if scalar.isASCII {
          bytes.append(UInt8(scalar.value))
        } else {
          bytes.append(contentsOf: String(scalar).utf8)
        }
      }
    }
  }
}
