import ArgumentParser
import CanonicalJSON
import CaseFolders
import Evidence
import Formats
import Manifests
import Rendering
import SystemIO
import SystemPackage

/// `--json`, which every command has.
struct OutputOptions: ParsableArguments {
  @Flag(help: "Print the result as one JSON object on standard output.")
  var json = false

  /// Prints the lines, or the object where JSON was asked for.
  func show(_ lines: [String], json object: JSONValue) {
    if json { Rendering.show(object.indentedText) } else { Rendering.show(lines) }
  }
}

/// `--as`: what a file is treated as.
struct InputOptions: ParsableArguments {
  @Option(
    name: .customLong("as"),
    help: """
      Treat the file as this format instead of detecting it: \(AcquireChoices.readable). `raw` uses its bytes as they \
      are.
      """)
  var takenAs: String?

  /// - Throws: `argumentInvalid`.
  func format() throws(EvidenceError) -> FormatID? {
    guard let takenAs else { return nil }
    guard let format = Formats.readable.first(where: { $0.id.rawValue == takenAs.lowercased() }) else {
      throw EvidenceError(
        .argumentInvalid, "--as \(takenAs)", "one of \(AcquireChoices.readable); who acts is said with --by")
    }
    return format.id
  }
}

/// `--case`.
struct CaseOptions: ParsableArguments {
  @Option(
    name: .customLong("case"),
    help: "The case folder. Default: EXHIBIT_CASE, or the case folder this is run in.")
  var path: String?

  @Option(
    name: .customLong("by"),
    help: "Who you are: a person of the case, by name or identifier. Default: its examiner.")
  var person: String?

  /// The case, which learns in the end that the command ran.
  func folder() throws(EvidenceError) -> CaseFolder {
    var folder = try CaseFolder.locate(named: path)
    folder.actingAs = person
    CommandSession.work(on: folder)
    return folder
  }
}

/// The time-stamp authority of a laboratory, which stamps each checkpoint of the audit log where it is set.
enum AuthoritySetting {
  static let variable = "EXHIBIT_AUTHORITY"

  /// - Parameter option: what a command was given.
  /// - Returns: `nil` where neither the option nor the variable names one.
  /// - Throws: `argumentInvalid` for what is no address.
  static func authority(_ option: String? = nil) throws(EvidenceError) -> TimestampAuthority? {
    guard let text = option ?? Environment.value(variable) else { return nil }
    return TimestampAuthority(try HTTPAddress(text))
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

  /// The first line of a file or pipe.
  static func line(of file: String) throws(EvidenceError) -> [UInt8] {
    let line = try Files.contentsOrPipe(FilePath(file), cap: cap).prefix { $0 != 0x0a && $0 != 0x0d }
    guard !line.isEmpty else { throw EvidenceError(.passphraseNeeded, file, "its first line is empty") }
    return Array(line)
  }

  /// The passphrase; asked for on the terminal where no file gives it, twice where it is new.
  func read(isNew: Bool) throws(EvidenceError) -> [UInt8] {
    let passphrase = try Self.read(file: passphraseFile, of: "signing key", isNew: isNew)
    CommandSession.remember(passphrase)
    return passphrase
  }

  /// - Parameter subject: the key.
  static func read(file: String?, of subject: String, isNew: Bool) throws(EvidenceError) -> [UInt8] {
    if let file = file ?? Environment.value("EXHIBIT_PASSPHRASE_FILE") {
      return try Self.line(of: file)
    }
    let prompt = subject == "signing key" ? "Passphrase of the signing key" : "Passphrase of \(subject)"
    let passphrase = try Terminal.readSecret(prompt: prompt, of: subject)
    guard !passphrase.isEmpty else { throw EvidenceError(.passphraseNeeded, subject, "it was empty") }
    if isNew, try Terminal.readSecret(prompt: "Once more", of: subject) != passphrase {
      throw EvidenceError(.passphraseWrong, subject, "the two entries differ")
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
