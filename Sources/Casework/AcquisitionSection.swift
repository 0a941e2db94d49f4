import CaseStore
import CourtReport
import Evidence
import Manifests
import Signing
import SystemIO
import SystemPackage

/// What a report says of one acquisition: taken from its manifest, or from the case where there is none.
struct AcquisitionSection {
  private let entry: AcquisitionEntry
  private let folder: FilePath
  private let names: RecordNames

  init(entry: AcquisitionEntry, folder: CaseFolder) {
    self.entry = entry
    self.folder = folder.path.pushing(FilePath(entry.acquisition.folder))
    self.names = RecordNames(acquisition: entry.acquisition.name)
  }

  func section() throws(EvidenceError) -> ReportModel.Acquisition {
    guard entry.result?.manifestDigest != nil else { return unfinished() }
    let bytes = try Files.contents(folder.appending(names.manifest), cap: Manifest.largestFile)
    let manifest = try Manifest(parsing: bytes, name: names.manifest)
    let signature = try Files.contents(folder.appending(names.signature), cap: SignatureCheck.largestFile)
    let report = try SignatureCheck.verify(signature: signature, content: bytes, trust: Trust())
    let stream = manifest.mainStream
    return ReportModel.Acquisition(
      name: entry.acquisition.name, outcome: manifest.verdict.sentence, outcomeTone: tone(manifest.verdict),
      sourceFacts: sourceFacts(manifest.source), methodFacts: methodFacts(manifest),
      protectionFacts: manifest.writeProtection.layers.map {
        .init($0.name, Self.text($0))
      } + protectionFacts(manifest.writeProtection),
      deviceFacts: DeviceFactLines(of: manifest, in: folder, names).facts,
      protectionLimits: [manifest.writeProtection.limits],
      geometryFacts: geometryFacts(manifest.source.geometry),
      digests: digests(manifest), chunkFacts: stream.map(chunkFacts) ?? [],
      map: ReportModel.MapSummary(
        stream?.map ?? SectorMap(sectorCount: 0),
        fill: "In the images, \((stream?.fill ?? .zero).sentence) stand in the place of unreadable sectors."),
      images: manifest.images.map { image in
        ReportModel.ImageTable(
          format: image.format == .e01 ? "E01" : "raw", length: manifest.source.geometry.length,
          files: image.segments.map { .init(name: $0.name, size: $0.size, sha256: $0.sha256) })
      },
      signatureFacts: signatureFacts(report),
      signatureCommands: [
        ReportModel.Command(
          "Check the signature",
          "openssl cms -verify -binary -cades -content \(names.manifest) -inform DER -in \(names.signature) "
            + "-CAfile ../../certificates/examiner.pem -out /dev/null")
      ])
  }

  /// An acquisition that never came to a manifest.
  private func unfinished() -> ReportModel.Acquisition {
    let acquisition = entry.acquisition
    let verdict = entry.result?.verdict ?? .incomplete(reason: "no end is recorded")
    let geometry = MediaGeometry(length: acquisition.length, logicalSectorSize: acquisition.sectorSize)
    return ReportModel.Acquisition(
      name: acquisition.name, outcome: verdict.sentence, outcomeTone: .bad,
      sourceFacts: [
        .init("Path", acquisition.sourcePath, isCode: true), .init("Kind", acquisition.sourceKind),
      ],
      methodFacts: [.init("Begun", acquisition.started.description)], protectionFacts: [],
      deviceFacts: [], protectionLimits: [],
      geometryFacts: geometryFacts(geometry), digests: [], chunkFacts: [],
      map: ReportModel.MapSummary(
        SectorMap(sectorCount: geometry.sectorCount), fill: "Nothing of this acquisition is evidence."),
      images: [],
      signatureFacts: [], signatureCommands: [])
  }

  private func tone(_ verdict: AcquisitionVerdict) -> ReportModel.Tone {
    switch verdict {
    case .complete: .good
    case .completeWithUnreadable: .attention
    case .incomplete: .bad
    }
  }

  private func sourceFacts(_ source: Manifest.Source) -> [ReportModel.Fact] {
    var facts: [ReportModel.Fact] = [.init("Path", source.path, isCode: true)]
    switch source.kind {
    case .blockDevice: facts.append(.init("Kind", "block device"))
    case .file: facts.append(.init("Kind", "file"))
    case .splitFiles: facts.append(.init("Kind", "split set of \(source.files.count) files"))
    case .discImage:
      facts.append(.init("Kind", "image of an optical disc: \(source.files.joined(separator: ", "))"))
    }
    let known: [(String, String?)] = [
      ("Model", source.model), ("Serial number", source.serial), ("Firmware", source.firmware),
      ("World Wide Name", source.wwn),
    ]
    for case (let label, let value?) in known { facts.append(.init(label, value, isCode: true)) }
    return facts
  }

  private static func text(_ layer: Manifest.WriteProtection.Layer) -> String {
    let seen = [("Before", layer.before), ("During", layer.during), ("After", layer.after)].compactMap {
      name, text in text.map { "\(name): \($0)." }
    }
    return (["\(layer.state.rawValue). \(layer.proves)"] + seen).joined(separator: " ")
  }

