import CanonicalJSON
import Evidence
import Formats
import Manifests
import Signing

/// What a report says of one acquisition: from its manifest, or from the case where there is none.
struct AcquisitionSections {
  private let acquisition: ReportContents.Acquisition
  private let item: ReportContents.Item
  private let contents: ReportContents
  private let words: Wording
  private let names: RecordNames

  init(
    _ acquisition: ReportContents.Acquisition, of item: ReportContents.Item, _ contents: ReportContents,
    _ words: Wording
  ) {
    self.item = item
    self.acquisition = acquisition
    self.contents = contents
    self.words = words
    self.names = RecordNames(acquisition: acquisition.name)
  }

  func sections() -> [ReportDocument.Section] {
    let headline = Headline(acquisition, of: item, words)
    var blocks: [ReportDocument.Block] = [.result(words(.outcome), headline.text, headline.tone)]
    if !acquisition.marks.isEmpty { blocks.append(.facts(words(.markedHeading), markFacts())) }
    guard let sealed = acquisition.sealed, let stream = sealed.complete.mainStream else {
      blocks.append(.facts(words(.source), unfinishedFacts()))
      blocks.append(.paragraph(words(.notEvidence)))
      return [outer(blocks)]
    }
    let manifest = sealed.complete
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
    if !acquisition.copies.isEmpty {
      sections.append(inner("copies", .copies, CopyBlocks(acquisition.copies, words).blocks()))
    }
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

  private func markFacts() -> [ReportDocument.Fact] {
    acquisition.marks.map { mark in
      let state =
        switch mark.state {
        case .failed: words(.markFailed)
        case .superseded(let name): words(.markSuperseded, name)
        case .withdrawn: words(.markWithdrawn)
        }
      return .init(
        words.time(mark.stated), words(.markBy, state, mark.author, words.number(mark.event), mark.reason))
    }
  }

  private func unfinishedFacts() -> [ReportDocument.Fact] {
    let record = acquisition.entry.acquisition
    return [
      .init(words(.path), record.sourcePath, isCode: true),
      .init(words(.kind), record.kind.map(words.title) ?? record.sourceKind),
      .init(words(.begun), words.time(record.started)), .init(words(.length), words.length(record.length)),
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
      .init(words(.wwn), source.wwn ?? "", isCode: true),
      .init(words(.length), words.length(geometry.length)),
      .init(words(.sectors), words.number(source.sectorCount)),
      .init(
        words(.sectorSize),
        words(.sectorSizes, "\(geometry.logicalSectorSize)", "\(geometry.physicalSectorSize)")),
    ]
    if let first = manifest.mainStream?.firstUnit {
      facts.append(
        .init(
          words(.range),
          words(.rangeFrom, words.number(first), words.length(manifest.mainStream?.length ?? 0)))
      )
    }
    if let earlier = manifest.acquisition.earlier, let map = manifest.mainStream?.map {
      facts.append(
        .init(
          words(.again),
          words(
            .againWords, words.number(earlier.asked), earlier.name,
            words.number(earlier.recovered(map)), words.number(earlier.taken),
            words.number(UInt64(earlier.comparedChunks.count)), earlier.manifest.hex)))
    }
    if geometry.tailBytes > 0 {
      facts.append(
        .init(words(.lastSector), words(.shortSector, "\(geometry.tailBytes)", "\(geometry.paddingBytes)")))
    }
    return facts
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
      ReportDocument.Fact($0.key, words.number($0.value))
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
        .init(words(.equipment), words.equipment(acquisition.equipment)),
        .init(words(.examiner), acquisition.examiner),
        .init(words(.acquisitionNotes), acquisition.notes ?? ""),
        .init(
          words(.command), command(acquisition.commandLine.joined(separator: " ")),
          isCode: true),
        .init(words(.begun), words.time(acquisition.started)),
        .init(words(.ended), words.time(acquisition.ended)),
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
            .interrupted, words.time(pause.stopped), words.time(pause.resumed), words.number(pause.unit),
            "\(pause.comparedChunks.count)"))
      } + acquisition.overflow.map { .init(words(.alsoIn), $0, isCode: true) }
  }

  /// What is to be removed must not be broken before it is looked for.
  private func command(_ text: String) -> String {
    contents.redaction.removesNothing ? ReportDocument.Command.broken(text) : text
  }

  private func validationFacts() -> [ReportDocument.Fact] {
    guard let record = contents.validation else { return [.init(words(.validation), words(.noValidation))] }
    let numbers = [record.passed, record.failed, record.others].map { words.number($0) }
    return [
      .init(
        words(.validation),
        words(
          .validationWords, ToolVersion.name, record.version, record.host, words.time(record.ended),
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
    if let limit = reading.errorLimit { parts.append(words(.policyLimit, words.number(limit))) }
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
        .head(words.title(state)), .number(words.number(map.count(of: state))),
        .number(words.share(map.count(of: state), of: map.sectorCount)),
      ]
    }
    let runs = map.runs.filter { $0.state != .read }
    var blocks: [ReportDocument.Block] = [
      .figure(svg: drawing.svg, caption: words(.mapCaption), words: drawing.text),
      .grid(
        words(.sectorsByState, words.number(map.sectorCount)),
        [(words(.state), false), (words(.sectors), true), (words(.share), true)], states),
    ]
    if let first = stream.firstUnit { blocks.append(.paragraph(words(.mapOfRange, words.number(first)))) }
    guard !runs.isEmpty else { return blocks + [.paragraph(words(.everySectorRead))] }
    let shown = runs.prefix(CaseDocument.mostRows)
    let rows = shown.map { run -> [ReportDocument.Grid.Cell] in
      [
        .head(words.title(run.state)), .number(words.number(run.range.first)),
        .number(words.number(run.range.end - 1)),
        .number(words.number(run.range.count)), .text(ReadEffort.summary(map.efforts(within: run.range))),
      ]
    }
    blocks.append(
      .grid(
        words(.notReadCaption, words.number(UInt64(runs.count))),
        [
          (words(.state), false), (words(.firstSector), true), (words(.lastSectorTitle), true),
          (words(.sectors), true), (words(.effort), false),
        ], rows))
    if shown.count < runs.count {
      blocks.append(
        .paragraph(
          words(
            .cutRanges, words.number(UInt64(shown.count)), words.number(UInt64(runs.count)), names.map(),
            "\(contents.fileName).json")))
    }
    blocks.append(.paragraph(words(.fillWords, words.title(stream.fill))))
    return blocks
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
      [
        .head(digest.algorithm.title, words(stream.firstUnit == nil ? .wholeMedium : .wholeRange)),
        .code(digest.hex),
      ]
    }
    let commands = reading.map { reading in
      stream.digests.all.map {
        ReportDocument.Command(
          words(.digestCommand, $0.algorithm.title),
          ReportDocument.Command.broken("\(reading) | \($0.algorithm.rawValue)sum"))
      }
    }
    return [
      rows.isEmpty
        ? .paragraph(withoutWhole(stream))
        : .grid(
          digestsCaption(manifest), [(words(.algorithm), false), (words(.digest), false)], rows),
      .commands(commands ?? []),
      .facts(
        words(.chunkDigests),
        [
          .init(
            words(.chunks),
            words(.chunksOf, words.number(stream.chunks.count), words.size(stream.chunks.size))),
          .init(words(.chunkFile), stream.chunks.file, isCode: true),
          .init(words(.merkleRoot), stream.chunks.merkleRoot.hex, isCode: true),
        ]),
    ]
  }

  /// When the digests of the whole were computed, where not while reading.
  private func digestsCaption(_ manifest: Manifest) -> String {
    let together = manifest.acquisition.earlier.map { words(.digestsTogether, $0.name) }
    guard let whole = acquisition.sealed?.whole else { return together ?? words(.digestsCaption) }
    let added = words(
      .digestsAdded, words.time(whole.document.computed), whole.document.examiner, whole.signers)
    return together.map { "\($0). \(added)" } ?? added
  }

  private func withoutWhole(_ stream: Manifest.Stream) -> String {
    let later = words(.digestsLater, stream.laterDigests.sorted().map(\.title).joined(separator: ", "))
    return acquisition.sealed?.whole == nil ? later : words(.digestsInvalid)
  }

  private func image(_ manifest: Manifest, _ image: Manifest.Image) -> ReportDocument.Block {
    let shown = image.segments.prefix(CaseDocument.mostRows)
    let cut =
      shown.count < image.segments.count
      ? " "
        + words(
          .cutTable, words.number(UInt64(shown.count)), words.number(UInt64(image.segments.count)),
          names.manifest)
      : ""
    return .grid(
      words(.imageOf, image.title, words.number(manifest.mainStream?.length ?? 0)) + cut,
      [(words(.file), false), (words(.bytesTitle), true), (words(.fileDigest), false)],
      shown.map { file in
        [
          .head(file.name, isTyped: true), .number(words.number(file.size)),
          file.sha256.map { .code($0.hex) } ?? .text(words(.fileNotYet)),
        ]
      })
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
    return blocks + wholeSignature(sealed)
  }

  /// The signature of digests of the whole that were added later.
  private func wholeSignature(_ sealed: ReportContents.Sealed) -> [ReportDocument.Block] {
    guard let whole = sealed.whole else { return [] }
    var facts: [ReportDocument.Fact] = [
      .init(words(.wholeDigest, names.wholeDigests), whole.digest.hex, isCode: true),
      .init(words(.signer), whole.signers),
    ]
    for signer in whole.signature.signers {
      facts.append(.init(words(.fingerprint), signer.certificate?.fingerprint.hex ?? "", isCode: true))
      facts.append(.init(words(.signed), signer.signingTime.map(words.time) ?? words(.noTime)))
    }
    facts.append(
      .init(
        words(.signature), whole.isValid ? words(.signatureBelongs) : words(.digestsInvalid)))
    return [
      .facts(words(.wholeSignature), facts),
      .commands([
        .init(
          words(.checkWholeSignature),
          Self.signatureCommand(of: names.wholeDigests, names.wholeDigestsSignature))
      ]),
    ]
  }

  private func facts(_ signer: SignerReport, of sealed: ReportContents.Sealed) -> [ReportDocument.Fact] {
    let certificate = signer.certificate
    let valid = certificate.map { words(.validFromTo, words.time($0.notBefore), words.time($0.notAfter)) }
    return [
      .init(words(.manifestDigest), sealed.digest.hex, isCode: true),
      .init(words(.signer), certificate?.subject ?? words(.notRecorded)),
      .init(words(.fingerprint), certificate?.fingerprint.hex ?? "", isCode: true),
      .init(words(.valid), valid ?? ""),
      .init(words(.signed), signer.signingTime.map(words.time) ?? words(.noTime)),
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
    .init(words(.checkSignature), signatureCommand(of: names.manifest, names.signature))
  }

  private static func signatureCommand(of file: String, _ signature: String) -> String {
    ReportDocument.Command.broken(
      "openssl cms -verify -binary -cades -content \(file) -inform DER -in \(signature) "
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
