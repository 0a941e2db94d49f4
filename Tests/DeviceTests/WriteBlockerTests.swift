import Media
import Testing

/// Write blockers by what they say of themselves.
@Suite struct WriteBlockerTests {
  private func inquiry(_ vendor: String, _ product: String, _ revision: String = "1.02") -> InquiryData? {
    InquiryData(SampleReplies.inquiry(vendor: vendor, product: product, revision: revision))
  }

  private func bridge(
    _ vendor: String, _ manufacturer: String?, _ product: String?, serial: String? = "B-01"
  ) -> USBBridge {
    USBBridge(
      vendorIdentifier: vendor, productIdentifier: "0001", manufacturer: manufacturer, product: product,
      serialNumber: serial, release: "0102")
  }

  @Test func byUSBNumberWithModelSerialAndFirmware() throws {
    let tableau = try #require(
      WriteBlocker(
        inquiry: inquiry("LAB", "DISK"), bridge: bridge("13d7", "Tableau", "T8-R2 Forensic Bridge")))
    #expect(tableau.maker == "Tableau" && tableau.model == "T8-R2 Forensic Bridge")
    #expect(tableau.serialNumber == "B-01" && tableau.firmware == "0102" && tableau.saysSo)
    #expect(tableau.basis == "USB vendor number 13d7")
    #expect(
      tableau.sentence
        == "Tableau, model T8-R2 Forensic Bridge, serial B-01, firmware 0102; calls itself a write blocker, "
        + "recognised by USB vendor number 13d7, not tested")
  }

  /// The maker of blockers makes docks as well: its number alone does not make one of them a blocker.
  @Test func aMakerIsNotAClaim() throws {
    let dock = try #require(
      WriteBlocker(inquiry: nil, bridge: bridge("0E90", nil, "Drive eRazer", serial: nil)))
    #expect(dock.maker == "CRU WiebeTech" && !dock.saysSo && dock.serialNumber == nil)
    #expect(dock.sentence.contains("does not call itself a write blocker"))
  }

  private static let strings: [(maker: String, vendor: String, product: String)] = [
    ("Tableau", "Tableau", "T35u Forensic"), ("CRU WiebeTech", "WiebeTec", "Forensic UltraD."),
    ("CRU WiebeTech", "CRU", "WriteBlocker"), ("Logicube", "Logicube", "WP Adapter"),
    ("Digital Intelligence", "DI", "UltraBlock SATA"), ("MyKey Technology", "MyKey", "NoWrite IDE"),
    ("Anybody", "Anybody", "Write-Block Dock"),
  ]

  @Test(arguments: strings.indices) func byItsWords(index: Int) throws {
    let (maker, vendor, product) = Self.strings[index]
    let byInquiry = try #require(WriteBlocker(inquiry: inquiry(vendor, product), bridge: nil, serial: "S-1"))
    #expect(byInquiry.maker == maker && byInquiry.model == product && byInquiry.serialNumber == "S-1")
    #expect(byInquiry.firmware == "1.02" && byInquiry.basis == "INQUIRY \"\(vendor) \(product)\"")
    let byUSB = try #require(WriteBlocker(inquiry: nil, bridge: bridge("0001", vendor, product)))
    #expect(byUSB.maker == maker && byUSB.basis == "USB strings \"\(vendor) \(product)\"")
  }

  @Test func othersAreNone() {
    for (vendor, product) in [
      ("ATA", "LAB DISK"), ("Kingston", "DataTraveler"), ("CRUCIAL", "CT500"), ("SEAGATE", "ST1000"),
      ("", ""),
    ] {
      #expect(WriteBlocker(inquiry: inquiry(vendor, product), bridge: bridge("0951", vendor, product)) == nil)
    }
    #expect(WriteBlocker(inquiry: nil, bridge: nil) == nil)
  }
}
