import CanonicalJSON
import Evidence
import Formats
import Manifests
import Signing

/// What a report says of one acquisition: from its manifest, or from the case where there is none.
struct AcquisitionSections {
  private let acquisition: ReportContents.Acquisition
  private let contents: ReportContents
  private let words: Wording
  private let names: RecordNames

  init(_ acquisition: ReportContents.Acquisition, _ contents: ReportContents, _ words: Wording) {
    self.acquisition = acquisition
    self.contents = contents
    self.words = words
    self.names = RecordNames(acquisition: acquisition.name)
  }

  func sections() -> [ReportDocument.Section] {
    let tone: ReportDocument.Tone =
      switch acquisition.verdict {
      case .complete: .good
      case .completeWithUnreadable: .attention
      case .incomplete: .bad
      }
    var blocks: [ReportDocument.Block] = [.result(words(.outcome), words.sentence(acquisition.verdict), tone)]
    guard let manifest = acquisition.sealed?.manifest, let stream = manifest.mainStream else {
      blocks.append(.facts(words(.source), unfinishedFacts()))
      blocks.append(.paragraph(words(.notEvidence)))
      return [outer(blocks)]
    }
    blocks.append(.facts(words(.source), sourceFacts(manifest)))
    var sections = [outer(blocks)]
    sections.append(inner("device", .device, DeviceBlocks(acquisition, words, names).blocks()))
    sections.append(inner("protection", .protection, protection(manifest.writeProtection)))
    if !stream.tracks.isEmpty {
      sections.append(inner("disc", .disc, DiscBlocks(acquisition.disc, stream, words, names).blocks()))
    }
    sections.append(inner("method", .method, [.facts(words(.howRead), methodFacts(manifest))]))
    sections.append(inner("map", .sectorMap, map(stream)))
    sections.append(inner("rate", .readRate, rate(manifest)))
    sections.append(inner("digests", .digests, digests(manifest, stream)))
    sections.append(inner("images", .images, manifest.images.map { image(manifest, $0) }))
    sections.append(inner("signature", .signature, signature()))
    return sections
  }

  private func outer(_ blocks: [ReportDocument.Block]) -> ReportDocument.Section {
    .init("acquisition-\(acquisition.name)", words(.acquisition, acquisition.name), blocks)
  }

  private func inner(
    _ anchor: String, _ heading: Phrase, _ blocks: [ReportDocument.Block]
  ) -> ReportDocument.Section {
    .inner("acquisition-\(acquisition.name)-\(anchor)", words(heading), blocks)
  }

  private func unfinishedFacts() -> [ReportDocument.Fact] {
    let record = acquisition.entry.acquisition
    return [
      .init(words(.path), record.sourcePath, isCode: true),
      .init(words(.kind), record.kind.map(words.title) ?? record.sourceKind),
      .init(words(.begun), record.started.description), .init(words(.length), length(record.length)),
    ]
  }

  private func sourceFacts(_ manifest: Manifest) -> [ReportDocument.Fact] {
    let source = manifest.source
    let geometry = source.geometry
    var facts: [ReportDocument.Fact] = [
      .init(words(.path), source.path, isCode: true), .init(words(.kind), words.title(source.kind)),
      .init(words(.files), source.files.joined(separator: " "), isCode: true),
      .init(words(.model), source.model ?? "", isCode: true),
      .init(words(.serial), source.serial ?? "", isCode: true),
      .init(words(.firmware), source.firmware ?? "", isCode: true),
      .init(words(.wwn), source.wwn ?? "", isCode: true), .init(words(.length), length(geometry.length)),
      .init(words(.sectors), Grouped.text(source.sectorCount)),
      .init(
        words(.sectorSize),
        words(.sectorSizes, "\(geometry.logicalSectorSize)", "\(geometry.physicalSectorSize)")),
    ]
    if let first = manifest.mainStream?.firstUnit {
      facts.append(
        .init(words(.range), words(.rangeFrom, Grouped.text(first), length(manifest.mainStream?.length ?? 0)))
      )
    }
    if geometry.tailBytes > 0 {
      facts.append(
        .init(words(.lastSector), words(.shortSector, "\(geometry.tailBytes)", "\(geometry.paddingBytes)")))
    }
    return facts
  }

