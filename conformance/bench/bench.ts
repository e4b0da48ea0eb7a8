import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import type { CniVersion } from '../../src/cni/index.ts'
import type { Column } from '../column.ts'
import type { Subject } from '../subject.ts'
import type { Attachment, AttachmentOptions } from './attachment.ts'
import { chainAttachment } from './chain-attachment.ts'
import { directAttachment } from './direct-attachment.ts'
import { ip } from './machine.ts'
import { type PluginRequest, runPlugin } from './run-plugin.ts'
import type { RunRecord } from './run-record.ts'
import type { Sandbox } from './sandbox.ts'
import { filesSnapshot, namespaceSnapshot, type Snapshot } from './snapshot.ts'
import { linksIn } from './view.ts'

/** What a case works with: a machine of its own, and the plugin under test. */
export type Bench = {
  readonly subject: Subject
  readonly version: CniVersion
  readonly column: Column
  /** Every run of a plugin so far, in order. */
  readonly runs: readonly RunRecord[]
  /** Makes the network namespace of a container. */
  readonly sandbox: (name?: string) => Sandbox
  /** Ends a sandbox, and waits until what was paired with its interfaces is gone from the host; none where it has ended. */
  readonly endSandbox: (sandbox: Sandbox) => void
  /** The path of a plain file where a sandbox was before the machine was started anew. */
  readonly staleSandbox: () => string
  /** An attachment that is to be, of a container of its own unless the options say otherwise. */
  readonly attachment: (options?: AttachmentOptions) => Attachment
  /** Runs a plugin with exactly what it is given, and keeps a record. */
  readonly run: (request: PluginRequest) => Promise<RunRecord>
  /** Takes stock of the host, the files, and the sandboxes that are named. */
  readonly snapshot: (...sandboxes: readonly Sandbox[]) => Snapshot
  /**
   * Attaches and detaches a container once, so that what the plugin keeps for good is there: a bridge, a chain of
   * rules, a lock.
   * @throws NotRun where that fails.
   */
  readonly warmUp: () => Promise<void>
}

/** Where fixtures and stand-ins keep their files, inside. */
export const BENCH_FOLDER = '/run/conformance'

const PATIENCE_MS = 3_000

// The kernel takes a namespace apart after the command has returned.
function endSandbox({ name }: Sandbox): void {
  if (!existsSync(`/run/netns/${name}`)) return
  const others = linksIn({ sandbox: name }).flatMap(({ kind, linkIndex }) => (kind === 'veth' ? [linkIndex] : []))
  const paired = (): boolean => linksIn('host').some(({ kind, index }) => kind === 'veth' && others.includes(index))
  const wasPaired = paired()
  ip('host', 'netns', 'delete', name)
  for (const began = performance.now(); wasPaired && paired() && performance.now() - began < PATIENCE_MS; );
}

// The neighbour in front of the plugin in a chain is loopback, which takes its interface down at DEL.
const OF_LOOPBACK = / (link|address) lo /

/** Makes the bench of one case. The machine it is on is the case's own. */
export function makeBench(subject: Subject, column: Column): Bench {
  const runs: RunRecord[] = []
  let containers = 0
  const run = async (request: PluginRequest): Promise<RunRecord> => {
    const record = await runPlugin(request, subject.timeoutMs)
    runs.push(record)
    return record
  }
  const sandbox = (name = `sandbox${++containers}`): Sandbox => {
    ip('host', 'netns', 'add', name)
    if (subject.ifName !== 'lo') ip({ sandbox: name }, 'link', 'set', 'lo', 'up')
    return { name, path: `/run/netns/${name}` }
  }
  const attachment = (options: AttachmentOptions = {}): Attachment => {
    const place = options.sandbox ?? sandbox()
    const filled = { containerId: `container-${place.name}`, ifName: subject.ifName, ...options, sandbox: place }
    const make = column.placement === 'direct' ? directAttachment : chainAttachment
    return make({ subject, column, run }, filled)
  }
  mkdirSync(BENCH_FOLDER, { recursive: true })
  return {
    subject,
    version: column.version,
    column,
    runs,
    sandbox,
    endSandbox,
    staleSandbox: () => {
      const path = `${BENCH_FOLDER}/stale-sandbox`
      writeFileSync(path, '')
      return path
    },
    attachment,
    run,
    snapshot: (...sandboxes) => [
      ...namespaceSnapshot('host'),
      ...filesSnapshot(),
      ...sandboxes
        .flatMap(({ name }) => namespaceSnapshot({ sandbox: name }).map((line) => `in ${name}: ${line}`))
        .filter((line) => column.placement === 'direct' || !OF_LOOPBACK.test(line)),
    ],
    warmUp: async () => {
      const first = attachment()
      await first.added()
      await first.deleted()
      endSandbox(first.sandbox)
    },
  }
}
