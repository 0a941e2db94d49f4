import Foundation
import Testing

/// `Docs/targets.md` is written from the folders, the imports and the lines of the sources, so that it says what is there.
@Suite struct ArchitectureDocument {
  /// What each target is for. C modules are named with their importer.
  private static let purposes = [
    "Evidence":
      "the vocabulary: sectors, maps, digests, findings, verdicts, error codes, identifiers; no I/O",
    "CanonicalJSON": "RFC 8785 with integers only: writer and strict parser",
    "CLinux": "system calls and ioctls Swift cannot reach; no policy",
    "SystemIO": "owned descriptors, durable files and folders, worker threads, bounded queues, the sandbox",
    "StrictTOML": "a subset of TOML for settings, with the line of whatever is wrong",
    "CCrypto": "libcrypto",
    "CDigestLanes":
      "digests of several chunks at once: MD5 and SHA-256 in lanes of vector registers, SHA-256 of two side by side",
    "Digests": "streaming digests, chunk digests, Merkle tree, digests of files",
    "CSigning": "CMS, X.509 and keys behind plain C functions; no policy",
    "Signing": "keys in files and tokens, certificates, signatures and time stamps",
    "Media":
      "`SectorSource`: files, split files, block devices; what devices say of themselves and who holds them",
    "CDiscSector": "the arithmetic of CD sectors: EDC, P and Q parity",
    "OpticalDisc": "disc → session → track → extent; sector codec, subchannel, CD-TEXT",
    "ReferenceMedia": "media whose every byte is known, with faults as scripted",
    "CDeflate": "libdeflate", "CLZMA": "liblzma", "CZstandard": "libzstd", "CLZ4": "liblz4",
    "CBZip2": "libbz2", "CFLAC": "libFLAC",
    "Codecs": "what containers pack sectors with, besides deflate: LZMA, Zstandard, LZ4, bzip2, FLAC",
    "FormatKit": "what a format is; readers as protocols; what readers and writers share",
    "WriterKit": "writers and plans as protocols, what a format loses",
    "DiskImages": "readers of disk images, a folder for each format",
    "DiscImages": "readers of disc images, a folder for each format; streams and checks of their sectors",
    "Formats": "the one list of formats, and what a file is",
    "CISAL": "ISA-L", "DiskWriters": "writers of disk images and their plans, a folder for each format",
    "DiscWriters": "writers of disc images, a folder for each format",
    "DiscFiles": "lists and reads the files on discs",
    "Manifests": "manifest, chunk file, map, `SHA256SUMS`: model, strict readers, exact bytes",
    "CaseRecords": "the records of a case, audit events, custody as it counts; no database",
    "CSQLite": "what of SQLite Swift cannot call",
    "SQLite": "a connection to SQLite: statements, rows, transactions, backup",
    "CaseStore": "the case database: schema, hash-chained audit log, search",
    "CErasureCode": "the erasure code of ISA-L",
    "Parity": "parity files of an archive: layout, erasure code, strict reader, writer",
    "SideCars": "what other programs leave beside evidence: lists of digests, logs, metadata; no I/O",
    "Archiving": "the catalogue of an archive: scan, re-verification, schedule, status",
    "TarArchive": "the archive of a whole case",
    "Acquisition": "the pipeline that reads",
    "Verification": "the pipeline that judges: reopen, recompute, compare → findings → verdict",
    "CaseFolders": "the folder of a case: paths, keys, certificates, whom it trusts",
    "Sessions": "acquire and resume: protection, journal, destinations, manifest",
    "ImageTools": "info, convert, recover, make-iso: single images, no case",
    "CQREncode": "libqrencode",
    "CourtReport":
      "the contents of a report → one document in words → HTML, text, JSON, CASE, DFXML; labels and drawings",
    "SignedPDF": "signatures inside PDF (PAdES), as updates behind the bytes that are there",
    "Casework":
      "items, custody, audit, hand-over, reports, and the session in which each command is an event",
    "Profiles": "what holds for all cases of a laboratory: settings, their files, naming",
    "Validation": "checks of the program on the machine it runs on, and their signed record",
    "Rendering": "words for people: errors, remedies, flags, findings, verdicts, progress; for both programs",
    "ExhibitCommands": "parse → one call → render", "exhibit": "everything",
    "exhibit-verify": "verification only",
  ]