  private func length(_ bytes: UInt64) -> String {
    words(.bytes, Grouped.text(bytes)) + (bytes < 1024 ? "" : " (\(HumanText.size(bytes)))")
  }

  private func protection(_ record: Manifest.WriteProtection) -> [ReportDocument.Block] {
    let rows = record.layers.map { layer -> [ReportDocument.Grid.Cell] in
      [
        .head(layer.name), .text(words.title(layer.state)),
        .text(
          layer.proves, layer.before.map { words(.before, $0) } ?? "",
          layer.during.map { words(.during, $0) } ?? "",
          layer.after.map { words(.after, $0) } ?? ""),
      ]
    }
    let table: ReportDocument.Block =
      rows.isEmpty
      ? .absence(words(.noProtection))
      : .grid(
        words(.protectionCaption), [(words(.layer), false), (words(.state), false), (words(.proves), false)],
        rows)
    let accepted = record.overrides.map {
      ReportDocument.Fact("\($0.state)", words(.acceptedWords, $0.found, $0.reason))
    }
    let sent = record.commands.sorted { $0.key < $1.key }.map {
      ReportDocument.Fact($0.key, Grouped.text($0.value))
    }
    var blocks: [ReportDocument.Block] = []
    if !accepted.isEmpty { blocks.append(.facts(words(.accepted), accepted)) }
    blocks.append(table)
    if !sent.isEmpty { blocks.append(.facts(words(.commandsSent), sent)) }
    return blocks + (record.limits.isEmpty ? [] : [.paragraph(words(.protectionLimits, record.limits))])
  }

  private func methodFacts(_ manifest: Manifest) -> [ReportDocument.Fact] {
    let acquisition = manifest.acquisition
    let host = acquisition.host
    let compression = manifest.images.compactMap(\.compression).first
    return [.init(words(.program), "\(acquisition.tool.name) \(acquisition.tool.version)")]
      + validationFacts() + [
        .init(
          words(.workstation),
          words(.workstationWords, host.node, "\(host.system) \(host.release), \(host.machine)", host.user)),
        .init(words(.examiner), acquisition.examiner),
        .init(words(.command), acquisition.commandLine.joined(separator: " "), isCode: true),
        .init(words(.begun), acquisition.started.description),
        .init(words(.ended), acquisition.ended.description),
        .init(words(.clock), acquisition.clock),
        .init(words(.reading), words(acquisition.directIO ? .readingDirect : .readingCached)),
        .init(words(.errorPolicy), errorPolicy(manifest)),
        .init(words(.formats), manifest.images.map(\.title).joined(separator: ", ")),
        .init(words(.compression), compression?.rawValue ?? ""),
      ]
      + acquisition.pauses.map { pause in
        .init(
          words(.interruption),
          words(
            .interrupted, pause.stopped.description, pause.resumed.description, Grouped.text(pause.unit),
            "\(pause.comparedChunks.count)"))
      } + acquisition.overflow.map { .init(words(.alsoIn), $0, isCode: true) }
  }

  private func validationFacts() -> [ReportDocument.Fact] {
    guard let record = contents.validation else { return [.init(words(.validation), words(.noValidation))] }
    let numbers = [record.passed, record.failed, record.others].map { Grouped.text($0) }
    return [
      .init(
        words(.validation),
        words(
          .validationWords, ToolVersion.name, record.version, record.host, record.ended.description,
          numbers[0],
          numbers[1], numbers[2], record.signer)),
      .init(words(.validationDigest), record.sha256.hex, isCode: true),
    ]
  }

