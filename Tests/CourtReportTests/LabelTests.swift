import CourtReport
import Evidence
import EvidenceTestKit
import Testing

@Suite struct LabelTests {
  private static let digest = Digest(.sha256, (0..<32).map { $0 * 7 })
  private static let signer = Digest(.sha256, (0..<32).map { 255 - $0 })

  private static func code(_ caseNumber: String, isAcquired: Bool = true) throws -> LabelCode {
    LabelCode(
      caseNumber: caseNumber, item: try ItemNumber("001"),
      manifest: isAcquired ? (acquisition: "001-2", sha256: digest) : nil, signer: signer)
  }

  static let caseNumbers = ["2026-0142", "Az. 17 Js 4/26 <&\"'>", "дело №5 事件", "e\u{301}"]

  @Test(arguments: caseNumbers, [true, false])
  func whatTheCodeSaysIsReadBack(_ caseNumber: String, _ isAcquired: Bool) throws {
    let code = try Self.code(caseNumber, isAcquired: isAcquired)
    #expect(try LabelCode(reading: code.text + "\n") == code)
    #expect(!code.text.contains { $0.isNewline })
  }

  @Test(arguments: [
    "", "hello", "{}", "[1]",
    #"{"case":"1","item":"001","kind":"exhibit-label-2","signer":"SIGNER"}"#,
    #"{"case":"1","item":" ","kind":"exhibit-label-1","signer":"SIGNER"}"#,
    #"{"case":"1","item":"001","kind":"exhibit-label-1","manifest":"SIGNER","signer":"SIGNER"}"#,
    #"{"case":"1","item":"001","kind":"exhibit-label-1","more":"1","signer":"SIGNER"}"#,
    #"{"case":"1","item":"001","kind":"exhibit-label-1","signer":"00"}"#,
    #"{"case": "1","item":"001","kind":"exhibit-label-1","signer":"SIGNER"}"#,
  ])
  func whatIsNoLabelIsRefused(_ text: String) throws {
    let full = text.replacing("SIGNER", with: Self.signer.hex)
    #expect(throws: ErrorCode.labelMalformed) { try codes { _ = try LabelCode(reading: full) } }
  }

  @Test(
    "another program reads the code from the printed label",
    .enabled(if: Tool.exists("zbarimg") && Tool.exists("rsvg-convert"), "needs zbarimg and rsvg-convert"),
    arguments: caseNumbers)
  func anotherProgramReadsTheCode(_ caseNumber: String) throws {
    let code = try Self.code(caseNumber)
    let label = EvidenceLabel(
      code: code, title: "Theft of <trade> & \"secrets\"", description: "USB stick, black, 32 GB",
      serial: "4C530001", organisation: "Digital Laboratory")
    let folder = try TemporaryFolder()
    try TestFiles.write(Array(try label.svg().utf8), to: folder.appending("label.svg"))
    let drawn = try Tool.run(
      "rsvg-convert", ["-f", "png", "--dpi-x", "200", "--dpi-y", "200", "-o", "label.png", "label.svg"],
      in: folder.path)
    try #require(drawn.status == 0, "\(drawn.errors)")
    let read = try Tool.run("zbarimg", ["--nodbus", "--quiet", "--raw", "label.png"], in: folder.path)
    #expect(read.status == 0, "\(read.errors)")
    #expect(Array(read.output.utf8) == Array((code.text + "\n").utf8))
  }

  @Test func aTextThatIsTooLongIsRefused() throws {
    _ = try QRCode(String(repeating: "x", count: 2331))
    for text in ["", String(repeating: "x", count: 2332)] {
      #expect(throws: ErrorCode.argumentInvalid) { try codes { _ = try QRCode(text) } }
    }
  }
}
