import assert from 'node:assert/strict'
import { Buffer } from 'node:buffer'
import { describe, test } from 'node:test'
import { silentLogger } from '@odradek/common/logging'
import type { Logger } from '@odradek/common/logging'
import { VirtualTime } from '@odradek/common/time'
import { CloseConnection } from './connection.ts'
import type { Connection, FrameHandler, Reply } from './connection.ts'
import { Connections } from './connections.ts'
import { framed, ScriptedClient } from './scripted-client.ts'

/**
 * A broker that does what a request's text says: `now` is answered at once, `wait…` when the test says so, `produce…` too
 * but others of its kind may start meanwhile, `none` gets no answer, `big` a large one, `mute` mutes, `bad` closes, `bug` throws.
 */
class TestBroker implements FrameHandler {
  readonly started: string[] = []
  readonly waiting = new Map<string, { resolve(reply?: Reply): void; reject(error: Error): void }>()
  sent = 0
  readonly closedIds: number[] = []
  bigBytes = 100_000

  mayOverlap(frame: Buffer, start: number, end: number): boolean {
    return frame.latin1Slice(start, end).startsWith('produce')
  }

  handle(connection: Connection, frame: Buffer, start: number, end: number): Reply | Promise<Reply | undefined> | undefined {
    const text = frame.latin1Slice(start, end)
    this.started.push(text)
    if (text.startsWith('none')) return undefined
    if (text.startsWith('bad')) throw new CloseConnection('it asked for an API that this broker does not have (key 99)')
    if (text.startsWith('bug')) throw new Error('off by one')
    if (text.startsWith('leave')) connection.close('the handler wants it')
    if (text.startsWith('big')) return { ...this.reply(''), chunks: [Buffer.alloc(this.bigBytes, 'b')] }
    if (text.startsWith('mute')) return { ...this.reply(text), muteMs: 1000 }
    if (!text.startsWith('wait') && !text.startsWith('produce')) return this.reply(text)
    return new Promise((resolve, reject) => this.waiting.set(text, { resolve, reject }))
  }

  closed(connection: Connection): void {
    this.closedIds.push(connection.id)
  }

  answer(text: string): void {
    this.waiting.get(text)?.resolve(this.reply(text))
  }

  reply(text: string): Reply {
    return { chunks: [Buffer.from(`re:${text}`)], sent: () => this.sent++ }
  }
}

interface LoggedLine {
  readonly level: string
  readonly message: string
  readonly reason: unknown
}

function house(limits: Partial<ReturnType<typeof defaults>> = {}) {
  const time = new VirtualTime()
  const broker = new TestBroker()
  const lines: LoggedLine[] = []
  const put =
    (level: string) =>
    (message: string, fields: Readonly<Record<string, unknown>> = {}) =>
      lines.push({ level, message, reason: fields['reason'] })
  const logger: Logger = { ...silentLogger, warn: put('warn'), error: put('error'), limited: () => logger }
  const connections = new Connections({
    handler: broker,
    limits: () => ({ ...defaults(), ...limits }),
    clock: time,
    timer: time,
    logger,
    soon: (action) => process.nextTick(action),
  })
  const connect = (): ScriptedClient => {
    const client = new ScriptedClient()
    client.connection = connections.accept(client, {
      listener: 'PLAINTEXT',
      peer: { address: '10.0.0.7', port: 50_000 },
      local: { address: '10.0.0.1', port: 9092 },
    })
    return client
  }
  return { time, broker, connections, connect, lines }
}

function defaults() {
  return {
    maxFrameBytes: 104_857_600,
    idleMs: 600_000,
    receiveMs: 30_000,
    sendMs: 60_000,
    maxRequests: 500,
    maxRequestBytes: 1_000_000,
    maxResponseBytes: 1_000_000,
  }
}

const requests = (...texts: readonly string[]): Buffer => Buffer.concat(texts.map(framed))

