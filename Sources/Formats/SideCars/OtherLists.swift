import Evidence

/// Lists with a form of their own.
extension Grammar {
  /// `%%%% HASHDEEP-1.0`, the columns, comments, rows. The name is everything behind the last column.
  static let hashdeep: SideCarGrammar = { text, _ in
    guard let first = text.lines.first, first.text.hasPrefix("%%%% HASHDEEP-"), text.lines.count > 1,
      text.lines[1].text.hasPrefix("%%%% ")
    else { return nil }
    let columns = text.lines[1].text.dropFirst(5).trimmed.split(separator: ",").map(String.init)
    guard columns.first == "size", columns.last == "filename", columns.count > 2 else { return nil }
    var sideCar = SideCar(.hashdeep, tool: first.text.dropFirst(5).trimmed)
    var malformed: [Int] = []
    for line in text.lines.dropFirst(2) where !line.text.isBlank && !line.text.hasPrefix("##") {
      let fields = line.text.split(
        separator: ",", maxSplits: columns.count - 1, omittingEmptySubsequences: false)
      guard fields.count == columns.count, let size = UInt64(fields[0]) else {
        malformed.append(line.number)
        continue
      }
      let written = String(fields[fields.count - 1])
      let piece = SumLine.piece(written).flatMap {
        $0.bytes.upperBound - $0.bytes.lowerBound == size ? $0 : nil
      }
      for (column, field) in zip(columns, fields).dropFirst().dropLast() {
        guard let value = Hex.decode(field), !value.isEmpty else {
          malformed.append(line.number)
          continue
        }
        sideCar.references.append(
          Reference(
            DigestText.algorithm(label: column), value, piece == nil ? .file : .range, bytes: piece?.bytes,
            target: piece?.name ?? written, size: piece == nil ? size : nil, line: line.number))
      }
    }
    sideCar.remarks = malformed.prefix(20).map { .malformedLine($0) }
    return sideCar
  }

  /// The table of Get-FileHash: columns Algorithm, Hash, Path. A path that was cut is none.
  static let powershell: SideCarGrammar = { text, _ in
    let lines = text.filled
    guard let head = lines.first, head.text.trimmed.split(separator: " ") == ["Algorithm", "Hash", "Path"],
      lines.count > 2, lines[1].text.trimmed.hasPrefix("---")
    else { return nil }
    var sideCar = SideCar(.powershell, tool: "Get-FileHash")
    for line in lines.dropFirst(2) {
      let fields = line.text.split(separator: " ", maxSplits: 2, omittingEmptySubsequences: true)
      guard fields.count == 3, let value = DigestText.value(fields[1]) else {
        sideCar.remarks.append(.malformedLine(line.number))
        continue
      }
      let path = fields[2].trimmed
      guard !path.hasSuffix("…"), !path.hasSuffix("...") else {
        sideCar.remarks.append(.malformedLine(line.number))
        continue
      }
      sideCar.references.append(
        Reference(
          DigestText.algorithm(label: fields[0]), value, .file, target: path, line: line.number))
    }
    return sideCar
  }

  /// Three lines of certutil: what, the digest, that it went well.
  static let certutil: SideCarGrammar = { text, _ in
    let lines = text.filled
    guard lines.count >= 2, lines.last?.text.hasPrefix("CertUtil:") ?? false,
      let label = lines[0].text.split(separator: " ").first,
      let colon = lines[0].text.lastRange(of: ":"),
      let value = DigestText.value(lines[1].text.trimmed, isGrouped: true)
    else { return nil }
    var target = lines[0].text[..<colon.lowerBound].trimmed
    if let place = target.range(of: " of ") { target = target[place.upperBound...].trimmed }
    if target.hasPrefix("file ") { target = target.dropFirst(5).trimmed }
    var sideCar = SideCar(.certutil, tool: "CertUtil")
    sideCar.references = [
      Reference(DigestText.algorithm(label: label), value, .file, target: target, line: lines[1].number)
    ]
    return sideCar
  }

  /// Sections `[MD5]`, `[SHA256]` of `name=HEX`, as in a `.ufd`.
  static let cellebrite: SideCarGrammar = { text, _ in
    var section: String?
    var sideCar = SideCar(.cellebrite)
    for line in text.filled {
      let plain = line.text.trimmed
      if plain.hasPrefix("["), plain.hasSuffix("]") {
        let name = DigestText.algorithm(label: plain.dropFirst().dropLast())
        section = ["md5", "sha1", "sha256"].contains(name) ? name : nil
      } else if let section, let mark = plain.lastRange(of: "="),
        let value = DigestText.longValue(plain[mark.upperBound...].trimmed)
      {
        sideCar.references.append(
          Reference(
            section, value, .file, target: plain[..<mark.lowerBound].trimmed, line: line.number))
      }
    }
    return sideCar.references.isEmpty ? nil : sideCar
  }

  /// `hash,startLBA,endLBA`: ends inclusive, sectors of 512 bytes, no row for what could not be read.
  static let atola: SideCarGrammar = { text, name in
    let lines = text.filled
    guard !lines.isEmpty else { return nil }
    var sideCar = SideCar(.atola)
    for line in lines {
      let fields = line.text.split(separator: ",", omittingEmptySubsequences: false).map(\.trimmed)
      guard fields.count == 3, let value = DigestText.longValue(fields[0]), let first = UInt64(fields[1]),
        let last = UInt64(fields[2]), first <= last, last < 1 << 53
      else { return nil }
      let told = DigestText.algorithm(of: value, list: name)
      sideCar.references.append(
        Reference(
          told.name, value, .range, bytes: first * 512..<(last + 1) * 512, line: line.number,
          isGuessed: told.isGuessed))
    }
    return sideCar
  }

  /// The map of GNU ddrescue: no digest, but what of the medium could not be read.
  static let ddrescueMap: SideCarGrammar = { text, _ in
    let lines = text.filled
    guard let first = lines.first, first.text.hasPrefix("# Mapfile. Created by GNU ddrescue") else {
      return nil
    }
    var sideCar = SideCar(.ddrescueMap, tool: first.text.after("Created by ")?.trimmed)
    for line in lines where !line.text.hasPrefix("#") {
      let fields = line.text.split(separator: " ", omittingEmptySubsequences: true)
      guard fields.count == 3, fields[1].hasPrefix("0x"), let start = hexNumber(fields[0]),
        let size = hexNumber(fields[1]), fields[2] != "+"
      else { continue }
      let (end, overflow) = start.addingReportingOverflow(size)
      if !overflow, size > 0 { sideCar.unreadable.append(start..<end) }
    }
    return sideCar
  }

  static func hexNumber(_ text: some StringProtocol) -> UInt64? {
    text.hasPrefix("0x") ? UInt64(text.dropFirst(2), radix: 16) : nil
  }
}