  @Test func theDocumentSaysWhatThereIs() throws {
    let place = SourceTree.root.appending(path: "Docs/targets.md")
    if ProcessInfo.processInfo.environment["EXHIBIT_UPDATE_DOCS"] == "1" {
      try document().write(to: place, atomically: true, encoding: .utf8)
    }
    let text = try String(contentsOf: place, encoding: .utf8)
    #expect(
      Self.withoutCounts(text) == Self.withoutCounts(document()),
      "run: EXHIBIT_UPDATE_DOCS=1 swift test --filter ArchitectureDocument")
  }

  /// Counts of lines change with nearly every commit and are no structure: they are as of the day the document was
  /// written.
  private static func withoutCounts(_ text: String) -> String {
    text.replacing(/(\| |Together |links |, )<?[0-9]+( \| | lines| of them)/) { "\($0.1)#\($0.2)" }
  }

  @Test func everyTargetHasAPurpose() {
    #expect(Set(Self.purposes.keys) == Set(TargetGraph.targets.keys))
  }

  private static func lines(_ names: some Sequence<String>) -> Int {
    names.reduce(0) { $0 + (TargetGraph.targets[$1]?.lines ?? 0) }
  }

  /// What a target imports and does not reach by way of something else it imports.
  private static func direct(_ target: TargetGraph.Target) -> Set<String> {
    let own = TargetGraph.own(target)
    let further = own.reduce(into: Set<String>()) { $0.formUnion(TargetGraph.reached(from: $1)) }
    return own.subtracting(further)
  }

  /// To the nearest hundred, so that the document does not change with every line.
  private static func rounded(_ count: Int) -> String {
    count < 100 ? "<100" : "\((count + 50) / 100 * 100)"
  }

  private func document() -> String {
    let targets = TargetGraph.ordered
    let depth = targets.compactMap { TargetGraph.depth($0.name) }.max() ?? 0
    let verifier = TargetGraph.reached(from: "exhibit-verify").filter { TargetGraph.targets[$0] != nil }
    var text = """
      # Targets

      Written by `EXHIBIT_UPDATE_DOCS=1 swift test --filter ArchitectureDocument`; not edited by hand. Lines are rounded to hundreds, as of that day.

      A layer is a folder of `Sources`. A target imports targets of its own layer and of lower ones; a C target has exactly one Swift importer, in its own layer, and never appears in a signature that others see. The longest way down has \(depth + 1) targets.

      | layer | target | lines | what it knows | imports of the same layer, then of lower ones |
      |---|---|---|---|---|

      """
    for target in targets {
      let own = TargetGraph.own(target)
      let same = own.filter { TargetGraph.targets[$0]?.layer == target.layer }.sorted()
      let lower = own.subtracting(same).sorted()
      let imports = [same, lower].filter { !$0.isEmpty }.map { $0.map { "`\($0)`" }.joined(separator: " ") }
      text +=
        "| \(target.layer) | `\(target.name)` | \(Self.rounded(target.lines)) | \(Self.purposes[target.name] ?? "") | "
        + "\(imports.isEmpty ? "–" : imports.joined(separator: "; ")) |\n"
    }
    text += """

      The graph, without imports that follow from others:

      ```mermaid
      graph BT

      """
    for layer in TargetGraph.layers {
      text += "  subgraph \(layer)\n"
      for target in targets where target.layer == layer { text += "    \(target.name)\n" }
      text += "  end\n"
    }
    for target in targets {
      for other in Self.direct(target).sorted() { text += "  \(target.name) --> \(other)\n" }
    }
    text += "```\n"
    let longest = SourceTree.swiftFiles.max { $0.lines.count < $1.lines.count }
    let function = SourceTree.swiftFiles.compactMap(\.longestFunction).max { $0.lines < $1.lines }
    text += """

      * Together \(Self.rounded(Self.lines(TargetGraph.targets.keys))) lines.
      * `exhibit-verify` links \(Self.rounded(Self.lines(verifier.union(["exhibit-verify"])))) of them: \(verifier.sorted().map { "`\($0)`" }.joined(separator: " ")).
      * Longest file: `\(longest?.path ?? "")`, \(Self.rounded(longest?.lines.count ?? 0)) lines (500 at most).
      * Longest function: `\(function?.name ?? "")` in `\(function?.path ?? "")`, \(((function?.lines ?? 0) + 5) / 10 * 10) lines.

      """
    return text
  }
}

extension SourceTree.File {
  /// The function with the most lines, by the indentation of its closing brace.
  fileprivate var longestFunction: (name: String, path: String, lines: Int)? {
    var longest: (name: String, path: String, lines: Int)?
    for (start, line) in lines.enumerated() {
      let words = line.split(separator: " ")
      guard !Self.isComment(line),
        let place = words.firstIndex(where: { $0 == "func" || $0.hasPrefix("init(") }),
        words[..<place].allSatisfy({ $0.allSatisfy { $0.isLetter || "@()".contains($0) } })
      else { continue }
      let indent = line.prefix { $0 == " " }
      // The body begins on the line that ends with a brace; a function of one line has none, nor has a requirement.
      guard let body = lines[start...].firstIndex(where: { ["{", "}", ""].contains($0.suffix(1)) }),
        lines[body].hasSuffix("{"), body - start < 15,
        let end = lines[(body + 1)...].firstIndex(of: indent + "}")
      else { continue }
      let name =
        words[place] == "func"
        ? words.dropFirst(place + 1).first.map { String($0.prefix { $0 != "(" && $0 != "<" }) } : "init"
      if end - start + 1 > longest?.lines ?? 0 { longest = (name ?? "", path, end - start + 1) }
    }
    return longest
  }
}
