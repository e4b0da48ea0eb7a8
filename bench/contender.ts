import { readFileSync } from 'node:fs'
import type { Call, Cost } from './driver.ts'
import { addSteps, delSteps, environment, type Network, type Sandbox } from './networks.ts'

/** Somebody who attaches pods to their networks, and is compared. */
export type Contender = {
  readonly name: string
  /** The program that runs for a call; none where the plugins run by themselves. */
  readonly program?: string
  /** Who runs all the time beside it. */
  readonly daemon?: 'agent' | 'peer' | undefined
  readonly add: (sandbox: Sandbox) => Call
  /** Given what the ADD of the same sandbox printed. */
  readonly del: (sandbox: Sandbox, added: Pick<Cost, 'outputs'>) => Call
}

/** The plugins themselves, run in order by nobody. */
export function barePlugins(networks: readonly Network[]): Contender {
  const firstOf = (index: number): number =>
    networks.slice(0, index).reduce((count, { plugins }) => count + plugins.length, 0)
  const add: Contender['add'] = (sandbox) =>
    networks.flatMap((network, index) => addSteps(network, sandbox, firstOf(index)))
  const del: Contender['del'] = (sandbox, { outputs }) =>
    networks
      .flatMap((network, index) => [
        delSteps(network, sandbox, outputs[firstOf(index) + network.plugins.length - 1] ?? ''),
      ])
      .toReversed()
      .flat()
  return { name: 'plugins bare', add, del }
}

/** A meta-plugin: one program and the node configuration it gets. */
export function metaPlugin(
  name: string,
  program: string,
  config: object,
  daemon?: Contender['daemon'],
  podOf = (sandbox: Sandbox): string => sandbox.pod,
): Contender {
  const call = (verb: string, sandbox: Sandbox): Call => [
    { program, config, env: environment(verb, { ...sandbox, pod: podOf(sandbox) }, 'eth0') },
  ]
  return { name, program, daemon, add: (sandbox) => call('ADD', sandbox), del: (sandbox) => call('DEL', sandbox) }
}

/** What in a peer's configuration stands for something of the bench. */
export type Places = {
  readonly KUBECONFIG: string
  readonly DEFAULT_NETWORK: string
  readonly CONF_DIR: string
  readonly STATE: string
}

/**
 * A peer that the environment names, `/path/binary:/path/conf`; none where it names none. `@KUBECONFIG@`,
 * `@DEFAULT_NETWORK@` (a file), `@CONF_DIR@` (its folder) and `@STATE@` (an empty folder) in the configuration are filled in.
 */
export function peer(variable: string, places: Places): readonly Contender[] {
  const [program, conf] = (process.env[variable] ?? '').split(':')
  if (!(program && conf)) return []
  const daemon = variable === 'PEER_THICK' ? 'peer' : undefined
  const config = JSON.parse(filledIn(conf, places)) as object
  return [metaPlugin(variable.toLowerCase().replace('_', ' '), program, config, daemon)]
}

/** A file's text with the places filled in. */
export function filledIn(file: string, places: Places): string {
  return readFileSync(file, 'utf8').replaceAll(/@([A-Z_]+)@/g, (whole, name: string) =>
    name in places ? places[name as keyof Places] : whole,
  )
}
