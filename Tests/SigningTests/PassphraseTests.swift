import Signing
import Testing

@Suite struct PassphraseTests {
  private func weakness(_ text: String, _ names: [String] = []) -> PassphraseWeakness? {
    PassphraseStrength.weakness(of: Array(text.utf8), names: names)
  }

  @Test(arguments: [
    "passwordpassword", "P4ssw0rd!P4ssw0rd!", "Passwort12345678", "qwertzuiop1234", "abcdefghijklmnop",
    "Exhibit-Forensic-1",
    "0987654321qwerty", "letmein letmein letmein", "1qaz2wsx3edc4rfv", "Willkommen2026",
  ])
  func whatIsTriedFirstIsRefused(text: String) { #expect(weakness(text) == .guessable) }

  @Test func shortAndMonotonousOnesAreRefused() {
    #expect(weakness("k7#pQ!x2") == .short(characters: 8))
    #expect(weakness("äöüßäöüßäö€") == .short(characters: 11))
    #expect(weakness("abababababababab") == .monotonous(different: 2))
    #expect(weakness("") == .short(characters: 0))
  }

  @Test func namesThatAreKnownCountForNothing() {
    #expect(weakness("Annette Examinerova", ["Annette Examinerova"]) == .guessable)
    #expect(weakness("DigitalLaboratory2026", ["A. Examiner", "Digital Laboratory"]) == .guessable)
    #expect(weakness("Annette keeps honeybees", ["Annette Examinerova"]) == nil)
  }

  @Test(arguments: [
    "correct horse battery staple", "vK3n9/0dWz+Qb7xJr1sT5g==", "vier Katzen jagen blau",
    "größte Öfen glühen äußerst",
  ])
  func whatIsLongAndOnesOwnIsTaken(text: String) { #expect(weakness(text) == nil) }
}
