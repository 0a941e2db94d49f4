import Evidence

/// Texts that imagers with windows, and duplicators, write.
extension Grammar {
  /// Labels follow the language of the program; what is the same in all of them are the algorithm and the order.
  static let guymager: SideCarGrammar = { text, _ in
    let lines = text.filled
    guard lines.first?.text.trimmed.hasPrefix("GUYMAGER ACQUISITION INFO FILE") ?? false else { return nil }
    var sideCar = SideCar(.guymager, tool: "Guymager")
    var acquired: [String: [UInt8]] = [:]
    var isAfterRule = false
    for line in lines.dropFirst(2) {
      let plain = line.text.trimmed
      if plain.hasPrefix("====") { isAfterRule = true }
      // The table of files has no labels.
      if isAfterRule, let entry = SumLine(plain) {
        sideCar.references.append(
          Reference("md5", entry.value, .segment, target: entry.name, line: line.number))
        continue
      }
      if isListOfSectors(plain) { sideCar.unreadable += sectors(plain, size: 512) }
      if plain.lowercased().holds("aborted") { sideCar.remarks.append(.unfinished) }
      guard let colon = plain.lastRange(of: ":"),
        let value = DigestText.longValue(plain[colon.upperBound...].trimmed)
      else { continue }
      let label = plain[..<colon.lowerBound].trimmed
      if label.hasPrefix("Guymager") { continue }
      let algorithm = ["md5", "sha1", "sha256"].first { DigestText.algorithm(label: label).holds($0) }
      guard let algorithm, DigestText.algorithm(of: value, list: "").name == algorithm else { continue }
      if let first = acquired[algorithm] {
        // A second value of the algorithm is that of a verification.
        if first != value { sideCar.remarks.append(.valuesDisagree(algorithm: algorithm)) }
      } else {
        acquired[algorithm] = value
        sideCar.references.append(Reference(algorithm, value, .contents, line: line.number))
      }
    }
    if let version = lines.first(where: { $0.text.holds("Version") && $0.text.holds(":") }) {
      sideCar.tool = "Guymager \(version.text.after(":")?.trimmed ?? "")".trimmed
    }
    if sideCar.remarks.contains(.unfinished) { sideCar.references = [] }
    return sideCar
  }

  static let ftkImager: SideCarGrammar = { text, _ in
    let lines = text.filled
    let isOfIt = lines.prefix(3).contains {
      $0.text.holds("FTK") && $0.text.holds("Imager") || $0.text.trimmed == "Case Information:"
    }
    guard isOfIt,
      lines.contains(where: {
        $0.text.trimmed == "[Computed Hashes]" || $0.text.trimmed.hasPrefix("[Custom Content")
      })
    else { return nil }
    var sideCar = SideCar(.ftkImager, tool: lines[0].text.after("Created By ")?.trimmed)
    var section = ""
    var isLogical = false
    var (isVerification, lost) = (false, false)
    for line in lines {
      let plain = line.text.trimmed
      if plain.hasPrefix("[") { section = plain }
      isLogical = isLogical || plain.hasPrefix("[Custom Content")
      if plain.hasPrefix("Image Verification Results") { isVerification = true }
      if plain.holds("could not be read:") {
        lost = true
      } else if lost {
        let ends = plain.split(separator: " ").compactMap { UInt64($0) }
        if let first = ends.first, let last = ends.last, first <= last, last < 1 << 44 {
          sideCar.unreadable.append(first * 512..<(last + 1) * 512)
        } else {
          lost = false
        }
      }
      guard let mark = plain.range(of: " checksum:") else { continue }
      let rest = plain[mark.upperBound...].trimmed
      let digits = rest.prefix { $0.isHexDigit && $0.isASCII }
      guard let value = DigestText.longValue(digits) else { continue }
      let algorithm = DigestText.algorithm(label: plain[..<mark.lowerBound])
      if isVerification {
        if rest.dropFirst(digits.count).trimmed != ": verified", !sideCar.remarks.contains(.notVerifiedByTool)
        {
          sideCar.remarks.append(.notVerifiedByTool)
        }
        let computed = sideCar.references.first { $0.algorithm == algorithm }
        if let computed, computed.value != value {
          sideCar.remarks.append(.valuesDisagree(algorithm: algorithm))
        }
      } else if section == "[Computed Hashes]" || isLogical {
        sideCar.references.append(
          Reference(algorithm, value, isLogical ? .stream : .contents, line: line.number))
      }
    }
    return sideCar
  }

  static let xWays: SideCarGrammar = { text, _ in
    let lines = text.filled
    guard lines.prefix(10).contains(where: { $0.text.hasPrefix("X-Ways ") || $0.text.hasPrefix("WinHex ") })
    else {
      return nil
    }
    var sideCar = SideCar(
      .xWays, tool: lines.first { $0.text.hasPrefix("X-Ways ") || $0.text.hasPrefix("WinHex ") }?.text.trimmed
    )
    for line in lines {
      // Labels follow the language; the digest and its algorithm in brackets do not.
      let plain = line.text.trimmed
      guard plain.hasSuffix(")"), let open = plain.lastRange(of: " ("), let colon = plain.range(of: ": ")
      else {
        continue
      }
      guard colon.upperBound <= open.lowerBound,
        let value = DigestText.longValue(plain[colon.upperBound..<open.lowerBound].trimmed)
      else { continue }
      sideCar.references.append(
        Reference(
          DigestText.algorithm(label: plain[open.upperBound...].dropLast()), value, .contents,
          line: line.number))
    }
    return sideCar
  }

