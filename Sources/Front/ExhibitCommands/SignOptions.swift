import ArgumentParser
import Casework
import Evidence

/// `--sign`: whose keys sign an event of the case.
struct SignOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      """
      A signer's key for the event: a PEM or PKCS#12 file or a PKCS#11 URI; `\(SigningKeys.ofExaminer)` is the examiner's key in the case. May be \
      given more than once. The certificate is the one of `exhibit person add`.
      """, valueName: "key"))
  var sign: [String] = []
  @Option(
    help: """
      A file whose first line is the passphrase of a key of --sign, in their order. Default: the file named by \
      EXHIBIT_PASSPHRASE_FILE, or a prompt.
      """)
  var signPassphraseFile: [String] = []

  var keys: SigningKeys {
    SigningKeys(sign) { (index, name) throws(EvidenceError) in
      let file = index < signPassphraseFile.count ? signPassphraseFile[index] : nil
      if sign[index] == SigningKeys.ofExaminer, file == nil, let known = CommandSession.known { return known }
      let passphrase = try Passphrases.read(file: file, of: name)
      if sign[index] == SigningKeys.ofExaminer { CommandSession.remember(passphrase) }
      return passphrase
    }
  }
}
