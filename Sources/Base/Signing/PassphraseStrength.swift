/// What is wrong with the passphrase of a new key: whoever copies the key file can try millions of guesses.
package enum PassphraseWeakness: Hashable, Sendable {
  /// Fewer characters than ``PassphraseStrength/fewestCharacters``.
  case short(characters: Int)
  /// Fewer different characters than ``PassphraseStrength/fewestDifferent``.
  case monotonous(different: Int)
  /// What is left beside words, names and rows that are tried first has fewer characters than
  /// ``PassphraseStrength/fewestUnguessed``.
  case guessable
}

package enum PassphraseStrength {
  package static let fewestCharacters = 12
  package static let fewestDifferent = 5
  package static let fewestUnguessed = 6

  /// Tried first by every program that guesses: words, and rows of keys, letters and digits.
  private static let words = [
    "passphrase", "password", "passwort", "kennwort", "passw", "geheim", "secret", "letmein", "welcome",
    "willkommen",
    "admin", "administrator", "root", "login", "hallo", "hello", "test", "changeme", "default", "master",
    "iloveyou",
    "dragon", "monkey", "football", "sunshine", "princess", "forensic", "forensik", "evidence", "exhibit",
    "examiner",
    "laboratory", "labor", "police", "polizei",
  ]
  private static let rows = [
    "abcdefghijklmnopqrstuvwxyz", "01234567890", "qwertyuiop", "qwertzuiop", "asdfghjkl", "zxcvbnm",
    "yxcvbnm",
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm",
  ]
  private static let replaced: [Character: Character] = [
    "0": "o", "1": "l", "3": "e", "4": "a", "5": "s", "7": "t", "@": "a", "$": "s", "!": "i",
  ]

  /// - Parameters:
  ///   - passphrase: UTF-8; other bytes count as one character each.
  ///   - names: of the signer, the laboratory, the case: what is known to whoever has the key.
  /// - Returns: `nil` where nothing speaks against it.
  package static func weakness(of passphrase: [UInt8], names: [String] = []) -> PassphraseWeakness? {
    let text = String(decoding: passphrase, as: UTF8.self).lowercased()
    guard text.count >= fewestCharacters else { return .short(characters: text.count) }
    guard Set(text).count >= fewestDifferent else { return .monotonous(different: Set(text).count) }
    let known = words + names.flatMap { pieces(of: $0) }
    let plain = String(text.map { replaced[$0] ?? $0 })
    let left = min(rest(of: text, without: known), rest(of: plain, without: known))
    return left < fewestUnguessed ? .guessable : nil
  }

  /// Words of at least three letters.
  private static func pieces(of name: String) -> [String] {
    name.lowercased().split { !$0.isLetter && !$0.isNumber }.map(String.init).filter { $0.count >= 3 }
  }

  /// Different letters, digits and signs that are left without known words and rows of four or more.
  private static func rest(of text: String, without known: [String]) -> Int {
    var text = text
    for word in known.sorted(by: { $0.count > $1.count }) { text = text.replacing(word, with: " ") }
    for row in rows { text = removing(row, from: removing(String(row.reversed()), from: text)) }
    return Set(text.filter { !$0.isWhitespace }).count
  }

  private static func removing(_ row: String, from text: String) -> String {
    var text = text
    let row = Array(row)
    for length in stride(from: row.count, through: 4, by: -1) {
      for start in 0...(row.count - length) {
        text = text.replacing(String(row[start..<start + length]), with: " ")
      }
    }
    return text
  }
}