  private func protectionFacts(_ protection: Manifest.WriteProtection) -> [ReportModel.Fact] {
    protection.overrides.map {
      .init("ACCEPTED: \($0.state)", "Found: \($0.found). Reason given: \($0.reason)")
    }
      + (protection.commands.isEmpty
        ? []
        : [
          .init(
            "Commands sent to the device",
            protection.commands.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)" }
              .joined(separator: ", "))
        ])
  }

  private func methodFacts(_ manifest: Manifest) -> [ReportModel.Fact] {
    let acquisition = manifest.acquisition
    let host = acquisition.host
    return [
      .init("Program", "\(acquisition.tool.name) \(acquisition.tool.version)"),
      .init(
        "Workstation", "\(host.node), \(host.system) \(host.release), \(host.machine), account \(host.user)"),
      .init("Operator", acquisition.examiner),
      .init("Command", acquisition.commandLine.joined(separator: " "), isCode: true),
      .init("Begun", acquisition.started.description), .init("Ended", acquisition.ended.description),
      .init("Clock", acquisition.clock),
      .init("Reading", acquisition.directIO ? "past the page cache (O_DIRECT)" : "through the page cache"),
      .init("Unreadable sectors", unreadableText(manifest)),
    ]
      + acquisition.pauses.map { pause in
        .init(
          "Interruption",
          "\(pause.stopped) to \(pause.resumed), sectors from \(Grouped.text(pause.unit)) on were missing; resumed after "
            + (pause.comparedChunks.isEmpty
              ? "comparing what the device says of itself"
              : "\(pause.comparedChunks.count) chunks were read again and found equal"))
      }
      + acquisition.overflow.map { .init("Segments also in", $0) }
  }

  private func unreadableText(_ manifest: Manifest) -> String {
    let reading = manifest.acquisition.reading
    var parts = ["read again one by one"]
    if reading.retries > 0 { parts.append("asked for \(reading.retries + 1) times") }
    if let seconds = reading.timeLimit { parts.append("given up after \(seconds) seconds without an answer") }
    if reading.isReverse { parts.append("from the end of the medium to its beginning") }
    if reading.skipsAhead { parts.append("dead zones left out at first and returned to at the end") }
    let fill = (manifest.mainStream?.fill ?? .zero).sentence
    return parts.joined(separator: ", ") + "; only those that never came are filled, with \(fill)"
  }

  private func geometryFacts(_ geometry: MediaGeometry) -> [ReportModel.Fact] {
    var facts: [ReportModel.Fact] = [
      .init("Length", "\(Grouped.text(geometry.length)) bytes (\(HumanText.size(geometry.length)))"),
      .init("Logical sector", "\(geometry.logicalSectorSize) bytes"),
      .init("Physical sector", "\(geometry.physicalSectorSize) bytes"),
      .init("Sectors", Grouped.text(geometry.sectorCount)),
    ]
    if geometry.tailBytes > 0 {
      facts.append(
        .init(
          "Last sector",
          "\(geometry.tailBytes) bytes only; an E01 holds \(geometry.paddingBytes) zero bytes behind it"))
    }
    return facts
  }

  private func digests(_ manifest: Manifest) -> [ReportModel.DigestLine] {
    guard let stream = manifest.mainStream else { return [] }
    let raw = manifest.images.first { $0.format == .raw }
    let e01 = manifest.images.first { $0.format == .e01 }?.segments.first?.name
    let files = raw?.segments.map(\.name).joined(separator: " ")
    func command(_ digest: Digest) -> String {
      let tool = "\(digest.algorithm.rawValue)sum"
      if let files { return "cat \(files) | \(tool)" }
      return "ewfexport -u -f raw -t - \(e01 ?? "IMAGE") | head -c \(stream.length) | \(tool)"
    }
    return stream.digests.all.map {
      ReportModel.DigestLine($0, of: "the whole medium", recompute: command($0))
    }
  }

  private func chunkFacts(_ stream: Manifest.Stream) -> [ReportModel.Fact] {
    [
      .init("Chunks", "\(Grouped.text(stream.chunks.count)) of \(HumanText.size(stream.chunks.size))"),
      .init("Chunk file", stream.chunks.file, isCode: true),
      .init("Merkle root (RFC 9162, SHA-256)", stream.chunks.merkleRoot.hex, isCode: true),
    ]
  }

  private func signatureFacts(_ report: SignatureReport) -> [ReportModel.Fact] {
    report.signers.flatMap { signer -> [ReportModel.Fact] in
      guard let certificate = signer.certificate else { return [] }
      return [
        .init("Signer", certificate.subject),
        .init("Certificate, SHA-256", certificate.fingerprint.hex, isCode: true),
        .init("Valid", "\(certificate.notBefore) to \(certificate.notAfter)"),
        .init("Signed", signer.signingTime?.description ?? "no time stated"),
        .init("Signature", signer.isIntact ? "belongs to this manifest" : "INVALID: \(signer.problem ?? "")"),
      ]
    }
  }
}