  private func errorPolicy(_ manifest: Manifest) -> String {
    let reading = manifest.acquisition.reading
    var parts = [words(.policySingly)]
    if reading.retries > 0 { parts.append(words(.policyRetries, "\(reading.retries + 1)")) }
    if let seconds = reading.timeLimit { parts.append(words(.policyTime, "\(seconds)")) }
    if let limit = reading.errorLimit { parts.append(words(.policyLimit, Grouped.text(limit))) }
    if reading.isReverse { parts.append(words(.policyReverse)) }
    if reading.skipsAhead { parts.append(words(.policySkips)) }
    return parts.joined(separator: ", ") + "; "
      + words(.policyFill, words.title(manifest.mainStream?.fill ?? .zero))
  }

  private func map(_ stream: Manifest.Stream) -> [ReportDocument.Block] {
    let map = stream.map
    let drawing = SectorMapDrawing(map, words)
    let states = SectorState.allCases.map { state -> [ReportDocument.Grid.Cell] in
      [
        .head(words.title(state)), .number(map.count(of: state)),
        .number(Self.share(map.count(of: state), of: map.sectorCount)),
      ]
    }
    let runs = map.runs.filter { $0.state != .read }
    var blocks: [ReportDocument.Block] = [
      .figure(svg: drawing.svg, caption: words(.mapCaption), words: drawing.text),
      .grid(
        words(.sectorsByState, Grouped.text(map.sectorCount)),
        [(words(.state), false), (words(.sectors), true), (words(.share), true)], states),
    ]
    if let first = stream.firstUnit { blocks.append(.paragraph(words(.mapOfRange, Grouped.text(first)))) }
    guard !runs.isEmpty else { return blocks + [.paragraph(words(.everySectorRead))] }
    let shown = runs.prefix(CaseDocument.mostRows)
    let rows = shown.map { run -> [ReportDocument.Grid.Cell] in
      [
        .head(words.title(run.state)), .number(run.range.first), .number(run.range.end - 1),
        .number(run.range.count), .text(ReadEffort.summary(map.efforts(within: run.range))),
      ]
    }
    blocks.append(
      .grid(
        words(.notReadCaption, Grouped.text(UInt64(runs.count))),
        [
          (words(.state), false), (words(.firstSector), true), (words(.lastSectorTitle), true),
          (words(.sectors), true), (words(.effort), false),
        ], rows))
    if shown.count < runs.count {
      blocks.append(
        .paragraph(
          words(
            .cutRanges, Grouped.text(UInt64(shown.count)), Grouped.text(UInt64(runs.count)), names.map(),
            "\(contents.name).json")))
    }
    blocks.append(.paragraph(words(.fillWords, words.title(stream.fill))))
    return blocks
  }

  /// Percent, never rounded to all or nothing.
  static func share(_ part: UInt64, of whole: UInt64) -> String {
    guard whole > 0, part > 0 else { return "0 %" }
    guard part < whole else { return "100 %" }
    let percent = Double(part) / Double(whole) * 100
    if percent < 0.05 { return "< 0.1 %" }
    if percent > 99.94 { return "> 99.9 %" }
    return "\(HumanText.decimal(percent)) %"
  }

  private func rate(_ manifest: Manifest) -> [ReportDocument.Block] {
    let length = manifest.mainStream?.length ?? 0
    guard let rate = acquisition.readRate, let drawing = ReadRateDrawing(rate, length: length, words) else {
      return [.absence(words(.noRate))]
    }
    return [.figure(svg: drawing.svg, caption: words(.rateCaption), words: drawing.text)]
  }

