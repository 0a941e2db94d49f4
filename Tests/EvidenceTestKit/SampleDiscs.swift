import OpticalDisc

/// One disc of every kind there is trouble with.
package enum SampleDisc: String, CaseIterable, Sendable {
  case dataOnly
  case cooked
  case mixedMode
  case xa
  case formless
  case audio
  case manyTracks
  case cdExtra
  case threeSessions
  case hiddenTrack
  case lateStart
  case preEmphasis
  case texts
  case subchannel
  case mode0

  package func build(seed: UInt64 = 1) -> DiscImage {
    var builder = builder
    builder.seed = seed
    return builder.build()
  }

  private typealias Track = DiscBuilder.Track

  package var builder: DiscBuilder {
    switch self {
    case .dataOnly: DiscBuilder([.init([Track(1, .mode1, sectors: 320)])])
    case .cooked: DiscBuilder([.init([Track(1, .mode1, sectors: 320).with { $0.layout = .mode1Data }])])
    case .mixedMode: Self.mixedModeDisc
    case .xa:
      DiscBuilder([
        .init(
          [
            Track(1, .mode2, sectors: 330).with { $0.kinds = [.form1, .form1, .form2] },
            Track(2, .mode2, sectors: 310).with {
              $0.kinds = [.form2]
              $0.silentPregap = 150
            },
          ], kind: .xa)
      ])
    case .formless: DiscBuilder([.init([Track(1, .mode2, sectors: 310).with { $0.kinds = [.formless] }])])
    case .mode0:
      DiscBuilder([.init([Track(1, .mode0, sectors: 305), Track(2, .mode1, sectors: 301)])])
    case .audio:
      DiscBuilder([
        .init(
          (1...4).map { number in
            Track(number, .audio, sectors: 300 + number).with {
              $0.storedPregap = number > 1 ? 20 * number : 0
            }
          })
      ])
    case .manyTracks: DiscBuilder([.init((1...99).map { Track($0, .audio, sectors: 6) })])
    case .cdExtra:
      DiscBuilder([
        .init([Track(1, .audio, sectors: 301), Track(2, .audio, sectors: 320).with { $0.storedPregap = 30 }]),
        .init([Track(3, .mode2, sectors: 310)], kind: .xa),
      ])
    case .threeSessions:
      DiscBuilder(
        (1...3).map { number in
          .init([
            Track(number, .mode1, sectors: 300 + number).with { $0.storedPregap = number == 2 ? 150 : 0 }
          ])
        })
    case .hiddenTrack:
      DiscBuilder([
        .init([
          Track(1, .audio, sectors: 300).with {
            $0.storedPregap = 40
            $0.isNearlySilent = true
          }, Track(2, .audio, sectors: 302),
        ])
      ])
    case .lateStart: DiscBuilder([.init([Track(1, .audio, sectors: 330).with { $0.storedPregap = 33 }])])
    case .preEmphasis:
      DiscBuilder([
        .init([
          Track(1, .audio, sectors: 300).with { $0.control = [.preEmphasis] },
          Track(2, .audio, sectors: 300).with { $0.control = [.copyPermitted, .fourChannels] },
          Track(3, .audio, sectors: 300).with { $0.laterIndexes = [100, 150, 299] },
        ])
      ])
    case .texts: Self.textDisc
    case .subchannel: Self.subchannelDisc
    }
  }

  private static var mixedModeDisc: DiscBuilder {
    var builder = DiscBuilder([
      .init([
        Track(1, .mode1, sectors: 350),
        Track(2, .audio, sectors: 400).with {
          $0.silentPregap = 150
          $0.isrc = ISRC("DEMUA9800001")
        },
        Track(3, .audio, sectors: 310).with {
          $0.storedPregap = 75
          $0.laterIndexes = [200]
          $0.control = [.copyPermitted]
        },
        Track(4, .audio, sectors: 301).with { $0.control = [.preEmphasis] },
      ])
    ])
    builder.catalog = MediaCatalogNumber("1234567890123")
    return builder
  }

  private static var textDisc: DiscBuilder {
    var english = CDText.Block()
    var japanese = CDText.Block(characterSet: .japanese, language: 0x69)
    english[.title, 0] = "Quotes \"and\" back\\slashes\\"
    english[.performer, 0] = "Nobody"
    japanese[.title, 0] = "音の記録"
    for track in 1...3 {
      english[.title, track] = "Título \(track)"
      english[.performer, track] = "Performer \(track)"
      japanese[.title, track] = "題名その\(["一", "二", "三"][track - 1])"
    }
    english[.songwriter, 2] = "A Songwriter"
    var builder = DiscBuilder([.init((1...3).map { Track($0, .audio, sectors: 300) })])
    builder.cdText = CDText(blocks: [0: english, 1: japanese])
    return builder
  }

  private static var subchannelDisc: DiscBuilder {
    var builder = DiscBuilder([
      .init([
        Track(1, .audio, sectors: 320).with {
          $0.subchannel = .interleaved
          $0.isrc = ISRC("DEMUA9800001")
        },
        Track(2, .audio, sectors: 310).with {
          $0.subchannel = .interleaved
          $0.storedPregap = 25
        },
      ])
    ])
    builder.catalog = MediaCatalogNumber("1234567890123")
    builder.wrongQ = Set(100..<110)
    return builder
  }
}
