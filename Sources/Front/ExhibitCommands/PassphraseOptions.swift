import ArgumentParser
import CaseFolders
import Evidence
import Rendering
import Signing
import SystemIO
import SystemPackage

/// The passphrase of the signing key.
struct PassphraseOptions: ParsableArguments {
  @Option(
    help: """
      A file whose first line is the passphrase of the signing key. Default: the file named by \
      EXHIBIT_PASSPHRASE_FILE, the passphrase kept by `exhibit key unlock`, or a prompt.
      """)
  var passphraseFile: String?

  /// The passphrase of a key that is there: the one that was used before, of a file, or asked for.
  func read() throws(EvidenceError) -> [UInt8] {
    if let known = CommandSession.known { return known }
    let passphrase = try Passphrases.read(file: passphraseFile, of: Passphrases.signingKey)
    CommandSession.remember(passphrase)
    return passphrase
  }

  /// As above, made sure that it opens the key of a case.
  func read(opening folder: CaseFolder) throws(EvidenceError) -> [UInt8] {
    try unlock(folder)
    return try read()
  }

  /// Asks for what opens the key of a case, before anything takes long, and makes sure that it does.
  /// - Throws: `passphraseNeeded`, `passphraseWrong`, `keyUnusable`.
  func unlock(_ folder: CaseFolder) throws(EvidenceError) {
    try unlock(key: folder.examinerKey.string)
  }

  /// As above, of a key file or a PKCS#11 URI.
  func unlock(key: String) throws(EvidenceError) {
    guard CommandSession.known == nil else { return }
    if let passphrase = try Passphrases.opening(key: key, file: passphraseFile) {
      CommandSession.remember(passphrase)
    }
  }
}

/// The passphrase of a key that is made.
struct NewPassphraseOptions: ParsableArguments {
  @Flag(help: "Accept a weak passphrase for a new key.")
  var acceptWeakPassphrase = false

  /// - Parameter names: of the signer and the laboratory, which a passphrase must not be made of.
  func read(_ options: PassphraseOptions, names: [String?]) throws(EvidenceError) -> [UInt8] {
    let passphrase = try Passphrases.new(
      file: options.passphraseFile, names: names.compactMap { $0 }, acceptsWeak: acceptWeakPassphrase)
    CommandSession.remember(passphrase)
    return passphrase
  }
}

/// Where passphrases come from: a file, the session keyring of the kernel, or whoever sits at the terminal.
enum Passphrases {
  static let signingKey = "signing key"
  /// Bytes a passphrase file may have.
  private static let cap = 4096
  /// How often somebody at the terminal may try; a token counts its own tries, and locks.
  private static let attempts = 3

  /// The first line of a file or pipe.
  static func line(of file: String) throws(EvidenceError) -> [UInt8] {
    let line = try Files.contentsOrPipe(FilePath(file), cap: cap).prefix { $0 != 0x0a && $0 != 0x0d }
    guard !line.isEmpty else { throw EvidenceError(.passphraseNeeded, file, "its first line is empty") }
    return Array(line)
  }

  /// Of a file, or asked for.
  /// - Parameter subject: the key.
  static func read(file: String?, of subject: String) throws(EvidenceError) -> [UInt8] {
    if let file = file ?? Environment.value("EXHIBIT_PASSPHRASE_FILE") { return try line(of: file) }
    return try ask("Passphrase of \(subject == signingKey ? "the signing key" : subject)", of: subject)
  }

  private static func ask(_ prompt: String, of subject: String) throws(EvidenceError) -> [UInt8] {
    let passphrase = try TerminalQuestion.secret(prompt, of: subject)
    guard !passphrase.isEmpty else { throw EvidenceError(.passphraseNeeded, subject, "it was empty") }
    return passphrase
  }

  // MARK: Keys that are there

