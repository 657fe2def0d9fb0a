import { readdirSync } from 'node:fs'
import { performance } from 'node:perf_hooks'
import { declareCounter, declareGauge } from '@odradek/common/metrics'
import type { MetricsRegistry } from '@odradek/common/metrics'
import type { Clock } from '@odradek/common/time'

const cpu = declareCounter({ name: 'process_cpu_seconds_total', help: 'Processor time of the process, user and system, in seconds.' })
const resident = declareGauge({ name: 'process_resident_memory_bytes', help: 'Memory of the process that is in RAM.' })
const heapUsed = declareGauge({ name: 'nodejs_heap_size_used_bytes', help: 'Memory that objects of JavaScript take.' })
const heapTotal = declareGauge({
  name: 'nodejs_heap_size_total_bytes',
  help: 'Memory that the heap of JavaScript has taken from the system.',
})
const external = declareGauge({ name: 'nodejs_external_memory_bytes', help: 'Memory of buffers and other things outside of the heap.' })
const openFiles = declareGauge({ name: 'process_open_fds', help: 'File descriptors that are open.' })
const started = declareGauge({ name: 'process_start_time_seconds', help: 'When the process was started, in seconds since 1970.' })
const networkIdle = declareGauge({
  name: 'kafka_network_socketserver_networkprocessoravgidle_percent',
  jmx: 'kafka.network:type=SocketServer,name=NetworkProcessorAvgIdlePercent',
  help: 'The part of the time in which the event loop had nothing to do, 0 to 1, since it was asked for last, a second at least.',
})
const handlerIdle = declareGauge({
  name: 'kafka_server_kafkarequesthandlerpool_requesthandleravgidle_percent',
  jmx: 'kafka.server:type=KafkaRequestHandlerPool,name=RequestHandlerAvgIdlePercent',
  help: 'The same number: one event loop does the work of Kafka’s network and request handler threads.',
})

/** All metrics that this file declares. */
export const processMetrics = [cpu, resident, heapUsed, heapTotal, external, openFiles, started, networkIdle, handlerIdle]

/** Registers what there is to see of the process. It is looked at only when somebody asks. */
export function observeProcess(registry: MetricsRegistry, clock: Clock): void {
  const idle = new IdleTime(clock)
  const startedAt = clock.now() / 1000 - process.uptime()
  registry.observe(cpu, (report) => {
    const { user, system } = process.cpuUsage()
    report((user + system) / 1e6)
  })
  registry.observe(resident, (report) => report(process.memoryUsage.rss()))
  registry.observe(heapUsed, (report) => report(process.memoryUsage().heapUsed))
  registry.observe(heapTotal, (report) => report(process.memoryUsage().heapTotal))
  registry.observe(external, (report) => report(process.memoryUsage().external))
  registry.observe(openFiles, (report) => {
    const count = countOpenFiles()
    if (count !== undefined) report(count)
  })
  registry.observe(started, (report) => report(Math.round(startedAt)))
  registry.observe(networkIdle, (report) => report(idle.look()))
  registry.observe(handlerIdle, (report) => report(idle.look()))
}

/** How idle the event loop was since the last look that lies a second back. */
class IdleTime {
  readonly #clock: Clock
  #since = performance.eventLoopUtilization()
  #lookedAtMs: number
  #idle = 1

  constructor(clock: Clock) {
    this.#clock = clock
    this.#lookedAtMs = clock.monotonic()
  }

  look(): number {
    const nowMs = this.#clock.monotonic()
    if (nowMs - this.#lookedAtMs < 1_000) return this.#idle
    const now = performance.eventLoopUtilization()
    this.#idle = 1 - performance.eventLoopUtilization(now, this.#since).utilization
    this.#since = now
    this.#lookedAtMs = nowMs
    return this.#idle
  }
}

/** Linux alone tells at no cost. */
function countOpenFiles(): number | undefined {
  try {
    return readdirSync('/proc/self/fd').length - 1
  } catch {
    return undefined
  }
}
