import ImageTools

// What to do where a conversion was refused, for whoever types commands.

extension ConversionReport {
  /// What came of it, and what can be done about it.
  var advisedSentence: String {
    guard outcome == .refused else { return sentence }
    return sentence
      + " `exhibit recover` writes what it still holds; --accept-damage fills the rest with zeros."
  }
}

extension DiscConversionReport {
  /// What came of it, and what can be done about it.
  var advisedSentence: String {
    guard outcome == .refused else { return sentence }
    let words = Set(refused.map(\.kind.rawValue)).sorted().joined(separator: ",")
    let repair =
      corrected.isEmpty && refused.contains { $0.kind == .damage }
      ? " Sectors that can be corrected are corrected by --repair." : ""
    return "\(sentence) Accept with --accept-loss \(words).\(repair)"
  }
}
