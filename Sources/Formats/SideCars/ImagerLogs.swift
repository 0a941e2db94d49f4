import Evidence

/// Logs of imagers on the command line. Most of them append: one file may hold several runs, a failed one first.
extension Grammar {
  /// Windows `A - B: HEX`, B exclusive, and `Total (ALG): HEX`.
  static let dcfldd: SideCarGrammar = { text, _ in
    var sideCar = SideCar(.dcfldd, tool: "dcfldd")
    for line in text.filled {
      let plain = line.text.trimmed
      if plain.hasPrefix("Total ("), let label = plain.after("(")?.before(")"),
        let value = plain.lastRange(of: ": ").flatMap({
          DigestText.longValue(plain[$0.upperBound...].trimmed)
        })
      {
        sideCar.references.append(
          Reference(DigestText.algorithm(label: label), value, .contents, line: line.number))
      } else if let mark = plain.lastRange(of: ": "), let dash = plain.range(of: " - "),
        let first = UInt64(plain[..<dash.lowerBound]), dash.upperBound <= mark.lowerBound,
        let end = UInt64(plain[dash.upperBound..<mark.lowerBound]), first < end,
        let value = DigestText.longValue(plain[mark.upperBound...].trimmed)
      {
        let told = DigestText.algorithm(of: value, list: "")
        sideCar.references.append(
          Reference(told.name, value, .range, bytes: first..<end, line: line.number, isGuessed: true))
      } else {
        return nil
      }
    }
    guard !sideCar.references.isEmpty else { return nil }
    // With read errors its windows count what was hashed and its total is of less than was written.
    sideCar.remarks.append(.totalMayDiffer)
    return sideCar
  }

  /// `MD5 hash calculated over data:⇥⇥HEX`. The log names neither image nor program.
  static let ewfacquire: SideCarGrammar = { text, _ in
    let mark = " hash calculated over data:"
    guard text.lines.contains(where: { $0.text.holds(mark) }) else { return nil }
    var runs: [[Reference]] = [[]]
    var errors: [[Range<UInt64>]] = [[]]
    func begin() {
      if !(runs.last?.isEmpty ?? true) {
        runs.append([])
        errors.append([])
      }
    }
    for line in text.filled {
      if line.text.holds("Errors reading device:") { begin() }
      if line.text.holds("at sector(s):"), let offset = line.text.after("(offset: ")?.before(" "),
        let start = hexNumber(offset),
        let size = line.text.after(" of size: ")?.before(")").flatMap({ UInt64($0) })
      {
        // The last sector that it prints is one too high.
        let (end, overflow) = start.addingReportingOverflow(size)
        if !overflow, size > 0 { errors[errors.count - 1].append(start..<end) }
      }
      guard let place = line.text.range(of: mark),
        let value = DigestText.longValue(line.text[place.upperBound...].trimmed)
      else { continue }
      let algorithm = DigestText.algorithm(label: line.text[..<place.lowerBound].trimmed)
      if runs[runs.count - 1].contains(where: { $0.algorithm == algorithm }) { begin() }
      runs[runs.count - 1].append(Reference(algorithm, value, .contents, line: line.number))
    }
    guard let last = runs.last, !last.isEmpty else { return nil }
    var sideCar = SideCar(.ewfacquire, tool: "libewf")
    sideCar.references = last
    sideCar.unreadable = errors.last ?? []
    sideCar.remarks = remarks(ofEarlier: runs.dropLast(), last)
    return sideCar
  }

  private static func remarks(
    ofEarlier runs: ArraySlice<[Reference]>, _ last: [Reference]
  ) -> [SideCarRemark] {
    guard !runs.isEmpty else { return [] }
    let other = Set(
      last.filter { reference in
        runs.joined().contains { $0.algorithm == reference.algorithm && $0.value != reference.value }
      }.map(\.algorithm))
    return [.earlierRuns(runs.count)] + other.sorted().map { .runsDisagree(algorithm: $0) }
  }

