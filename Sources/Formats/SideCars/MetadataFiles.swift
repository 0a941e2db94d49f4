import CanonicalJSON
import Evidence

/// Metadata in XML and JSON.
extension Grammar {
  /// `inventory.json` of OCFL: digests to paths, which lie below the folder of the inventory.
  static let inventory: SideCarGrammar = { text, _ in
    guard let first = text.filled.first, first.text.trimmed.hasPrefix("{") else { return nil }
    let bytes = NameText.bytes(text.lines.map(\.text).joined(separator: "\n"))
    guard let json = try? JSONValue(parsing: bytes, name: "inventory"),
      let algorithm = json["digestAlgorithm"]?.stringValue, let manifest = json["manifest"]?.objectValue
    else { return nil }
    var sideCar = SideCar(.ocfl, tool: json["type"]?.stringValue)
    func take(_ list: [String: JSONValue], _ algorithm: String) {
      for (digits, paths) in list.sorted(by: { $0.key < $1.key }) {
        guard let value = DigestText.longValue(digits) else { continue }
        for path in paths.arrayValue?.compactMap(\.stringValue) ?? [] {
          sideCar.references.append(Reference(algorithm, value, .file, target: path, line: 1))
        }
      }
    }
    take(manifest, DigestText.algorithm(label: algorithm))
    for (name, list) in (json["fixity"]?.objectValue ?? [:]).sorted(by: { $0.key < $1.key }) {
      take(list.objectValue ?? [:], DigestText.algorithm(label: name))
    }
    return sideCar
  }

  /// DFXML, libewf's form of it, METS, PREMIS, Logiqx (Redump).
  static let xml: SideCarGrammar = { text, _ in
    guard let first = text.filled.first, first.text.trimmed.hasPrefix("<"),
      let elements = XMLScan(text).elements
    else { return nil }
    let names = Set(elements.map(\.name))
    if names.contains("ewfobjects") { return ewfObjects(elements) }
    if names.contains("dfxml") || names.contains("fileobject") { return dfxml(elements) }
    if names.contains("datafile"), names.contains("rom") { return redump(elements) }
    if names.contains("premis") { return premis(elements) }
    if names.contains("mets") { return mets(elements) }
    return nil
  }

  private static func redump(_ elements: [XMLScan.Element]) -> SideCar {
    var sideCar = SideCar(.redump, tool: elements.first { $0.path.suffix(2) == ["header", "author"] }?.text)
    for rom in elements where rom.name == "rom" {
      for algorithm in ["crc", "md5", "sha1", "sha256"] {
        guard let value = rom.attributes[algorithm].flatMap({ DigestText.value($0) }) else { continue }
        sideCar.references.append(
          Reference(
            algorithm == "crc" ? "crc32" : algorithm, value, .file, target: rom.attributes["name"],
            size: rom.attributes["size"].flatMap { UInt64($0) }, line: rom.line))
      }
    }
    return sideCar
  }

  private static func mets(_ elements: [XMLScan.Element]) -> SideCar {
    var sideCar = SideCar(.mets)
    for (index, file) in elements.enumerated() where file.name == "file" {
      guard let value = file.attributes["CHECKSUM"].flatMap({ DigestText.longValue($0) }) else { continue }
      // Elements come as they end: the place stands before the file that holds it.
      let place = elements[..<index].last { $0.name == "FLocat" && $0.parent == file.start }
      sideCar.references.append(
        Reference(
          DigestText.algorithm(label: file.attributes["CHECKSUMTYPE"] ?? ""), value, .file,
          target: place?.attributes["href"].map(urlDecoded),
          size: file.attributes["SIZE"].flatMap { UInt64($0) }, line: file.line))
    }
    return sideCar
  }

  /// What an object is of, a container or its contents, PREMIS leaves open: only a name of a file settles it.
  private static func premis(_ elements: [XMLScan.Element]) -> SideCar {
    var sideCar = SideCar(.premis)
    for object in elements where object.name == "object" {
      let inside = elements.filter {
        $0.start > object.start && $0.line >= object.line && $0.isInside(object)
      }
      let target =
        inside.first { $0.name == "originalName" }?.text
        ?? inside.first { $0.name == "contentLocationValue" }?.text
      var label: String?
      for element in inside {
        if element.name == "messageDigestAlgorithm" { label = element.text }
        guard element.name == "messageDigest", let value = DigestText.longValue(element.text) else {
          continue
        }
        let told = DigestText.algorithm(of: value, list: "")
        sideCar.references.append(
          Reference(
            label.map { DigestText.algorithm(label: $0) } ?? told.name, value,
            target == nil ? .unknown : .file,
            target: target.map(urlDecoded), line: element.line, isGuessed: label == nil))
      }
    }
    return sideCar
  }

