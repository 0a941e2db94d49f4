extension CDText {
  /// The packs of all blocks, one behind the other.
  /// - Parameters:
  ///   - first: number of the first track.
  ///   - last: number of the last track, at most 99.
  /// - Returns: `nil` where a text does not exist in the character set of its block, or needs more than 256 packs.
  package func packs(first: Int, last: Int) -> [UInt8]? {
    var contents: [(number: UInt8, block: Block, packs: [CDTextPack])] = []
    for (number, block) in blocks.sorted(by: { $0.key < $1.key }) where !block.isEmpty {
      guard (0..<8).contains(number), let packs = block.packs(UInt8(number), first: first, last: last) else {
        return nil
      }
      contents.append((UInt8(number), block, packs))
    }
    var lastSequences = [UInt8](repeating: 0, count: 8)
    var languages = [UInt8](repeating: 0, count: 8)
    for (number, block, packs) in contents {
      guard packs.count + 3 <= 256 else { return nil }
      lastSequences[Int(number)] = UInt8(packs.count + 2)
      languages[Int(number)] = block.language ?? 0
    }
    return contents.flatMap { number, block, packs in
      var size = [block.characterSet.rawValue, UInt8(first), UInt8(last), 0]
      size += (0x80...0x8E).map { type in UInt8(packs.count { $0.type == type }) } + [3]
      size += lastSequences + languages
      let closing = (0..<3).map { part in
        CDTextPack(
          type: CDTextPack.sizeType, track: UInt8(part), sequence: UInt8(packs.count + part), block: number,
          hasDoubleBytes: block.characterSet.hasDoubleBytes,
          payload: Array(size[12 * part..<12 * part + 12]))
      }
      return (packs + closing).flatMap(\.bytes)
    }
  }
}

extension CDText.Block {
  /// A byte of the payload of one type: the track it belongs to, and how many characters stand before it.
  private struct Unit {
    let byte: UInt8
    let track: UInt8
    let position: Int
  }

  /// All packs but those of the size; `nil` where a text cannot be encoded.
  fileprivate func packs(_ number: UInt8, first: Int, last: Int) -> [CDTextPack]? {
    var payloads: [UInt8: [Unit]] = [:]
    for (kind, byTrack) in texts where !byTrack.isEmpty || (kind == .genre && genreCode != nil) {
      guard let units = units(kind, byTrack, first: first, last: last) else { return nil }
      payloads[kind.rawValue] = units
    }
    if let genreCode, payloads[CDText.Kind.genre.rawValue] == nil {
      payloads[CDText.Kind.genre.rawValue] = code(genreCode)
    }
    for (type, bytes) in binary { payloads[type] = bytes.map { Unit(byte: $0, track: 0, position: 0) } }

    var packs: [CDTextPack] = []
    for (type, units) in payloads.sorted(by: { $0.key < $1.key }) {
      for start in stride(from: 0, to: units.count, by: 12) {
        let part = units[start..<min(start + 12, units.count)]
        guard packs.count < 256 else { return nil }
        packs.append(
          CDTextPack(
            type: type, track: units[start].track, sequence: UInt8(packs.count), block: number,
            hasDoubleBytes: characterSet.hasDoubleBytes, position: UInt8(min(15, units[start].position)),
            payload: part.map(\.byte) + [UInt8](repeating: 0, count: 12 - part.count)))
      }
    }
    return packs
  }

  private func code(_ genre: UInt16) -> [Unit] {
    [UInt8(genre >> 8), UInt8(genre & 0xFF)].map { Unit(byte: $0, track: 0, position: 0) }
  }

  private func units(
    _ kind: CDText.Kind, _ byTrack: [Int: String], first: Int, last: Int
  ) -> [Unit]? {
    // Disc identifier and genre belong to the disc alone; of all others, every track has an entry.
    let isOfDiscOnly = byTrack.keys.allSatisfy { $0 == 0 }
    let tracks = isOfDiscOnly ? [0] : [0] + Array(first...last)
    guard byTrack.keys.allSatisfy({ tracks.contains($0) }) else { return nil }
    let width = characterSet.hasDoubleBytes ? 2 : 1
    var units = kind == .genre ? code(genreCode ?? 0) : []
    for track in tracks {
      guard var bytes = characterSet.coding.encode(byTrack[track] ?? "") else { return nil }
      bytes += [UInt8](repeating: 0, count: width)
      units += bytes.enumerated().map {
        Unit(byte: $0.element, track: UInt8(track), position: $0.offset / width)
      }
    }
    return units
  }
}
