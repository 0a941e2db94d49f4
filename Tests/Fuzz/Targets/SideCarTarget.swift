import SideCars

/// What other programs leave beside evidence: the first byte chooses the name, the rest is the file.
enum SideCarTarget {
  private static let names = [
    "a.E01.txt", "a.md5", "SHA256SUMS", "manifest-sha256.txt", "inventory.json", "a.log",
  ]

  static func problem(with input: [UInt8]) -> String? {
    guard let first = input.first else { return nil }
    let (name, bytes) = (names[Int(first) % names.count], Array(input.dropFirst()))
    guard let sideCar = SideCar.read(bytes, name: name) else { return nil }
    guard SideCar.read(bytes, name: name) == sideCar else { return "another answer the second time" }
    for reference in sideCar.references {
      if reference.value.isEmpty { return "a digest without bytes" }
      if (reference.scope == .range) != (reference.bytes != nil) { return "a piece without its range" }
      if reference.bytes?.isEmpty ?? false { return "a piece without bytes" }
    }
    return sideCar.unreadable.contains(where: \.isEmpty) ? "an unreadable range without bytes" : nil
  }

  static var seeds: [(String, [UInt8])] {
    let md5 = "0123456789abcdef0123456789abcdef"
    let texts = [
      ("list", "\u{1}\(md5)  a.dd\n\\\(md5)  a\\nb\n"), ("tagged", "\u{0}MD5 (a.dd) = \(md5)\n"),
      ("hashdeep", "\u{0}%%%% HASHDEEP-1.0\n%%%% size,md5,filename\n5,\(md5),a offset 0-4\n"),
      ("dcfldd", "\u{5}0 - 512: \(md5)\nTotal (md5): \(md5)\n"),
      (
        "dc3dd",
        "\u{5}dc3dd 7 started at x\nsector size: 512 bytes (probed)\ninput results for device `/dev/x':\n   \(md5) (md5)\n   \(md5), sectors 0 - 7\ndc3dd completed at y\n"
      ),
      ("ewf", "\u{5}MD5 hash calculated over data:\t\t\(md5)\n"),
      ("guymager", "\u{0}GUYMAGER ACQUISITION INFO FILE\n===\nMD5 hash : \(md5)\n"),
      ("xml", "\u{0}<datafile><rom name=\"a\" md5=\"\(md5)\"/></datafile>"),
      ("ocfl", "\u{4}{\"digestAlgorithm\":\"md5\",\"manifest\":{\"\(md5)\":[\"v1/a\"]}}"),
    ]
    return texts.map { ($0.0, Array($0.1.utf8)) }
  }
}
