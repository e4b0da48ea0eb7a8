import { isJsonObject } from '../../src/cni/index.ts'
import type { ConfigChange } from '../bench/attachment.ts'
import type { Subject } from '../subject.ts'
import { subjectConfig } from '../subject.ts'

/** A change after which a plugin that knows the key refuses its configuration. */
export type RefusedConfig = { readonly what: string; readonly config: ConfigChange }

/**
 * Configurations that a plugin should refuse at ADD: values that a key, or a capability argument it is given, cannot
 * have. Those of keys that it does not have are left out.
 */
export function refusedConfigs(subject: Subject): readonly RefusedConfig[] {
  const config = subjectConfig(subject)
  const declared = isJsonObject(config['capabilities']) ? config['capabilities'] : {}
  const ofKeys = BAD_KEYS.filter(({ key }) => key in config).map(({ key, value }) => ({
    what: `${key} ${JSON.stringify(value)}`,
    config: (written: Parameters<ConfigChange>[0]) => ({ ...written, [key]: value }),
  }))
  const ofArgs = BAD_ARGS.filter(({ capability }) => declared[capability] === true).map(({ capability, value }) => ({
    what: `runtimeConfig.${capability} ${JSON.stringify(value)}`,
    config: (written: Parameters<ConfigChange>[0]) => ({ ...written, runtimeConfig: { [capability]: value } }),
  }))
  return [...ofKeys, ...ofArgs]
}

const BAD_KEYS = [
  { key: 'mode', value: 'no-such-mode' },
  { key: 'mtu', value: -1 },
  { key: 'vlanId', value: 5000 },
  { key: 'ingressPolicy', value: 'no-such-policy' },
  { key: 'mac', value: 'no-mac' },
  { key: 'vrfname', value: '' },
] as const

const BAD_ARGS = [
  { capability: 'portMappings', value: [{ hostPort: 0, containerPort: 80, protocol: 'tcp' }] },
  { capability: 'portMappings', value: [{ hostPort: 8080, containerPort: 80, protocol: 'no-such-protocol' }] },
  { capability: 'bandwidth', value: { ingressRate: 1_000_000 } },
  { capability: 'mac', value: 'no-mac' },
] as const

/** Values that plugins which change an interface refuse; one that does not know the key passes over it. */
export function refusedByMeta(): readonly RefusedConfig[] {
  const ofKeys = [...BAD_KEYS, { key: 'mtu', value: 1 }].map(({ key, value }) => ({
    what: `${key} ${JSON.stringify(value)}`,
    config: (written: Parameters<ConfigChange>[0]) => ({ ...written, [key]: value }),
  }))
  const ofArgs = BAD_ARGS.map(({ capability, value }) => ({
    what: `runtimeConfig.${capability} ${JSON.stringify(value)}`,
    config: (written: Parameters<ConfigChange>[0]) => ({ ...written, runtimeConfig: { [capability]: value } }),
  }))
  return [...ofKeys, ...ofArgs]
}