  private static func dfxml(_ elements: [XMLScan.Element]) -> SideCar {
    var sideCar = SideCar(.dfxml, tool: elements.first { $0.name == "program" }?.text)
    for object in elements where object.name == "fileobject" {
      let inside = elements.filter { $0.isInside(object) }
      let target = inside.first { $0.name == "filename" }?.text
      let size = inside.first { $0.name == "filesize" }.flatMap { UInt64($0.text) }
      for digest in inside where digest.name == "hashdigest" {
        guard let label = digest.attributes["type"], let value = DigestText.longValue(digest.text) else {
          continue
        }
        let run = inside.first { $0.name == "byte_run" && $0.start == digest.parent }
        let bytes: Range<UInt64>? = run.flatMap { run in
          guard let first = run.attributes["file_offset"].flatMap({ UInt64($0) }),
            let count = run.attributes["len"].flatMap({ UInt64($0) }), count > 0, first < 1 << 60,
            count < 1 << 60
          else { return nil }
          return first..<first + count
        }
        guard run == nil || bytes != nil else { continue }
        sideCar.references.append(
          Reference(
            DigestText.algorithm(label: label), value, bytes == nil ? .file : .range, bytes: bytes,
            target: target,
            size: bytes == nil ? size : nil, line: digest.line))
      }
    }
    return sideCar
  }

  private static func ewfObjects(_ elements: [XMLScan.Element]) -> SideCar {
    var sideCar = SideCar(.dfxml, tool: "ewfinfo")
    for digest in elements where digest.name == "hashdigest" {
      guard let label = digest.attributes["type"], let value = DigestText.longValue(digest.text) else {
        continue
      }
      sideCar.references.append(
        Reference(DigestText.algorithm(label: label), value, .contents, line: digest.line))
    }
    for run in elements where run.name == "run" {
      if let first = run.attributes["image_offset"].flatMap({ UInt64($0) }),
        let count = run.attributes["len"].flatMap({ UInt64($0) }), count > 0, first < 1 << 60, count < 1 << 60
      {
        sideCar.unreadable.append(first..<first + count)
      }
    }
    return sideCar
  }

  static func urlDecoded(_ text: String) -> String {
    let plain = text.hasPrefix("file://") ? String(text.dropFirst(7)) : text
    guard plain.holds("%") else { return plain }
    var bytes: [UInt8] = []
    let all = Array(plain.utf8)
    var index = 0
    while index < all.count {
      if all[index] == UInt8(ascii: "%"), index + 2 < all.count,
        let byte = Hex.decode(String(decoding: all[index + 1...index + 2], as: UTF8.self))?.first
      {
        bytes.append(byte)
        index += 3
      } else {
        bytes.append(all[index])
        index += 1
      }
    }
    return NameText.text(bytes)
  }
}

/// The elements of a small XML document, in the order in which they end. No entities but the five of XML and numbers, no
/// document type that declares any: such a file is not read.
struct XMLScan {
  struct Element: Hashable {
    /// Without its prefix.
    let name: String
    /// Names from the root to it.
    let path: [String]
    let attributes: [String: String]
    var text: String
    let line: Int
    /// In the order of beginnings, from 0.
    let start: Int
    /// ``start`` of what it lies in; -1 for the root.
    let parent: Int
    /// ``start`` of the last element that lies in it, or its own.
    var last: Int

    func isInside(_ other: Element) -> Bool { start > other.start && start <= other.last }
  }

  /// `nil` for what is not XML, or not that simple.
  private(set) var elements: [Element]?

  private static let deepest = 64
  private static let most = 4_000_000

  init(_ text: SideCarText) {
    elements = Self.scan(Array(text.lines.map(\.text).joined(separator: "\n").utf8))
  }

