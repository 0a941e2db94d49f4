import ArgumentParser
import CanonicalJSON
import DiscWriters
import DiskWriters
import Evidence
import FormatKit
import Formats
import ImageTools
import Rendering
import SystemIO
import SystemPackage
import WriterKit

struct ConvertCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "convert",
    abstract:
      "Convert an image: E01, raw, split raw; for discs BIN/CUE, TOC/BIN, CloneCD, NRG, MDS, ISO, tracks.",
    discussion: """
      The output format follows from the file extension (.E01; .raw, .dd, .img, .bin; .001 for split raw) or from \
      --format. Exhibit hashes the contents and compares them with the hash values stored in the input. It lists what the \
      output cannot hold, refuses an input with damaged sectors unless --accept-damage is given, and never overwrites.

      Optical disc images: from every format `exhibit disc` reads to .cue, .toc, .ccd, .nrg, .mds, .iso and --format tracks (one file \
      per track). Every track is read back and compared. A conversion that would lose something is refused unless \
      --accept-loss names the loss; it is then recorded beside the output. Formats of whole sectors need --whole-sectors \
      for an ISO; what the output has and nobody read is listed, by sector, as generated.

      Exit status: 0 converted, 1 refused because something would be lost, 3 converted with damaged sectors as zeros, \
      5 refused because of damage, or a stored hash value does not match.

      Examples:
        exhibit convert 001.E01 001.raw
        exhibit convert disk.dd disk.E01 --compression best
        exhibit convert 001.E01 001.001 --split 2GiB
        exhibit convert disc.toc disc.cue
        exhibit convert disc.cue data.iso --accept-loss sector-headers,tracks
        exhibit convert data.iso disc.ccd --whole-sectors
      """)

  @Argument(help: "A disk or disc image; any file of a set.", completion: .file()) var input: String
  @Argument(help: "The image to create; for a set, its first file.", completion: .file()) var output: String
  @Option(
    help:
      "Output format: \((DiskWriters.formats + DiscWriters.formats).map(\.rawValue).joined(separator: ", ")). Default: by file extension."
  )
  var format: String?
  @Option(
    help: "Losses to accept when converting a disc image, by the words shown; separate several by commas.")
  var acceptLoss: String?
  @Flag(
    help: "Correct damaged data sectors of a disc from their parity where possible, and record which.")
  var repair = false
  @Flag(
    help:
      "Compute sync, header, EDC and ECC of disc sectors stored without them, and record which. For CloneCD, or one sector size in a cue sheet."
  )
  var wholeSectors = false
  @Option(help: "Split a raw image into files of at most this size, e.g. 2GiB.") var split: String?
  @Option(help: "Maximum segment size of an E01, e.g. 1500MiB.") var segmentSize: String?
  @Option(help: "Compression of an E01: \(AcquireChoices.compressions). Default: fast.")
  var compression: String?
  @Option(help: "Sector size of a raw input, in bytes: 512, 1024, 2048, 4096.")
  var sectorSize: UInt32 = 512
  @Flag(help: "Fill damaged sectors of the input with zeros and list them.") var acceptDamage = false
  @Flag(help: "Start even if the destination may be too small.") var acceptLittleSpace = false
  @OptionGroup var source: InputOptions
  @OptionGroup var findings: FindingOptions
  @OptionGroup var rendering: OutputOptions

  func run() throws {
    let taken = try source.format()
    let input = if let taken { Formats.named(taken) } else { try Formats.identify(FilePath(input)) }
    if let refusal = input?.refusal(of: FilePath(self.input)) { throw refusal }
    let isDisc = input?.contents == .disc
    if let format, !(DiskWriters.formats + DiscWriters.formats).contains(FormatID(format.lowercased())) {
      let known = (DiskWriters.formats + DiscWriters.formats).map(\.rawValue).joined(separator: ", ")
      throw EvidenceError(.argumentInvalid, "--format \(format)", "one of \(known)")
    }
    let target = FilePath(output).extension ?? ""
    let writer =
      format.map { DiscWriters.writer(FormatID($0.lowercased())) } ?? DiscWriters.writer(ending: target)
    switch (isDisc, writer) {
    case (true, let writer?): return try convertDisc(taken, to: writer)
    case (true, nil):
      throw EvidenceError(
        .argumentInvalid, self.input,
        "an optical disc image (\(input?.title ?? "")): convert it to \(DiscWriters.endings) or --format tracks; --as raw converts "
          + "the file byte for byte")
    case (false, .some):
      throw EvidenceError(
        .argumentInvalid, self.input,
        "a disk image (\(input?.title ?? Format.raw.title)), not an optical disc image"
          + (input?.isContainer == true ? ": convert it to raw first" : "; --as iso treats it as one"))
    case (false, nil): break
    }
    if acceptLoss != nil || repair || wholeSectors {
      throw EvidenceError(
        .argumentInvalid, "--accept-loss, --repair and --whole-sectors", "for disc images only"
      )
    }
    let job = try ConversionJob(try request(), stop: StopSignals.flag)
    StopSignals.install()
    let display = ProgressDisplay("Converting", from: self.input)
    let report = try job.perform { display.update(done: $0, of: $1) }
    display.finish()
    rendering.show(Self.lines(report, all: findings.all), json: Self.json(report))
    if report.exitStatus != .complete { throw EndedWith(status: report.exitStatus) }
  }

  private func convertDisc(_ taken: FormatID?, to writer: any DiscWriter.Type) throws {
    var request = DiscConversionRequest(input: FilePath(input), output: FilePath(output))
    request.inputFormat = taken
    request.format = writer.format
    request.acceptsLittleSpace = acceptLittleSpace
    request.repairs = repair
    request.makesSectorsWhole = wholeSectors
    for word in (acceptLoss ?? "").split(separator: ",") {
      request.acceptedLosses.insert(try AcquireChoices.word(String(word), "--accept-loss"))
    }
    for (option, isGiven) in [
      ("--split", split != nil), ("--segment-size", segmentSize != nil),
      ("--compression", compression != nil),
      ("--accept-damage", acceptDamage),
    ] where isGiven {
      throw EvidenceError(.argumentInvalid, option, "not for disc images")
    }
    let job = try DiscConversionJob(request, stop: StopSignals.flag)
    StopSignals.install()
    let display = ProgressDisplay("Converting", from: self.input)
    let report = try job.perform { display.update(done: $0, of: $1) }
    display.finish()
    rendering.show(DiscConversionRendering.lines(report), json: DiscConversionRendering.json(report))
    if report.exitStatus != .complete { throw EndedWith(status: report.exitStatus) }
  }

  private func request() throws(EvidenceError) -> ConversionRequest {
    var request = ConversionRequest(input: FilePath(input), output: FilePath(output))
    request.inputFormat = try source.format()
    if let format {
      request.format = try AcquireChoices.images(named: [format], ImageSettings()).first?.format
    }
    if let split { request.settings.split = try ByteSize.parse(split, "--split") }
    if let segmentSize { request.settings.segmentSize = try ByteSize.parse(segmentSize, "--segment-size") }
    if let compression { request.settings.compression = try AcquireChoices.compression(compression) }
    request.sectorSize = sectorSize
    request.acceptsDamage = acceptDamage
    request.acceptsLittleSpace = acceptLittleSpace
    return request
  }

  private static func lines(_ report: ConversionReport, all: Bool) -> [String] {
    var lines = [report.advisedSentence]
    lines.append("  from       \(report.inputFormat.title), \(HumanText.size(report.geometry.length))")
    for file in report.files.prefix(8) {
      lines.append("  to         \(HumanText.singleLine(file.string))")
    }
    if report.files.count > 8 { lines.append("             and \(report.files.count - 8) more files") }
    for digest in report.digests.all {
      let comparison = report.comparisons.first { $0.stored.algorithm == digest.algorithm }
      let outcome =
        comparison.map {
          $0.isEqual ? "  matches the stored value" : "  DOES NOT MATCH the stored \($0.stored)"
        } ?? ""
      lines.append("  \(digest.algorithm.title.padded(to: 10)) \(digest)\(outcome)")
    }
    if report.paddingBytes > 0 {
      lines.append(
        "  padded     \(report.paddingBytes) zero bytes fill the last sector; the hash values above exclude them, "
          + "those stored in the output include them")
    }
    if !report.lost.isEmpty {
      let more = report.outcome == .refused ? ", perhaps more: reading stopped there" : ""
      lines.append("  lost       sectors \(report.lost.listed(limit: 16))\(more)")
    }
    if !report.recordedUnreadable.isEmpty {
      lines.append("  unreadable when acquired: sectors \(report.recordedUnreadable.listed(limit: 16))")
    }
    if !report.notCarried.isEmpty {
      lines.append("Not carried over to the output")
      lines += report.notCarried.map { "  \($0)" }
    }
    if !report.findings.isEmpty {
      lines.append("Findings about the input")
      lines += FindingRendering.lines(report.findings, all: all)
    }
    return lines
  }

  private static func json(_ report: ConversionReport) -> JSONValue {
    .fields([
      "outcome": .string(report.outcome.rawValue), "sentence": .string(report.advisedSentence),
      "exitStatus": JSONValue(report.exitStatus.rawValue), "from": .string(report.inputFormat.id.rawValue),
      "to": .string(report.outputFormat.id.rawValue), "length": Rendering.number(report.geometry.length),
      "sectorSize": JSONValue(report.geometry.logicalSectorSize),
      "files": .array(report.files.map { .fields(["path": .string($0.string)]) }),
      "digests": Rendering.json(report.digests),
      "compared": .array(
        report.comparisons.map {
          .fields([
            "algorithm": .string($0.stored.algorithm.rawValue), "stored": .string($0.stored.hex),
            "equal": .bool($0.isEqual),
          ])
        }),
      "paddingBytes": JSONValue(report.paddingBytes), "lost": Rendering.json(report.lost),
      "recordedUnreadable": Rendering.json(report.recordedUnreadable),
      "notCarried": .array(report.notCarried.map { .string($0) }),
      "findings": .array(report.findings.map(Rendering.json)),
    ])
  }
}