describe('order', () => {
  test('pipelined requests are answered in the order they were sent, in one write', async () => {
    const { time, broker, connect } = house()
    const client = connect()
    client.sends(requests('a', 'b', 'c'))
    await time.runTurn()
    assert.deepEqual(client.answers, ['re:a', 're:b', 're:c'])
    assert.equal(client.writes, 1)
    assert.equal(broker.sent, 3)
  })

  test('nothing overtakes a long poll: what comes behind it has not even started', async () => {
    const { time, broker, connect } = house()
    const client = connect()
    client.sends(requests('wait', 'a', 'produce 1', 'none'))
    await time.runTurn()
    assert.deepEqual(broker.started, ['wait'])
    assert(client.isPaused, 'a whole request waits, so the socket is not read')
    broker.answer('wait')
    await time.runTurn()
    assert.deepEqual(client.answers, ['re:wait', 're:a'])
    broker.answer('produce 1')
    await time.runTurn()
    assert.deepEqual(client.answers, ['re:wait', 're:a', 're:produce 1'])
    assert.deepEqual(broker.started, ['wait', 'a', 'produce 1', 'none'])
    assert(!client.isPaused)
  })

  test('produce requests start one behind the other and are answered in order, whichever is done first', async () => {
    const { time, broker, connect } = house()
    const client = connect()
    client.sends(requests('produce 1', 'produce 2', 'produce 3', 'a'))
    await time.runTurn()
    assert.deepEqual(broker.started, ['produce 1', 'produce 2', 'produce 3'])
    broker.answer('produce 3')
    broker.answer('produce 2')
    await time.runTurn()
    assert.deepEqual(client.answers, [])
    broker.answer('produce 1')
    await time.runTurn()
    assert.deepEqual(client.answers, ['re:produce 1', 're:produce 2', 're:produce 3', 're:a'])
    assert.equal(client.writes, 2)
  })

  test('a request without an answer leaves no gap', async () => {
    const { time, broker, connect, connections } = house()
    const client = connect()
    client.sends(requests('none', 'a', 'produce 1', 'produce 2', 'produce 3'))
    await time.runTurn()
    broker.waiting.get('produce 2')?.resolve()
    broker.answer('produce 3')
    broker.answer('produce 1')
    await time.runTurn()
    assert.deepEqual(client.answers, ['re:a', 're:produce 1', 're:produce 3'])
    assert.equal(connections.pressure.requestBytes, 0)
  })
})