  private static func scan(_ bytes: [UInt8]) -> [Element]? {
    var done: [Element] = []
    var open: [Element] = []
    var (index, line, count) = (0, 1, 0)
    while index < bytes.count {
      guard bytes[index] == UInt8(ascii: "<") else {
        let end = bytes[index...].firstIndex(of: UInt8(ascii: "<")) ?? bytes.count
        if !open.isEmpty { open[open.count - 1].text += text(bytes[index..<end]) }
        line += bytes[index..<end].count { $0 == 0x0a }
        index = end
        continue
      }
      if bytes[index...].starts(with: "<!--".utf8) {
        guard let end = place(of: "-->", in: bytes, from: index) else { return nil }
        line += bytes[index..<end].count { $0 == 0x0a }
        index = end
        continue
      }
      guard let close = bytes[index...].firstIndex(of: UInt8(ascii: ">")) else { return nil }
      let tag = bytes[(index + 1)..<close]
      let tagLine = line
      line += tag.count { $0 == 0x0a }
      index = close + 1
      guard let kind = tag.first else { return nil }
      if kind == UInt8(ascii: "?") || kind == UInt8(ascii: "!") {
        if tag.contains(UInt8(ascii: "[")) { return nil }
        continue
      }
      if kind == UInt8(ascii: "/") {
        guard var element = open.popLast(), element.name == local(tag.dropFirst()) else { return nil }
        element.text = element.text.trimmed
        element.last = count - 1
        done.append(element)
        continue
      }
      let isEmpty = tag.last == UInt8(ascii: "/")
      let body = isEmpty ? tag.dropLast() : tag
      let nameEnd = body.firstIndex { isBlank($0) } ?? body.endIndex
      let name = local(body[..<nameEnd])
      guard open.count < deepest, count < most else { return nil }
      let element = Element(
        name: name, path: (open.last?.path ?? []) + [name], attributes: attributes(body[nameEnd...]),
        text: "",
        line: tagLine, start: count, parent: open.last?.start ?? -1, last: count)
      count += 1
      if isEmpty { done.append(element) } else { open.append(element) }
    }
    return open.isEmpty && !done.isEmpty ? done : nil
  }

  private static func attributes(_ bytes: ArraySlice<UInt8>) -> [String: String] {
    var found: [String: String] = [:]
    var rest = bytes
    while let equals = rest.firstIndex(of: UInt8(ascii: "=")) {
      let name = local(rest[..<equals].filter { !isBlank($0) }[...])
      var value = rest[(equals + 1)...]
      value = value.drop { isBlank($0) }
      guard let quote = value.first, quote == UInt8(ascii: "\"") || quote == UInt8(ascii: "'"),
        let end = value.dropFirst().firstIndex(of: quote)
      else { break }
      found[name] = text(value[(value.startIndex + 1)..<end])
      rest = rest[(end + 1)...]
    }
    return found
  }

  private static func local(_ name: ArraySlice<UInt8>) -> String {
    let text = String(decoding: name, as: UTF8.self).trimmed
    return String(text.split(separator: ":").last ?? "")
  }

  private static func text(_ bytes: ArraySlice<UInt8>) -> String {
    guard bytes.contains(UInt8(ascii: "&")) else { return NameText.text(bytes) }
    var out: [UInt8] = []
    var index = bytes.startIndex
    while index < bytes.endIndex {
      if bytes[index] == UInt8(ascii: "&"),
        let end = bytes[index...].prefix(12).firstIndex(of: UInt8(ascii: ";")),
        let character = entity(String(decoding: bytes[(index + 1)..<end], as: UTF8.self))
      {
        out += Array(character.utf8)
        index = end + 1
      } else {
        out.append(bytes[index])
        index += 1
      }
    }
    return NameText.text(out)
  }

  private static func entity(_ name: String) -> String? {
    switch name {
    case "amp": return "&"
    case "lt": return "<"
    case "gt": return ">"
    case "quot": return "\""
    case "apos": return "'"
    default:
      guard name.hasPrefix("#") else { return nil }
      let digits = name.dropFirst()
      let code = digits.first == "x" ? UInt32(digits.dropFirst(), radix: 16) : UInt32(digits)
      return code.flatMap { Unicode.Scalar($0) }.map { String(Character($0)) }
    }
  }

  private static func isBlank(_ byte: UInt8) -> Bool { [0x20, 0x09, 0x0a, 0x0d].contains(byte) }

  private static func place(of mark: String, in bytes: [UInt8], from start: Int) -> Int? {
    let sought = Array(mark.utf8)
    var index = start
    while index + sought.count <= bytes.count {
      if bytes[index..<index + sought.count].elementsEqual(sought) { return index + sought.count }
      index += 1
    }
    return nil
  }
}
