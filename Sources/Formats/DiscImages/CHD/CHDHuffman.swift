/// Bits of bytes, the highest of each first. Behind the end there are zeros.
struct CHDBits {
  private let bytes: ArraySlice<UInt8>
  private var position: Int
  private var buffer: UInt64 = 0
  private var available = 0
  /// Whether more was taken than there is.
  private(set) var isOverrun = false

  init(_ bytes: ArraySlice<UInt8>) {
    self.bytes = bytes
    self.position = bytes.startIndex
  }

  /// - Parameter count: 0 to 48.
  mutating func peek(_ count: Int) -> UInt64 {
    while available < count {
      buffer = buffer << 8 | UInt64(position < bytes.endIndex ? bytes[position] : 0)
      position += 1
      available += 8
    }
    return buffer >> UInt64(available - count) & (1 << UInt64(count) - 1)
  }

  mutating func skip(_ count: Int) {
    available -= count
    if (position - bytes.endIndex) * 8 > available { isOverrun = true }
  }

  mutating func take(_ count: Int) -> UInt64 {
    guard count > 0 else { return 0 }
    let value = peek(count)
    skip(count)
    return value
  }
}

/// A canonical Huffman code in which the longest codes have the lowest values.
struct CHDHuffman {
  private let mostBits: Int
  /// By the next `mostBits` bits: symbol << 5 | length; 0 where no code is.
  private let table: [UInt32]

  /// - Returns: `nil` where lengths make no code.
  init?(lengths: [Int], mostBits: Int) {
    var starts = [Int](repeating: 0, count: 34)
    for length in lengths where length > 0 {
      guard length <= mostBits else { return nil }
      starts[length] += 1
    }
    var start = 0
    for length in (1...32).reversed() {
      let sum = start + starts[length]
      guard length == 1 || sum % 2 == 0 else { return nil }
      starts[length] = start
      start = sum / 2
    }
    var table = [UInt32](repeating: 0, count: 1 << mostBits)
    for (symbol, length) in lengths.enumerated() where length > 0 {
      let shift = mostBits - length
      let first = starts[length] << shift
      guard first + 1 << shift <= table.count else { return nil }
      for index in first..<first + 1 << shift { table[index] = UInt32(symbol << 5 | length) }
      starts[length] += 1
    }
    self.table = table
    self.mostBits = mostBits
  }

  /// - Returns: `nil` where no code begins.
  func symbol(_ bits: inout CHDBits) -> Int? {
    let entry = table[Int(bits.peek(mostBits))]
    guard entry != 0 else { return nil }
    bits.skip(Int(entry & 31))
    return Int(entry >> 5)
  }

  /// Lengths of 16 symbols in 4 bits each: 1 announces a repetition, or stands for itself where it comes twice.
  static func ofMap(_ bits: inout CHDBits) -> CHDHuffman? {
    var lengths: [Int] = []
    while lengths.count < 16 {
      let length = Int(bits.take(4))
      guard length == 1 else {
        lengths.append(length)
        continue
      }
      let value = Int(bits.take(4))
      guard value != 1 else {
        lengths.append(1)
        continue
      }
      lengths += [Int](repeating: value, count: Int(bits.take(4)) + 3)
    }
    return lengths.count == 16 ? CHDHuffman(lengths: lengths, mostBits: 8) : nil
  }

  /// Lengths of 256 symbols, themselves in a Huffman code of 24 symbols.
  static func ofBytes(_ bits: inout CHDBits) -> CHDHuffman? {
    var small = [Int](repeating: 0, count: 24)
    small[0] = Int(bits.take(3))
    let start = Int(bits.take(3)) + 1
    for index in start..<24 {
      let length = Int(bits.take(3))
      guard length != 7 else { break }
      small[index] = length
    }
    guard let code = CHDHuffman(lengths: small, mostBits: 6) else { return nil }
    var lengths: [Int] = []
    var last = 0
    while lengths.count < 256 {
      guard !bits.isOverrun, let value = code.symbol(&bits) else { return nil }
      if value != 0 {
        last = value - 1
        lengths.append(last)
      } else {
        var count = Int(bits.take(3)) + 2
        if count == 9 { count += Int(bits.take(8)) }
        lengths += [Int](repeating: last, count: min(count, 256 - lengths.count))
      }
    }
    return CHDHuffman(lengths: lengths, mostBits: 16)
  }
}
