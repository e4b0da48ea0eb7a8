import { networkStatus } from '../attach/index.ts'
import { type ChainEvent, parseJsonObject, toJson, type VersionedResult } from '../cni/index.ts'
import { type AttachmentRecord, findRecord } from '../engine/index.ts'
import { journalFiles } from '../host/index.ts'
import type { DemoOutput } from './demo.ts'
import {
  addressesIn,
  answersPing,
  DEMO_FOLDER,
  pluginFolder,
  prepareMachine,
  sandboxOf,
  traces,
} from './demo-machine.ts'
import { DEMO_FILES } from './generated/demo-files.ts'
import { answerCall } from './plugin-call.ts'
import { indented, print } from './print.ts'

/** A pod of the demo after its ADD. */
type DemoPod = {
  readonly name: string
  readonly attachments: readonly DemoAttachment[]
  readonly result: VersionedResult
}

type DemoAttachment = {
  readonly network: string
  readonly interface: string
  readonly ips: readonly string[]
  readonly mac: string
  readonly cniVersion: string
}

/** Where the demo says what it does; to nobody where the output is JSON. */
type Say = (line?: string) => void

const PODS = ['web', 'client'] as const
// The default network's own address on this node: the first of its subnet.
const GATEWAY = '10.88.10.1'

/**
 * The demo itself, on a machine that it may do with as it likes.
 * @returns the exit status: 0 when every network was there and nothing was left.
 */
export async function demoInside(output: DemoOutput): Promise<number> {
  const say: Say = output === 'json' ? () => undefined : print
  const plugins = pluginFolder()
  prepareMachine(PODS)
  const before = new Set(traces(PODS))
  say('Two pods, each on three networks of three CNI versions, and no cluster: the pods')
  say('and the definitions are YAML files, the plugins and namespaces are real.')
  const pods: DemoPod[] = []
  for (const name of PODS) pods.push(await attachPod(name, plugins, say))
  const reached = pingEach(pods, say)
  for (const name of [...PODS].reverse()) await detachPod(name, plugins, say)
  const leftovers = traces(PODS).filter((trace) => !before.has(trace))
  say()
  say(leftovers.length === 0 ? 'Nothing is left: no link, no address given out, no journal, no lock.' : 'Left over:')
  for (const leftover of leftovers) say(`  ${leftover}`)
  if (output === 'json') print(toJson({ pods, leftovers }, 2))
  return reached && leftovers.length === 0 ? 0 : 1
}

async function attachPod(name: string, plugins: string, say: Say): Promise<DemoPod> {
  say()
  say(`ADD pod ${name}: its annotation asks for "macvlan, ipvlan"`)
  const stdout = await call('ADD', name, plugins, say)
  const result = parseJsonObject(stdout, 'the result of ADD') as VersionedResult
  const attachments = records(name).map(toAttachment)
  say('  the three results, merged into one for the runtime:')
  say(indented(toJson(result, 2), 4))
  say(`  ip addr in pod ${name}:`)
  say(indented(addressesIn(name), 4))
  return { name, attachments, result }
}

function pingEach([first, second]: readonly DemoPod[], say: Say): boolean {
  if (!first || !second) return false
  say()
  say(`Pings from pod ${second.name}:`)
  const targets = [
    { ifName: 'eth0', address: GATEWAY, what: 'the gateway' },
    ...first.attachments.map(({ interface: ifName, ips }) => ({
      ifName,
      address: ips[0] ?? '',
      what: `pod ${first.name}`,
    })),
  ]
  const reached = targets.map(({ ifName, address, what }) => {
    const answers = answersPing(second.name, ifName, address)
    say(`  ${ifName}  ${address.padEnd(12)}  ${what.padEnd(11)}  ${answers ? 'answers' : 'DOES NOT ANSWER'}`)
    return answers
  })
  return reached.every((answers) => answers)
}

async function detachPod(name: string, plugins: string, say: Say): Promise<void> {
  say()
  say(`DEL pod ${name}`)
  await call('DEL', name, plugins, say)
}

// The same door a runtime goes through, but for the process around it, so that the chain can be watched.
async function call(verb: 'ADD' | 'DEL', pod: string, plugins: string, say: Say): Promise<string> {
  const env = {
    PATH: process.env['PATH'],
    CNI_COMMAND: verb,
    CNI_CONTAINERID: `demo-${pod}`,
    CNI_NETNS: sandboxOf(pod),
    CNI_IFNAME: 'eth0',
    CNI_PATH: plugins,
    CNI_ARGS: `IgnoreUnknown=1;K8S_POD_NAMESPACE=default;K8S_POD_NAME=${pod}`,
  }
  const { stdout, status } = await answerCall({ env, stdin: () => DEMO_FILES['00-plexus.conf'] }, (event) =>
    tell(event, say),
  )
  if (status === 0) return stdout
  throw new Error(`${verb} of pod ${pod} failed: ${stdout}`)
}

function tell(event: ChainEvent, say: Say): void {
  if (event.kind !== 'plugin-ended') return
  const { network, cniVersion, plugin, verb, outcome } = event
  const took = `${outcome.durationMs.toFixed(1)} ms`.padStart(9)
  say(`  ${verb}  ${network.padEnd(8)} CNI ${cniVersion}  plugin ${plugin.padEnd(8)} ${took}`)
}

function records(pod: string): readonly AttachmentRecord[] {
  const found = findRecord(journalFiles(`${DEMO_FOLDER}/state/plexus`), `demo-${pod}`)
  return found.kind === 'record' ? found.record.calls.flatMap(({ attachments }) => attachments) : []
}

function toAttachment({ name, network, isDefault, ifName, added }: AttachmentRecord): DemoAttachment {
  const [status] = networkStatus({ name, isDefault, ifName, added: added ?? { cniVersion: '1.1.0' } })
  return {
    network: name,
    interface: status?.interface ?? '',
    ips: status?.ips ?? [],
    mac: status?.mac ?? '',
    cniVersion: network.cniVersion,
  }
}
