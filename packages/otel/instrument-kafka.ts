import { channel, tracingChannel } from 'node:diagnostics_channel'
import type { Channel } from 'node:diagnostics_channel'
import type { CommitContext, ProcessContext, ReceiveContext, RecordMessage, RequestContext, SendContext } from '@odradek/client'
import { context, propagation, ROOT_CONTEXT, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api'
import type { Attributes, Context, Span, Tracer, TracerProvider } from '@opentelemetry/api'
import { begun } from './active-span.ts'
import { contextOf, headerSetter } from './propagation.ts'

export interface InstrumentationOptions {
  /** By default the global one. */
  readonly tracerProvider?: TracerProvider | undefined
  /** Whether each record that is sent gets a span of its own (`create`). By default true; without it records carry the context of their sender. */
  readonly createSpans?: boolean | undefined
  /** How the span of a handler belongs to the record that it handles: its child, so that both are one trace (default), or with a link. */
  readonly processSpans?: 'child' | 'link' | undefined
  /** Whether each request to a broker gets a span. By default false: there are many. */
  readonly requestSpans?: boolean | undefined
}

/** Ends with `disable()`, or with the block of a `using`. */
export interface Instrumentation extends Disposable {
  disable(): void
}

/**
 * From now on all clients of this process make spans, by OpenTelemetry's conventions for messaging, and records carry the trace context (`traceparent`
 * and so on, by the global propagator) in their headers:
 *
 * - `create orders`, a record given to a producer; `send orders`, a batch on its way to its acknowledgement
 * - `receive orders`, a batch handed out; `process orders`, a record in the hands of a handler of `run`; `commit`
 */
export function instrumentKafka(options: InstrumentationOptions = {}): Instrumentation {
  const subscriptions = subscriptionsOf((options.tracerProvider ?? trace).getTracer('@odradek/otel'), options)
  for (const { to, hear } of subscriptions) to.subscribe(hear)
  const disable = (): void => {
    for (const { to, hear } of subscriptions) to.unsubscribe(hear)
  }
  return { disable, [Symbol.dispose]: disable }
}

interface Subscription {
  readonly to: Channel
  readonly hear: (message: unknown) => void
}

function subscriptionsOf(
  tracer: Tracer,
  { createSpans = true, processSpans = 'child', requestSpans = false }: InstrumentationOptions,
): readonly Subscription[] {
  const list: Subscription[] = []
  const hear = <Message>(to: Channel, listener: (message: Message) => void, is: (message: unknown) => message is Message): void => {
    list.push({ to, hear: (message) => void (is(message) && listener(message)) })
  }
  /** Work from its begin to its end. */
  const work = <Message extends { error?: unknown }>(
    name: string,
    begin: (message: Message) => Span,
    end: (message: Message) => Attributes = () => ({}),
  ): void => {
    const spans = new WeakMap<object, Span>()
    const { start, asyncEnd } = tracingChannel(`odradek:${name}`)
    hear<Message & object>(start, (message) => void spans.set(message, begin(message)), isOf)
    hear<Message & object>(asyncEnd, (message) => finish(spans.get(message), message.error, end(message)), isOf)
  }

  hear<RecordMessage>(channel('odradek:producer.record'), (record) => announce(tracer, record, createSpans), isOf)
  work<SendContext>(
    'producer.send',
    (batch) => tracer.startSpan(`send ${batch.topic}`, { kind: SpanKind.CLIENT, attributes: ofBatch('send', batch) }, ROOT_CONTEXT),
    ({ offset }) => (offset === undefined || offset < 0 ? {} : { 'messaging.kafka.offset': offset }),
  )
  hear<ReceiveContext>(
    tracingChannel('odradek:consumer.receive').start,
    (batch) =>
      tracer
        .startSpan(
          `receive ${batch.topic}`,
          {
            kind: SpanKind.CLIENT,
            attributes: { ...ofBatch('receive', batch), ...ofGroup(batch.groupId), 'messaging.kafka.offset': batch.firstOffset },
          },
          ROOT_CONTEXT,
        )
        .end(),
    isOf,
  )
  work<ProcessContext>('consumer.process', (record) => {
    const span = process(tracer, record, processSpans)
    begun(record, span)
    return span
  })
  work<CommitContext>('consumer.commit', ({ clientId, groupId }) =>
    tracer.startSpan(
      'commit',
      { kind: SpanKind.CLIENT, attributes: { ...ofOperation('commit', 'settle', clientId), ...ofGroup(groupId) } },
      ROOT_CONTEXT,
    ),
  )
  if (requestSpans) {
    work<RequestContext>(
      'connection.request',
      ({ api, version, broker, requestBytes, clientId }) =>
        tracer.startSpan(`kafka ${api}`, {
          kind: SpanKind.CLIENT,
          attributes: {
            'messaging.system': 'kafka',
            'messaging.client.id': clientId,
            'kafka.api.name': api,
            'kafka.api.version': version,
            'kafka.broker.id': broker,
            'kafka.request.size': requestBytes,
          },
        }),
      ({ responseBytes }) => (responseBytes === undefined ? {} : { 'kafka.response.size': responseBytes }),
    )
  }
  return list
}

/** A record is being given to a producer: its trace context goes into its headers. */
function announce(tracer: Tracer, { clientId, topic, partition, headers }: RecordMessage, createSpans: boolean): void {
  if (!createSpans) return propagation.inject(context.active(), headers, headerSetter)
  const span = tracer.startSpan(`create ${topic}`, {
    kind: SpanKind.PRODUCER,
    attributes: { ...ofOperation('create', 'create', clientId), ...ofPlace(topic, partition) },
  })
  propagation.inject(trace.setSpan(context.active(), span), headers, headerSetter)
  span.end()
}

function process(tracer: Tracer, record: ProcessContext, how: 'child' | 'link'): Span {
  const { clientId, groupId, topic, partition, offset } = record
  const came = contextOf(record.headers, ROOT_CONTEXT)
  const creation = trace.getSpanContext(came)
  const parent: Context = how === 'child' ? came : ROOT_CONTEXT
  return tracer.startSpan(
    `process ${topic}`,
    {
      kind: SpanKind.CONSUMER,
      attributes: {
        ...ofOperation('process', 'process', clientId),
        ...ofPlace(topic, partition),
        ...ofGroup(groupId),
        'messaging.kafka.offset': offset,
      },
      ...(how === 'link' && creation !== undefined ? { links: [{ context: creation }] } : {}),
    },
    parent,
  )
}

function finish(span: Span | undefined, error: unknown, attributes: Attributes): void {
  if (span === undefined) return
  span.setAttributes(attributes)
  if (error !== undefined) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : error instanceof Error ? error.name : '_OTHER'
    span.setAttribute('error.type', code)
    span.setStatus({ code: SpanStatusCode.ERROR, message: error instanceof Error ? error.message : code })
    if (error instanceof Error) span.recordException(error)
  }
  span.end()
}

function ofOperation(name: string, type: string, clientId: string): Attributes {
  return {
    'messaging.system': 'kafka',
    'messaging.operation.name': name,
    'messaging.operation.type': type,
    'messaging.client.id': clientId,
  }
}

function ofPlace(topic: string, partition: number | undefined): Attributes {
  return {
    'messaging.destination.name': topic,
    ...(partition === undefined ? {} : { 'messaging.destination.partition.id': String(partition) }),
  }
}

function ofBatch(
  name: 'send' | 'receive',
  batch: { readonly clientId: string; readonly topic: string; readonly partition: number; readonly records: number },
): Attributes {
  return {
    ...ofOperation(name, name, batch.clientId),
    ...ofPlace(batch.topic, batch.partition),
    'messaging.batch.message_count': batch.records,
  }
}

function ofGroup(groupId: string | undefined): Attributes {
  return groupId === undefined ? {} : { 'messaging.consumer.group.name': groupId }
}

/** Our own channels carry what their declarations say; anybody could publish on them, so at least an object it must be. */
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- whoever subscribes knows what the channel carries
function isOf<Message extends object>(message: unknown): message is Message {
  return typeof message === 'object' && message !== null
}
