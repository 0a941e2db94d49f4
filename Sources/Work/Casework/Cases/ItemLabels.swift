import CaseFolders
import CaseStore
import CourtReport
import Digests
import Evidence
import FormatKit
import SystemIO
import SystemPackage

/// Evidence labels: printing them, and comparing one with the case.
package enum ItemLabels {
  package enum Format: String, Hashable, Sendable, CaseIterable { case svg, pdf, png }

  /// Dots per inch of a PNG.
  private static let resolution = "300"

  /// Writes the label of an item; the end of the file's name says in which format.
  ///
  /// PDF and PNG are made by `rsvg-convert`, where it is installed.
  /// - Returns: what the code says.
  /// - Throws: `itemUnknown`, `outputExists`, `programMissing`, `argumentInvalid` for another end of the name.
  package static func write(
    _ item: ItemNumber, of folder: CaseFolder, to output: FilePath
  ) throws(EvidenceError) -> String {
    guard let format = output.extension.flatMap({ Format(rawValue: $0.lowercased()) }) else {
      throw EvidenceError(
        invalid: .output, output.string,
        "its name ends in one of \(Format.allCases.map { ".\($0.rawValue)" }.joined(separator: ", "))")
    }
    guard !folder.isAmongEvidence(output) else {
      throw EvidenceError(invalid: .output, output.string, "it would be inside the case's evidence folder")
    }
    guard !Files.exists(output) else { throw EvidenceError(.outputExists, output.string) }
    let label = try label(of: item, in: folder)
    let svg = Array(try label.svg().utf8)
    switch format {
    case .svg: try DurableFile.write(svg, to: output)
    case .pdf: try convert(svg, to: output, ["--format", "pdf"])
    case .png:
      try convert(
        svg, to: output, ["--format", "png", "--dpi-x", resolution, "--dpi-y", resolution])
    }
    try DurableFolder.sync(output.removingLastComponent())
    return label.code.text
  }

  private static func convert(
    _ svg: [UInt8], to output: FilePath, _ options: [String]
  ) throws(EvidenceError) {
    guard let program = ExternalProgram(named: "rsvg-convert") else {
      throw EvidenceError(
        .programMissing, "rsvg-convert", "Debian package librsvg2-bin; an .svg needs nothing")
    }
    let source = FilePath(output.string + ".partial.svg")
    let made = FilePath(output.string + ".partial")
    try DurableFile.write(svg, to: source)
    defer { for file in [source, made] { _ = Syscalls.unlink(file) } }
    let result = try program.run(options + ["--output", made.asArgument.string, source.asArgument.string])
    guard result.status == 0 else {
      throw EvidenceError(.reportFailed, output.string, "rsvg-convert: \(result.text)")
    }
    try DurableFolder.syncFile(made)
    try DurableFolder.rename(made, to: output)
  }

  private static func label(of item: ItemNumber, in folder: CaseFolder) throws(EvidenceError) -> EvidenceLabel
  {
    let store = try CaseStore.openForReading(folder: folder.path)
    let record = try store.caseRecord()
    let known = try store.itemDescription(item)
    return EvidenceLabel(
      code: LabelCode(
        caseNumber: record.number, item: item, manifest: try manifests(of: item, store).last,
        signer: try signer(store)),
      title: record.title, description: known.description, serial: known.item.serial,
      organisation: record.organisation)
  }

  /// Of every acquisition that has one, oldest first.
  private static func manifests(
    of item: ItemNumber, _ store: CaseStore
  ) throws(EvidenceError) -> [(acquisition: String, sha256: Digest)] {
    try store.acquisitions(of: item).compactMap { entry in
      entry.result?.manifestDigest.map { (entry.acquisition.name, $0) }
    }
  }

  private static func signer(_ store: CaseStore) throws(EvidenceError) -> Digest {
    let fingerprint = try store.event(1)?.payload["details"]?[CaseCertificates.detail]?.stringValue
    guard let digest = fingerprint.flatMap({ Digest(.sha256, hex: $0) }) else {
      throw EvidenceError(.caseDamaged, store.path.string, "its first event names no certificate")
    }
    return digest
  }

  // MARK: Checking

  /// What a label says, and where the case says something else.
  package struct Check {
    package let item: ItemNumber
    package let description: String
    package let code: String
    package let findings: [Finding]
  }

  /// The text of the code in a picture, as `zbarimg` reads it.
  /// - Throws: `fileMissing`, `programMissing`, `labelMalformed` where there is none in it.
  package static func text(inPicture path: FilePath) throws(EvidenceError) -> String {
    guard Files.kind(path) == .file else { throw EvidenceError(.fileMissing, path.string) }
    guard let program = ExternalProgram(named: "zbarimg") else {
      throw EvidenceError(
        .programMissing, "zbarimg", "Debian package zbar-tools", consider: [.text])
    }
    let result = try program.run([
      "--nodbus", "--quiet", "--raw", "-Sdisable", "-Sqrcode.enable", path.asArgument.string,
    ])
    guard result.status == 0 else {
      throw EvidenceError(.labelMalformed, path.string, "no code is found in the picture")
    }
    return result.text
  }

  /// Compares the text of a label with the case.
  /// - Throws: `labelMalformed`, `itemUnknown`.
  package static func check(_ text: String, in folder: CaseFolder) throws(EvidenceError) -> Check {
    let code = try LabelCode(reading: text)
    let store = try CaseStore.openForReading(folder: folder.path)
    var findings: [Finding] = []
    func compare(_ what: String, _ observed: String, _ expected: String) {
      guard observed != expected else { return }
      findings.append(Finding(.labelMismatch, subject: what, expected: expected, observed: observed))
    }
    compare("case number", code.caseNumber, try store.caseRecord().number)
    // Of another case, the item is not looked for.
    guard findings.isEmpty else {
      return Check(item: code.item, description: "", code: code.text, findings: findings)
    }
    let known = try store.itemDescription(code.item)
    compare("signing certificate", code.signer.hex, try signer(store).hex)
    let manifests = try manifests(of: code.item, store)
    if let printed = code.manifest {
      let same = manifests.first { $0.acquisition == printed.acquisition }
      compare(
        "manifest \(printed.acquisition)", printed.sha256.hex,
        same?.sha256.hex ?? "no acquisition of this name")
      let path = folder.evidence.appending(printed.acquisition)
        .appending("\(printed.acquisition).manifest.json")
      let observed = (try? FileDigests.of(path))?.sha256.hex
      compare("file \(folder.relative(path))", observed ?? "not readable", printed.sha256.hex)
    }
    if let newest = manifests.last, newest.acquisition != code.manifest?.acquisition {
      findings.append(
        Finding(
          .labelMismatch, .note, subject: "acquisition",
          expected: "\(newest.acquisition), the newest",
          observed: code.manifest?.acquisition ?? "printed before it was acquired"))
    }
    return Check(
      item: code.item, description: known.description, code: code.text, findings: findings)
  }
}

extension FilePath {
  /// A name that no program takes for an option.
  fileprivate var asArgument: FilePath { isAbsolute ? self : FilePath(".").appending(string) }
}
