import ArgumentParser
import CanonicalJSON
import Casework
import Evidence
import SystemIO
import SystemPackage

/// `--json`, which every command has.
struct OutputOptions: ParsableArguments {
  @Flag(help: "Print the result as one JSON object on standard output.")
  var json = false

  /// Prints the lines, or the object where JSON was asked for.
  func show(_ lines: [String], json object: JSONValue) {
    print(json ? object.indentedText : lines.joined(separator: "\n"))
  }
}

/// `--case`.
struct CaseOptions: ParsableArguments {
  @Option(
    name: .customLong("case"),
    help: "The case folder. Default: EXHIBIT_CASE, or the case folder this is run in.")
  var path: String?

  func folder() throws(EvidenceError) -> CaseFolder {
    try CaseFolder.locate(named: path)
  }
}

/// The passphrase of the signing key.
struct PassphraseOptions: ParsableArguments {
  @Option(
    help: """
      A file whose first line is the passphrase of the signing key. Default: the file named by \
      EXHIBIT_PASSPHRASE_FILE, or you are asked.
      """)
  var passphraseFile: String?

  /// Bytes a passphrase file may have.
  private static let cap = 4096

  /// The passphrase; asked for on the terminal where no file gives it, twice where it is new.
  func read(isNew: Bool) throws(EvidenceError) -> [UInt8] {
    if let file = passphraseFile ?? Environment.value("EXHIBIT_PASSPHRASE_FILE") {
      let line = try Files.contentsOrPipe(FilePath(file), cap: Self.cap).prefix { $0 != 0x0a && $0 != 0x0d }
      guard !line.isEmpty else { throw EvidenceError(.passphraseNeeded, file, "its first line is empty") }
      return Array(line)
    }
    let passphrase = try Terminal.readSecret(prompt: "Passphrase of the signing key")
    guard !passphrase.isEmpty else { throw EvidenceError(.passphraseNeeded, "signing key", "it was empty") }
    if isNew, try Terminal.readSecret(prompt: "Once more") != passphrase {
      throw EvidenceError(.passphraseWrong, "signing key", "the two entries differ")
    }
    return passphrase
  }
}

/// Text given on the command line that must say something.
func required(_ text: String, _ option: String) throws(EvidenceError) -> String {
  guard text.contains(where: { !$0.isWhitespace }) else {
    throw EvidenceError(.argumentInvalid, option, "it is empty")
  }
  return text
}

func itemNumber(_ text: String) throws(EvidenceError) -> ItemNumber { try ItemNumber(text) }
