import Evidence
import Testing

@Suite struct ByteFieldTests {
  private static let bytes: [UInt8] = [0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x88, 0x99]

  @Test func readsBothOrders() {
    let span = Self.bytes.span.bytes
    #expect(span.littleEndian(at: 0, as: UInt16.self) == 0x0201)
    #expect(span.bigEndian(at: 0, as: UInt16.self) == 0x0102)
    #expect(span.littleEndian(at: 1, as: UInt32.self) == 0x0504_0302)
    #expect(span.bigEndian(at: 1, as: UInt32.self) == 0x0203_0405)
    #expect(span.littleEndian(at: 0, as: UInt64.self) == 0x8807_0605_0403_0201)
    #expect(span.bigEndian(at: 1, as: UInt64.self) == 0x0203_0405_0607_8899)
    #expect(span.littleEndian(at: 8, as: UInt8.self) == 0x99)
    #expect(span.bigEndian(at: 7, as: Int16.self) == Int16(bitPattern: 0x8899))
    #expect(span.array(at: 7, count: 2) == [0x88, 0x99])
    #expect(span.array(at: 9, count: 0) == [])
  }

  @Test(arguments: [-1, 2, 3, 8, 9, 10, Int.min, Int.max, Int.max - 7])
  func neverCrashes(offset: Int) {
    let span = Self.bytes.span.bytes
    #expect(span.littleEndian(at: offset, as: UInt64.self) == nil)
    #expect(span.bigEndian(at: offset, as: UInt64.self) == nil)
    #expect(span.array(at: offset, count: 8) == nil)
    #expect(
      span.array(at: 0, count: offset == 2 || offset == 3 || offset == 8 || offset == 9 ? -1 : offset) == nil)
    #expect(span.array(at: 5, count: .max) == nil)
    #expect(span.array(at: .max, count: .max) == nil)
  }

  @Test func nothingIsInNothing() {
    let empty: [UInt8] = []
    #expect(empty.span.bytes.littleEndian(at: 0, as: UInt8.self) == nil)
    #expect(empty.span.bytes.array(at: 0, count: 0) == [])
    #expect(empty.span.bytes.array(at: 0, count: 1) == nil)
  }
}
