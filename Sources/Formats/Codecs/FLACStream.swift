internal import CFLAC

/// Decodes FLAC with the samples of a CD: 44,100 Hz, two channels, 16 bits. For one thread at a time.
package final class FLACStream {
  /// Bytes of the stream; `read` may throw only by giving fewer bytes than there are.
  package protocol Source {
    var size: UInt64 { get }
    func read(into buffer: UnsafeMutableRawBufferPointer, at offset: UInt64) -> Int
  }

  package struct Information: Hashable, Sendable {
    package let sampleRate: Int
    package let channels: Int
    package let bitsPerSample: Int
    /// Stereo samples; 0 where it is not stated.
    package let samples: UInt64
    /// MD5 of the samples, least significant byte first; zeros where it is not stated.
    package let md5: [UInt8]

    package var isCD: Bool { sampleRate == 44100 && channels == 2 && bitsPerSample == 16 }
  }

  /// Bytes of one stereo sample.
  package static let sampleSize = 4

  private let source: any Source
  private let isSequential: Bool
  private let decoder: UnsafeMutablePointer<FLAC__StreamDecoder>
  private var position: UInt64 = 0
  package private(set) var information: Information?

  // What one call of `decode` fills.
  private var target = UnsafeMutableRawBufferPointer(start: nil, count: 0)
  private var wanted: Range<UInt64> = 0..<0
  private var isBigEndian = false
  /// Where the next frame begins, in samples, as far as it is known.
  private var next: UInt64 = 0
  private var filled: [Range<UInt64>] = []
  private var isDamaged = false

  /// - Parameter isSequential: whether frames follow each other, whatever numbers they have.
  /// - Returns: `nil` where it does not begin as a stream does.
  package init?(_ source: any Source, isSequential: Bool = false) {
    guard let decoder = FLAC__stream_decoder_new() else { return nil }
    self.source = source
    self.isSequential = isSequential
    self.decoder = decoder
    let me = Unmanaged.passUnretained(self).toOpaque()
    let status = FLAC__stream_decoder_init_stream(
      decoder,
      { _, buffer, count, me in
        guard let buffer, let count, let stream = FLACStream.from(me) else {
          return FLAC__STREAM_DECODER_READ_STATUS_ABORT
        }
        count.pointee = stream.source.read(
          into: UnsafeMutableRawBufferPointer(start: buffer, count: count.pointee), at: stream.position)
        stream.position += UInt64(count.pointee)
        return count.pointee == 0
          ? FLAC__STREAM_DECODER_READ_STATUS_END_OF_STREAM : FLAC__STREAM_DECODER_READ_STATUS_CONTINUE
      },
      { _, offset, me in
        FLACStream.from(me)?.position = offset
        return FLAC__STREAM_DECODER_SEEK_STATUS_OK
      },
      { _, offset, me in
        offset?.pointee = FLACStream.from(me)?.position ?? 0
        return FLAC__STREAM_DECODER_TELL_STATUS_OK
      },
      { _, length, me in
        length?.pointee = FLACStream.from(me)?.source.size ?? 0
        return FLAC__STREAM_DECODER_LENGTH_STATUS_OK
      },
      { _, me in FLACStream.from(me).map { $0.position >= $0.source.size ? 1 : 0 } ?? 1 },
      { _, frame, channels, me in
        guard let frame, let channels, let stream = FLACStream.from(me) else {
          return FLAC__STREAM_DECODER_WRITE_STATUS_ABORT
        }
        stream.take(frame.pointee.header, channels)
        return FLAC__STREAM_DECODER_WRITE_STATUS_CONTINUE
      },
      { _, metadata, me in
        guard let metadata, metadata.pointee.type == FLAC__METADATA_TYPE_STREAMINFO else { return }
        FLACStream.from(me)?.information = Information(metadata.pointee.data.stream_info)
      },
      { _, _, me in FLACStream.from(me)?.isDamaged = true }, me)
    guard status == FLAC__STREAM_DECODER_INIT_STATUS_OK,
      FLAC__stream_decoder_process_until_end_of_metadata(decoder) != 0, information != nil
    else { return nil }
    isDamaged = false
  }

  deinit { FLAC__stream_decoder_delete(decoder) }

  private static func from(_ me: UnsafeMutableRawPointer?) -> FLACStream? {
    me.map { Unmanaged<FLACStream>.fromOpaque($0).takeUnretainedValue() }
  }

  /// What begins a stream of CD samples whose frames have `blockSize` of them, 1 to 65535.
  package static func header(blockSize: Int) -> [UInt8] {
    let block = [UInt8(truncatingIfNeeded: blockSize >> 8), UInt8(truncatingIfNeeded: blockSize)]
    // The last block of metadata, of 34 bytes; 44,100 Hz in 20 bits, two channels, 16 bits.
    return Array("fLaC".utf8) + [0x80, 0, 0, 34] + block + block + [0, 0, 0, 0, 0, 0, 0x0A, 0xC4, 0x42, 0xF0]
      + [UInt8](repeating: 0, count: 4 + 16)
  }

  /// Bytes read of the source so far: behind the last frame that was wanted.
  package var consumed: UInt64 {
    var offset: UInt64 = 0
    return FLAC__stream_decoder_get_decode_position(decoder, &offset) != 0 ? offset : position
  }

  /// Decodes samples into memory. What cannot be decoded is left as it is.
  /// - Parameters:
  ///   - samples: within the stream; as many as `buffer` has room for.
  ///   - isBigEndian: the order of bytes in `buffer`.
  /// - Returns: the samples that were decoded and are sound, in order.
  package func decode(
    _ samples: Range<UInt64>, into buffer: UnsafeMutableRawBufferPointer, isBigEndian: Bool = false
  ) -> [Range<UInt64>] {
    precondition(buffer.count == samples.count * Self.sampleSize)
    target = buffer
    wanted = samples
    self.isBigEndian = isBigEndian
    filled = []
    isDamaged = false
    defer { target = UnsafeMutableRawBufferPointer(start: nil, count: 0) }
    if next != samples.lowerBound {
      next = samples.lowerBound
      guard FLAC__stream_decoder_seek_absolute(decoder, samples.lowerBound) != 0 else {
        // After a failed search it takes no frames until it is told to.
        _ = FLAC__stream_decoder_flush(decoder)
        next = .max
        return filled
      }
    }
    while next < samples.upperBound {
      let state = FLAC__stream_decoder_get_state(decoder)
      guard state.rawValue < FLAC__STREAM_DECODER_END_OF_STREAM.rawValue,
        FLAC__stream_decoder_process_single(decoder) != 0
      else { break }
    }
    return filled
  }

  private func take(_ header: FLAC__FrameHeader, _ channels: UnsafePointer<UnsafePointer<Int32>?>) {
    let wasDamaged = isDamaged
    isDamaged = false
    let count = UInt64(header.blocksize)
    let isNumbered = !isSequential && header.number_type == FLAC__FRAME_NUMBER_TYPE_SAMPLE_NUMBER
    let first = isNumbered ? header.number.sample_number : next
    guard first < .max - count else { return }
    // Frames that lead back are of a stream that was tampered with: they count as read.
    next = max(next, first + count)
    let part = (first..<first + count).clamped(to: wanted)
    guard !part.isEmpty, header.channels == 2, header.bits_per_sample == 16, let left = channels[0],
      let right = channels[1]
    else { return }
    for sample in part {
      let place = Int(sample - wanted.lowerBound) * Self.sampleSize
      let source = Int(sample - first)
      let (one, two) = (
        UInt16(truncatingIfNeeded: left[source]), UInt16(truncatingIfNeeded: right[source])
      )
      target.storeBytes(
        of: isBigEndian ? one.bigEndian : one.littleEndian, toByteOffset: place, as: UInt16.self)
      target.storeBytes(
        of: isBigEndian ? two.bigEndian : two.littleEndian, toByteOffset: place + 2, as: UInt16.self)
    }
    if !wasDamaged { filled.append(part) }
  }
}

extension FLACStream.Information {
  fileprivate init(_ information: FLAC__StreamMetadata_StreamInfo) {
    self.init(
      sampleRate: Int(information.sample_rate), channels: Int(information.channels),
      bitsPerSample: Int(information.bits_per_sample), samples: information.total_samples,
      md5: withUnsafeBytes(of: information.md5sum) { Array($0) })
  }
}
