import type { Disk } from '@odradek/common/disk'
import { BatchOpener, LogDirectory } from '@odradek/log'
import type { FoundPartition, Log, LogDirectoryOptions, LogSettings } from '@odradek/log'
import type { Partition } from './replication/partition.ts'
import type { Logs, Replicas } from './replication/replicas.ts'
import type { LogDirDescription, ReplicaDescription } from './services.ts'

export interface LogDirectoriesOptions extends Omit<LogDirectoryOptions, 'path' | 'onOffline' | 'batchOpener'> {
  readonly onAllOffline?: (error: Error) => void
}

/** All of `log.dirs`. A partition lies in the directory where it was found, a new one goes to the one with the fewest. */
export class LogDirectories implements Logs, AsyncDisposable {
  readonly #disk: Disk
  readonly #directories: readonly OpenDirectory[]

  private constructor(disk: Disk, directories: readonly OpenDirectory[]) {
    this.#disk = disk
    this.#directories = directories
  }

  /** Opens all or none. `onAllOffline` is told when the last one has failed. */
  static async open(paths: readonly string[], options: LogDirectoriesOptions): Promise<LogDirectories> {
    const opened: OpenDirectory[] = []
    const batchOpener = new BatchOpener(options.config)
    const onOffline = (error: Error): void => {
      if (opened.every(({ directory }) => directory.isOffline)) options.onAllOffline?.(error)
    }
    try {
      for (const path of paths) {
        opened.push({ path, directory: await LogDirectory.open({ ...options, batchOpener, path, onOffline }), partitions: 0 })
      }
    } catch (error) {
      await Promise.all(opened.map(({ directory }) => directory.close()))
      throw error
    }
    return new LogDirectories(options.disk, opened)
  }

  /** Ids of the directories. */
  get ids(): readonly string[] {
    return this.#directories.map(({ directory }) => directory.id)
  }

  /** Whether the last process closed all of them properly. */
  get wasClean(): boolean {
    return this.#directories.every(({ directory }) => directory.wasClean)
  }

  /** Paths of those that can't be written to, with the reason. */
  get troubled(): readonly { readonly path: string; readonly condition: 'full' | 'offline' }[] {
    return this.#directories.flatMap(({ path, directory: { condition } }) => (condition === 'online' ? [] : [{ path, condition }]))
  }

  logFor(topicId: string, topic: string, partition: number, settings: () => LogSettings, options: { readonly create: boolean }): Log {
    const place = this.#holderOf(topic, partition) ?? this.#emptiest()
    if (!place.directory.has(topic, partition)) place.partitions++
    return place.directory.logFor(topicId, topic, partition, settings, options)
  }

  remove(topic: string, partition: number): void {
    const holder = this.#holderOf(topic, partition)
    // One that was used but never written to is known to its directory alone.
    for (const { directory } of holder === undefined ? this.#directories : [holder]) directory.remove(topic, partition)
  }

  /** Partitions that the cluster does not know; nothing is changed. */
  unknownTo(isKnown: (topic: string, partition: number) => boolean): readonly FoundPartition[] {
    return this.#directories.flatMap(({ directory }) => directory.unknownTo(isKnown))
  }

  /** Takes back what was put aside and the cluster knows again, unless the partition lies in another directory by now. */
  takeBackStrays(topicIdOf: (topic: string, partition: number) => string | undefined): void {
    for (const { directory } of this.#directories)
      directory.takeBackStrays((topic, partition) => {
        const holder = this.#holderOf(topic, partition)
        return holder === undefined || holder.directory === directory ? topicIdOf(topic, partition) : undefined
      })
  }

  setStraysAside(isKnown: (topic: string, partition: number) => boolean): void {
    for (const { directory } of this.#directories) directory.setStraysAside(isKnown)
  }

  async close(): Promise<void> {
    await Promise.all(this.#directories.map(({ directory }) => directory.close()))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  /** Ends as a killed process would. */
  abandon(): void {
    for (const { directory } of this.#directories) directory.abandon()
  }

  /** What lies where. A log that nobody has used yet is measured by its files, and stays unused. */
  describe(replicas: Replicas): readonly LogDirDescription[] {
    const places = this.#directories.map(({ path, directory }) => {
      const { freeBytes, totalBytes } = directory.isOffline ? { freeBytes: -1, totalBytes: -1 } : directory.space()
      return { path, offline: directory.isOffline, totalBytes, usableBytes: freeBytes, directory, replicas: replicasHere() }
    })
    for (const partition of replicas.partitions()) {
      const place = places.find(({ directory }) => directory.has(partition.topic, partition.partition)) ?? places[0]
      place?.replicas.push({
        topic: partition.topic,
        partition: partition.partition,
        sizeInBytes: this.#sizeOf(partition, place.path),
        offsetLag: 0,
      })
    }
    return places.map(({ path, offline, totalBytes, usableBytes, replicas: held }) => ({
      path,
      offline,
      totalBytes,
      usableBytes,
      replicas: held,
    }))
  }

  #sizeOf(partition: Partition, path: string): number {
    if (partition.isOpen) return partition.log.sizeInBytes()
    const directory = `${path}/${partition.topic}-${partition.partition}`
    if (this.#disk.stat(directory) === undefined) return 0
    const segments = this.#disk.list(directory).filter(({ name }) => name.endsWith('.log'))
    return segments.reduce((sum, { name }) => sum + (this.#disk.stat(`${directory}/${name}`)?.size ?? 0), 0)
  }

  #holderOf(topic: string, partition: number): OpenDirectory | undefined {
    return this.#directories.find(({ directory }) => directory.has(topic, partition))
  }

  #emptiest(): OpenDirectory {
    const usable = this.#directories.filter(({ directory }) => !directory.isOffline)
    return (usable.length === 0 ? this.#directories : usable).reduce((least, next) => (next.partitions < least.partitions ? next : least))
  }
}

function replicasHere(): ReplicaDescription[] {
  return []
}

interface OpenDirectory {
  readonly path: string
  readonly directory: LogDirectory
  /** New ones since the start. */
  partitions: number
}
