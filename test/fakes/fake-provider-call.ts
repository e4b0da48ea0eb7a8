import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { isDeepStrictEqual } from 'node:util'

/** A call of a fake provider: the verb, the container, and what came on stdin. */
export type FakeCall = {
  readonly verb: string
  readonly containerId: string
  readonly config: Readonly<Record<string, unknown>>
}

/** What a provider needs to work, beyond its own configuration. */
export type FakeNeeds = {
  /** Whether it has to know whose container it is. */
  readonly pod: boolean
  readonly files: readonly string[]
}

// What a runtime adds to a plugin's configuration, or says in the place of the plugin's own (CNI, section 3).
const RUNTIME_KEYS = ['cniVersion', 'name', 'prevResult', 'runtimeConfig']
const POD_ARGS = ['K8S_POD_NAMESPACE', 'K8S_POD_NAME', 'K8S_POD_INFRA_CONTAINER_ID', 'K8S_POD_UID']

/**
 * Refuses a call in which a key of the provider's configuration is missing or changed, a capability came that nobody
 * declared, a variable is not set, or what the provider needs is not there. The configuration as it was written is that
 * of the plugin of this type in the file `FAKE_PROVIDER_CONFIG`.
 */
export function assertCalled(type: string, call: FakeCall, needs: FakeNeeds): void {
  assertConfig(written(type), call.config)
  for (const name of ['CNI_CONTAINERID', 'CNI_IFNAME', 'CNI_PATH', ...(call.verb === 'DEL' ? [] : ['CNI_NETNS'])])
    if (!process.env[name]) refuse(`${name} is not set`)
  const args = (process.env['CNI_ARGS'] ?? '').split(';').map((pair) => pair.split('=')[0])
  for (const arg of needs.pod ? POD_ARGS : []) if (!args.includes(arg)) refuse(`CNI_ARGS has no ${arg}`)
  for (const file of needs.files) if (!existsSync(file)) refuse(`there is no ${file}`)
}

function assertConfig(wanted: FakeCall['config'], got: FakeCall['config']): void {
  for (const key of new Set([...Object.keys(wanted), ...Object.keys(got)])) {
    if (!RUNTIME_KEYS.includes(key) && !isDeepStrictEqual(wanted[key], got[key]))
      refuse(`"${key}" is ${JSON.stringify(got[key])}, the configuration says ${JSON.stringify(wanted[key])}`)
  }
  const declared = (wanted['capabilities'] ?? {}) as object
  for (const capability of Object.keys((got['runtimeConfig'] ?? {}) as object))
    if (!Object.hasOwn(declared, capability)) refuse(`runtimeConfig has "${capability}", which is not declared`)
}

/** Runs a reference plugin in the place of the fake, with the runtime's own keys, and gives what it printed. */
export function runReference(call: FakeCall, own: Readonly<Record<string, unknown>>): string {
  const runtime = Object.fromEntries(RUNTIME_KEYS.map((key) => [key, call.config[key]]))
  return runPlugin(String(own['type']), { ...own, ...runtime })
}

/** Runs a plugin of `CNI_PATH` in the place of the fake: where it fails, the fake ends as it did. */
export function runPlugin(type: string, config: Readonly<Record<string, unknown>>, verb?: string): string {
  const folders = (process.env['CNI_PATH'] ?? '').split(':')
  const path = folders.map((folder) => `${folder}/${type}`).find((file) => existsSync(file))
  const env = { ...process.env, ...(verb === undefined ? {} : { CNI_COMMAND: verb }) }
  const { status, stdout, stderr } = spawnSync(path ?? type, { input: JSON.stringify(config), encoding: 'utf8', env })
  process.stderr.write(stderr ?? '')
  if (status === 0) return stdout
  process.stdout.write(stdout ?? '')
  process.exit(1)
}

/** A result as a plugin prints it. */
export function printed(result: object): string {
  return JSON.stringify(result)
}

/** Ends the fake with a CNI error that says why the real plugin could not work. */
export function refuse(why: string): never {
  process.stdout.write(JSON.stringify({ code: 199, msg: `fake provider: ${why}` }))
  process.exit(1)
}

function written(type: string): Readonly<Record<string, unknown>> {
  const file = JSON.parse(readFileSync(process.env['FAKE_PROVIDER_CONFIG'] ?? '', 'utf8'))
  const plugins = (file.plugins ?? [file]) as readonly Readonly<Record<string, unknown>>[]
  return plugins.find((plugin) => plugin['type'] === type) ?? refuse(`no plugin of type ${type} was written`)
}
