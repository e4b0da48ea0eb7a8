import type { AllocatedDevice, DefaultRoute, Knowledge, NetworkStatus, Pod, RouteChange } from '../attach/index.ts'
import type { ChainEvent, CniError, ConfigFiles, Exec, JsonObject } from '../cni/index.ts'
import type { MultusFiles } from './multus-files.ts'

/** Which pod a call is for, as the runtime says it in `CNI_ARGS`. */
export type PodRef = {
  readonly namespace: string
  readonly name: string
  /** As the runtime says it. Events carry it: those of a static pod are looked for under the kubelet's UID. */
  readonly uid?: string | undefined
  /** The UID of a static pod's mirror, which is what the API server knows of it. */
  readonly mirrorUid?: string | undefined
}

/** Who a pod is, and what the definitions it names say. */
export interface Source {
  /**
   * What is known of a pod and its networks; without a pod, of the networks alone.
   * @throws CniError 11 where the pod is gone or nobody can be asked; the runtime tries again.
   */
  knowledgeOf(pod: PodRef | undefined): Promise<Knowledge>
}

/** The verbs that run a container's delegates. */
export type RunVerb = 'ADD' | 'DEL' | 'CHECK'

/** Whose turn it is among all calls of the node, so that never too many run delegates at once. */
export interface Turns {
  /**
   * Waits for the call's turn, which lasts until its process ends. A DEL or CHECK goes on after a while without.
   * @throws CniError 11 where an ADD has waited too long; the runtime tries again.
   */
  take(call: { readonly verb: RunVerb; readonly containerId: string; readonly pod?: PodRef | undefined }): Promise<void>
}

/** Something a pod's owner should know, as an Event of Kubernetes. */
export type PodEvent = {
  readonly type: 'Normal' | 'Warning'
  readonly reason: 'AddedInterface' | 'NoNetworkFound' | 'FailedAttachment'
  readonly message: string
}

/** What became of a pod's call: its network status where it was attached, and events. */
export type PodReport = {
  readonly pod: PodRef
  readonly containerId: string
  readonly status?: readonly NetworkStatus[] | undefined
  readonly events: readonly PodEvent[]
}

/** Where it is said what became of a pod's call. */
export interface Reporter {
  /** Says it, or hands it to who will. Never throws: no pod fails because nobody could be told. */
  report(report: PodReport): Promise<void>
}

/** Which devices the kubelet gave a pod. */
export interface Devices {
  /**
   * The ids of a pod's devices by resource name, sorted.
   * @throws CniError 11 where the kubelet cannot be asked.
   */
  idsOf(pod: Pod, resources: readonly string[]): Promise<Readonly<Record<string, readonly string[]>>>
}

/** The DeviceInfo files that device plugins write, and network plugins and statuses read. */
export interface DeviceInfos {
  /** Where the plugins of an attachment look for what is known of its device. */
  pathOf(attachment: DeviceAttachment): string
  /**
   * Copies there what a device plugin wrote of a device, if it did.
   * @throws CniError 5 or 6
   */
  publish(path: string, device: AllocatedDevice): void
  /**
   * What a file of an attachment says, which its plugins may have written; undefined where there is none.
   * @throws CniError 5 or 6
   */
  read(path: string): JsonObject | undefined
  remove(path: string): void
}

/** An attachment that takes a device. */
export type DeviceAttachment = {
  /** The network as its user knows it, as in Multus' file names. */
  readonly network: string
  readonly containerId: string
  readonly ifName: string
}

/** Where the journal is kept: one text a container. */
export interface JournalStore {
  /**
   * A container's text; undefined where there is none.
   * @throws CniError 5 where there is one that cannot be read.
   */
  read(containerId: string): string | undefined
  /**
   * Replaces a container's text in one step; a reader sees the old one or the new one. Only who holds the container's
   * lock, or the node's, may.
   */
  write(containerId: string, text: string): void
  /** Waits until what was written last of a container survives a power loss. */
  flush(containerId: string): Promise<void>
  /** Removes a container's text, and what a writer that was killed left of another. */
  remove(containerId: string): void
  /** Puts a container's text out of the way, for a person to look at, and says where it is. */
  setAside(containerId: string): string
  /** The containers that have a text. */
  list(): readonly string[]
  /** Where the texts are that were set aside, the oldest first. */
  listAside(): readonly string[]
  /** Removes what writers that were killed left. Only who holds the node's lock may. */
  sweep(): void
}

/** The default routes of a network namespace. */
export interface Routes {
  /** The default routes of the main table, both families. */
  read(netns: string): Promise<readonly DefaultRoute[]>
  /**
   * Removes and adds default routes in one step a family, and reads them back.
   * @throws CniError 116 when the kernel refuses; what was there before is there again.
   */
  apply(netns: string, change: RouteChange): Promise<void>
}

/** Exclusion among all the Plexus processes of a node (CNI SPEC 1.1.0, section 3 "Lifecycle & Ordering"). */
export interface Locks {
  /**
   * Runs `work` while no other call for the container, and no GC, runs. Where no lock can be made because nothing can
   * be written any more, `unlocked` is told, if it is given, and `work` runs once those that hold one have ended.
   */
  container<T>(containerId: string, work: () => Promise<T>, unlocked?: (fault: CniError) => void): Promise<T>
  /** Runs `work` while no call for any container runs. */
  node<T>(work: () => Promise<T>): Promise<T>
}

/** What else the engine has to know of the machine. */
export interface Machine {
  /** The kernel's boot id: another one means that every sandbox of before is gone. */
  bootId(): string
  now(): Date
  exists(path: string): boolean
  /** Whether a file is the executable that is running. */
  isSelf(path: string): boolean
  delay(ms: number): Promise<void>
  /** Waits for what is still running of a container's interrupted ADD, and ends it when it takes too long. */
  endOrphans(containerId: string): Promise<void>
}

/** Where what happens is written down. */
export interface Log {
  debug(msg: string, fields?: Readonly<Record<string, unknown>>): void
  verbose(msg: string, fields?: Readonly<Record<string, unknown>>): void
  warning(msg: string, fields?: Readonly<Record<string, unknown>>): void
  error(msg: string, fields?: Readonly<Record<string, unknown>>): void
}

/** Every port the engine carries a plan out through. */
export type Ports = {
  readonly exec: Exec
  readonly files: ConfigFiles
  /** None where no pod can be looked up: then the node's own networks are all there is. */
  readonly source: Source | undefined
  /** None where nobody could be told. */
  readonly reporter: Reporter | undefined
  /** None where every call runs at once. */
  readonly turns: Turns | undefined
  readonly devices: Devices
  readonly deviceInfos: DeviceInfos
  readonly journal: JournalStore
  readonly multus: MultusFiles
  readonly routes: Routes
  readonly locks: Locks
  readonly machine: Machine
  readonly log: Log
  /** The environment that delegates inherit. */
  readonly env: Readonly<Record<string, string>>
  /** Told of every plugin run, for those who want to watch; must not throw. */
  readonly observe?: ((event: ChainEvent) => void) | undefined
}