describe('pressure', () => {
  test('a client that does not read its answers gets no more of them, until it does', async () => {
    const { time, broker, connect, connections } = house()
    const client = connect()
    client.window = 10
    client.sends(requests('big', 'big', 'big', 'a'))
    await time.runTurn()
    assert.deepEqual(broker.started, ['big'])
    assert(client.isPaused)
    assert.equal(connections.pressure.responseBytes, 100_004)
    assert.equal(broker.sent, 0)
    client.readsOn()
    await time.runTurn()
    assert.equal(client.answers.length, 4)
    assert.equal(broker.sent, 4)
    assert.equal(connections.pressure.responseBytes, 0)
    assert(!client.isPaused)
  })

  test('large answers go out from where they lie and in pieces, small ones together', async () => {
    const { time, broker, connect } = house({ maxResponseBytes: 100_000_000 })
    broker.bigBytes = 5_000_000
    const client = connect()
    client.sends(requests('a', 'b', 'big', 'c'))
    await time.runTurn()
    assert.deepEqual(
      client.answers.map((answer) => answer.length),
      [4, 4, 5_000_000, 4],
    )
    assert.equal(client.writes, 6)
    assert.equal(broker.sent, 4)
  })

  test('only so many requests overlap in the whole broker, while each connection may have one', async () => {
    const { time, broker, connect } = house({ maxRequests: 2 })
    const [first, second] = [connect(), connect()]
    first.sends(requests('produce 1', 'produce 2', 'produce 3', 'produce 4'))
    second.sends(requests('produce a', 'produce b'))
    await time.runTurn()
    assert.deepEqual(broker.started, ['produce 1', 'produce 2', 'produce 3', 'produce a'])
    for (const text of broker.started) broker.answer(text)
    await time.runTurn()
    assert.deepEqual(broker.started.slice(4).toSorted(), ['produce 4', 'produce b'])
  })

  test('large requests wait while the memory for requests is used up, small ones do not', async () => {
    const { time, broker, connect, connections } = house()
    const large = (name: string): string => `produce ${name} ${'x'.repeat(400_000)}`
    const producers = [1, 2, 3, 4, 5].map(connect)
    for (const [index, producer] of producers.entries()) producer.sends(requests(large(`${index}`)))
    await time.runTurn()
    const begun = broker.started.length
    assert(begun >= 2 && begun < 5, `${begun} of 5 started`)
    assert(connections.pressure.requestBytes < 1_700_000)
    const other = connect()
    other.sends(requests('heartbeat'))
    await time.runTurn()
    assert.deepEqual(other.answers, ['re:heartbeat'])
    for (let round = 0; round < 5; round++) {
      for (const text of broker.started) broker.answer(text)
      await time.runTurn()
    }
    for (const producer of producers) assert.equal(producer.answers.length, 1)
    assert.equal(connections.pressure.requestBytes, 0)
    assert.equal(connections.pressure.waiting, 0)
  })

  test('half-sent requests cannot use up the memory for ever: who does not go on is closed', async () => {
    const { time, connect, connections, lines } = house()
    const attackers = Array.from({ length: 20 }, connect)
    for (const attacker of attackers) attacker.sends(framed(Buffer.alloc(1_000_000)).subarray(0, 70_000))
    await time.runTurn()
    assert(connections.pressure.requestBytes >= 1_000_000)
    const producer = connect()
    producer.sends(requests(`now ${'x'.repeat(300_000)}`))
    await time.advance(3_000)
    assert(attackers.filter(({ isClosed }) => isClosed).length >= 7)
    await time.advance(20_000)
    assert.equal(producer.answers.length, 1)
    assert(lines.every(({ reason }) => String(reason).includes('queued.max.request.bytes')))
  })

  test('a client that reads large answers as fast as they come does not get all of them in one turn', async () => {
    const { time, broker, connect } = house({ maxResponseBytes: 100_000_000 })
    const reading = connect()
    reading.sends(requests(...Array.from({ length: 50 }, () => 'big')))
    await new Promise((resolve) => process.nextTick(() => process.nextTick(resolve)))
    assert(broker.started.length < 15, `${broker.started.length} answers of 100 KB in one turn`)
    await time.runTurn()
    assert.equal(reading.answers.length, 50)
  })

  test('a client that sends a large request as fast as it is read leaves the others their share of each turn, too', async () => {
    const { time, broker, connect } = house({ maxRequestBytes: 100_000_000 })
    const sending = connect()
    const large = framed(Buffer.alloc(40_000_000, 'l'))
    sending.sends(large)
    assert(sending.unread > large.length - 1_200_000, `${large.length - sending.unread} bytes in one turn`)
    connect().sends(requests('o'))
    assert.deepEqual(broker.started, ['o'])
    await time.runTurn()
    assert.equal(sending.answers.length, 1)
  })

  test('readers who do not read cannot use up the memory for answers: the largest are closed first', async () => {
    const { time, broker, connect, connections, lines } = house()
    broker.bigBytes = 300_000
    const readers = Array.from({ length: 5 }, connect)
    for (const reader of readers) {
      reader.window = 10
      reader.sends(requests('big'))
    }
    await time.runTurn()
    assert(connections.pressure.responseRoom === 0)
    await time.advance(3_000)
    assert.equal(readers.filter(({ isClosed }) => isClosed).length, 4)
    assert.equal(broker.sent, 4)
    assert.match(String(lines[0]?.reason), /queued\.max\.response\.bytes/)
  })

  test('a flood of requests leaves the others their share of each turn', async () => {
    const { time, broker, connect } = house()
    const flooding = connect()
    flooding.sends(requests(...Array.from({ length: 1_000 }, () => 'f')))
    const other = connect()
    other.sends(requests('o'))
    const share = broker.started.lastIndexOf('f') + 1
    assert(share > 200 && share <= 256, `${share} in one turn`)
    assert.equal(broker.started[share], 'o')
    await time.runTurn()
    assert.equal(flooding.answers.length, 1_000)
  })
})

