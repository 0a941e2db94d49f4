import ImageTools

// What to do where a conversion was refused, for whoever types commands.

extension ConversionReport {
  /// What came of it, and what can be done about it.
  var advisedSentence: String {
    guard outcome == .refused else { return sentence }
    return sentence
      + " `exhibit recover` saves the readable part; --accept-damage fills the rest with zeros."
  }
}

extension DiscConversionReport {
  /// What came of it, and what can be done about it.
  var advisedSentence: String {
    guard outcome == .refused else { return sentence }
    let words = Set(refused.map(\.kind.rawValue)).sorted().joined(separator: ",")
    let repair =
      corrected.isEmpty && refused.contains { $0.kind == .damage }
      ? " --repair corrects sectors that can be corrected." : ""
    return "\(sentence) Accept with --accept-loss \(words).\(repair)"
  }
}