  static let dc3dd: SideCarGrammar = { text, _ in
    guard text.filled.contains(where: { $0.text.hasPrefix("dc3dd ") && $0.text.holds(" started at ") }) else {
      return nil
    }
    var runs: [DC3DDRun] = []
    for line in text.filled {
      if line.text.hasPrefix("dc3dd "), line.text.holds(" started at ") { runs.append(DC3DDRun()) }
      guard !runs.isEmpty else { continue }
      runs[runs.count - 1].take(line)
    }
    let complete = runs.filter(\.isComplete)
    guard let run = complete.last ?? runs.last else { return nil }
    var sideCar = SideCar(.dc3dd, tool: run.tool)
    sideCar.references = run.isComplete ? run.references : []
    sideCar.unreadable = run.unreadable
    if !run.isComplete { sideCar.remarks.append(.unfinished) }
    if run.hasMismatch { sideCar.remarks.append(.notVerifiedByTool) }
    if runs.count > 1 {
      sideCar.remarks += remarks(
        ofEarlier: complete.dropLast().map { $0.references.filter { $0.scope == .contents } }[...],
        run.references.filter { $0.scope == .contents })
      if complete.count < 2 { sideCar.remarks.append(.earlierRuns(runs.count - 1)) }
    }
    return sideCar
  }
}

/// One run in a log of dc3dd.
private struct DC3DDRun {
  private(set) var tool: String?
  private(set) var references: [Reference] = []
  private(set) var unreadable: [Range<UInt64>] = []
  private(set) var isComplete = false
  private(set) var hasMismatch = false
  private var sectorSize: UInt64 = 512
  private enum Section { case none, input, output }
  private var section = Section.none

  mutating func take(_ line: SideCarText.Line) {
    let plain = line.text.trimmed
    if plain.hasPrefix("dc3dd "), let name = plain.before(" started at ") { tool = name }
    if plain.holds(" completed at "), plain.hasPrefix("dc3dd") { isComplete = true }
    if plain.hasPrefix("dc3dd completed at") { isComplete = true }
    if plain.hasPrefix("sector size: "), let size = plain.after(": ")?.before(" bytes")?.groupedNumber,
      size > 0
    {
      sectorSize = size
    }
    if plain.hasPrefix("input results for ") { section = .input }
    if plain.hasPrefix("output results for ") { section = .output }
    if plain.hasPrefix("[MISMATCH]") { hasMismatch = true }
    if plain.hasPrefix("[!!]"), let place = plain.after(" from sector ") { takeErrors(place) }
    takeDigest(plain, line.number)
  }

  /// `A to sector B : reason`.
  private mutating func takeErrors(_ text: String) {
    guard let first = text.split(separator: " ").first.flatMap({ UInt64($0) }),
      let last = text.after(" to sector ")?.split(separator: " ").first.flatMap({ UInt64($0) }),
      let bytes = bytes(first, last)
    else { return }
    unreadable.append(bytes)
  }

  /// `HEX (md5)`, `HEX, sectors A - B`, both behind `[ok]` among the results of outputs, pieces with their file.
  private mutating func takeDigest(_ text: String, _ number: Int) {
    var rest = text
    if rest.hasPrefix("["), let close = rest.range(of: "]") { rest = rest[close.upperBound...].trimmed }
    let digits = rest.prefix { $0.isHexDigit && $0.isASCII }
    guard section != .none, let value = DigestText.longValue(digits) else { return }
    let behind = rest.dropFirst(digits.count)
    let told = DigestText.algorithm(of: value, list: "")
    if behind.hasPrefix(" ("), let label = behind.after("(")?.before(")") {
      // That of an output is of the same bytes.
      guard section == .input else { return }
      references.append(
        Reference(DigestText.algorithm(label: label), value, .contents, line: number))
    } else if behind.hasPrefix(", sectors "), let ends = behind.after(", sectors ") {
      let file = ends.after("`")?.before("'")
      let range = (ends.before(",") ?? String(ends)).split(separator: "-").map(\.trimmed)
      let bytes =
        range.count == 2
        ? UInt64(range[0]).flatMap { first in UInt64(range[1]).flatMap { self.bytes(first, $0) } } : nil
      if let file, section == .output {
        references.append(
          Reference(told.name, value, .segment, target: file, line: number, isGuessed: true))
      } else if let bytes, section == .input {
        references.append(
          Reference(told.name, value, .range, bytes: bytes, line: number, isGuessed: true))
      }
    }
  }

  /// Sectors, both inclusive.
  private func bytes(_ first: UInt64, _ last: UInt64) -> Range<UInt64>? {
    guard first <= last, last < (1 << 53) / sectorSize else { return nil }
    return first * sectorSize..<(last + 1) * sectorSize
  }
}