describe('time', () => {
  test('an idle connection is closed after connections.max.idle.ms, one that waits for an answer is not', async () => {
    const { time, broker, connect, connections, lines } = house({ idleMs: 10_000 })
    const [idle, waiting, active] = [connect(), connect(), connect()]
    waiting.sends(requests('wait'))
    for (let second = 0; second < 12; second++) {
      await time.advance(1_000)
      active.sends(requests('a'))
    }
    assert.deepEqual([idle.isClosed, waiting.isClosed, active.isClosed], [true, false, false])
    assert.deepEqual(lines, [])
    assert.equal(connections.statistics.expired, 1)
    broker.answer('wait')
    await time.advance(9_000)
    assert(!waiting.isClosed)
    await time.advance(3_000)
    assert(waiting.isClosed)
  })

  test('a request that drips in is closed after request.receive.timeout.ms, a large one that flows is not', async () => {
    const { time, connect, lines } = house({ maxRequestBytes: 100_000_000 })
    const [slow, large] = [connect(), connect()]
    const body = framed(Buffer.alloc(40_000_000))
    for (let second = 0; second < 35; second++) {
      slow.sends(framed('x'.repeat(100)).subarray(second, second + 1))
      large.sends(body.subarray(second * 1_100_000, (second + 1) * 1_100_000))
      await time.advance(1_000)
    }
    assert(slow.isClosed)
    assert(!large.isClosed)
    assert.match(String(lines[0]?.reason), /request\.receive\.timeout\.ms/)
  })

  test('a client that does not read an answer is closed after response.send.timeout.ms, and its buffers are given back', async () => {
    const { time, broker, connect, connections, lines } = house()
    const client = connect()
    client.window = 10
    client.sends(requests('big', 'a'))
    await time.advance(59_000)
    assert(!client.isClosed)
    assert.equal(broker.sent, 0)
    await time.advance(3_000)
    assert(client.isClosed)
    assert.equal(broker.sent, 1)
    assert.equal(connections.pressure.responseBytes, 0)
    assert.match(String(lines[0]?.reason), /response\.send\.timeout\.ms/)
  })

  test('a muted client is answered at once and waits afterwards', async () => {
    const { time, connect } = house()
    const client = connect()
    client.sends(requests('mute', 'a'))
    await time.advance(990)
    assert.deepEqual(client.answers, ['re:mute'])
    await time.advance(20)
    assert.deepEqual(client.answers, ['re:mute', 're:a'])
  })

  test('no timer is left behind when the last connection has gone', async () => {
    const { time, connect, connections } = house()
    connect().ends()
    await time.runTurn()
    assert.equal(connections.size, 0)
    assert.equal(time.pendingTimers, 0)
    await connections.empty()
  })
})

