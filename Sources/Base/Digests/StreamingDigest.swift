internal import CCrypto
import Evidence

/// A digest computed over bytes as they pass.
///
/// It uses libcrypto's contexts rather than its EVP layer: only of those can the state between two blocks be kept
/// and taken up again, which is what resuming an acquisition needs.
package struct StreamingDigest: ~Copyable {
  private enum Context {
    case md5(MD5_CTX)
    case sha1(SHA_CTX)
    case sha256(SHA256_CTX)
  }

  package let algorithm: DigestAlgorithm
  private var context: Context

  package init(_ algorithm: DigestAlgorithm) {
    self.algorithm = algorithm
    self.context = Self.initial(algorithm)
  }

  private init(algorithm: DigestAlgorithm, context: Context) {
    self.algorithm = algorithm
    self.context = context
  }

  package mutating func update(_ bytes: RawSpan) {
    bytes.withUnsafeBytes { bytes in
      switch context {
      case .md5(var state):
        MD5_Update(&state, bytes.baseAddress, bytes.count)
        context = .md5(state)
      case .sha1(var state):
        SHA1_Update(&state, bytes.baseAddress, bytes.count)
        context = .sha1(state)
      case .sha256(var state):
        SHA256_Update(&state, bytes.baseAddress, bytes.count)
        context = .sha256(state)
      }
    }
  }

  /// A second digest that continues from the same state.
  package borrowing func fork() -> StreamingDigest { StreamingDigest(algorithm: algorithm, context: context) }

  /// The digest of everything so far; more may follow.
  package borrowing func finish() -> Digest {
    var bytes = [UInt8](repeating: 0, count: algorithm.byteCount)
    switch context {
    case .md5(var state): MD5_Final(&bytes, &state)
    case .sha1(var state): SHA1_Final(&bytes, &state)
    case .sha256(var state): SHA256_Final(&bytes, &state)
    }
    return Digest(algorithm, bytes)
  }

  /// Begins anew.
  package mutating func restart() { context = Self.initial(algorithm) }

  private static func initial(_ algorithm: DigestAlgorithm) -> Context {
    switch algorithm {
    case .md5:
      var state = MD5_CTX()
      MD5_Init(&state)
      return .md5(state)
    case .sha1:
      var state = SHA_CTX()
      SHA1_Init(&state)
      return .sha1(state)
    case .sha256:
      var state = SHA256_CTX()
      SHA256_Init(&state)
      return .sha256(state)
    }
  }
}

// MARK: Keeping and taking up

extension StreamingDigest {
  /// What is needed to go on later; `nil` within a block of 64 bytes.
  var state: DigestState? {
    let words: [UInt32]
    let bits: UInt64
    let pending: UInt32
    switch context {
    case .md5(let state):
      words = [state.A, state.B, state.C, state.D]
      bits = UInt64(state.Nh) << 32 | UInt64(state.Nl)
      pending = state.num
    case .sha1(let state):
      words = [state.h0, state.h1, state.h2, state.h3, state.h4]
      bits = UInt64(state.Nh) << 32 | UInt64(state.Nl)
      pending = state.num
    case .sha256(let state):
      let h = state.h
      words = [h.0, h.1, h.2, h.3, h.4, h.5, h.6, h.7]
      bits = UInt64(state.Nh) << 32 | UInt64(state.Nl)
      pending = state.num
    }
    return pending == 0 ? DigestState(algorithm, words: words, length: bits / 8) : nil
  }

  /// As `state`, where only whole blocks of 64 bytes have passed.
  package var stateBetweenBlocks: DigestState {
    guard let state else { preconditionFailure("asked for within a block of 64 bytes") }
    return state
  }

  /// Goes on from a state that was kept.
  package init(resuming kept: DigestState) {
    self.init(kept.algorithm)
    let low = UInt32(truncatingIfNeeded: kept.length * 8)
    let high = UInt32(truncatingIfNeeded: kept.length * 8 >> 32)
    let words = kept.words
    switch context {
    case .md5(var state):
      (state.A, state.B, state.C, state.D) = (words[0], words[1], words[2], words[3])
      (state.Nl, state.Nh) = (low, high)
      context = .md5(state)
    case .sha1(var state):
      (state.h0, state.h1, state.h2, state.h3, state.h4) = (words[0], words[1], words[2], words[3], words[4])
      (state.Nl, state.Nh) = (low, high)
      context = .sha1(state)
    case .sha256(var state):
      state.h = (words[0], words[1], words[2], words[3], words[4], words[5], words[6], words[7])
      (state.Nl, state.Nh) = (low, high)
      context = .sha256(state)
    }
  }
}

/// A digest between two blocks of 64 bytes, from which it can be taken up again.
package struct DigestState: Hashable, Sendable {
  package let algorithm: DigestAlgorithm
  /// The chaining value of RFC 1321 or FIPS 180-4: 4, 5 or 8 words.
  package let words: [UInt32]
  /// Bytes so far, a multiple of 64.
  package let length: UInt64

  init(_ algorithm: DigestAlgorithm, words: [UInt32], length: UInt64) {
    precondition(words.count == Self.wordCount(algorithm) && length % 64 == 0)
    self.algorithm = algorithm
    self.words = words
    self.length = length
  }

  /// Eight hexadecimal digits for each word.
  package var hex: String {
    words.map { word in
      let digits = String(word, radix: 16)
      return String(repeating: "0", count: 8 - digits.count) + digits
    }.joined()
  }

  /// - Returns: `nil` where `hex` is not the words of this algorithm, or `length` no multiple of 64.
  package init?(_ algorithm: DigestAlgorithm, hex: String, length: UInt64) {
    let digits = Array(hex.utf8)
    guard digits.count == 8 * Self.wordCount(algorithm), length % 64 == 0 else { return nil }
    var words: [UInt32] = []
    for start in stride(from: 0, to: digits.count, by: 8) {
      let text = String(decoding: digits[start..<start + 8], as: UTF8.self)
      guard let word = UInt32(text, radix: 16), !text.hasPrefix("+") else { return nil }
      words.append(word)
    }
    self.init(algorithm, words: words, length: length)
  }

  private static func wordCount(_ algorithm: DigestAlgorithm) -> Int {
    switch algorithm {
    case .md5: 4
    case .sha1: 5
    case .sha256: 8
    }
  }
}

extension Digest {
  /// The digest of bytes that are all there.
  package static func of(_ bytes: RawSpan, _ algorithm: DigestAlgorithm) -> Digest {
    var digest = StreamingDigest(algorithm)
    digest.update(bytes)
    return digest.finish()
  }

  /// The digest of an array.
  package static func of(_ bytes: [UInt8], _ algorithm: DigestAlgorithm) -> Digest {
    of(bytes.span.bytes, algorithm)
  }
}
