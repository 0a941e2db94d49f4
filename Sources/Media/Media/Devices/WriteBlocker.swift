import Evidence

/// A hardware write blocker between this machine and the disk, recognised by what it says of itself.
///
/// Being recognised proves nothing: neither that it blocks, nor that it is set to. Only a test of the blocker does. And
/// many a blocker says nothing of itself, so that none being recognised does not mean that there is none.
package struct WriteBlocker: Hashable, Sendable {
  package let maker: String
  /// As it names itself; `nil` where only its maker is known.
  package let model: String?
  package let serialNumber: String?
  package let firmware: String?
  /// Its own words call it a write blocker. Otherwise only the maker is known, who also makes docks that write.
  package let saysSo: Bool
  /// What it was recognised by.
  package let basis: String

  /// Makers by words in their strings, in lower case, and by their USB vendor number (usb.ids of the linux-usb project).
  private static let makers: [(name: String, words: [String], vendor: String?)] = [
    ("Tableau", ["tableau"], "13d7"),
    ("CRU WiebeTech", ["wiebetec", "cru-dataport", " cru "], "0e90"),
    ("Logicube", ["logicube"], nil),
    ("Digital Intelligence", ["digital intelligence", "ultrablock", "ultrabay"], nil),
    ("Intelligent Computer Solutions", ["drivelock", "intelligent computer solutions"], nil),
    ("MyKey Technology", ["mykey", "nowrite"], nil),
  ]
  /// Words, in lower case, by which a device calls itself a write blocker.
  private static let claims = [
    "forensic", "write block", "writeblock", "write-block", "ultrablock", "nowrite", "read-only bridge",
  ]

  /// - Parameters:
  ///   - inquiry: what the device answered; often the disk's own words, passed on.
  ///   - serial: page 80h of the vital product data.
  /// - Returns: `nil` where neither a maker nor a claim is found.
  package init?(inquiry: InquiryData?, bridge: USBBridge?, serial: String? = nil) {
    let inquired = inquiry.map { "\($0.vendor) \($0.product)" } ?? ""
    let connected = [bridge?.manufacturer, bridge?.product].compactMap { $0 }.joined(separator: " ")
    func known(_ text: String) -> String? {
      let text = " \(text.lowercased()) "
      return Self.makers.first { maker in maker.words.contains { text.contains($0) } }?.name
    }
    func claims(_ text: String) -> Bool {
      let text = text.lowercased()
      return Self.claims.contains { text.contains($0) }
    }
    let maker = bridge.flatMap { bridge in
      Self.makers.first { $0.vendor == bridge.vendorIdentifier.lowercased() }
    }
    if let bridge,
      let name = maker?.name ?? known(connected) ?? (claims(connected) ? bridge.manufacturer : nil)
    {
      self.maker = name
      self.model = bridge.product
      self.serialNumber = bridge.serialNumber
      self.firmware = bridge.release
      self.saysSo = claims(connected) || claims(inquired)
      self.basis =
        maker != nil
        ? "USB vendor number \(bridge.vendorIdentifier)" : "USB strings \"\(connected)\""
    } else if let inquiry, let name = known(inquired) ?? (claims(inquired) ? inquiry.vendor : nil) {
      self.maker = name
      self.model = inquiry.product
      self.serialNumber = serial
      self.firmware = inquiry.revision
      self.saysSo = claims(inquired)
      self.basis = "INQUIRY \"\(inquired)\""
    } else {
      return nil
    }
  }

  /// One line, with what it does not mean.
  package var sentence: String {
    let facts = [
      model.map { "model \($0)" }, serialNumber.map { "serial \($0)" }, firmware.map { "firmware \($0)" },
    ].compactMap { $0 }
    let named = saysSo ? "calls itself a write blocker" : "does not call itself a write blocker"
    return ([maker] + facts).joined(separator: ", ") + "; \(named), recognised by \(basis), not tested"
  }
}
