import Digests
import Evidence
import SystemIO
import SystemPackage

/// Turns a page into PDF/A-3 that is tagged (PDF/UA) with WeasyPrint, a Debian package.
struct PDFWriter {
  private static let program = "weasyprint"
  /// Seconds a document may take: far more than hundreds of pages do.
  private static let patience = 300.0
  /// Most bytes of a PDF.
  private static let cap = 1 << 30

  private let folder: FilePath
  private let attachments: [FilePath]

  /// - Parameters:
  ///   - folder: does not exist yet; made for the work and removed after it.
  ///   - attachments: files to embed.
  init(in folder: FilePath, attachments: [FilePath]) throws(EvidenceError) {
    self.folder = folder
    self.attachments = attachments
  }

  /// - Throws: `programMissing`.
  @discardableResult
  static func demandProgram() throws(EvidenceError) -> ExternalProgram {
    guard let found = ExternalProgram(named: program) else {
      throw EvidenceError(.programMissing, program, "PDF is made with the Debian package \(program)")
    }
    return found
  }

  /// The page as PDF. The same page gives the same document.
  /// - Throws: `programMissing`, `reportFailed`, also where it takes too long; `interrupted` where somebody ended the work meanwhile.
  /// - Parameters:
  ///   - note: says that a text was cut, given the number of its characters.
  ///   - eachPage: receives the number of each page that is laid out; of some documents, twice.
  func pdf(
    _ html: String, note: (Int) -> String = { "cut here: \($0) characters" },
    eachPage: (Int) -> Void = { _ in }
  ) throws(EvidenceError) -> [UInt8] {
    // Whatever runs the program has its library.
    guard let python = try Self.demandProgram().interpreter else {
      throw EvidenceError(.reportFailed, Self.program, "it does not name the Python that runs it")
    }
    try DurableFolder.create(folder, mode: 0o700)
    defer { try? DurableFolder.removeWithFiles(folder) }
    let page = folder.appending("page.html")
    let output = folder.appending("page.pdf")
    let instructions = folder.appending("print.py")
    try DurableFile.write(Array(PrintedPage.markup(html, note: note).utf8), to: page)
    try DurableFile.write(Array(PrintProgram.text.utf8), to: instructions)
    let identifier = Digest.of(Array(html.utf8), .sha256).hex
    // Isolated: of Python only what is installed for the machine.
    let result = try python.run(
      ["-I", instructions.string, page.string, output.string, identifier] + attachments.map(\.string),
      seconds: Self.patience
    ) { piece in
      let lines = String(decoding: piece, as: UTF8.self).split(separator: "\n")
      if let number = lines.last(where: { $0.hasPrefix("page ") }).flatMap({ Int($0.dropFirst(5)) }) {
        eachPage(number)
      }
    }
    // The signal of a terminal ends the other program as well.
    guard !StopSignals.flag.isRaised else { throw EvidenceError(.interrupted, Self.program) }
    guard !result.wasEnded else {
      throw EvidenceError(
        .pageTooSlow, Self.program,
        "stopped after \(HumanText.duration(seconds: Self.patience)); no PDF was written")
    }
    guard result.status == 0, Files.exists(output) else {
      let last = result.text.split(separator: "\n").last.map(String.init) ?? "status \(result.status)"
      throw EvidenceError(.reportFailed, Self.program, HumanText.singleLine(last))
    }
    return try Files.contents(output, cap: Self.cap)
  }
}