describe('the end', () => {
  test('what was asked before a client says that it sends no more is still answered', async () => {
    const { time, broker, connect } = house()
    const client = connect()
    client.sends(requests('produce 1', 'produce 2', 'a'))
    client.ends()
    await time.runTurn()
    assert(!client.isClosed)
    broker.answer('produce 1')
    broker.answer('produce 2')
    await time.runTurn()
    assert.deepEqual(client.answers, ['re:produce 1', 're:produce 2', 're:a'])
    assert(client.isClosed)
  })

  test('a client that leaves amid a long poll is gone at once, and whoever waits for it learns it', async () => {
    const { time, broker, connect, connections } = house()
    const client = connect()
    const signal = client.connection?.signal
    client.sends(requests('wait'))
    await time.runTurn()
    client.ends()
    await time.runTurn()
    assert(client.isClosed)
    assert.equal(signal?.aborted, true)
    assert.deepEqual(broker.closedIds, [1])
    broker.answer('wait')
    await time.runTurn()
    assert.equal(broker.sent, 1, 'the late answer is released all the same')
    assert.equal(connections.pressure.requestBytes, 0)
  })

  test('each answer is released exactly once, whenever the connection breaks', async () => {
    const { time, broker, connect, connections } = house()
    const client = connect()
    client.window = 10
    client.sends(requests('big', 'a'))
    await time.runTurn()
    const second = connect()
    second.sends(requests('produce 1', 'produce 2'))
    await time.runTurn()
    broker.answer('produce 2')
    await time.runTurn()
    assert.equal(broker.sent, 0)
    connections.closeAll('the broker stops')
    await time.runTurn()
    assert.equal(broker.sent, 2)
    broker.answer('produce 1')
    await time.runTurn()
    assert.equal(broker.sent, 3)
    assert.equal(connections.size, 0)
    assert.deepEqual([connections.pressure.requestBytes, connections.pressure.responseBytes], [0, 0])
  })

  test('a request cut off by the end of the connection gets a line in the log', async () => {
    const { time, connect, lines } = house()
    const client = connect()
    client.sends(framed('x'.repeat(50)).subarray(0, 20))
    client.ends()
    await time.runTurn()
    assert(client.isClosed)
    assert.deepEqual(lines, [
      { level: 'warn', message: 'Closed a connection', reason: 'it ended amid a request, of which 20 bytes had come' },
    ])
  })

  test('a bad request ends the connection behind the answers to those before it', async () => {
    const { time, broker, connect, connections } = house()
    const client = connect()
    client.sends(requests('a', 'produce 1', 'produce 2'), Buffer.from('ffffffff', 'hex'), requests('never'))
    await time.runTurn()
    assert(!client.isClosed)
    assert(client.isPaused)
    broker.answer('produce 2')
    broker.answer('produce 1')
    await time.runTurn()
    assert(client.isClosed)
    assert.deepEqual(client.answers, ['re:a', 're:produce 1', 're:produce 2'])
    const polling = connect()
    polling.sends(requests('wait'), Buffer.from('ffffffff', 'hex'))
    await time.runTurn()
    assert(polling.isClosed, 'for the end of a long poll nobody waits')
    assert.equal(connections.pressure.requestBytes, 0)
  })

  test('a handler may close the connection, with a reason for the log, or by a bug that is logged as one', async () => {
    const { time, broker, connect, connections, lines } = house()
    for (const text of ['bad', 'bug', 'leave']) {
      const client = connect()
      client.sends(requests('a', text, 'never'))
      await time.runTurn()
      assert(client.isClosed, text)
    }
    const later = connect()
    later.sends(requests('produce 1'))
    broker.waiting.get('produce 1')?.reject(new CloseConnection('acks=0 failed'))
    await time.runTurn()
    assert(later.isClosed)
    assert.deepEqual(
      lines.map(({ level, reason }) => [level, reason]),
      [
        ['warn', 'it asked for an API that this broker does not have (key 99)'],
        ['error', undefined],
        ['warn', 'the handler wants it'],
        ['warn', 'acks=0 failed'],
      ],
    )
    assert(!broker.started.includes('never'))
    assert.equal(connections.pressure.requestBytes, 0)
  })

  test('HTTP on the Kafka port gets an HTTP answer that says what the port is, TLS a line in the log', async () => {
    const { time, connect, lines } = house()
    const [http, tls] = [connect(), connect()]
    http.sends(Buffer.from('GET / HTTP/1.1\r\n\r\n'))
    tls.sends(Buffer.from('16030100f5010000f1', 'hex'))
    await time.runTurn()
    assert.match(http.lastWords, /^HTTP\/1\.1 400 .*Kafka protocol, not HTTP/s)
    assert(http.isClosed && tls.isClosed)
    assert.match(lines[1]?.message ?? '', /security\.protocol=PLAINTEXT/)
    assert.equal(lines.length, 2)
  })

  test('a broker that finishes answers what is in process and starts nothing more', async () => {
    const { time, broker, connect, connections } = house()
    const [busy, idle] = [connect(), connect()]
    busy.sends(requests('produce 1', 'wait'))
    await time.runTurn()
    connections.finish()
    await time.runTurn()
    assert(idle.isClosed)
    assert(!busy.isClosed)
    broker.answer('produce 1')
    await time.runTurn()
    assert.deepEqual(busy.answers, ['re:produce 1'])
    assert.deepEqual(broker.started, ['produce 1'])
    await connections.empty()
  })
})