  /// `Status:` and digests stand in several sections, which tell them apart.
  static let tableau: SideCarGrammar = { text, _ in
    let lines = text.filled
    guard let start = lines.first(where: { $0.text.holds("Start of ") && $0.text.holds(" Log Entry") }) else {
      return nil
    }
    var sideCar = SideCar(.tableau, tool: start.text.after("Start of ")?.before(" Log Entry"))
    var target: String?
    var verified: [String: [UInt8]] = [:]
    for line in lines {
      let plain = line.text.trimmed
      if plain.hasPrefix("<<< CAUTION") { sideCar.remarks.append(.unfinished) }
      guard let colon = plain.range(of: ":") else { continue }
      let (label, value) = (plain[..<colon.lowerBound].trimmed, plain[colon.upperBound...].trimmed)
      if label == "Filename of first chunk" { target = value.baseName }
      if label.hasPrefix("Error #"), let offset = value.after("byte offset=")?.before(","),
        let length = value.after("byte length=")?.trimmed, let first = UInt64(offset),
        let count = UInt64(length), count > 0,
        first < 1 << 60, count < 1 << 60
      {
        sideCar.unreadable.append(first..<first + count)
      }
      guard let bytes = DigestText.value(value, isGrouped: true), bytes.count >= 16 else { continue }
      if label.hasPrefix("Acquisition ") {
        sideCar.references.append(
          Reference(
            DigestText.algorithm(label: label.dropFirst(12)), bytes, .contents, target: target,
            line: line.number))
      } else if label.hasPrefix("Verification ") {
        verified[DigestText.algorithm(label: label.dropFirst(13))] = bytes
      }
    }
    for reference in sideCar.references {
      if let second = verified[reference.algorithm], second != reference.value {
        sideCar.remarks.append(.valuesDisagree(algorithm: reference.algorithm))
      }
    }
    if sideCar.remarks.contains(.unfinished) { sideCar.references = [] }
    return sideCar
  }

  static let magnet: SideCarGrammar = { text, _ in
    let lines = text.filled
    guard lines.first?.text.hasPrefix("Imager Product: Magnet") ?? false else { return nil }
    var sideCar = SideCar(.magnet, tool: lines[0].text.after(": ")?.trimmed)
    sideCar.references = labelled(lines) { label in
      ["md5", "sha1", "sha256"].first { DigestText.algorithm(label: label).holds($0) }
    }
    sideCar.remarks = [.formGuessed]
    return sideCar
  }

  /// Exports of reports: labels `Acquisition MD5`, `Verification SHA1` …
  static let encase: SideCarGrammar = { text, _ in
    let lines = text.filled
    guard
      lines.contains(where: {
        $0.text.trimmed.hasPrefix("Acquisition MD5") || $0.text.trimmed.hasPrefix("Acquisition SHA1")
      })
    else { return nil }
    var sideCar = SideCar(.encase, tool: "EnCase")
    sideCar.references = labelled(lines) { label in
      label.hasPrefix("Acquisition ") ? DigestText.algorithm(label: label.dropFirst(12)) : nil
    }
    let verified = labelled(lines) { label in
      label.hasPrefix("Verification ") ? DigestText.algorithm(label: label.dropFirst(13)) : nil
    }
    sideCar.remarks = [.formGuessed]
    for reference in sideCar.references
    where verified.contains(where: { $0.algorithm == reference.algorithm && $0.value != reference.value }) {
      sideCar.remarks.append(.valuesDisagree(algorithm: reference.algorithm))
    }
    return sideCar
  }

  /// Lines `LABEL: HEX` or `LABEL⇥HEX`.
  private static func labelled(
    _ lines: [SideCarText.Line], algorithm: (String) -> String?
  ) -> [Reference] {
    lines.compactMap { line in
      let plain = line.text.trimmed
      guard let place = plain.lastIndex(where: { $0 == ":" || $0 == "\t" || $0 == " " }),
        let value = DigestText.longValue(plain[plain.index(after: place)...]),
        let name = algorithm(plain[..<place].trimmed.filter { $0 != ":" }.trimmed)
      else { return nil }
      return Reference(name, value, .contents, line: line.number)
    }
  }

  /// `300-301, 977`.
  private static func isListOfSectors(_ text: String) -> Bool {
    !text.isEmpty && text.utf8.allSatisfy { (0x30...0x39).contains($0) || [0x2c, 0x2d, 0x20].contains($0) }
      && text.utf8.contains { (0x30...0x39).contains($0) }
  }

  private static func sectors(_ text: String, size: UInt64) -> [Range<UInt64>] {
    text.split(separator: ",").compactMap { part in
      let ends = part.split(separator: "-").compactMap { UInt64($0.trimmed) }
      guard let first = ends.first, let last = ends.last, first <= last, last < 1 << 44 else { return nil }
      return first * size..<(last + 1) * size
    }
  }
}
