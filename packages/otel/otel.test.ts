import assert from 'node:assert/strict'
import { AsyncLocalStorage } from 'node:async_hooks'
import { Buffer } from 'node:buffer'
import { channel, tracingChannel } from 'node:diagnostics_channel'
import { after, beforeEach, test } from 'node:test'
import type { RecordMessage } from '@odradek/client'
import { context, propagation, ROOT_CONTEXT, SpanStatusCode, trace } from '@opentelemetry/api'
import type { Attributes, Context, Link, Span, SpanContext, SpanOptions, SpanStatus, TracerProvider } from '@opentelemetry/api'
import { contextOf, instrumentKafka, withActiveSpan } from './index.ts'

interface Told {
  readonly name: string
  readonly attributes: Attributes
  readonly parent: string | undefined
  readonly links: readonly Link[]
  readonly spanId: string
  status?: SpanStatus
  ended: boolean
}

const spans: Told[] = []

/** As much of a tracer as is needed to see what is told to it. */
const tracerProvider: TracerProvider = {
  getTracer: () => ({
    startSpan(name: string, options: SpanOptions = {}, parent: Context = context.active()): Span {
      const from = trace.getSpanContext(parent)
      const spanId = String(spans.length + 1).padStart(16, '0')
      const told: Told = {
        name,
        attributes: { ...options.attributes },
        parent: from?.spanId,
        links: options.links ?? [],
        spanId,
        ended: false,
      }
      spans.push(told)
      const spanContext: SpanContext = { traceId: from?.traceId ?? 'a'.repeat(32), spanId, traceFlags: 1 }
      const span: Span = {
        spanContext: () => spanContext,
        setAttribute: (key, value) => (Object.assign(told.attributes, { [key]: value }), span),
        setAttributes: (attributes) => (Object.assign(told.attributes, attributes), span),
        addEvent: () => span,
        addLink: () => span,
        addLinks: () => span,
        setStatus: (status) => ((told.status = status), span),
        updateName: () => span,
        end: () => void (told.ended = true),
        isRecording: () => true,
        recordException: () => undefined,
      }
      return span
    },
    startActiveSpan: () => assert.fail('not used'),
  }),
}

const active = new AsyncLocalStorage<Context>()
context.setGlobalContextManager({
  active: () => active.getStore() ?? ROOT_CONTEXT,
  with: (of, run, self, ...args) => active.run(of, () => run.call(self, ...args)),
  bind: (_of, target) => target,
  enable: () => assert.fail('not used'),
  disable: () => assert.fail('not used'),
})
propagation.setGlobalPropagator({
  fields: () => ['traceparent'],
  inject(of, carrier, setter) {
    const span = trace.getSpanContext(of)
    if (span !== undefined) setter.set(carrier, 'traceparent', `00-${span.traceId}-${span.spanId}-01`)
  },
  extract(of, carrier, getter) {
    const text = getter.get(carrier, 'traceparent')
    const [, traceId = '', spanId = ''] = String(text).split('-')
    return text === undefined ? of : trace.setSpanContext(of, { traceId, spanId, traceFlags: 1, isRemote: true })
  },
})
after(() => propagation.disable())
beforeEach(() => void (spans.length = 0))

const record = (): RecordMessage => ({ clientId: 'c', topic: 'orders', partition: undefined, headers: [['a', 'b']] })
const processing = (headers: Iterable<readonly [string, Uint8Array | null]>, offset = 7) => ({
  clientId: 'c',
  groupId: 'g',
  topic: 'orders',
  partition: 3,
  offset,
  headers,
})
const traceparent = `00-${'a'.repeat(32)}-00000000000000b1-01`

test('a record carries the context of its own span, in the place of an older one', () => {
  using _on = instrumentKafka({ tracerProvider })
  const sent = record()
  sent.headers.push(['traceparent', 'old'])
  channel('odradek:producer.record').publish(sent)
  assert.deepEqual(sent.headers, [
    ['a', 'b'],
    ['traceparent', `00-${'a'.repeat(32)}-0000000000000001-01`],
  ])
  assert.deepEqual([spans[0]?.name, spans[0]?.attributes['messaging.destination.name'], spans[0]?.ended], ['create orders', 'orders', true])
})

