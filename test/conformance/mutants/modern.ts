import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import {
  type Answer,
  type Call,
  type Config,
  failure,
  type Real,
  runPath,
  SILENCE,
  withConfig,
  withEnv,
  withResult,
} from './call.ts'

const STATE = '/var/lib/cni/modern'
type Valid = readonly { readonly containerID: string; readonly ifname: string }[]

/** The reference bridge with what came with CNI 1.1.0: GC and STATUS, both passed on to its IPAM plugin. */
export function modernBridge(bridge: Real): Real {
  return (call) => {
    switch (call.verb) {
      case 'VERSION':
        return withResult(bridge(call), (told) => ({
          ...told,
          supportedVersions: [...(told['supportedVersions'] as string[]), '1.1.0'],
        }))
      case 'GC':
        return collect(call, bridge)
      case 'STATUS':
        return call.config === undefined ? failure(6, 'the configuration is not JSON') : passOn(call)
      default:
        return attached(call, bridge)
    }
  }
}

function attached(call: Call, bridge: Real): Answer {
  const answer = older(call, bridge)
  if (answer.status === 0 && call.verb === 'ADD') keep(call)
  if (answer.status === 0 && call.verb === 'DEL') rmSync(stateOf(call), { force: true })
  return answer
}

// What 1.1.0 says the reference bridge understands as 1.0.0.
function older(call: Call, bridge: Real): Answer {
  if (call.config?.['cniVersion'] !== '1.1.0') return bridge(call)
  const prevResult = call.config['prevResult'] as Config | undefined
  const old = withConfig(call, (config) => ({
    ...config,
    cniVersion: '1.0.0',
    ...(prevResult ? { prevResult: { ...prevResult, cniVersion: '1.0.0' } } : {}),
  }))
  return withResult(bridge(old), (result) => ({ ...result, cniVersion: '1.1.0' }))
}

function stateOf({ env, config }: Call): string {
  return `${STATE}/${String(config?.['name'])}/${env['CNI_CONTAINERID']}@${env['CNI_IFNAME']}`
}

function keep(call: Call): void {
  mkdirSync(`${STATE}/${String(call.config?.['name'])}`, { recursive: true })
  writeFileSync(stateOf(call), call.stdin)
}

function collect(call: Call, bridge: Real): Answer {
  const valid = (call.config?.['cni.dev/valid-attachments'] ?? call.config?.['cni.dev/attachments'] ?? []) as Valid
  const folder = `${STATE}/${String(call.config?.['name'])}`
  for (const file of namesIn(folder)) {
    const [containerID = '', ifname = ''] = file.split('@')
    if (valid.some((one) => one.containerID === containerID && one.ifname === ifname)) continue
    const stdin = readFileSync(`${folder}/${file}`, 'utf8')
    const env = { CNI_COMMAND: 'DEL', CNI_CONTAINERID: containerID, CNI_IFNAME: ifname, CNI_NETNS: '' }
    const del = { ...withEnv(call, env), verb: 'DEL', stdin, config: JSON.parse(stdin) }
    if (older(del, bridge).status === 0) rmSync(`${folder}/${file}`)
  }
  return passOn(call)
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}

// To an IPAM plugin that knows the verb.
function passOn(call: Call): Answer {
  const type = (call.config?.['ipam'] as Config | undefined)?.['type']
  const folders = (call.env['CNI_PATH'] ?? '').split(':')
  const path = folders
    .map((folder) => `${folder}/${String(type)}`)
    .find((one) => namesIn(one.slice(0, one.lastIndexOf('/'))).includes(String(type)))
  if (path === undefined) return SILENCE
  const version = runPath(path, { ...withEnv(call, { CNI_COMMAND: 'VERSION' }), stdin: '{}' })
  return version.stdout.includes('1.1.0') ? runPath(path, call) : SILENCE
}