  /// What opens a key, which is made sure of.
  /// - Parameters:
  ///   - key: a file, or a PKCS#11 URI.
  ///   - file: whose first line is the passphrase.
  ///   - hint: put behind the question.
  /// - Returns: `nil` where the key is not protected.
  /// - Throws: `passphraseNeeded`, `passphraseWrong`, `keyUnusable`.
  static func opening(key: String, file: String?, hint: String = "") throws(EvidenceError) -> [UInt8]? {
    let bytes = try SigningFiles.bytes(ofKeyNamed: key)
    do throws(EvidenceError) {
      _ = try KeyFile(parsing: bytes, name: key)
      return nil
    } catch { guard error.code == .passphraseNeeded else { throw error } }
    func opens(_ passphrase: [UInt8]) throws(EvidenceError) {
      _ = try KeyFile(parsing: bytes, passphrase: passphrase, name: key)
    }
    if let file = file ?? Environment.value("EXHIBIT_PASSPHRASE_FILE") {
      let passphrase = try line(of: file)
      try opens(passphrase)
      return passphrase
    }
    let kept = KeptPassphrase(keyFile: bytes)
    if let passphrase = kept.passphrase {
      if (try? opens(passphrase)) != nil { return passphrase }
      _ = kept.forget()
    }
    let passphrase = try askUntilOpen(bytes, hint, opens)
    if let minutes = (try? ProfileOptions.current())?.number(.keepPassphrase), minutes > 0 {
      // Where the kernel does not allow it, one is asked again, and that is all.
      try? kept.keep(passphrase, minutes: UInt32(minutes))
    }
    return passphrase
  }

  private static func askUntilOpen(
    _ bytes: [UInt8], _ hint: String, _ opens: ([UInt8]) throws(EvidenceError) -> Void
  ) throws(EvidenceError) -> [UInt8] {
    var left = KeyFile.form(of: bytes) == .token ? 1 : attempts
    while true {
      let passphrase = try ask("Passphrase of the signing key\(hint)", of: signingKey)
      do throws(EvidenceError) {
        try opens(passphrase)
        return passphrase
      } catch {
        left -= 1
        guard error.code == .passphraseWrong, left > 0 else { throw error }
        Rendering.warn("wrong passphrase; try again")
      }
    }
  }

  // MARK: Keys that are made

  /// Of a file, or asked for, twice.
  /// - Throws: `passphraseWeak`, `passphraseNeeded` where the two entries differ again and again.
  static func new(file: String?, names: [String], acceptsWeak: Bool) throws(EvidenceError) -> [UInt8] {
    func check(_ passphrase: [UInt8]) throws(EvidenceError) {
      guard !acceptsWeak, let weakness = PassphraseStrength.weakness(of: passphrase, names: names) else {
        return
      }
      throw EvidenceError(.passphraseWeak, signingKey, weakness.sentence)
    }
    if let file = file ?? Environment.value("EXHIBIT_PASSPHRASE_FILE") {
      let passphrase = try line(of: file)
      try check(passphrase)
      return passphrase
    }
    let different = EvidenceError(.passphraseNeeded, signingKey, "the two entries differ")
    var left = attempts
    while true {
      do throws(EvidenceError) {
        let prompt =
          "New passphrase of the signing key (\(PassphraseStrength.fewestCharacters) characters or more)"
        let passphrase = try ask(prompt, of: signingKey)
        try check(passphrase)
        guard try ask("Repeat passphrase", of: signingKey) == passphrase else {
          throw different
        }
        return passphrase
      } catch {
        left -= 1
        guard error.code == .passphraseWeak || error == different, left > 0 else { throw error }
        Rendering.warn("\(error.detail); try again")
      }
    }
  }
}

extension PassphraseWeakness {
  /// What is wrong, without a full stop.
  var sentence: String {
    switch self {
    case .short(let characters):
      "it has \(characters) characters; at least \(PassphraseStrength.fewestCharacters) are needed"
    case .monotonous(let different):
      "it has only \(different) different characters"
    case .guessable:
      "it consists of names, common words or keyboard rows"
    }
  }
}