test('without spans of their own records carry the context of whoever sends them', () => {
  using _on = instrumentKafka({ tracerProvider, createSpans: false })
  const sent = record()
  context.with(contextOf([['traceparent', Buffer.from(traceparent)]]), () => channel('odradek:producer.record').publish(sent))
  assert.deepEqual([sent.headers.at(-1), spans.length], [['traceparent', traceparent], 0])
})

test('a batch is a span from its sending to its acknowledgement, and a failed one says why', () => {
  using _on = instrumentKafka({ tracerProvider })
  const { start, asyncEnd } = tracingChannel('odradek:producer.send')
  const batch = { clientId: 'c', topic: 'orders', partition: 3, records: 5, bytes: 100 }
  start.publish(batch)
  assert.equal(spans[0]?.ended, false)
  asyncEnd.publish(Object.assign(batch, { offset: 40 }))
  const failed = { ...batch, error: Object.assign(new Error('gone'), { code: 'NETWORK_EXCEPTION' }) }
  start.publish(failed)
  asyncEnd.publish(failed)
  assert.deepEqual(
    spans.map(({ name, ended, attributes, status }) => [
      name,
      ended,
      attributes['messaging.batch.message_count'],
      attributes['messaging.kafka.offset'],
      attributes['error.type'],
      status?.code,
    ]),
    [
      ['send orders', true, 5, 40, undefined, undefined],
      ['send orders', true, 5, 40, 'NETWORK_EXCEPTION', SpanStatusCode.ERROR],
    ],
  )
})

test('a handled record goes on with the trace that it came with, and its handler with that', async () => {
  using _on = instrumentKafka({ tracerProvider })
  const { start, asyncEnd } = tracingChannel('odradek:consumer.process')
  const message = processing([['traceparent', Buffer.from(traceparent)]])
  let inside: string | undefined
  const handler = withActiveSpan(async (of: { topic: string; partition: number; offset: number }) => {
    await Promise.resolve()
    inside = trace.getSpanContext(context.active())?.spanId
    return of.offset
  })
  start.publish(message)
  assert.equal(await handler(message, new AbortController().signal), 7)
  asyncEnd.publish(message)
  assert.deepEqual(
    [spans[0]?.name, spans[0]?.parent, spans[0]?.ended, inside],
    ['process orders', '00000000000000b1', true, spans[0]?.spanId],
  )
})

test('a handled record may be linked instead, in a trace of its own', () => {
  using _on = instrumentKafka({ tracerProvider, processSpans: 'link' })
  tracingChannel('odradek:consumer.process').start.publish(processing([['traceparent', Buffer.from(traceparent)]]))
  assert.deepEqual([spans[0]?.parent, spans[0]?.links[0]?.context.spanId], [undefined, '00000000000000b1'])
})

test('a handler is as it was where nothing is traced', () => {
  const handler = withActiveSpan((of: { topic: string; partition: number; offset: number }) => of.offset)
  assert.equal(handler(processing([], 9), new AbortController().signal), 9)
})

test('received batches, commits, and requests where they are wanted', () => {
  using _on = instrumentKafka({ tracerProvider, requestSpans: true })
  tracingChannel('odradek:consumer.receive').start.publish({
    clientId: 'c',
    groupId: 'g',
    topic: 'orders',
    partition: 0,
    firstOffset: 0,
    records: 2,
  })
  for (const [name, message] of [
    ['consumer.commit', { clientId: 'c', groupId: 'g', offsets: [] }],
    ['connection.request', { clientId: 'c', api: 'Fetch', version: 12, broker: 1, correlationId: 3, requestBytes: 10, responseBytes: 20 }],
  ] as const) {
    const { start, asyncEnd } = tracingChannel(`odradek:${name}`)
    start.publish(message)
    asyncEnd.publish(message)
  }
  assert.deepEqual(
    spans.map(({ name, ended }) => [name, ended]),
    [
      ['receive orders', true],
      ['commit', true],
      ['kafka Fetch', true],
    ],
  )
})

test('nobody listens any more once it is disabled', () => {
  instrumentKafka({ tracerProvider }).disable()
  assert.equal(channel('odradek:producer.record').hasSubscribers, false)
  assert.equal(tracingChannel('odradek:producer.send').start.hasSubscribers, false)
})
