import Media
import SystemIO
import Testing

/// What the process that sends commands answers. That it runs apart, and restricted, is tested in a machine of its own:
/// it can be forked only where there is one thread.
@Suite struct CommandProcessTests {
  private let target = RecordedTarget([
    .inquiry: RecordedTarget.data(SampleReplies.inquiry),
    .ataReadNativeMax(extended: true): RecordedTarget.registers(SampleReplies.registers(address: 7)),
  ])

  private func ask(_ message: [UInt8]) -> [UInt8] { CommandProcess.answer(message[...], target, []) }

  @Test func aNameIsACommand() {
    let data = SampleReplies.inquiry
    #expect(ask(Array("inquiry".utf8)) == [1, UInt8(data.count), 0] + data)
    #expect(ask(Array("ata-native-max-ext".utf8)) == [1, 0, 0] + SampleReplies.registers(address: 7))
    let refused = ask(Array("read-capacity".utf8))
    #expect(refused.first == 0 && String(decoding: refused.dropFirst(), as: UTF8.self).contains("05/20/00"))
    #expect(target.asked == [.inquiry, .ataReadNativeMax(extended: true), .readCapacity16])
    #expect(
      String(decoding: ask(Array("counts".utf8)).dropFirst(3), as: UTF8.self)
        == "1 ATA READ NATIVE MAX ADDRESS EXT\n1 INQUIRY\n1 READ CAPACITY (16)\n")
  }

  @Test("SWB-AM-01 bytes of a command, or the name of none, reach no device")
  func bytesAreNoCommand() {
    let write: [UInt8] = [0x2a, 0, 0, 0, 0, 0, 0, 0, 1, 0]
    let allowed: [UInt8] = [0x12, 0, 0, 0, 96, 0]
    for message in [write, allowed, [], [0xff], Array("write".utf8), Array("inquiry\0".utf8)] {
      #expect(ask(message) == [0] + Array("there is no such command".utf8))
    }
    #expect(target.asked.isEmpty && target.counts.isEmpty)
  }

  @Test func itSaysHowItIsConfined() {
    let pieces = [
      Sandbox.Piece(kind: .files, detail: "nothing can be opened", isActive: true),
      Sandbox.Piece(kind: .calls, detail: "the kernel answers EINVAL", isActive: false),
    ]
    let said = CommandProcess.answer(Array("confinement".utf8)[...], target, pieces)
    #expect(
      String(decoding: said.dropFirst(3), as: UTF8.self)
        == "files closed (Landlock): nothing can be opened; system calls refused (seccomp): NOT IN FORCE, "
        + "the kernel answers EINVAL")
  }
}