  private func digests(_ manifest: Manifest, _ stream: Manifest.Stream) -> [ReportDocument.Block] {
    let image = manifest.images.first(where: \.isPlain) ?? manifest.images.first
    let reading = image.flatMap { image in
      Formats.named(image.format)?.stockContents(image.segments.map(\.name), stream.length)
    }
    let rows = stream.digests.all.map { digest -> [ReportDocument.Grid.Cell] in
      let tool = "\(digest.algorithm.rawValue)sum"
      return [
        .head(digest.algorithm.title, words(stream.firstUnit == nil ? .wholeMedium : .wholeRange)),
        .code(digest.hex, reading.map { "$ \($0) | \(tool)" } ?? ""),
      ]
    }
    return [
      .grid(words(.digestsCaption), [(words(.algorithm), false), (words(.digestCommand), false)], rows),
      .facts(
        words(.chunkDigests),
        [
          .init(
            words(.chunks),
            words(.chunksOf, Grouped.text(stream.chunks.count), HumanText.size(stream.chunks.size))),
          .init(words(.chunkFile), stream.chunks.file, isCode: true),
          .init(words(.merkleRoot), stream.chunks.merkleRoot.hex, isCode: true),
        ]),
    ]
  }

  private func image(_ manifest: Manifest, _ image: Manifest.Image) -> ReportDocument.Block {
    let shown = image.segments.prefix(CaseDocument.mostRows)
    let cut =
      shown.count < image.segments.count
      ? " "
        + words(
          .cutTable, Grouped.text(UInt64(shown.count)), Grouped.text(UInt64(image.segments.count)),
          names.manifest)
      : ""
    return .grid(
      words(.imageOf, image.title, Grouped.text(manifest.mainStream?.length ?? 0)) + cut,
      [(words(.file), false), (words(.bytesTitle), true), (words(.fileDigest), false)],
      shown.map { [.head($0.name, isTyped: true), .number($0.size), .code($0.sha256.hex)] })
  }

  private func signature() -> [ReportDocument.Block] {
    guard let sealed = acquisition.sealed else { return [] }
    var blocks: [ReportDocument.Block] = sealed.signature.signers.map { signer in
      .facts(words(.manifestSignature), facts(signer, of: sealed) + timeStamps(signer))
    }
    if sealed.signature.signers.isEmpty {
      blocks.append(
        .result(words(.signature), words(.signatureInvalid, sealed.signature.malformation ?? ""), .bad))
    }
    blocks.append(.commands([Self.signatureCommand(names, words)]))
    return blocks
  }

  private func facts(_ signer: SignerReport, of sealed: ReportContents.Sealed) -> [ReportDocument.Fact] {
    let certificate = signer.certificate
    let valid = certificate.map { words(.validFromTo, $0.notBefore.description, $0.notAfter.description) }
    return [
      .init(words(.manifestDigest), sealed.digest.hex, isCode: true),
      .init(words(.signer), certificate?.subject ?? words(.unnamed)),
      .init(words(.fingerprint), certificate?.fingerprint.hex ?? "", isCode: true),
      .init(words(.valid), valid ?? ""),
      .init(words(.signed), signer.signingTime?.description ?? words(.noTime)),
      .init(
        words(.signature),
        signer.isIntact ? words(.signatureBelongs) : words(.signatureInvalid, signer.problem ?? "")),
    ]
  }

  private func timeStamps(_ signer: SignerReport) -> [ReportDocument.Fact] {
    guard !signer.timestamps.isEmpty else { return [.init(words(.timeStamp), words(.noTimeStamp))] }
    return signer.timestamps.map { .init(words(.timeStamp), $0.sentence) }
  }

  /// The command that checks the signature of a manifest with stock tools.
  static func signatureCommand(_ names: RecordNames, _ words: Wording) -> ReportDocument.Command {
    .init(
      words(.checkSignature),
      "openssl cms -verify -binary -cades -content \(names.manifest) -inform DER -in \(names.signature) "
        + "-CAfile ../../certificates/examiner.pem -out /dev/null")
  }
}

extension Wording {
  func title(_ state: Manifest.WriteProtection.Layer.State) -> String {
    switch state {
    case .active: self(.active)
    case .inactive: self(.inactive)
    case .unknown: self(.unknown)
    }
  }
}
